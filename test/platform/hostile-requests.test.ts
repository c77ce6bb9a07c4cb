import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import t from 'tap';
import { startApp } from '../support/app.ts';

const app = await startApp(t);
await app.app.listen({ host: '127.0.0.1', port: 0 });
const { port } = app.app.server.address() as AddressInfo;
const head = (length: number, more = '') =>
  `POST /v1/quotes HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${app.secretKey}\r\n` +
  `Content-Type: application/json\r\nContent-Length: ${length}\r\n${more}\r\n`;

/** Writes raw bytes and reads what comes back until the server ends the connection or the answer is whole. */
async function speak(...parts: (string | Buffer)[]): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  let heard = '';
  socket.on('data', (chunk) => {
    heard += chunk.toString();
    if (/^HTTP.*\r\n[^]*\r\n\r\n[^]*\}$/.test(heard)) socket.end();
  });
  socket.on('error', () => undefined);
  const closed = once(socket, 'close');
  await once(socket, 'connect');
  for (const part of parts) socket.write(part);
  await closed;
  return heard;
}

t.test('a body that trickles in is not waited for longer than a request may take', async (t) => {
  // The times of a test; Node looks for late requests every two seconds.
  Object.assign(app.app.server, { requestTimeout: 500, headersTimeout: 400 });
  t.teardown(() => Object.assign(app.app.server, { requestTimeout: 30_000, headersTimeout: 10_000 }));
  for (const begun of [`${head(100)}{"lines":[`, 'GET /v1/orders HTTP/1.1\r\nHost: x\r\n']) {
    const answer = await speak(begun);
    t.match(answer, /^HTTP\/1\.1 408 /);
    t.match(answer, /"code":"request_timeout"/);
  }
  t.equal(app.app.gate.running(), 0, 'it held nothing while it was waited for');
});

t.test('nothing that is packed is unpacked', async (t) => {
  const bomb = gzipSync(Buffer.alloc(200 * 2 ** 20));
  const before = process.memoryUsage().rss;
  for (const encoding of ['gzip', 'br', 'deflate', 'gzip, gzip']) {
    const answer = await speak(head(bomb.length, `Content-Encoding: ${encoding}\r\n`), bomb);
    t.match(answer, /^HTTP\/1\.1 415 /, encoding);
    t.match(answer, /accept-encoding: identity/i);
  }
  t.ok(process.memoryUsage().rss - before < 100 * 2 ** 20, 'and takes no memory');
});

t.test('nesting without end is a 400 with its reason', async (t) => {
  for (const [open, close, size] of [
    ['[', ']', 500_000],
    ['{"a":', '}', 150_000],
    ['[', ']', 33],
  ] as const) {
    const body = `${open.repeat(size)}1${close.repeat(size)}`;
    const answer = await speak(head(body.length), body);
    t.match(answer, /^HTTP\/1\.1 400 /, `${size} levels`);
  }
  const broken = '['.repeat(900_000);
  t.match(await speak(head(broken.length), broken), /^HTTP\/1\.1 400 /, 'never closed');
});

t.test('headers without end, and more of them than anybody needs', async (t) => {
  const long = `X-Long: ${'a'.repeat(20_000)}\r\n`;
  t.match(await speak(head(2, long), '{}'), /^HTTP\/1\.1 431 [^]*"code":"too_many_headers"/);
  const many = Array.from({ length: 3_000 }, (_, i) => `X-${i}: a\r\n`).join('');
  t.match(await speak(head(2, many), '{}'), /^HTTP\/1\.1 431 /);
});

t.test('a body that is longer than it may be is refused before it has arrived', async (t) => {
  t.match(await speak(head(2 ** 20 + 1), '{'), /^HTTP\/1\.1 413 [^]*"code":"body_too_large"/);
  t.match(await speak(head(10 ** 12), '{'), /^HTTP\/1\.1 413 /);
});
