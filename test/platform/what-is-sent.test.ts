import t from 'tap';
import { newId } from '../../src/platform/ids.ts';
import { startApp } from '../support/app.ts';
import { makeCustomer, makeOrder, makeProduct } from '../support/world.ts';

// What is sent and what it means: ids in capitals, bytes, cursors that somebody wrote, keys that are shared.

const app = await startApp(t);
const product = await makeProduct(app);
const customer = await makeCustomer(app);

t.test('an id in capitals is the same id, and has one form from then on', async (t) => {
  const lines = [{ productId: product.id.toUpperCase(), quantity: 1 }];
  const body = { lines, customerId: customer.id.toUpperCase() };
  const quote = await app.call('POST /v1/quotes', { body });
  t.equal(quote.status, 200);
  const placed = await app.call('POST /v1/orders', {
    body: { ...body, customerId: customer.id, quoteToken: quote.body.quoteToken },
  });
  t.equal(placed.status, 201);
  const again = await app.call('POST /v1/orders', { body });
  t.match(again.body, { customerId: customer.id, lines: [{ productId: product.id }] });
  const read = await app.call(`GET /v1/orders/${again.body.id.toUpperCase()}`);
  t.same(read.body, again.body, 'what is read is what was answered');
  const list = await app.call(`GET /v1/orders?customerId=${customer.id.toUpperCase()}`);
  t.equal(list.body.data.length, 2);
  const externalId = newId().toUpperCase();
  const named = await app.call('POST /v1/orders', { body: { lines, externalId } });
  t.equal(named.body.externalId, externalId, 'an id of others stays as it is written');
});

const send = (payload: Buffer, contentType = 'application/json', key: string = newId()) =>
  app.app.inject({
    method: 'POST',
    url: '/v1/orders',
    payload,
    headers: {
      authorization: `Bearer ${app.secretKey}`,
      'content-type': contentType,
      'idempotency-key': key,
    },
  });
const bodyWith = (note: Buffer | string) =>
  Buffer.concat([
    Buffer.from(`{"lines":[{"productId":"${product.id}","quantity":1}],"staffNote":"`),
    Buffer.from(note),
    Buffer.from('"}'),
  ]);

t.test('bytes that are no UTF-8 are refused, not stored as something else', async (t) => {
  for (const bytes of [[0xff], [0xc3], [0xed, 0xa0, 0x80], [0xf5, 0x80, 0x80, 0x80]]) {
    const answer = await send(bodyWith(Buffer.from(bytes)));
    t.match([answer.statusCode, answer.json().code], [400, 'malformed_request'], bytes.join(' '));
  }
  const latin = await send(bodyWith('x'), 'application/json; charset=latin1');
  t.match([latin.statusCode, latin.json().code], [415, 'unsupported_media_type']);
  for (const charset of ['utf-8', 'UTF8', '"utf-8"']) {
    const answer = await send(bodyWith('Müller 茶'), `application/json; charset=${charset}`);
    t.match([answer.statusCode, answer.json().staffNote], [201, 'Müller 茶'], charset);
  }
  for (const query of ['number=%ff', 'number=%E0%A4%A', 'number=%zz'])
    t.equal((await app.call(`GET /v1/orders?${query}`)).status, 400, query);
  t.equal((await app.call('GET /v1/orders?number=%E8%8C%B6%25')).status, 200);
});

t.test('a cursor that somebody wrote is refused as one, and never a fault', async (t) => {
  for (const count of [1, 2, 3]) await makeOrder(app, { externalId: `cursor-${count}` });
  const lists = ['orders', 'products', 'customers', 'payments', 'audit-entries', 'stock-levels'];
  for (let count = 0; count < 2; count += 1) await makeCustomer(app);
  await makeProduct(app);
  let forged = 0;
  for (const list of lists) {
    const { body } = await app.call(`GET /v1/${list}?limit=1`);
    if (typeof body.nextCursor !== 'string') continue;
    const parts = JSON.parse(Buffer.from(body.nextCursor, 'base64url').toString() || 'null') as unknown;
    if (!Array.isArray(parts)) continue;
    const [name, binding, ...key] = parts as unknown[];
    const values = [
      null,
      true,
      1.5,
      -1,
      1e300,
      '',
      'infinity',
      '+275760-09-13T00:00:00.000Z',
      '0000-01-01T00:00:00.000Z',
    ];
    for (const [place] of key.entries()) {
      for (const value of values) {
        const other = key.with(place, value);
        const cursor = Buffer.from(JSON.stringify([name, binding, ...other])).toString('base64url');
        const answer = await app.call(`GET /v1/${list}?limit=1&cursor=${cursor}`);
        t.match(
          [answer.status, answer.body.code, answer.body.errors?.[0]?.pointer],
          [400, 'invalid_cursor', '/cursor'],
          `${list}: ${JSON.stringify(other)}`,
        );
        forged += 1;
      }
    }
  }
  t.ok(forged > 50, `${forged} cursors were written`);
});

t.test('customers of a front end share its key, and no answers', async (t) => {
  const quote = async (quantity: number) =>
    app.call('POST /v1/quotes', {
      as: app.publishableKey,
      body: { lines: [{ productId: product.id, quantity }] },
      headers: { 'idempotency-key': 'the-same' },
    });
  t.same([(await quote(1)).status, (await quote(2)).status], [200, 200]);
  const { rows } = await app.deps.db.$client.query(
    `select count(*)::int as kept from idempotency_keys where key = 'the-same'`,
  );
  t.same(rows, [{ kept: 0 }], 'nothing is written for strangers');
});

t.test('a key gives no scopes that it does not have', async (t) => {
  const make = (scopes: string[], as?: string, more: object = {}) =>
    app.call('POST /v1/api-keys', {
      body: { kind: 'secret', name: 'x', scopes, ...more },
      ...(as === undefined ? {} : { as }),
    });
  const { body: maker } = await make(['api-keys:write', 'orders:read']);
  const refused = await make(['orders:read', 'customers:read'], maker.key);
  t.match([refused.status, refused.body.code], [403, 'insufficient_scope']);
  t.match(refused.body.errors, [{ in: 'body', pointer: '/scopes/1' }]);
  t.equal((await make(['orders:read'], maker.key)).status, 201);
  const late = await make(['orders:read'], undefined, { expiresAt: '2001-01-01T00:00:00Z' });
  t.match(
    [late.status, late.body.code, late.body.errors[0].pointer],
    [422, 'key_already_expired', '/expiresAt'],
  );
});

t.test('a test clock moves five years at a time', async (t) => {
  const shop = await app.createShop();
  const move = (days: number) =>
    shop.call('POST /v1/test-clock/advance', { body: { byMinutes: days * 24 * 60 } });
  t.equal((await move(1_830)).status, 200);
  t.match(await move(1_831), { status: 422, body: { code: 'clock_too_far' } });
});
