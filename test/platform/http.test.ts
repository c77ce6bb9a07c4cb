import { connect, type AddressInfo } from 'node:net';
import t from 'tap';
import { buildApp } from '../../src/app.ts';
import { openDatabase } from '../../src/platform/db/client.ts';
import { startApp } from '../support/app.ts';
import { makeOrder } from '../support/world.ts';

const app = await startApp(t);
const authorization = `Bearer ${app.secretKey}`;

interface Sent {
  method?: string;
  headers?: Record<string, string>;
  payload?: string | Buffer;
  target?: typeof app.app;
}
async function send(url: string, { method = 'GET', headers = {}, payload, target = app.app }: Sent = {}) {
  const answer = await target.inject({
    method: method as 'GET',
    url,
    headers: { authorization, ...headers },
    ...(payload === undefined ? {} : { payload }),
  });
  const isJson = String(answer.headers['content-type']).includes('json') && answer.body !== '';
  return { status: answer.statusCode, headers: answer.headers, body: isJson ? answer.json() : answer.body };
}
const post = (payload: string | Buffer, headers: Record<string, string> = {}) =>
  send('/v1/quotes', {
    method: 'POST',
    payload,
    headers: { 'content-type': 'application/json', ...headers },
  });
const LINE = '{"productId":"01890a5d-ac96-774b-bcce-b302099a8057","quantity":1}';

t.test('what is not there, and methods that a path does not take', async (t) => {
  for (const url of ['/', '/v1', '/v1/nothing', '/V1/orders', '/v1/orders/a/b/c', '//'])
    t.match(await send(url), { status: 404, body: { code: 'not_found', status: 404 } }, url);
  const wrong = await send('/v1/orders', { method: 'DELETE' });
  t.match(wrong, { status: 405, body: { code: 'method_not_allowed' } });
  t.equal(wrong.headers['allow'], 'GET, HEAD, OPTIONS, POST');
  t.equal((await send('/v1/quotes')).headers['allow'], 'OPTIONS, POST');
  const noisy = { method: 'PUT', payload: '{broken', headers: { 'content-type': 'application/json' } };
  t.equal((await send('/v1/orders', noisy)).status, 405, 'before its body is read');
  const nobody = await send('/v1/orders', { method: 'PATCH', headers: { authorization: '' } });
  t.equal(nobody.status, 405);
});

t.test('HEAD and OPTIONS', async (t) => {
  const order = await makeOrder(app);
  const url = `/v1/orders/${order.id}`;
  const [get, head] = [await send(url), await send(url, { method: 'HEAD' })];
  t.match(head, { status: 200, body: '' });
  for (const name of ['etag', 'content-type', 'content-length'])
    t.equal(head.headers[name], get.headers[name], name);
  t.equal((await send('/v1/orders', { method: 'HEAD', headers: { authorization: '' } })).status, 401);
  const options = await send(url, { method: 'OPTIONS', headers: { authorization: '' } });
  t.match(options, { status: 204, body: '' });
  t.equal(options.headers['allow'], 'GET, HEAD, OPTIONS, PATCH');
});

t.test('a browser may ask first', async (t) => {
  const preflight = await send('/v1/orders', {
    method: 'OPTIONS',
    headers: {
      authorization: '',
      origin: 'https://shop.example',
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization,idempotency-key',
    },
  });
  t.equal(preflight.status, 204);
  t.equal(preflight.headers['access-control-allow-origin'], '*');
  t.match(preflight.headers['access-control-allow-methods'], /POST/);
  for (const name of ['authorization', 'idempotency-key', 'if-match', 'content-type'])
    t.match(preflight.headers['access-control-allow-headers'], new RegExp(name));
  const answer = await send('/v1/orders', { headers: { origin: 'https://shop.example' } });
  t.equal(answer.headers['access-control-allow-origin'], '*');
  t.match(answer.headers['access-control-expose-headers'], /etag.*idempotency-replayed/);
  const refused = await send('/v1/orders', { headers: { origin: 'https://a.example', authorization: '' } });
  t.equal(refused.status, 401);
  t.equal(refused.headers['access-control-allow-origin'], '*', 'the page may read why');

  const strict = await buildApp({
    ...app.deps,
    config: { ...app.deps.config, corsOrigins: ['https://shop.example'] },
  });
  t.teardown(() => strict.close());
  const from = async (origin: string) =>
    (await send('/v1/orders', { target: strict, headers: { origin } })).headers[
      'access-control-allow-origin'
    ];
  t.equal(await from('https://shop.example'), 'https://shop.example');
  t.equal(await from('https://evil.example'), undefined);
});

