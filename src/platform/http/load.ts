import underPressure from '@fastify/under-pressure';
import type { FastifyInstance } from 'fastify';
import { platformErrors } from '../errors.ts';

// Each request at work holds at most one connection at a time. Eight that wait for each are some tens of milliseconds; who
// comes after them would only wait longer, for an answer that nobody waits for any more.
const REQUESTS_PER_CONNECTION = 8;
const MAX_EVENT_LOOP_DELAY_MS = 500;
const SAMPLE_MS = 1_000;

// Made once: under load, refusing must cost as little as it can, and where it was refused says nothing.
const overloaded = platformErrors.overloaded(undefined, { headers: { 'retry-after': '1' } });

/** What may be at work at once. Beyond it a request is refused at once, while refusing is still cheap. */
export interface Gate {
  /** `overloaded` when no more can be taken on. */
  check(): void;
  /** Does the work of a request, or refuses it. */
  run<T>(work: () => Promise<T>): Promise<T>;
  /** How many are at work. */
  running(): number;
}

/** A gate for a process with so many connections. */
export function createGate(poolSize: number): Gate {
  const most = poolSize * REQUESTS_PER_CONNECTION;
  let running = 0;
  const check = () => {
    if (running >= most) throw overloaded;
  };
  return {
    check,
    async run(work) {
      check();
      running += 1;
      try {
        return await work();
      } finally {
        running -= 1;
      }
    },
    running: () => running,
  };
}

/** Refuses requests while the event loop itself is late: then it is not the database that is the bottleneck. */
export async function watchEventLoop(app: FastifyInstance): Promise<void> {
  // The start itself keeps the event loop busy for a second or two; what was measured then says nothing.
  let settled = false;
  app.addHook('onListen', async () => {
    setTimeout(() => (settled = true), 2 * SAMPLE_MS).unref();
  });
  await app.register(underPressure, {
    maxEventLoopDelay: MAX_EVENT_LOOP_DELAY_MS,
    sampleInterval: SAMPLE_MS,
    pressureHandler: () => {
      if (settled) throw overloaded;
    },
  });
}
