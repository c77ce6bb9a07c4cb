import { Writable } from 'node:stream';
import { pino } from 'pino';
import t from 'tap';
import { newId } from '../../../../src/platform/ids.ts';
import { connectStripe, makeOrder } from '../../../support/world.ts';
import { checkInvariants, ok, readOrder, runJobs } from '../../orders/support.ts';
import { intentFor, lastEvent, readPayment, startCharge, startWorld, VISA } from './support.ts';

let logged = '';
const stream = new Writable({
  write(chunk: Buffer, _encoding, done) {
    logged += chunk.toString();
    done();
  },
});
const world = await startWorld(t, { log: pino({ level: 'trace' }, stream) });
const { app, stripe } = world;

t.test('without an account Stripe cannot be used, and nothing else is missing', async (t) => {
  const shop = await app.createShop();
  const order = await makeOrder(shop);
  const refused = await shop.call(`POST /v1/orders/${order.id}/payments`, { body: VISA });
  t.match([refused.status, refused.body.code], [422, 'provider_not_available']);
  const { data } = await ok(shop.call('GET /v1/payment-accounts'));
  t.match(data, [
    {
      provider: 'stripe',
      isConnected: false,
      isEnabled: false,
      keyHint: null,
      callbackPath: `/v1/payment-callbacks/stripe/${shop.shopId}`,
      version: 0,
    },
  ]);
  for (const verb of ['enable', 'disable'])
    t.equal((await shop.call(`POST /v1/payment-accounts/stripe/${verb}`)).status, 404);
  t.equal((await shop.call('POST /v1/payment-accounts/manual/disable')).status, 400);
});

t.test('an account is connected, read and replaced; versions guard it', async (t) => {
  const shop = await app.createShop();
  const made = await connectStripe(shop, {
    secretKey: 'rk_test_ARestrictedKey4242',
    publishableKey: 'pk_test_Browser',
  });
  t.match(made, {
    isConnected: true,
    isEnabled: true,
    keyHint: 'rk_test_…4242',
    publishableKey: 'pk_test_Browser',
    version: 1,
  });
  t.same((await ok(shop.call('GET /v1/payment-accounts'))).data, [made]);
  const body = { secretKey: 'sk_test_Another0001', webhookSecret: 'whsec_Another' };
  const stale = await shop.call('PUT /v1/payment-accounts/stripe', { body, headers: { 'if-match': '"0"' } });
  t.match([stale.status, stale.body.currentVersion], [412, 1]);
  const next = await ok(
    shop.call('PUT /v1/payment-accounts/stripe', { body, headers: { 'if-match': '"1"' } }),
  );
  t.match(next, { keyHint: 'sk_test_…0001', publishableKey: null, version: 2, createdAt: made.createdAt });
  const { data } = await ok(shop.call('GET /v1/audit-entries'));
  t.match(data, [{ action: 'setPaymentAccount', details: { keyHint: 'sk_test_…0001' } }, {}]);
});

t.test('a shop takes keys of its own mode only', async (t) => {
  const live = await app.createShop({ mode: 'live' });
  const test = await app.createShop();
  const put = (shop: typeof live, keys: object) =>
    shop.call('PUT /v1/payment-accounts/stripe', {
      body: { secretKey: 'sk_test_0000', webhookSecret: 'whsec_0000000', ...keys },
    });
  const refusals = [
    [await put(live, {}), '/secretKey'],
    [await put(live, { secretKey: 'rk_test_0000' }), '/secretKey'],
    [await put(live, { secretKey: 'sk_live_0000', publishableKey: 'pk_test_0000' }), '/publishableKey'],
    [await put(test, { secretKey: 'sk_live_0000' }), '/secretKey'],
    [await put(test, { secretKey: 'rk_live_0000' }), '/secretKey'],
  ] as const;
  for (const [answer, pointer] of refusals)
    t.match([answer.status, answer.body.code, answer.body.errors], [422, 'account_key_mode', [{ pointer }]]);
  t.equal((await put(test, { secretKey: 'pk_test_0000' })).status, 400);
  t.equal((await put(test, { webhookSecret: 'no secret at all' })).status, 400);
  t.match((await put(live, { secretKey: 'rk_live_0000', publishableKey: 'pk_live_0000' })).status, 200);
});

t.test('a disabled account takes no new payments; what is open is finished', async (t) => {
  const one = await world.addShop();
  const { shop, account } = one;
  const waiting = await startCharge(shop);
  const open = await startCharge(shop, { provider: 'stripe' });
  t.match(await ok(shop.call('POST /v1/payment-accounts/stripe/disable')), { isEnabled: false, version: 2 });
  t.match(
    await ok(shop.call('POST /v1/payment-accounts/stripe/disable')),
    { version: 2 },
    'again changes nothing',
  );
  const order = await makeOrder(shop);
  const refused = await shop.call(`POST /v1/orders/${order.id}/payments`, { body: VISA });
  t.match([refused.status, refused.body.code], [422, 'provider_not_available']);
  await app.settle();
  t.match(await readPayment(shop, waiting.payment.id), { state: 'succeeded' });
  account.capture(intentFor(account, open.payment.id));
  await world.callBack(one, lastEvent(account, 'payment_intent.succeeded'));
  t.match(await readOrder(shop, open.order.id), { status: 'paid' });
  await ok(shop.call(`POST /v1/orders/${open.order.id}/cancel`, { body: {} }));
  await app.settle();
  t.same(account.totals(), { captured: 7200, refunded: 3600 });
  await ok(shop.call('POST /v1/payment-accounts/stripe/enable'));
  t.equal((await shop.call(`POST /v1/orders/${order.id}/payments`, { body: VISA })).status, 201);
});

