import pg from 'pg';
import { hangUp, socketOf } from './hang-up.ts';

/** What a lane's owner has to know of connections. */
export interface LaneOptions {
  readonly count: number;
  readonly connection: pg.ClientConfig;
  /** A statement that every connection begins with. */
  readonly settings: string;
  /** A read that waits longer for its answer will never have one: its connection is cut, and what was on it fails. */
  readonly answerMs: number;
  readonly onLost: (error: Error) => void;
}

interface Lane {
  readonly client: pg.Client;
  readonly connected: Promise<unknown>;
  waiting: number;
  /** Is taken by no read any more. */
  drop(): void;
}

/**
 * A few connections that all requests of the process share for short reads. Statements of different requests travel
 * together and are answered in order; a connection of the pool would cost each of them its own way through the kernel.
 * Only for reads that wait for no lock and read few rows: what is slow here holds up those behind it.
 */
export interface Lanes {
  query(config: pg.QueryConfig): Promise<pg.QueryResult>;
  /** How many statements wait for an answer. */
  waiting(): number;
  end(): Promise<void>;
}

/** Opens lanes when they are first needed; a lane that is lost fails what was on it and is opened anew. */
export function createLanes({ count, connection, settings, answerMs, onLost }: LaneOptions): Lanes {
  const lanes: (Lane | undefined)[] = Array.from({ length: count }, () => undefined);
  let ended = false;

  const open = (at: number): Lane => {
    const config: pg.ClientConfig & { pipeline: boolean } = {
      ...connection,
      pipeline: true,
      query_timeout: answerMs,
    };
    const client = new pg.Client(config);
    const drop = () => {
      if (lanes[at]?.client === client) lanes[at] = undefined;
    };
    client.on('error', (error) => {
      drop();
      onLost(error);
    });
    client.on('end', drop);
    const connected = connectLane(client, settings);
    connected.catch(() => {
      drop();
      void hangUp(client);
    });
    const lane = { client, connected, drop, waiting: 0 };
    lanes[at] = lane;
    return lane;
  };

  // The first of those with the least to do: a quiet process keeps to one connection and what is prepared there.
  const choose = (): Lane => {
    let best = 0;
    for (let at = 1; at < count; at += 1) {
      if ((lanes[at]?.waiting ?? 0) < (lanes[best]?.waiting ?? 0)) best = at;
    }
    return lanes[best] ?? open(best);
  };

  return {
    async query(config) {
      if (ended) throw new Error('the lanes have ended: the connection is not queryable');
      return readOn(choose(), config);
    },
    waiting: () => lanes.reduce((sum, lane) => sum + (lane?.waiting ?? 0), 0),
    async end() {
      ended = true;
      const busy = lanes.filter((lane) => lane !== undefined);
      await Promise.all(busy.map((lane) => endLane(lane, answerMs)));
    },
  };
}

async function readOn(lane: Lane, config: pg.QueryConfig): Promise<pg.QueryResult> {
  lane.waiting += 1;
  try {
    await lane.connected;
    return await lane.client.query(config);
  } catch (error) {
    // A connection that is cut says so only in a later turn: the next read must not go onto it meanwhile.
    if (socketOf(lane.client).destroyed) lane.drop();
    throw error;
  } finally {
    lane.waiting -= 1;
  }
}

async function connectLane(client: pg.Client, settings: string): Promise<void> {
  await client.connect();
  batchWrites(client);
  client.query(settings).catch(() => undefined);
}

async function endLane({ client, connected, waiting }: Lane, answerMs: number): Promise<void> {
  await connected.catch(() => undefined);
  // What is under way is answered first, or given up by itself.
  await (waiting > 0 ? hangUp(client, 2 * answerMs) : hangUp(client));
}

/** Lets everything that is sent to Postgres in one turn of the event loop leave in one write: each write is a system call. */
export function batchWrites(client: pg.Client | pg.PoolClient): void {
  const stream = socketOf(client);
  const write = stream.write.bind(stream) as (...args: unknown[]) => boolean;
  let holding = false;
  const release = () => {
    holding = false;
    stream.uncork();
  };
  const batched = (...args: unknown[]) => {
    if (!holding) {
      holding = true;
      stream.cork();
      // After every promise that is settled by now: what they send belongs to the same turn.
      process.nextTick(release);
    }
    return write(...args);
  };
  Object.assign(stream, { write: batched });
}
