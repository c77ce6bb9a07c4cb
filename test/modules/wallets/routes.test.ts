import t from 'tap';
import { newId } from '../../../src/platform/ids.ts';
import { startApp } from '../../support/app.ts';
import { creditWallet, makeCustomer, makeOrder, tokenOf } from '../../support/world.ts';
import { checkInvariants, ok, times } from '../orders/support.ts';
import { balanceOf, entriesOf, makeRich, movementsOf, payByWallet, walletOf, withdraw } from './support.ts';

const app = await startApp(t);
const credits = (id: string) => `POST /v1/customers/${id}/wallet/credits`;

t.test('who never had anything has nothing', async (t) => {
  const { id } = await makeCustomer(app);
  t.same(await walletOf(app, id), {
    customerId: id,
    balanceAmount: 0,
    heldAmount: 0,
    availableAmount: 0,
    currency: 'USD',
  });
  t.same(await movementsOf(app, id), []);
});

t.test('value is given, paid in and paid out, and every step is written down', async (t) => {
  const shop = await app.createShop();
  const { id } = await makeCustomer(shop);
  const given = await creditWallet(shop, id, 1500, { note: 'For the wait.' });
  t.match(given, {
    kind: 'credited',
    amount: 1500,
    balanceAfterAmount: 1500,
    currency: 'USD',
    reason: 'goodwill',
    note: 'For the wait.',
    subjectType: null,
    customerId: id,
    actorKind: 'api_key',
  });
  await creditWallet(shop, id, 2000, { reason: 'cash' });
  t.match((await withdraw(shop, id, 500)).body, { kind: 'withdrawn', amount: -500, reason: null });
  t.same(await walletOf(shop, id), {
    customerId: id,
    balanceAmount: 3000,
    heldAmount: 0,
    availableAmount: 3000,
    currency: 'USD',
  });
  t.same(await entriesOf(shop, 'goodwill'), [['wallet_credited', 1500]]);
  t.same(await entriesOf(shop, 'funds:manual'), [
    ['wallet_withdrawn', -500],
    ['wallet_credited', 2000],
  ]);
  const { data: audit } = await ok(shop.call('GET /v1/audit-entries?limit=3'));
  t.match(audit[0], { action: 'withdrawFromWallet', subjectType: 'customer', subjectId: id });
  t.match(audit[1], { action: 'creditCustomerWallet', details: { amount: 2000, reason: 'cash' } });
  t.notMatch(JSON.stringify(audit), /wait/, 'no note in the audit');
  await app.settle();
  const { data: events } = await ok(shop.call('GET /v1/changes?limit=200'));
  const told = events.filter(({ type }: { type: string }) => type.startsWith('wallet.'));
  t.match(
    told.map(({ type, subjectId, data }: any) => [type, subjectId, data.amount, data.balanceAmount]),
    [
      ['wallet.credited', id, 1500, 1500],
      ['wallet.credited', id, 2000, 3500],
      ['wallet.debited', id, -500, 3000],
    ],
  );
  await checkInvariants(t, app);
});

t.test('more than there is cannot be paid out', async (t) => {
  const id = await makeRich(app, 1000);
  const refused = await withdraw(app, id, 1001);
  t.match(refused, {
    status: 422,
    body: { code: 'insufficient_balance', availableAmount: 1000, errors: [{ pointer: '/amount' }] },
  });
  t.equal(await balanceOf(app, id), 1000);
});

t.test('what is no credit is refused', async (t) => {
  const { id } = await makeCustomer(app);
  for (const body of [
    { amount: 0, reason: 'goodwill' },
    { amount: -5, reason: 'goodwill' },
    { amount: 1.5, reason: 'goodwill' },
    { amount: '5', reason: 'goodwill' },
    { amount: 1e15, reason: 'goodwill' },
    { amount: 5 },
    { amount: 5, reason: 'price_difference' },
    { amount: 5, reason: 'cash', note: '' },
    { amount: 5, reason: 'cash', currency: 'EUR' },
  ])
    t.match(
      await app.call(credits(id), { body }),
      { status: 400, body: { code: 'validation_failed' } },
      JSON.stringify(body),
    );
  const body = { amount: 5, reason: 'cash' };
  t.match(await app.call(credits(id), { body, key: null }), {
    status: 400,
    body: { code: 'idempotency_key_missing' },
  });
  t.match(await app.call(credits(newId()), { body }), { status: 404, body: { code: 'not_found' } });
  t.match(await withdraw(app, newId(), 5), { status: 404, body: { code: 'not_found' } });
  t.equal((await app.call(`GET /v1/customers/${newId()}/wallet`)).status, 404);
  t.equal((await app.call(`GET /v1/customers/${newId()}/wallet/movements`)).status, 404);
  t.same(await movementsOf(app, id), []);
});