t.test('headers of every answer', async (t) => {
  for (const answer of [await send('/v1/orders'), await send('/nothing'), await post('{')]) {
    t.match(answer.headers['x-request-id'], /^[0-9a-f-]{36}$/);
    t.equal(answer.headers['x-content-type-options'], 'nosniff');
    t.equal(answer.headers['cache-control'], 'no-store');
    t.ok(answer.headers['content-security-policy']);
    t.ok(answer.headers['strict-transport-security']);
    t.notOk(answer.headers['x-powered-by']);
  }
  const echoed = await send('/nothing', { headers: { 'x-request-id': 'shop:42_a.b-c' } });
  t.equal(echoed.headers['x-request-id'], 'shop:42_a.b-c');
  t.equal(echoed.body.requestId, 'shop:42_a.b-c');
  for (const bad of ['two words', 'x'.repeat(101), '<script>']) {
    const answer = await send('/nothing', { headers: { 'x-request-id': bad } });
    t.match(answer.headers['x-request-id'], /^[0-9a-f-]{36}$/, bad);
  }
});

t.test('bodies that cannot be read', async (t) => {
  const cases: [what: string, payload: string | Buffer, code: string, type?: string][] = [
    ['broken JSON', '{"lines":[', 'malformed_request'],
    ['two values', '{} {}', 'malformed_request'],
    ['a trailing comma', `{"lines":[${LINE}],}`, 'malformed_request'],
    ['not a number', '{"lines":NaN}', 'malformed_request'],
    ['bytes that are no UTF-8', Buffer.from([0x7b, 0xff, 0xfe, 0x7d]), 'malformed_request'],
    ['__proto__', '{"__proto__":{"lines":[]}}', 'malformed_request'],
    ['constructor.prototype', '{"constructor":{"prototype":{}}}', 'malformed_request'],
    ['nothing', '', 'validation_failed'],
    ['null', 'null', 'validation_failed'],
    ['a list', '[]', 'validation_failed'],
    ['a text', '"x"', 'validation_failed'],
    ['an overflow', `{"lines":[${LINE.replace(':1}', ':1e400}')}]}`, 'validation_failed'],
    ['text', 'lines=1', 'unsupported_media_type', 'text/plain'],
    ['a form', 'lines=1', 'unsupported_media_type', 'application/x-www-form-urlencoded'],
    ['XML', '<a/>', 'unsupported_media_type', 'application/xml'],
    ['no media type', '{}', 'unsupported_media_type', 'x'],
  ];
  for (const [what, payload, code, type] of cases) {
    const answer = await post(payload, type === undefined ? {} : { 'content-type': type });
    t.match(
      [answer.status, answer.body.code],
      [code === 'unsupported_media_type' ? 415 : 400, code],
      `${what}: ${JSON.stringify(answer.body)}`,
    );
    t.match(answer.headers['content-type'], /^application\/problem\+json/);
  }
  const utf8 = await post(`{"lines":[${LINE}]}`, { 'content-type': 'application/json; charset=utf-8' });
  t.match(utf8.body.code, 'product_not_available', 'readable');
});

t.test('what may be something or null is told what is wrong with it', async (t) => {
  const wrong = async (address: string) => {
    const { status, body } = await send('/v1/orders', {
      method: 'POST',
      payload: `{"lines":[${LINE}],"shippingAddress":${address}}`,
      headers: { 'content-type': 'application/json', 'idempotency-key': 'nullable' },
    });
    t.equal(status, 400);
    return (body.errors as { pointer: string; detail: string }[]).map(({ pointer, detail }) => [
      pointer,
      detail,
    ]);
  };
  const inside = await wrong('{"town":"Bath"}');
  t.ok(inside.some(([pointer]) => pointer === '/shippingAddress/town'));
  t.notOk(
    inside.some(([, detail]) => detail === 'must be null'),
    'and not that it is not null',
  );
  t.same(await wrong('5'), [['/shippingAddress', 'must be object']]);
});

t.test('texts that cannot be stored, and values without end', async (t) => {
  const update = (payload: string) =>
    send('/v1/shop', { method: 'PATCH', payload, headers: { 'content-type': 'application/json' } });
  const cases: [payload: string, pointer: string, code: string][] = [
    ['{"name":"a\\u0000b"}', '/name', 'unstorable_text'],
    ['{"name":"\\ud800"}', '/name', 'unstorable_text'],
    ['{"name":"\\udc00\\ud800"}', '/name', 'unstorable_text'],
    ['{"a\\u0000":1}', '', 'unstorable_text'],
    [`{"name":${'['.repeat(40)}${']'.repeat(40)}}`, '', 'too_deep'],
    [`{"name":${'{"a":'.repeat(40)}1${'}'.repeat(40)}}`, '', 'too_deep'],
  ];
  for (const [payload, pointer, code] of cases) {
    const { status, body } = await update(payload);
    t.equal(status, 400, payload.slice(0, 40));
    t.ok(
      body.errors.some((error: any) => error.pointer === pointer && error.code === code),
      `${payload.slice(0, 40)}: ${JSON.stringify(body.errors)}`,
    );
  }
  const deep = await update(`{"name":${'['.repeat(200_000)}${']'.repeat(200_000)}}`);
  t.equal(deep.status, 400, 'the stack holds');
  t.equal((await update('{"name":"\\ud83c\\udf75 茶"}')).body.name, '🍵 茶', 'a whole pair is a character');
  t.equal((await send('/v1/orders?externalId=%00')).status, 400);
  t.equal((await send('/v1/orders/%00')).status, 400);
  t.equal((await send('/v1/orders/%')).status, 400);
});

