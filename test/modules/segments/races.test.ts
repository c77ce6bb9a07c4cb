import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { settleEvents } from '../../../src/jobs.ts';
import { lockCustomerRowsToEnd } from '../../../src/modules/customers/repository.ts';
import { evaluateDueChecks, evaluateDueSegment } from '../../../src/modules/segments/evaluate.ts';
import { takeTurn } from '../../../src/modules/segments/evaluate-repository.ts';
import { evaluateShop } from '../../../src/modules/segments/tasks.ts';
import { openDatabase } from '../../../src/platform/db/client.ts';
import { inTransaction } from '../../../src/platform/db/transaction.ts';
import { startApp, type TestShop } from '../../support/app.ts';
import { makeSegment } from '../../support/segments-world.ts';
import { countTraffic } from '../../support/traffic.ts';
import { addCustomer, count, tellPaid, times } from '../customers/support.ts';
import { allOf, checkInvariants, eventsOf, membersOf, sorted } from './support.ts';

const app = await startApp(t, { poolSize: 24 });
const GERMANS = allOf({ field: 'country', operator: 'in', values: ['DE'] });
const setCountry = (shop: TestShop, id: string, country: string) =>
  shop.call(`PATCH /v1/customers/${id}`, { body: { country } });
const makeAllDue = ({ shopId }: TestShop) =>
  app.deps.db.$client.query(
    `update segments set due_at = now() - interval '1 day' where shop_id = $1 and kind = 'rule'`,
    [shopId],
  );

t.test('customers who change while everybody is looked at are where they belong in the end', async (t) => {
  const shop = await app.createShop();
  const customers = await Promise.all(times(12).map(() => addCustomer(shop, { country: 'MX' })));
  const segment = await makeSegment(shop, { rule: GERMANS });
  const refers = allOf({ field: 'segment', operator: 'not_in', segmentIds: [segment.id] });
  const others = await makeSegment(shop, { rule: refers });
  await app.settle();
  const countries = new Map<string, string>();
  const change = async (round: number) => {
    for (const [i, { id }] of customers.entries()) {
      const country = (i + round) % 3 === 0 ? 'DE' : 'MX';
      countries.set(id, country);
      await setCountry(shop, id, country);
    }
  };
  const sweep = async () => {
    await makeAllDue(shop);
    await evaluateDueSegment(await shop.ctx());
    await evaluateDueChecks(await shop.ctx());
  };
  for (let round = 0; round < 6; round += 1) {
    const dispatched = () => settleEvents(app.deps);
    await Promise.all([change(round), sweep(), dispatched(), sweep(), dispatched(), sweep()]);
    await checkInvariants(t, app);
  }
  await app.settle();
  await evaluateShop(app.deps, { shopId: shop.shopId });
  const german = customers.filter(({ id }) => countries.get(id) === 'DE').map(({ id }) => id);
  const rest = customers.filter(({ id }) => countries.get(id) !== 'DE').map(({ id }) => id);
  t.same(await membersOf(shop, segment.id), sorted(...german));
  t.same(await membersOf(shop, others.id), sorted(...rest));
  const { rows } = await app.deps.db.$client.query(
    `select customer_id from segment_memberships where shop_id = $1 and left_at is null group by segment_id, customer_id
     having count(*) > 1`,
    [shop.shopId],
  );
  t.same(rows, [], 'nobody is in a segment twice');
});

t.test(
  'a customer who changes while somebody else decides waits in the queue, and is not forgotten',
  async (t) => {
    const shop = await app.createShop();
    const maria = await addCustomer(shop, { country: 'MX' });
    const segment = await makeSegment(shop, { rule: GERMANS });
    await app.settle();
    const ctx = await shop.ctx();
    await inTransaction(ctx, async (tx) => {
      await takeTurn(tx, shop.shopId);
      await setCountry(shop, maria.id, 'DE');
      await settleEvents(app.deps);
      t.equal(await evaluateDueSegment(ctx), 0, 'the sweep does not wait');
    });
    t.same(await membersOf(shop, segment.id), []);
    t.equal(await evaluateDueChecks(await shop.ctx()), 1);
    t.same(await membersOf(shop, segment.id), [maria.id]);
    t.equal(await evaluateDueChecks(await shop.ctx()), 0);
  },
);

t.test('the same customers put on a list by twenty at once are on it once', async (t) => {
  const shop = await app.createShop();
  const ids = (await Promise.all(times(5).map(() => addCustomer(shop)))).map(({ id }) => id);
  const list = await makeSegment(shop);
  const put = (customerIds: string[]) =>
    shop.call(`POST /v1/segments/${list.id}/members`, { body: { customerIds } });
  const answers = await Promise.all(times(20).map((i) => put(i % 2 === 0 ? ids : ids.toReversed())));
  t.equal(count(answers, 200), 20);
  t.equal(
    answers.reduce((sum, { body }) => sum + body.changedCount, 0),
    5,
  );
  t.same(await membersOf(shop, list.id), sorted(...ids));
  const remove = () =>
    shop.call(`POST /v1/segments/${list.id}/members/remove`, { body: { customerIds: ids } });
  await Promise.all([...times(5).map(remove), ...times(5).map(() => put(ids))]);
  await checkInvariants(t, app);
  const told = (await eventsOf(app, shop)).filter(({ data }) => data.segmentId === list.id);
  const net = told.reduce((sum, { type }) => sum + (type.endsWith('entered') ? 1 : -1), 0);
  t.equal(net, (await membersOf(shop, list.id)).length, 'what was told sums to who is on it');
});

