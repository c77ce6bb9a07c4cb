import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import { dayIn, daysAfter } from '../../../src/platform/days.ts';
import { startApp, type TestShop } from '../../support/app.ts';
import { makeDebt } from '../../support/credit-world.ts';
import { makeCustomer, makeProduct, pay } from '../../support/world.ts';
import { advance, checkInvariants, DAY, ok, readOrder, tally, times, timelineOf } from './support.ts';

const runs = { numRuns: Number(process.env['PROPERTY_RUNS'] ?? 500) };
// Ten days before the clocks of Berlin are put forward, and those of New York have been.
const app = await startApp(t, { clock: { now: () => new Date('2026-03-19T09:30:00Z') } });

async function makeTerms(timezone: string, terms: object = {}) {
  const shop = await app.createShop();
  await ok(shop.call('PATCH /v1/shop', { body: { timezone } }));
  const { id: customerId } = await makeCustomer(shop);
  const { id: productId } = await makeProduct(shop, { priceAmount: 1000, onHandQuantity: 100 });
  const body = { depositShareBps: 2500, netDays: 14, netFrom: 'placed', creditLimitAmount: null, ...terms };
  await ok(shop.call(`PUT /v1/customers/${customerId}/payment-terms`, { body }));
  const lines = [{ productId, quantity: 1 }];
  const place = () => ok(shop.call('POST /v1/orders', { body: { lines, customerId, terms: 'on_account' } }));
  const open = async () => (await ok(shop.call(`GET /v1/customers/${customerId}/open-orders`))).data;
  const account = () => ok(shop.call(`GET /v1/customers/${customerId}/account`));
  return { shop, customerId: customerId as string, productId: productId as string, place, open, account };
}
type Terms = Awaited<ReturnType<typeof makeTerms>>;
const importOne = ({ shop, customerId, productId }: Terms, number: string, fields: object = {}) =>
  shop.call('POST /v1/orders/import', {
    body: {
      externalId: number,
      number,
      channel: 'erp',
      customerId,
      terms: 'on_account',
      lines: [{ productId, quantity: 2, unitAmount: 1000 }],
      freightAmount: 0,
      placedAt: '2026-03-17T09:30:00Z',
      ...fields,
    },
  });

t.test('a day is one of the calendar: where clocks change it has 23 hours, and elsewhere 24', async (t) => {
  const [berlin, shanghai] = [await makeTerms('Europe/Berlin'), await makeTerms('Asia/Shanghai')];
  for (const world of [berlin, shanghai]) await world.place();
  t.match((await berlin.open())[0].dues[1], { part: 'rest', dueAt: '2026-04-02T08:30:00.000Z' });
  t.match((await shanghai.open())[0].dues[1], { part: 'rest', dueAt: '2026-04-02T09:30:00.000Z' });
  const later = await makeTerms('Europe/Berlin', { netFrom: 'delivered', depositShareBps: 0 });
  const order = await later.place();
  const { shipments } = await ok(later.shop.call(`POST /v1/orders/${order.id}/ship`, { body: {} }));
  await ok(later.shop.call(`POST /v1/orders/${order.id}/shipments/${shipments[0].id}/deliver`));
  t.match((await later.open())[0].dues, [{ part: 'rest', dueAt: '2026-04-02T08:30:00.000Z' }]);
  // A day of grace, over the change of clocks, too.
  const short = await makeTerms('Europe/Berlin', { depositShareBps: 0, netDays: 10 });
  await short.place();
  await advance(short.shop, 11 * DAY - 61);
  t.match((await short.account()).overdueAmount, 0);
  await advance(short.shop, 1);
  t.match((await short.account()).overdueAmount, 1000, 'an hour earlier than 264 hours');
  t.match((await short.open())[0].dues, [{ dueAt: '2026-03-29T08:30:00.000Z', isOverdue: true }]);
});

t.test('days later are the same here and in Postgres', async () => {
  const zone = fc.constantFrom(
    'Europe/Berlin',
    'America/New_York',
    'Asia/Shanghai',
    'Australia/Lord_Howe',
    'America/Sao_Paulo',
    'Pacific/Auckland',
    'UTC',
  );
  const year = { min: new Date('2015-01-01T00:00:00Z'), max: new Date('2035-01-01T00:00:00Z') };
  const minute = fc.date({ ...year, noInvalidDate: true }).map((at) => new Date(at.setUTCSeconds(0, 250)));
  await fc.assert(
    fc.asyncProperty(zone, minute, fc.integer({ min: -400, max: 800 }), async (timezone, at, days) => {
      const { rows } = await app.deps.db.$client.query<{ at: Date }>(
        `select (($1::timestamptz at time zone $2::text) + make_interval(days => $3::int)) at time zone $2::text as at`,
        [at, timezone, days],
      );
      const later = daysAfter(timezone, at, days);
      assert.deepEqual(later, rows[0]?.at);
      assert.ok(Math.abs(dayIn(timezone, later) - dayIn(timezone, at) - days) <= 1);
    }),
    runs,
  );
});

