import t from 'tap';
import { migrateDatabase } from '../../../src/platform/db/migrate.ts';
import { startApp } from '../../support/app.ts';
import { makeOrder, makePaidOrder, makeShippedOrder, pay } from '../../support/world.ts';
import { checkInvariants, ok, runJobs, times } from '../orders/support.ts';

const app = await startApp(t);
const entries = (account: string, more = '') =>
  app.call(`GET /v1/ledger/entries?account=${encodeURIComponent(account)}${more}`);
const amounts = async (account: string) =>
  (await ok(entries(account))).data.map(({ kind, amount }: { kind: string; amount: number }) => [
    kind,
    amount,
  ]);

t.test('an order in the books, from its placing to its cancellation', async (t) => {
  const { order, payment } = await makePaidOrder(app);
  t.same(await amounts(`receivable:${order.id}`), [
    ['payment_applied', -3600],
    ['order_placed', 3600],
  ]);
  t.same(await amounts(`clearing:${order.id}`), [
    ['payment_applied', 3600],
    ['payment_captured', -3600],
  ]);
  await ok(app.call(`POST /v1/orders/${order.id}/cancel`, { body: {} }));
  t.same((await amounts(`clearing:${order.id}`))[0], ['order_cancelled', -3600], 'on its way back');
  const [refund] = (await ok(app.call('GET /v1/refunds'))).data;
  await ok(app.call(`POST /v1/refunds/${refund.id}/confirm`, { body: {} }));
  t.same((await amounts(`clearing:${order.id}`))[0], ['refund_paid', 3600], 'and back');
  const [newest] = (await ok(entries('funds:manual'))).data;
  t.match(newest, {
    kind: 'refund_paid',
    amount: -3600,
    unit: 'USD',
    balanceAfterAmount: null,
    reversesId: null,
  });
  t.ok(payment.id);
  t.match(await ok(app.call('GET /v1/ledger/verify')), { holds: true });
});

t.test('a price that was lowered, and a surplus', async (t) => {
  const order = await makeOrder(app);
  await pay(app, order.id, { provider: 'manual', amount: 3000 });
  await ok(
    app.call(`POST /v1/orders/${order.id}/lower-price`, {
      body: { reductionAmount: 1000, reason: 'Scratched' },
    }),
  );
  t.same(await amounts(`receivable:${order.id}`), [
    ['price_lowered', -600],
    ['payment_applied', -3000],
    ['order_placed', 3600],
  ]);
  t.same((await amounts(`clearing:${order.id}`))[0], ['price_lowered', -400], 'what is too much now');
  await runJobs(app);
  await checkInvariants(t, app);
});

t.test('the entries of an account come in pages', async (t) => {
  await Promise.all(times(6).map(() => makeOrder(app)));
  const seen: string[] = [];
  for (let cursor = ''; ; ) {
    const page = await ok(entries('sales', `&limit=2${cursor}`));
    seen.push(...page.data.map(({ transferId }: { transferId: string }) => transferId));
    if (page.nextCursor === null) break;
    cursor = `&cursor=${encodeURIComponent(page.nextCursor)}`;
  }
  t.equal(new Set(seen).size, seen.length);
  t.equal(seen.length, (await ok(entries('sales', '&limit=200'))).data.length);
  t.same(seen, seen.toSorted().toReversed());
  t.match(await entries('nonsense'), {
    status: 400,
    body: { code: 'validation_failed', errors: [{ pointer: '/account' }] },
  });
});

t.test('books that were tampered with are found', async (t) => {
  const other = await app.createShop();
  await makePaidOrder(other);
  const client = await app.deps.db.$client.connect();
  try {
    await client.query("begin; set local session_replication_role = 'replica'");
    await client.query(
      "update ledger_entries set amount = amount - 1 where shop_id = $1 and account = 'sales'",
      [other.shopId],
    );
    await client.query('commit');
  } finally {
    client.release();
  }
  const found = await ok(other.call('GET /v1/ledger/verify'));
  t.equal(found.holds, false);
  t.match(
    found.checks.find(({ brokenCount }: { brokenCount: number }) => brokenCount > 0),
    { name: 'every transfer has entries, and they sum to zero', brokenCount: 1 },
  );
  t.match(await ok(app.call('GET /v1/ledger/verify')), { holds: true }, "another shop's books are its own");
});

t.test('what happened before there were books is written into them', async (t) => {
  const { order } = await makePaidOrder(app);
  await makeShippedOrder(app);
  await pay(app, (await makeOrder(app)).id, { provider: 'manual', amount: 100 });
  await ok(app.call(`POST /v1/orders/${order.id}/cancel`, { body: {} }));
  const { $client } = app.deps.db;
  await $client.query('drop table ledger_holds, ledger_entries, ledger_transfers, ledger_accounts cascade');
  await $client.query('drop table ledger_snapshots, ledger_tail');
  await $client.query('drop function refuse_unbalanced, keep_ledger_tail');
  await $client.query("delete from schema_migrations where name ~ '^[0-9]+_ledger'");
  await migrateDatabase(app.url, app.deps.log);
  // Prepared statements of the tables that were dropped are of no use any more.
  t.match(await ok(app.call('GET /v1/ledger/verify')), { holds: true });
  await checkInvariants(t, app);
  await makePaidOrder(app);
  await checkInvariants(t, app);
});
