import t from 'tap';
import { tasks } from '../../../src/jobs.ts';
import { clearing, funds, goodwill, sales } from '../../../src/modules/ledger/accounts.ts';
import { ledgerInvariants } from '../../../src/modules/ledger/invariants.ts';
import { post } from '../../../src/modules/ledger/post.ts';
import { credit, debit } from '../../../src/modules/ledger/rules.ts';
import { READ_BALANCES } from '../../../src/modules/ledger/snapshot-repository.ts';
import { inTransaction } from '../../../src/platform/db/transaction.ts';
import { newId } from '../../../src/platform/ids.ts';
import { startApp, type TestShop } from '../../support/app.ts';
import { makePaidOrder } from '../../support/world.ts';
import { checkInvariants, connect, ok, times } from '../orders/support.ts';

const app = await startApp(t, { poolSize: 16 });
const { $client } = app.deps.db;

const takeSnapshots = async (): Promise<void> => tasks['ledger.snapshot']?.(app.deps, undefined as never);
const balancesOf = async (shop: TestShop): Promise<Record<string, [amount: number, entries: number]>> => {
  const { data } = await ok(shop.call('GET /v1/ledger/balances'));
  return Object.fromEntries(data.map((b: any) => [b.account, [b.balanceAmount, b.entryCount]]));
};
const countTail = async (shop: TestShop): Promise<number> => {
  const text = 'select count(*)::int as n from ledger_tail where shop_id = $1';
  return (await $client.query<{ n: number }>(text, [shop.shopId])).rows[0]?.n ?? 0;
};
const sell = async (shop: TestShop, amount: bigint) => {
  const ctx = await shop.ctx();
  const legs = [debit(funds('manual'), amount), credit(sales(), amount)];
  await inTransaction(ctx, (tx) => post(tx, ctx, { kind: 'tried', subject: newId(), legs }));
};
/** What the verification says, over all shops, in one statement and so at one moment. */
const proof = ledgerInvariants.find(({ name }) => name.startsWith('a snapshot'));
const countBroken = async () => (await proof?.check(app.deps.db))?.broken;

t.test('the balances of the shop, before a snapshot, after it and beyond it', async (t) => {
  const shop = await app.createShop();
  const other = await app.createShop({ currency: 'EUR' });
  t.same(await balancesOf(shop), {});
  await makePaidOrder(shop);
  await makePaidOrder(other);
  const expected = { 'funds:manual': [3600, 1], sales: [-3600, 1] };
  t.same(await balancesOf(shop), expected);
  t.equal(await countTail(shop), 2, 'accounts of an order are in no snapshot');
  await takeSnapshots();
  t.equal(await countTail(shop), 0);
  t.same(await balancesOf(shop), expected);
  await sell(shop, 100n);
  t.same(await balancesOf(shop), { 'funds:manual': [3700, 2], sales: [-3700, 2] });
  await takeSnapshots();
  await takeSnapshots();
  t.same(await balancesOf(shop), { 'funds:manual': [3700, 2], sales: [-3700, 2] });
  t.match(await ok(other.call('GET /v1/ledger/balances')), {
    data: [
      { account: 'funds:manual', unit: 'EUR', balanceAmount: 3600 },
      { account: 'sales', unit: 'EUR', balanceAmount: -3600 },
    ],
  });
  t.match(await ok(shop.call('GET /v1/ledger/verify')), { holds: true });
  await checkInvariants(t, app);
});

t.test('what commits long after others, and after snapshots, is counted once', async (t) => {
  const shop = await app.createShop();
  const ctx = await shop.ctx();
  await sell(shop, 1n);
  await inTransaction(ctx, async (tx) => {
    const legs = [debit(goodwill(), 10n), credit(clearing(newId()), 10n)];
    await post(tx, ctx, { kind: 'tried', subject: newId(), legs });
    // The row has to be there before the others are: the write travels behind its statement.
    await tx.execute('select 1');
    await Promise.all(times(20).map(() => sell(shop, 100n)));
    await takeSnapshots();
    t.same(await balancesOf(shop), { 'funds:manual': [2001, 21], sales: [-2001, 21] });
  });
  const all = { 'funds:manual': [2001, 21], sales: [-2001, 21], goodwill: [10, 1] };
  t.same(await balancesOf(shop), all);
  await takeSnapshots();
  t.same(await balancesOf(shop), all);
  t.equal(await countBroken(), 0n);
});

