import net from 'node:net';
import t, { type Test } from 'tap';
import { isPublicAddress } from '../../../src/platform/webhooks/addresses.ts';
import { createSender, type Sender, sendWebhook } from '../../../src/platform/webhooks/send.ts';
import { startReceiver } from './support.ts';

const local: Sender = { resolve: async () => ['127.0.0.1'], isAllowed: () => true, deadlineMs: 1_000 };
const send = (url: string, sender: Partial<Sender> = {}) =>
  sendWebhook({ ...local, ...sender }, url, { 'webhook-id': '1' }, '{"a":1}');

/** A server that is no web server: what it does with a connection. */
async function startRaw(t: Test, onConnection: (socket: net.Socket) => void): Promise<string> {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    onConnection(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as net.AddressInfo).port}/`;
}

t.test('a redirect is not followed', async (t) => {
  const [first, second] = [await startReceiver(t), await startReceiver(t)];
  first.answer((response) => response.writeHead(302, { location: second.url }).end('elsewhere'));
  t.match(await send(first.url), { statusCode: 302, errorCode: null, excerpt: 'elsewhere' });
  t.same([first.received.length, second.received.length], [1, 0]);
  t.match(first.received[0], { method: 'POST', text: '{"a":1}', headers: { connection: 'close' } });
});

t.test('the deadline is from the start to the end of the answer', async (t) => {
  const silent = await startRaw(t, () => undefined);
  t.match(await send(silent, { deadlineMs: 200 }), { statusCode: null, errorCode: 'timed_out' });
  const slow = await startReceiver(t);
  slow.answer((response) => {
    response.writeHead(200, { 'content-type': 'text/plain' });
    const timer = setInterval(() => response.write('.'), 20);
    response.on('close', () => clearInterval(timer));
  });
  t.match(await send(slow.url, { deadlineMs: 300 }), { errorCode: 'timed_out' }, 'a dripping answer');
  const dripping = await startRaw(t, (socket) => {
    socket.write('HTTP/1.1 200 OK\r\n');
    const timer = setInterval(() => socket.write('x-a: b\r\n'), 20);
    socket.on('close', () => clearInterval(timer));
  });
  t.match(await send(dripping, { deadlineMs: 300 }), { errorCode: 'timed_out' }, 'dripping headers');
  const never = () => new Promise<never>(() => undefined);
  t.match(await send('http://slow.example/', { deadlineMs: 200, resolve: never }), {
    errorCode: 'timed_out',
  });
});

t.test('of an endless answer the status counts', async (t) => {
  const receiver = await startReceiver(t);
  let sent = 0;
  receiver.answer((response) => {
    response.writeHead(200);
    const chunk = 'x'.repeat(16_384);
    const more = () => {
      while (!response.destroyed && response.write(chunk)) sent += chunk.length;
      response.once('drain', more);
    };
    more();
  });
  const outcome = await send(receiver.url, { deadlineMs: 5_000 });
  t.match(outcome, { statusCode: 200, errorCode: null });
  t.equal(outcome.excerpt, 'x'.repeat(1_000));
  t.ok(sent < 20_000_000, `${sent} bytes were sent`);
});

t.test('an excerpt is text that can be stored', async (t) => {
  const receiver = await startReceiver(t);
  receiver.answer((response) => response.end(Buffer.from(`a\u0000b${'😀'.repeat(1_200)}`)));
  const { excerpt } = await send(receiver.url);
  t.equal(excerpt, `ab${'😀'.repeat(499)}`);
  receiver.answer((response) => response.end('abc😀'.padEnd(9_999, '😀')));
  t.equal((await send(receiver.url)).excerpt, `abc${'😀'.repeat(498)}`, 'no half of a character');
  receiver.answer((response) => response.end(Buffer.from([0xff, 0xfe, 0x00, 0x80])));
  t.equal((await send(receiver.url)).excerpt, '\ufffd\ufffd\ufffd');
});

t.test('what is no answer', async (t) => {
  const gone = await startReceiver(t);
  const cases: [string, string, string][] = [
    ['a reset connection', await startRaw(t, (socket) => socket.resetAndDestroy()), 'connection_lost'],
    ['a closed connection', await startRaw(t, (socket) => socket.end()), 'connection_lost'],
    [
      'half an answer',
      await startRaw(t, (s) => s.end('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc')),
      'connection_lost',
    ],
    ['no HTTP', await startRaw(t, (socket) => socket.end('220 mail.example ESMTP\r\n')), 'answer_unreadable'],
    [
      'headers without end',
      await startRaw(t, (s) => s.end(`HTTP/1.1 200 OK\r\na: ${'b'.repeat(99_999)}`)),
      'answer_unreadable',
    ],
    [
      'another protocol',
      await startRaw(t, (s) =>
        s.write('HTTP/1.1 101 Switching\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n'),
      ),
      'connection_lost',
    ],
    ['no TLS', gone.url.replace('http:', 'https:'), 'tls_failed'],
    ['nobody there', 'http://127.0.0.1:1/', 'connection_refused'],
    ['an unknown name', 'http://nowhere.example/', 'name_not_resolved'],
    ['no URL at all', 'nonsense', 'connection_lost'],
  ];
  for (const [what, url, errorCode] of cases) {
    const outcome = await send(url, { resolve: async () => [] });
    t.match(outcome, { statusCode: null, errorCode, excerpt: null }, what);
  }
});

t.test('addresses that are not public are not connected to', async (t) => {
  const receiver = await startReceiver(t);
  const { port } = new URL(receiver.url);
  const guarded = { isAllowed: isPublicAddress };
  for (const host of [
    '127.0.0.1',
    '2130706433',
    '0x7f.1',
    '[::1]',
    '[::ffff:127.0.0.1]',
    '169.254.169.254',
    '10.1.2.3',
  ])
    t.match(await send(`http://${host}:${port}/`, guarded), { errorCode: 'address_refused' }, host);
  for (const addresses of [['127.0.0.1'], ['::1'], ['8.8.8.8', '127.0.0.1'], ['::ffff:10.0.0.1']]) {
    const outcome = await send(`http://inside.example:${port}/`, {
      ...guarded,
      resolve: async () => addresses,
    });
    t.match(outcome, { errorCode: 'address_refused' }, addresses.join());
  }
  const usual = createSender({ webhookPrivateAddresses: false });
  t.match(await sendWebhook(usual, receiver.url, {}, '{}'), { errorCode: 'address_refused' });
  t.equal(receiver.received.length, 0);
});

t.test('a name that points elsewhere the second time leads where it was checked', async (t) => {
  const receiver = await startReceiver(t);
  const answers = [['127.0.0.1'], ['127.0.0.2'], ['127.0.0.2']];
  let asked = 0;
  const sender = {
    resolve: async () => answers[asked++] ?? [],
    // As if the first were public and the second inside.
    isAllowed: (address: string) => address === '127.0.0.1',
  };
  const { port } = new URL(receiver.url);
  t.match(await send(`http://rebind.example:${port}/`, sender), { statusCode: 204 });
  t.same([asked, receiver.received.length], [1, 1], 'it was asked once');
  t.equal(receiver.received[0]?.headers.host, `rebind.example:${port}`);
  t.match(await send(`http://rebind.example:${port}/`, sender), { errorCode: 'address_refused' });
  t.same([asked, receiver.received.length], [2, 1], 'no connection was kept');
});

t.test('the sender for one machine knows localhost', async (t) => {
  const receiver = await startReceiver(t);
  const sender = createSender({ webhookPrivateAddresses: true });
  const { port } = new URL(receiver.url);
  t.match(await sendWebhook(sender, `http://localhost:${port}/`, {}, '{}'), { statusCode: 204 });
});