t.test(
  "each shop pays by its own account; a sealed secret is worth nothing in another's row, or changed",
  async (t) => {
    const one = await world.addShop();
    const other = await world.addShop();
    await startCharge(one.shop);
    await app.settle();
    t.same([one.account.totals().captured, other.account.totals().captured], [3600, 0]);
    const { $client } = app.deps.db;
    const copy = `update payment_accounts a set secret_key = b.secret_key, webhook_secret = b.webhook_secret
    from payment_accounts b where a.shop_id = $1 and b.shop_id = $2`;
    await $client.query(copy, [other.shop.shopId, one.shop.shopId]);
    const calls = stripe.calls.length;
    const { payment } = await startCharge(other.shop);
    await app.settle();
    t.equal(stripe.calls.length, calls, 'Stripe is not called with what does not open');
    t.match(await readPayment(other.shop, payment.id), { state: 'created' });
    t.equal((await world.callBack(one, '{}', { shopId: other.shop.shopId })).status, 500);
    const flip =
      'update payment_accounts set secret_key = set_byte(secret_key, 40, 255 - get_byte(secret_key, 40)) where shop_id = $1';
    await $client.query(flip, [one.shop.shopId]);
    await startCharge(one.shop);
    await app.settle();
    t.equal(stripe.calls.length, calls);
    await connectStripe(other.shop, { secretKey: other.secretKey, webhookSecret: other.webhookSecret });
    await runJobs(app);
    t.match(
      await readPayment(other.shop, payment.id),
      { state: 'succeeded' },
      'right again, the job goes on',
    );
  },
);

t.test('secrets are nowhere: not in the database, not in an answer, not in the log', async (t) => {
  const one = await world.addShop();
  const key = newId();
  const keys = { secretKey: 'sk_test_OnlyGoesIn', webhookSecret: 'whsec_OnlyGoesIn' };
  stripe.addKey(keys.secretKey, one.account);
  const put = { body: keys };
  const answers = [
    await one.shop.call('PUT /v1/payment-accounts/stripe', put),
    await one.shop.call('PUT /v1/payment-accounts/stripe', put),
    await one.shop.call('POST /v1/payment-accounts/stripe/disable', { key }),
    await one.shop.call('POST /v1/payment-accounts/stripe/enable'),
    await one.shop.call('GET /v1/payment-accounts'),
    await one.shop.call('PUT /v1/payment-accounts/stripe', { body: { ...keys, webhookSecret: 7 } }),
    await one.shop.call('GET /v1/audit-entries'),
    await one.shop.call('GET /v1/changes'),
  ];
  stripe.fail({ on: '/confirm', answer: '401' });
  stripe.fail({ on: '/confirm', answer: 'none' });
  await startCharge(one.shop);
  await startCharge(one.shop, {
    provider: 'stripe',
    paymentMethod: 'pm_card_chargeDeclinedInsufficientFunds',
  });
  await app.settle();
  await world.callBack({ ...one, webhookSecret: keys.webhookSecret }, 'nothing');
  const everything = await readEverything();
  for (const place of [JSON.stringify(answers), everything, logged]) {
    t.ok(place.length > 300, 'the search is not in nothing');
    t.notOk(
      place.includes('OnlyGoesIn'),
      place.slice(Math.max(place.indexOf('OnlyGoesIn') - 80, 0)).slice(0, 160),
    );
    t.notOk(place.includes(Buffer.from('OnlyGoesIn').toString('hex')));
  }
  t.ok(everything.includes(key), 'the answer was kept, without them');
  t.ok(everything.includes('StripeAuthenticationError'), 'a failure is kept with its job');
  t.ok(logged.includes('unable to authenticate'), 'a secret that does not open is logged');
  t.notOk(logged.includes('_secret_'), 'no client secret either');
});

async function readEverything(): Promise<string> {
  const { $client } = app.deps.db;
  const { rows } = await $client.query<{ name: string }>(
    `select format('%I.%I', table_schema, table_name) as name from information_schema.tables
     where table_schema in ('public', 'graphile_worker')`,
  );
  let text = '';
  for (const { name } of rows) {
    const found = await $client.query<{ row: string }>(`select t::text as row from ${name} t`);
    text += found.rows.map(({ row }) => row).join('\n');
  }
  return text;
}

t.test('at the end the books are right', (t) => checkInvariants(t, app));
