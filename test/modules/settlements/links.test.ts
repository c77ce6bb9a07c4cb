import { Writable } from 'node:stream';
import { pino } from 'pino';
import t from 'tap';
import { startApp } from '../../support/app.ts';
import { makeLink, makePaidOrder } from '../../support/world.ts';
import { advance, HOUR, ok, readOrder } from '../orders/support.ts';
import { act, holds, makeSettling, offer, offerCharge, offerGift, read } from './offers-support.ts';

let logged = '';
const stream = new Writable({
  write(chunk, _encoding, done) {
    logged += String(chunk);
    done();
  },
});
const app = await startApp(t, { log: pino({ level: 'trace' }, stream) });
const byLink = (token: string, verb = '', body?: object, headers?: Record<string, string>) =>
  app.call(`${verb === '' ? 'GET' : 'POST'} /v1/settlement-links/${token}${verb && `/${verb}`}`, {
    as: null,
    ...(body === undefined ? {} : { body }),
    ...(headers === undefined ? {} : { headers }),
  });

t.test('who holds a link reads, counters, accepts and pays, without logging in', async (t) => {
  const shop = await app.createShop({ name: 'Northwind' });
  const { orderId, lineId } = await makeSettling(shop);
  const { id } = await offerCharge(shop, orderId, lineId);
  const { token } = await makeLink(shop, id);
  t.match(token, /^lk_[\w-]{65}$/);
  t.match(await byLink(token), {
    status: 200,
    body: {
      shopName: 'Northwind',
      state: 'offered',
      turn: 'customer',
      amount: 600,
      message: 'The label said 18.00 by mistake.',
      waysToPay: ['simulator'],
      dueAt: String,
      lines: [
        {
          productName: 'Chai',
          paidNetAmount: 3600,
          comparedUnitAmount: 2100,
          differenceAmount: 600,
          words: {
            en: 'Paid for 2: $36.00; right would be 2 × $21.00 = $42.00; difference $6.00; to be paid $6.00',
          },
        },
      ],
    },
  });
  const { body: shown } = await byLink(token);
  t.notMatch(JSON.stringify(shown), new RegExp(`${id}|${orderId}|actor`), 'no ids, and nobody of the staff');
  t.match(await byLink(token, 'counter', { amount: 300, message: 'Half.' }), {
    status: 200,
    body: { turn: 'shop' },
  });
  t.match(await byLink(token, 'accept'), { status: 409, body: { code: 'not_your_turn' } });
  await ok(act(shop, id, 'counter', { amount: 450 }));
  t.match(await byLink(token, 'decline', { reason: 'suspected_fraud' }), { status: 422 });
  t.match(await byLink(token, 'accept', undefined, { 'if-match': '"1"' }), { status: 412 });
  t.match(await byLink(token, 'accept'), { status: 200, body: { state: 'accepted', amount: 450 } });
  for (const provider of ['manual', 'wallet'])
    t.match(await byLink(token, 'pay', { provider }), {
      status: 422,
      body: { code: 'provider_not_available' },
    });
  t.match(await byLink(token, 'pay', { provider: 'simulator' }), { status: 201, body: { amount: 450 } });
  await app.settle();
  t.match(await byLink(token), { body: { state: 'settled', waysToPay: [] } });
  t.match((await app.call(`GET /v1/settlement-links/${token}/payments`, { as: null })).body.data, [
    { state: 'succeeded' },
  ]);
  t.match(await readOrder(shop, orderId), { chargedAmount: 450 });
  await holds(t, app, shop);
});

t.test('the token is told once, and is in no log, event or answer that is kept', async (t) => {
  const shop = await app.createShop();
  const { orderId, lineId } = await makeSettling(shop);
  const { id } = await offerCharge(shop, orderId, lineId);
  const { token, ...link } = await makeLink(shop, id);
  await ok(byLink(token, 'accept'));
  await ok(byLink(token, 'pay', { provider: 'simulator' }));
  await app.call(`GET /v1/settlement-links/${token}?unknown=1`, { as: null });
  await app.settle();
  const { data } = await ok(shop.call(`GET /v1/orders/${orderId}/timeline`));
  t.ok(
    data.some((entry: any) => entry.actorKind === 'link' || entry.actor?.kind === 'link'),
    'the timeline names the link',
  );
  const { data: links } = await ok(shop.call(`GET /v1/settlements/${id}/links`));
  t.same(links, [{ ...link }], 'the token is shown once');
  t.notOk(logged.includes(token.slice(30)), 'the token is in no log');
  const { rows } = await app.deps.db.$client.query(
    `select (select string_agg(o::text, '') from outbox o) || (select string_agg(l::text, '') from links l)
       || (select string_agg(k::text, '') from idempotency_keys k) as everything`,
  );
  t.notOk(rows[0].everything.includes(token.slice(30)), 'and in no table');
});