t.test('unknown query parameters are named', async (t) => {
  const { status, body } = await send('/v1/orders?limit=1&color=red&page=2');
  t.equal(status, 400);
  t.same(
    body.errors.map(({ in: part, pointer, code }: any) => [part, pointer, code]),
    [
      ['query', '/color', 'unknown_field'],
      ['query', '/page', 'unknown_field'],
    ],
  );
  t.equal((await send('/v1/orders?limit=1&limit=2')).status, 400);
  for (const endless of ['1e400', '-1e400'])
    t.match(await send(`/v1/orders?limit=${endless}`), {
      status: 400,
      body: { errors: [{ in: 'query', pointer: '/limit', code: 'wrong_type' }] },
    });
});

t.test('what is too large', async (t) => {
  const big = await post(`{"lines":[${LINE}],"x":"${'x'.repeat(1_048_577)}"}`);
  t.match(big, { status: 413, body: { code: 'body_too_large' } });
  const fits = await post(`{"lines":[${LINE}],"x":"${'x'.repeat(1_000_000)}"}`);
  t.equal(fits.status, 400);
  const long = await send(`/v1/orders?externalId=${'x'.repeat(8_200)}`);
  t.match(long, { status: 414, body: { code: 'uri_too_long' } });
});

/** What a raw request gets on a real socket. */
async function raw(port: number, request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(request));
    let text = '';
    socket.on('data', (chunk) => (text += chunk.toString()));
    socket.on('end', () => resolve(text));
    socket.on('error', reject);
    socket.setTimeout(5_000, () => socket.destroy(new Error('no answer')));
  });
}

t.test('on a real socket: what no parser can read gets an answer of the same shape', async (t) => {
  const real = await buildApp(app.deps);
  t.teardown(() => real.close());
  await real.listen({ port: 0, host: '127.0.0.1' });
  const { port } = real.server.address() as AddressInfo;
  const head = `Host: a\r\nAuthorization: ${authorization}\r\nConnection: close\r\n`;
  const cases: [what: string, request: string, status: number, code: string][] = [
    ['no request at all', 'HELLO\r\n\r\n', 400, 'malformed_request'],
    ['an unknown method', `BREW /v1/orders HTTP/1.1\r\n${head}\r\n`, 400, 'malformed_request'],
    ['a broken header', `GET / HTTP/1.1\r\n${head}no colon\r\n\r\n`, 400, 'malformed_request'],
    [
      'headers too large',
      `GET / HTTP/1.1\r\n${head}X: ${'x'.repeat(20_000)}\r\n\r\n`,
      431,
      'too_many_headers',
    ],
    [
      'two lengths',
      `POST /v1/quotes HTTP/1.1\r\n${head}Content-Length: 1\r\nContent-Length: 2\r\n\r\nab`,
      400,
      'malformed_request',
    ],
    ['a good one', `GET /nothing HTTP/1.1\r\n${head}\r\n`, 404, 'not_found'],
  ];
  for (const [what, request, status, code] of cases) {
    const answer = await raw(port, request);
    t.match(answer, new RegExp(`^HTTP/1.1 ${status} `), what);
    t.match(answer.toLowerCase(), /content-type: application\/problem\+json/, what);
    const body = JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4));
    t.match(body, { status, code, requestId: String }, what);
  }
  const again = await fetch(`http://127.0.0.1:${port}/v1/orders?limit=1`, { headers: { authorization } });
  t.equal(again.status, 200, 'and the server lives on');
});

t.test('without its database it says so', async (t) => {
  const db = openDatabase(
    'postgresql://127.0.0.1:1/x',
    { poolSize: 2, preparedStatements: true },
    app.deps.log,
  );
  const lost = await buildApp({ ...app.deps, db });
  t.teardown(async () => {
    await lost.close();
    await db.$client.end();
  });
  const answer = await send('/v1/orders', { target: lost });
  t.match(answer, { status: 503, body: { code: 'overloaded' } });
  t.equal(answer.headers['retry-after'], '1');
  t.equal((await send('/readyz', { target: lost })).status, 503);
  t.match(await send('/healthz', { target: lost }), { status: 200, body: { status: 'ok' } });
  t.match(await send('/readyz'), { status: 200, body: { status: 'ready' } });
});
