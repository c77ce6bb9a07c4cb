import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Test } from 'tap';

/** `cut`: nobody gets through. `silent`: connections are taken, and what is sent on them is swallowed. */
export type RoadState = 'open' | 'cut' | 'silent';

/** One connection on its way to Postgres. */
export interface Traveller {
  /** Both ends see the connection end. */
  cut(): void;
  /** Nothing gets through any more, in either direction, and neither end is told. */
  stall(): void;
  /** What Postgres says from now on comes late by so much, in order. */
  delay(ms: number): void;
  /** The client is told that Postgres has nothing more to say; what the client sends still arrives. */
  halfClose(): void;
  /** Postgres says nothing more to the client, which is cut now or when Postgres has answered; what was sent arrives. */
  loseAnswer(when: 'now' | 'answered'): void;
  /** Postgres is done with everything that was sent, and has closed its end. */
  readonly done: Promise<void>;
}

interface RoadOptions {
  /** Sees each message of a client before it is passed on. `hold`: it is not passed on, nor is anything after it. */
  readonly onMessage?: (letter: string, text: string, traveller: Traveller) => 'hold' | void;
  /** What a plain statement is on arrival; it must stay as long as it was. */
  readonly rewrite?: (text: string) => string;
}

export interface Road {
  readonly url: string;
  set(state: RoadState): void;
  travellers(): readonly Traveller[];
}

/** A way to the database of `url` on which everything can happen. */
export async function makeRoad(t: Test, url: string, options: RoadOptions = {}): Promise<Road> {
  const target = new URL(url);
  const sockets = new Set<Socket>();
  const travellers = new Set<Traveller>();
  let state: RoadState = 'open';
  // Half-open, so that one end's goodbye does not close the other by itself.
  const server = createServer({ allowHalfOpen: true }, (client) => {
    if (state === 'cut') return client.destroy();
    const upstream = connect({
      port: Number(target.port),
      host: target.hostname,
      allowHalfOpen: true,
    });
    for (const socket of [client, upstream]) {
      sockets.add(socket.setNoDelay(true));
      socket.on('error', () => socket.destroy());
      socket.on('close', () => sockets.delete(socket));
    }
    const traveller = travel(client, upstream, () => state === 'silent', options);
    travellers.add(traveller);
    client.on('close', () => travellers.delete(traveller));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const set = (next: RoadState) => {
    state = next;
    // What a silent road swallowed never comes again: its connections are of no use to anyone.
    if (state !== 'silent') for (const socket of sockets) socket.destroy();
  };
  t.teardown(() => {
    set('cut');
    server.close();
  });
  const road = new URL(url);
  road.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url: road.href, set, travellers: () => [...travellers] };
}

function travel(
  client: Socket,
  upstream: Socket,
  isSilent: () => boolean,
  { onMessage, rewrite }: RoadOptions,
) {
  let [stalled, held, deaf, delayMs] = [false, false, false, 0];
  let said: Promise<unknown> = Promise.resolve();
  let onAnswer = (): void => undefined;
  const isLost = () => stalled || isSilent();
  const traveller: Traveller = {
    done: new Promise((resolve) => void upstream.once('close', () => resolve())),
    cut: () => [client, upstream].forEach((socket) => socket.destroy()),
    stall: () => (stalled = true),
    delay: (ms) => (delayMs = ms),
    halfClose: () => client.end(),
    loseAnswer(when) {
      deaf = true;
      onAnswer = () => traveller.cut();
      if (when === 'answered') return;
      // After what was sent Postgres reads the end of the connection, and does what was sent first.
      setImmediate(() => {
        client.destroy();
        upstream.end();
      });
    },
  };
  const pass = (message: Buffer, letter: string) => {
    if (held) return;
    const text = textOf(message, letter);
    if (letter === 'Q' && rewrite) message.write(rewrite(text), 5);
    held = onMessage?.(letter, text, traveller) === 'hold';
    if (!held && upstream.writable) upstream.write(message);
  };
  const read = createReader(pass);
  client.on('data', (chunk) => isLost() || read(chunk));
  upstream.on('data', (chunk: Buffer) => {
    // Only the answer to COMMIT, or to a statement that is a transaction by itself, ends a connection whose answers are lost.
    if (deaf && (chunk.includes('COMMIT\0') || chunk.includes('SELECT 1\0'))) onAnswer();
    if (deaf || isLost()) return;
    const due = delayMs;
    said = said.then(() => (due > 0 ? sleep(due, undefined, { ref: false }) : undefined));
    void said.then(() => !isLost() && !deaf && client.writable && client.write(chunk));
  });
  client.on('end', () => isLost() || upstream.end());
  upstream.on('end', () => isLost() || void said.then(() => client.end()));
  // A connection of which one end is gone is over; a stalled one goes on saying nothing to the other.
  client.on('close', () => deaf || upstream.destroy());
  upstream.on('close', () => isLost() || client.destroy());
  return traveller;
}

/** What a message says: a plain statement, one to be prepared, or the name of the prepared one that is bound. */
function textOf(message: Buffer, letter: string): string {
  if ('QP'.includes(letter)) return message.toString('utf8', 5, message.length - 1);
  if (letter !== 'B') return '';
  const name = message.indexOf(0, 5) + 1;
  return message.toString('utf8', name, message.indexOf(0, name));
}

/** Reads the client's half of Postgres's protocol: one startup message, then messages of a letter and a length. */
function createReader(onMessage: (message: Buffer, letter: string) => void): (chunk: Buffer) => void {
  let rest = Buffer.alloc(0);
  let started = false;
  return (chunk) => {
    rest = rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([rest, chunk]);
    for (;;) {
      const head = started ? 1 : 0;
      if (rest.length < head + 4) return;
      const length = head + rest.readUInt32BE(head);
      if (rest.length < length) return;
      const message = rest.subarray(0, length);
      onMessage(message, started ? String.fromCharCode(message[0] ?? 0) : '');
      started = true;
      rest = rest.subarray(length);
    }
  };
}