t.test('an imported order is due by the terms of its customer, or as it is said', async (t) => {
  const world = await makeTerms('Europe/Berlin');
  await ok(importOne(world, 'A'));
  t.match((await world.open())[0].dues, [
    { part: 'deposit', amount: 500, openAmount: 500, dueAt: '2026-03-17T09:30:00.000Z' },
    { part: 'rest', amount: 1500, openAmount: 1500, dueAt: '2026-03-31T08:30:00.000Z' },
  ]);
  const dues = [{ part: 'rest', amount: 2000, dueAt: '2026-03-18T00:00:00Z' }];
  await ok(importOne(world, 'B', { dues }));
  t.match((await world.open())[1].dues, [{ part: 'rest', amount: 2000, dueAt: '2026-03-18T00:00:00.000Z' }]);
  await ok(importOne(world, 'C', { paidAt: '2026-03-18T00:00:00Z' }));
  await advance(world.shop, DAY);
  t.match(await world.account(), { usedAmount: 4000, overdueAmount: 2500 });
  await app.settle();
  const told = (await ok(world.shop.call('GET /v1/changes?types=order.payment_overdue'))).data;
  t.equal(told.length, 2, 'what was paid is not spoken of');
  const refused = (pointer: string) => ({
    status: 422,
    body: { code: 'import_inconsistent', errors: [{ pointer }] },
  });
  const [due] = dues;
  t.match(await importOne(world, 'D', { dues: [{ ...due, amount: 1999 }] }), refused('/dues'));
  const twice = [
    { ...due, amount: 500 },
    { ...due, amount: 1500 },
  ];
  t.match(await importOne(world, 'E', { dues: twice }), refused('/dues/1/part'));
  const early = [{ ...due, dueAt: '2026-03-16T00:00:00Z' }];
  t.match(await importOne(world, 'F', { dues: early }), refused('/dues/0/dueAt'));
  t.match(
    await importOne(world, 'G', { dues, terms: 'prepaid' }),
    refused('/dues'),
    'what is prepaid is due when it is placed',
  );
  await checkInvariants(t, app);
});

const writeOff = (shop: TestShop, orderId: string, body: object = {}) =>
  shop.call(`POST /v1/orders/${orderId}/write-off`, { body: { reason: 'Insolvent.', ...body } });
const lost = async (shop: TestShop) =>
  (await ok(shop.call('GET /v1/ledger/balances'))).data.find(
    ({ account }: { account: string }) => account === 'bad_debts',
  )?.balanceAmount;

t.test('what nobody will pay is written off, is in the books, and uses no credit', async (t) => {
  const world = await makeTerms('UTC', { creditLimitAmount: 3000 });
  const { shop, customerId } = world;
  const settings = { orders: { shipsBeforeDeposit: true } };
  await ok(shop.call('PATCH /v1/shop', { body: { settings } }));
  const order = await world.place();
  t.match(await writeOff(shop, order.id), { status: 409, body: { code: 'write_off_not_possible' } });
  await ok(shop.call(`POST /v1/orders/${order.id}/ship`, { body: {} }));
  t.match(await writeOff(shop, order.id, { amount: 1001 }), {
    status: 422,
    body: { code: 'write_off_too_large', dueAmount: 1000, errors: [{ pointer: '/amount' }] },
  });
  t.match(await shop.call(`POST /v1/customers/${customerId}/erase`), {
    status: 409,
    body: { code: 'customer_owes', openAmount: 1000 },
  });
  await pay(shop, order.id, { provider: 'manual', amount: 300 });
  t.match(await ok(writeOff(shop, order.id, { amount: 200 })), { writtenOffAmount: 200, dueAmount: 500 });
  t.match(await world.account(), { usedAmount: 500 });
  t.match(await ok(writeOff(shop, order.id)), {
    writtenOffAmount: 700,
    dueAmount: 0,
    paymentState: 'partial',
    netTotalAmount: 1000,
  });
  t.match(await world.account(), { usedAmount: 0, availableAmount: 3000 });
  t.equal(await lost(shop), 700);
  t.same(await world.open(), []);
  t.match(await writeOff(shop, order.id), { status: 409 });
  await checkInvariants(t, app);
  const again = await ok(
    shop.call(`POST /v1/orders/${order.id}/write-off/lift`, { body: { reason: 'They pay.' } }),
  );
  t.match(again, { writtenOffAmount: 0, dueAmount: 700 });
  await checkInvariants(t, app);
  await pay(shop, order.id);
  t.match(await readOrder(shop, order.id), { paymentState: 'paid', dueAmount: 0 });
  t.match(
    (await timelineOf(shop, order.id)).filter((kind) => /writ/.test(kind)),
    ['written_off', 'written_off', 'write_off_lifted'],
  );
  t.match(await ok(shop.call(`POST /v1/customers/${customerId}/erase`)), { customerId });
  await checkInvariants(t, app);
});

t.test(
  'ten who write off at once give it up once, and a payment that comes at the same moment counts',
  async (t) => {
    const shop = await app.createShop();
    const order = await makeDebt(shop);
    t.same(tally(await Promise.all(times(10).map(() => writeOff(shop, order.id)))), { 200: 1, 409: 9 });
    await checkInvariants(t, app);
    const other = await makeDebt(shop);
    await Promise.all([
      writeOff(shop, other.id),
      shop.call(`POST /v1/orders/${other.id}/payments`, { body: { provider: 'manual' } }),
    ]);
    const { paidAmount, writtenOffAmount, totalAmount, dueAmount } = await readOrder(shop, other.id);
    t.equal(paidAmount + writtenOffAmount, totalAmount);
    t.equal(dueAmount, 0);
    t.equal(await lost(shop), order.totalAmount + writtenOffAmount);
    await checkInvariants(t, app);
  },
);
