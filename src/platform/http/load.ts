import underPressure from '@fastify/under-pressure';
import type { FastifyInstance } from 'fastify';
import { platformErrors } from '../errors.ts';

// Each request at work holds at most one connection at a time. Eight that wait for each are some tens of milliseconds; who
// comes after them would only wait longer, for an answer that nobody waits for any more.
const REQUESTS_PER_CONNECTION = 8;
const MAX_EVENT_LOOP_DELAY_MS = 500;
const SAMPLE_MS = 1_000;
// One late second is a stall: code that runs for the first time, or a machine that was held up. Who came in meanwhile is answered
// after it, and would not be sooner for being refused. Lateness that goes on is load.
const LATE_SAMPLES = 2;

/** What is said to who comes when no more can be taken on. */
export const overloaded = platformErrors.overloaded(undefined, { headers: { 'retry-after': '1' } });

/** What may be at work at once. Beyond it a request is refused at once, while refusing is still cheap. */
export interface Gate {
  /** Whether a request for this path must be refused before anything is done for it. */
  isClosedFor(path: string): boolean;
  /** Does the work of a request, or refuses it as `overloaded`. */
  run<T>(work: () => Promise<T>): Promise<T>;
  /** How many are at work. */
  running(): number;
  /** How many were refused since the start, to be counted by who refuses. */
  refused(): number;
  countRefusal(): void;
  /** Takes over how it is known that the event loop is late. */
  watch(isLate: () => boolean): void;
}

/** A gate for a process with so many connections. */
export function createGate(poolSize: number): Gate {
  const most = poolSize * REQUESTS_PER_CONNECTION;
  let running = 0;
  let refused = 0;
  let isLate: (() => boolean) | undefined;
  return {
    isClosedFor(path) {
      if (running >= most && path.startsWith('/v1/')) return true;
      // A busy process runs all the same; that it is alive must not be denied.
      return path !== '/healthz' && isLate?.() === true;
    },
    // Several may have come in while there was room, and read their bodies since.
    async run(work) {
      if (running >= most) {
        refused += 1;
        throw overloaded;
      }
      running += 1;
      try {
        return await work();
      } finally {
        running -= 1;
      }
    },
    running: () => running,
    refused: () => refused,
    countRefusal: () => void (refused += 1),
    watch: (late) => void (isLate = late),
  };
}

/** Closes the gate while the event loop itself is late: then it is not the database that is the bottleneck. */
export async function watchEventLoop(app: FastifyInstance, gate: Gate): Promise<void> {
  // The start itself keeps the event loop busy for a second or two; what was measured then says nothing.
  let settled = false;
  app.addHook('onListen', async () => {
    setTimeout(() => (settled = true), 2 * SAMPLE_MS).unref();
  });
  await app.register(underPressure, {
    maxEventLoopDelay: MAX_EVENT_LOOP_DELAY_MS,
    sampleInterval: SAMPLE_MS,
    pressureHandler: letThrough,
  });
  const lateness = createLateness();
  const sample = setInterval(() => lateness.note(app.isUnderPressure()), SAMPLE_MS).unref();
  app.addHook('onClose', async () => clearInterval(sample));
  gate.watch(() => settled && lateness.lasts());
}

/** Tells lateness that lasts from a stall, by the samples so far. */
export function createLateness() {
  let inARow = 0;
  return {
    note: (isLate: boolean) => void (inARow = isLate ? inARow + 1 : 0),
    lasts: () => inARow >= LATE_SAMPLES,
  };
}

// Only the measure is wanted: a refusal by the plugin itself would come after routing, and cost what it should save.
const letThrough = (): undefined => undefined;