t.test('what is rolled back is in no snapshot', async (t) => {
  const shop = await app.createShop();
  const ctx = await shop.ctx();
  const legs = [debit(goodwill(), 10n), credit(sales(), 10n)];
  const failing = inTransaction(ctx, async (tx) => {
    await post(tx, ctx, { kind: 'tried', subject: newId(), legs });
    await tx.execute('select 1');
    await takeSnapshots();
    throw new Error('no');
  });
  await t.rejects(failing, { message: 'no' });
  await takeSnapshots();
  t.same(await balancesOf(shop), {});
});

t.test('writers, snapshots and readers at once: at every moment the sums agree', async (t) => {
  const shop = await app.createShop();
  const writing = { isOn: true };
  const writers = Promise.all(
    times(6).map(async () => {
      for (const n of times(40)) await sell(shop, BigInt(n + 1));
    }),
  ).finally(() => (writing.isOn = false));
  const whileWriting = async (work: () => Promise<void>) => {
    let rounds = 0;
    for (; writing.isOn; rounds += 1) await work();
    return rounds;
  };
  let seen = 0;
  const broken: unknown[] = [];
  const rounds = await Promise.all([
    ...times(3).map(() => whileWriting(() => takeSnapshots())),
    whileWriting(async () => {
      const { sales: [amount, entries] = [0, 0], ...rest } = await balancesOf(shop);
      const [funded = 0, count = 0] = rest['funds:manual'] ?? [];
      if (entries < seen || funded !== -amount || count !== entries)
        broken.push([seen, entries, funded, amount]);
      seen = entries;
    }),
    whileWriting(async () => {
      const found = await countBroken();
      if (found !== 0n) broken.push(found);
    }),
    writers.then(() => 1),
  ]);
  t.same(broken, []);
  t.ok(
    rounds.every((count) => count > 0),
    `rounds: ${rounds.join(', ')}`,
  );
  await takeSnapshots();
  t.equal(await countTail(shop), 0);
  t.same(await balancesOf(shop), { 'funds:manual': [6 * 820, 240], sales: [-6 * 820, 240] });
});

t.test('reading them costs the same, however many entries there are', async (t) => {
  const shop = await app.createShop();
  await $client.query(
    `with many as (
       insert into ledger_transfers select $1::uuid, gen_random_uuid(), 'many', 'many:' || n || $1::uuid, 'USD', null, now(), now()
       from generate_series(1, 12000) n returning shop_id, id
     )
     insert into ledger_entries (shop_id, transfer_id, position, account, owner_id, amount)
     select shop_id, id, 1, 'funds:manual', null::uuid, 5 from many union all select shop_id, id, 2, 'sales', null::uuid, -5 from many`,
    [shop.shopId],
  );
  t.equal(await countTail(shop), 24_000, 'whoever writes entries');
  await takeSnapshots();
  await sell(shop, 7n);
  t.same(await balancesOf(shop), { 'funds:manual': [60_007, 12_001], sales: [-60_007, 12_001] });
  await $client.query('vacuum ledger_tail');
  const { rows } = await $client.query(
    `explain (analyze, buffers, format json) ${READ_BALANCES.replaceAll('$1', `'${shop.shopId}'`)}`,
  );
  const [{ Plan: plan }] = rows[0]['QUERY PLAN'];
  const scans: any[] = [];
  const walk = (node: any) => {
    if (node['Relation Name'] !== undefined) scans.push(node);
    for (const child of node.Plans ?? []) walk(child);
  };
  walk(plan);
  const relations: string[] = scans.map((scan) => scan['Relation Name']);
  t.same([...new Set(relations)].toSorted(), ['ledger_snapshots', 'ledger_tail']);
  t.ok(scans.every((scan) => scan['Actual Rows'] <= 2 && !(scan['Rows Removed by Filter'] > 0)));
  t.ok(
    scans.every((scan) => !scan['Node Type'].startsWith('Seq')),
    'by an index',
  );
});

t.test('a snapshot that is wrong is found', async (t) => {
  const client = await connect(t, app.url);
  await client.query('update ledger_snapshots set balance = balance + 1 where shop_id = $1', [app.shopId]);
  await sell(app, 1n);
  await takeSnapshots();
  t.equal(await countBroken(), 0n);
  await client.query('update ledger_snapshots set balance = balance + 1 where shop_id = $1', [app.shopId]);
  t.equal(await countBroken(), 2n);
  t.match(await ok(app.call('GET /v1/ledger/verify')), { holds: false });
});