t.test('a wallet holds what an answer can carry', async (t) => {
  const id = await makeRich(app, 999_999_999_999_999);
  t.match(await app.call(credits(id), { body: { amount: 1, reason: 'cash' } }), {
    status: 422,
    body: { code: 'amount_too_large' },
  });
  t.equal(await balanceOf(app, id), 999_999_999_999_999);
});

t.test('movements come in pages, newest first', async (t) => {
  const id = await makeRich(app, 1);
  for (const i of times(6)) await creditWallet(app, id, i + 2);
  const seen: number[] = [];
  for (let cursor = ''; ; ) {
    const page = await ok(app.call(`GET /v1/customers/${id}/wallet/movements?limit=3${cursor}`));
    seen.push(...page.data.map(({ amount }: { amount: number }) => amount));
    if (page.nextCursor === null) break;
    cursor = `&cursor=${encodeURIComponent(page.nextCursor)}`;
  }
  t.same(seen, [7, 6, 5, 4, 3, 2, 1]);
  const { nextCursor } = await ok(app.call(`GET /v1/customers/${id}/wallet/movements?limit=3`));
  const other = await makeRich(app, 1);
  t.match(
    await app.call(
      `GET /v1/customers/${other}/wallet/movements?limit=3&cursor=${encodeURIComponent(nextCursor)}`,
    ),
    { status: 400, body: { code: 'invalid_cursor' } },
    "another wallet's cursor",
  );
});

t.test('customers see their own and no more', async (t) => {
  const id = await makeRich(app, 700);
  await makeRich(app, 900);
  const as = await tokenOf(app, id);
  t.match(await app.call('GET /v1/me/wallet', { as }), {
    status: 200,
    body: { customerId: id, balanceAmount: 700 },
  });
  const { body } = await app.call('GET /v1/me/wallet/movements', { as });
  t.match(body.data, [{ kind: 'credited', amount: 700 }]);
  t.equal(body.data.length, 1);
  t.notOk('actorId' in body.data[0] || 'transferId' in body.data[0], 'not who of the staff it was');
  for (const target of [credits(id), `GET /v1/customers/${id}/wallet`])
    t.equal((await app.call(target, { as, body: undefined })).status, 403, target);
});

t.test('a guest order has no wallet, and a payment method means nothing to one', async (t) => {
  const order = await makeOrder(app);
  t.match(await payByWallet(app, order.id), {
    status: 422,
    body: { code: 'provider_not_available', errors: [{ pointer: '/provider' }] },
  });
  t.match(await payByWallet(app, order.id, { paymentMethod: 'pm_card' }), {
    status: 422,
    body: { code: 'payment_method_not_taken' },
  });
  t.same((await ok(app.call(`GET /v1/orders/${order.id}/payments`))).data, [], 'nothing is left of it');
});

t.test('a movement never changes', async (t) => {
  const id = await makeRich(app, 700);
  const { $client } = app.deps.db;
  for (const text of [
    'update wallet_movements set amount = amount + 1 where customer_id = $1',
    "update wallet_movements set note = 'Another' where customer_id = $1",
    'delete from wallet_movements where customer_id = $1',
  ])
    await t.rejects($client.query(text, [id]), { code: '23000' }, text);
  for (const text of [
    "update wallet_movements set note = null, kind = 'refunded', reason = null where customer_id = $1",
    'update wallet_movements set note = null, position = 9 where customer_id = $1',
  ])
    await t.rejects($client.query(text, [id]), { code: '23000' }, text);
});

t.test('movements that were tampered with are found', async (t) => {
  const shop = await app.createShop();
  const id = await makeRich(shop, 700);
  const client = await app.deps.db.$client.connect();
  const tamper = async (change: string) => {
    await client.query("begin; set local session_replication_role = 'replica'");
    await client.query(`update wallet_movements set ${change} where customer_id = $1`, [id]);
    await client.query('commit');
  };
  const broken = async () => {
    const { checks } = await ok(shop.call('GET /v1/ledger/verify'));
    return checks.filter((check: any) => check.brokenCount > 0).map(({ name }: any) => name);
  };
  try {
    await tamper('balance_after = 900');
    t.same(await broken(), ['every entry of a wallet has one movement that tells the same']);
    await tamper('amount = 699, balance_after = 700');
    t.equal((await broken()).length, 2);
    await tamper('amount = 700');
    t.same(await broken(), []);
  } finally {
    client.release();
  }
});
