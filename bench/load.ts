import { Client } from 'undici';

export interface Request {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

export interface Reply {
  readonly status: number;
  readonly text: string;
}

/** Sends one request on the client's own connection and reads the whole answer. */
export type Send = (request: Request) => Promise<Reply>;

/** One thing that a client does: a request, or several that need each other's answers. */
export type Work = (send: Send) => Promise<void>;

export interface Run {
  /** How often the work was done. */
  readonly count: number;
  readonly seconds: number;
  /** How long each took, in milliseconds, sorted. */
  readonly latencies: readonly number[];
}

/** Does the work with a number of clients for a while, each with one connection and one request at a time. */
export async function runLoad(
  origin: string,
  clients: number,
  ms: number,
  work: Work,
  { atLeastOnce = false } = {},
): Promise<Run> {
  const latencies: number[] = [];
  const began = performance.now();
  const end = began + ms;
  await Promise.all(
    Array.from({ length: clients }, async () => {
      const client = new Client(origin);
      const send: Send = async (request) => {
        const { statusCode, body } = await client.request(request);
        return { status: statusCode, text: await body.text() };
      };
      try {
        for (let isFirst = atLeastOnce; isFirst || performance.now() < end; isFirst = false) {
          const from = performance.now();
          await work(send);
          latencies.push(performance.now() - from);
        }
      } finally {
        await client.close();
      }
    }),
  );
  const seconds = (performance.now() - began) / 1_000;
  return { count: latencies.length, seconds, latencies: latencies.toSorted((a, b) => a - b) };
}

/** The answer must be what was asked for: a fast refusal is no result. */
export function expectStatus({ status, text }: Reply, wanted: number): void {
  if (status !== wanted) throw new Error(`answered ${status} instead of ${wanted}: ${text.slice(0, 500)}`);
}