t.test('a gift is accepted by link, also by a guest', async (t) => {
  const shop = await app.createShop();
  const { order } = await makePaidOrder(shop);
  const { lines } = await readOrder(shop, order.id);
  const { id } = await offerGift(shop, order.id, lines[0].id);
  const { token } = await makeLink(shop, id);
  t.match(await byLink(token, 'accept'), { status: 200, body: { state: 'paying' } });
  t.match(await byLink(token, 'accept'), { status: 409 });
});

t.test('a link ends when it is revoked or expires, in real time', async (t) => {
  const shop = await app.createShop();
  const { orderId } = await makeSettling(shop);
  const freight = { direction: 'from_customer', reason: 'freight', amount: 50, answerHours: 2000 };
  const { id } = await ok(offer(shop, orderId, freight));
  const [one, two] = [await makeLink(shop, id, { validHours: 1 }), await makeLink(shop, id)];
  await advance(shop, 100 * HOUR);
  t.equal((await byLink(one.token)).status, 200, 'the shop’s clock does not matter');
  const revoke = () => shop.call(`POST /v1/settlements/${id}/links/${one.id}/revoke`);
  const revoked = await ok(revoke());
  t.match(revoked, { id: one.id, revokedAt: String });
  t.same(await ok(revoke()), revoked, 'once');
  const missing = await byLink(one.token);
  t.match(missing, { status: 404, body: { code: 'not_found' } });
  t.equal((await byLink(two.token)).status, 200, 'the other one counts');
  const short = await makeLink(shop, id, { validHours: 1 });
  t.equal((await byLink(short.token)).status, 200);
  await app.deps.db.$client.query('update links set expires_at = now() where id = $1', [short.id]);
  t.match(await byLink(short.token), { status: 404, body: { code: 'not_found' } }, 'its time is over');
  const other = await offerCharge(shop, orderId, (await readOrder(shop, orderId)).lines[0].id);
  t.equal((await shop.call(`POST /v1/settlements/${other.id}/links/${two.id}/revoke`)).status, 404);
  const key = { key: 'the same' };
  const again = async () => ok(shop.call(`POST /v1/settlements/${id}/links`, { body: {}, ...key }));
  t.not(
    (await again()).token,
    (await again()).token,
    'a key is not looked at: its answer would hold the token',
  );
  await ok(act(shop, id, 'cancel'));
  t.match(await byLink(two.token), { status: 200, body: { state: 'cancelled', turn: null } });
  t.match(await shop.call(`POST /v1/settlements/${id}/links`, { body: {} }), {
    status: 409,
    body: { code: 'settlement_not_open' },
  });
  t.equal((await read(shop, id)).state, 'cancelled');
});

t.test('a click that is repeated under its key has one effect', async (t) => {
  const shop = await app.createShop();
  const { orderId, lineId } = await makeSettling(shop);
  const { id } = await offerCharge(shop, orderId, lineId);
  const { token } = await makeLink(shop, id);
  const click = (verb: string, body?: object, key: string | null = verb) =>
    app.call(`POST /v1/settlement-links/${token}/${verb}`, { as: null, key, ...(body ? { body } : {}) });
  t.match(await click('accept', undefined, null), { status: 400, body: { code: 'idempotency_key_missing' } });
  t.match(
    [await click('accept'), await click('accept')],
    [
      { status: 200, body: { state: 'accepted' } },
      { status: 200, headers: { 'idempotency-replayed': 'true' } },
    ],
  );
  const [one, two] = [
    await click('pay', { provider: 'simulator' }),
    await click('pay', { provider: 'simulator' }),
  ];
  t.equal(one.body.id, two.body.id);
  t.equal((await click('pay', { provider: 'stripe' })).body.code, 'idempotency_key_reused');
});

t.test('guesses are counted for each address, and never touch who has a token', async (t) => {
  const rateLimits = { read: 50, write: 50, bulk: 9, front: 50, open: 9, refused: 9, guessed: 4 };
  const limited = await startApp(t, { config: { rateLimits, trustProxy: 1 } });
  const { order } = await makePaidOrder(limited);
  const { id } = await ok(
    offer(limited, order.id, { direction: 'from_customer', reason: 'freight', amount: 5 }),
  );
  const { token } = await makeLink(limited, id);
  const ask = async (text: string, address: string) =>
    (
      await limited.call(`GET /v1/settlement-links/${text}`, {
        as: null,
        headers: { 'x-forwarded-for': address },
      })
    ).status;
  const guess = `${token.slice(0, -3)}AAA`;
  const statuses = [];
  for (let i = 0; i < 8; i += 1) statuses.push(await ask(i % 2 === 0 ? guess : 'nonsense', '203.0.113.7'));
  t.same(statuses, [404, 404, 404, 404, 429, 429, 429, 429]);
  t.equal(await ask(token, '203.0.113.7'), 200, 'the right token from the same address');
  t.equal(await ask(guess, '203.0.113.8'), 404, 'another address');
});
