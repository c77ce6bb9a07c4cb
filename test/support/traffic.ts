import { connect as connectTo, createServer, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';

export interface Traffic {
  /** How often the client had to wait: it sent something after the server had answered. */
  roundTrips: number;
  /** Statements by how they were sent: parsed anew, executed as prepared, sent as plain text. */
  parsed: number;
  executed: number;
  plain: number;
}

/** Reads the client's half of Postgres's protocol: one startup message, then messages of a letter and a length. */
function createReader(onMessage: (letter: string) => void): (chunk: Buffer) => void {
  let rest = Buffer.alloc(0);
  let started = false;
  return (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    for (;;) {
      const head = started ? 1 : 0;
      if (rest.length < head + 4) return;
      const length = head + rest.readUInt32BE(head);
      if (rest.length < length) return;
      if (started) onMessage(String.fromCharCode(rest[0] ?? 0));
      started = true;
      rest = rest.subarray(length);
    }
  };
}

export interface Counter {
  /** The database's address, past the counter. */
  readonly url: string;
  /** What passed since the last time. */
  take(): Traffic;
  close(): void;
}

/**
 * A proxy in front of Postgres that counts what passes. What a client sends in one go arrives in one go, so that a pipeline
 * counts as one round trip.
 */
export async function countTraffic(url: string): Promise<Counter> {
  const target = new URL(url);
  const sockets = new Set<Socket>();
  const none = (): Traffic => ({ roundTrips: 0, parsed: 0, executed: 0, plain: 0 });
  let traffic = none();
  let waiting = false;
  const count = (letter: string) => {
    if (letter === 'P') traffic.parsed += 1;
    if (letter === 'E') traffic.executed += 1;
    if (letter === 'Q') traffic.plain += 1;
  };
  const server = createServer((client) => {
    const upstream = connectTo(Number(target.port), target.hostname);
    const read = createReader(count);
    for (const socket of [client, upstream]) {
      sockets.add(socket.setNoDelay(true));
      socket.on('error', () => socket.destroy());
    }
    client.on('data', (chunk) => {
      if (!waiting) traffic.roundTrips += 1;
      waiting = true;
      read(chunk);
      upstream.write(chunk);
    });
    upstream.on('data', (chunk) => {
      waiting = false;
      client.write(chunk);
    });
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  };
  const proxied = new URL(url);
  proxied.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const take = () => {
    const taken = traffic;
    traffic = none();
    return taken;
  };
  return { url: proxied.href, take, close };
}