t.test('merges and erasures beside lists, events and sweeps leave nobody behind', async (t) => {
  const shop = await app.createShop();
  const list = await makeSegment(shop);
  const rich = await makeSegment(shop, {
    rule: allOf({ field: 'totalAmount', operator: 'at_least', amount: 1500 }),
  });
  await makeSegment(shop, {
    rule: allOf({ field: 'rfmCell', operator: 'in', values: ['champions', 'lost'] }),
  });
  const pairs = await Promise.all(
    times(6).map(async () => [await addCustomer(shop), await addCustomer(shop)]),
  );
  for (const { id } of pairs.flat()) await tellPaid(shop, { customerId: id, totalAmount: 1000 });
  await app.settle();
  const put = (customerIds: string[]) =>
    shop.call(`POST /v1/segments/${list.id}/members`, { body: { customerIds } });
  const end = (i: number) => {
    const [one, other] = pairs[i] ?? [];
    return i % 3 === 2
      ? shop.call(`POST /v1/customers/${one.id}/erase`)
      : shop.call(`POST /v1/customers/${one.id}/merge`, { body: { duplicateCustomerId: other.id } });
  };
  const sweep = async () => {
    await makeAllDue(shop);
    await evaluateShop(app.deps, { shopId: shop.shopId });
  };
  const [answers] = await Promise.all([
    Promise.all(times(6).map(end)),
    ...pairs.flat().map(({ id }) => put([id])),
    sweep(),
    settleEvents(app.deps),
    sweep(),
  ]);
  t.equal(count(answers, 200), 6, JSON.stringify(answers.map(({ body }) => body.code)));
  await checkInvariants(t, app);
  await app.settle();
  await sweep();
  const survivors = pairs.filter((_, i) => i % 3 !== 2).map(([one]) => one.id);
  t.same(await membersOf(shop, rich.id), sorted(...survivors), 'together they are rich');
  await checkInvariants(t, app);
});

/** Waits until somebody waits for an advisory lock; false when nobody does. */
async function somebodyWaits(): Promise<boolean> {
  for (let looks = 0; looks < 200; looks += 1) {
    const { rows } = await app.deps.db.$client.query(
      `select 1 from pg_locks where locktype = 'advisory' and not granted`,
    );
    if (rows.length > 0) return true;
    await sleep(10);
  }
  return false;
}

t.test(
  'whoever decides waits for an erasure that has begun, and lets nobody in who is gone by then',
  async (t) => {
    const shop = await app.createShop();
    const maria = await addCustomer(shop, { country: 'DE' });
    const segment = await makeSegment(shop, { rule: GERMANS });
    const ctx = await shop.ctx();
    const deciding: Promise<number>[] = [];
    await inTransaction(ctx, async (tx) => {
      await lockCustomerRowsToEnd(tx, shop.shopId, [maria.id]);
      deciding.push(evaluateDueSegment(ctx));
      t.ok(await somebodyWaits(), 'it waits');
      await tx.$client.query(
        `update customers set country = null, erased_at = now(), version = version + 1 where id = $1`,
        [maria.id],
      );
    });
    t.same(await Promise.all(deciding), [1]);
    t.same(await membersOf(shop, segment.id), []);
  },
);

t.test('of two rules that would refer to each other at once one is refused', async (t) => {
  const shop = await app.createShop();
  for (let round = 0; round < 5; round += 1) {
    const [one, other] = [
      await makeSegment(shop, { rule: GERMANS }),
      await makeSegment(shop, { rule: GERMANS }),
    ];
    const refer = (from: string, to: string) =>
      shop.call(`PATCH /v1/segments/${from}`, {
        body: { rule: allOf({ field: 'segment', operator: 'in', segmentIds: [to] }) },
      });
    const answers = await Promise.all([refer(one.id, other.id), refer(other.id, one.id)]);
    t.same([count(answers, 200), count(answers, 422)], [1, 1]);
  }
});

t.test('looking at a hundred customers takes as many statements as looking at ten', async (t) => {
  const traffic = await countTraffic(app.url);
  const db = openDatabase(traffic.url, { poolSize: 1, preparedStatements: true }, app.deps.log);
  t.teardown(async () => {
    await db.$client.end();
    traffic.close();
  });
  const statementsFor = async (customers: number) => {
    const shop = await app.createShop();
    const made = await Promise.all(times(customers).map(() => addCustomer(shop, { country: 'DE' })));
    await makeSegment(shop, { rule: GERMANS });
    await makeSegment(shop, {
      rule: {
        match: 'any',
        conditions: [
          { field: 'daysSinceRegistration', operator: 'at_most', days: 3 },
          { field: 'boughtCategory', operator: 'in', values: ['tea'] },
        ],
      },
    });
    const ctx = { ...(await shop.ctx()), db };
    const taken = async (work: () => Promise<number>, done: number) => {
      traffic.take();
      t.equal(await work(), done);
      const { executed, plain } = traffic.take();
      return executed + plain;
    };
    const whole = await taken(() => evaluateDueSegment(ctx), 1);
    await evaluateShop(app.deps, { shopId: shop.shopId });
    await app.deps.db.$client.query(
      `insert into segment_checks select shop_id, id, now() - interval '1 hour' from customers where shop_id = $1
       on conflict do nothing`,
      [shop.shopId],
    );
    const some = await taken(() => evaluateDueChecks(ctx), made.length);
    return { whole, some };
  };
  await statementsFor(3);
  const [few, many] = [await statementsFor(10), await statementsFor(100)];
  t.same(many, few);
  t.ok(few.whole < 15 && few.some < 15, JSON.stringify(few));
});
