import t from 'tap';
import { logServiceTime } from '../../../src/modules/segments/service-times.ts';
import { inTransaction } from '../../../src/platform/db/transaction.ts';
import { startApp } from '../../support/app.ts';
import { makeSegment, makeServiceTime } from '../../support/segments-world.ts';
import { addCustomer, isProblem, tellPaid, tellRefund } from '../customers/support.ts';
import { allOf, readSegment } from './support.ts';

const app = await startApp(t);

t.test('a segment shows its share of the sales against its share of the work', async (t) => {
  const shop = await app.createShop();
  const [maria, ana, quiet] = [await addCustomer(shop), await addCustomer(shop), await addCustomer(shop)];
  const rich = await makeSegment(shop, {
    name: 'Rich',
    rule: allOf({ field: 'totalAmount', operator: 'at_least', amount: 5000 }),
  });
  const nobody = await makeSegment(shop, { name: 'Nobody' });
  const placedAt = '2026-02-01T10:00:00.000Z';
  const refunded = await tellPaid(shop, { customerId: maria.id, totalAmount: 7000, placedAt });
  await tellRefund(shop, refunded, 1000, 'return');
  await tellPaid(shop, { customerId: ana.id, totalAmount: 3000, placedAt: '2026-01-15T10:00:00.000Z' });
  await makeServiceTime(shop, maria.id, { minutes: 10, workedAt: '2026-02-01T11:00:00Z' });
  await makeServiceTime(shop, ana.id, { minutes: 20, workedAt: '2026-01-15T11:00:00Z' });
  const mistake = await makeServiceTime(shop, quiet.id, { minutes: 500 });
  const { body: voided } = await shop.call(`POST /v1/service-times/${mistake.id}/void`);
  t.ok(voided.voidedAt);
  t.same(
    (await shop.call(`POST /v1/service-times/${mistake.id}/void`)).body,
    voided,
    'again it changes nothing',
  );
  await app.settle();
  t.match(await readSegment(shop, rich.id), { memberCount: 1 });
  const { body: ofRich } = await shop.call(`GET /v1/segment-report?segmentId=${rich.id}`);
  t.match(ofRich.data, [
    {
      segmentId: rich.id,
      buyerCount: 1,
      purchaseCount: 1,
      salesAmount: 6000,
      salesShareBps: 6667,
      serviceMinutes: 10,
      serviceShareBps: 3333,
      salesPerHourAmount: 36_000,
    },
  ]);
  t.equal(ofRich.data.length, 1);
  const unknown = await shop.call('GET /v1/segment-report?segmentId=01890a5d-ac96-774b-bcce-b302099a8057');
  isProblem(t, unknown, 422, 'segment_not_found', '/segmentId');
  const { body: report } = await shop.call('GET /v1/segment-report');
  t.match(report, { from: null, to: null, customerCount: 3, salesAmount: 9000, serviceMinutes: 30 });
  t.match(report.data, [
    { segmentId: rich.id, name: 'Rich', customerCount: 1, customerShareBps: 3333, salesAmount: 6000 },
    { segmentId: nobody.id, customerCount: 0, salesAmount: 0, salesShareBps: 0, salesPerHourAmount: null },
  ]);
  const january = 'from=2026-01-01T00:00:00Z&to=2026-02-01T00:00:00Z';
  const { body: part } = await shop.call(`GET /v1/segment-report?${january}`);
  t.match(part, { salesAmount: 3000, serviceMinutes: 20, data: [{ customerCount: 1, salesAmount: 0 }, {}] });
  const reversed = 'GET /v1/segment-report?to=2026-01-01T00:00:00Z&from=2026-02-01T00:00:00Z';
  isProblem(t, await shop.call(reversed), 422, 'report_period_empty', '/to');
});

t.test('a shop without sales and work has no shares', async (t) => {
  const shop = await app.createShop();
  await makeSegment(shop);
  const { body: report } = await shop.call('GET /v1/segment-report');
  t.match(report.data[0], { salesShareBps: null, serviceShareBps: null });
});

t.test('service time is written down for those who are there, about work that is done', async (t) => {
  const shop = await app.createShop();
  const maria = await addCustomer(shop);
  const subject = { type: 'order', id: '01890a5d-ac96-774b-bcce-b302099a8057' };
  const entry = {
    minutes: 12,
    kind: 'call',
    workedAt: '2026-01-01T10:00:00.000Z',
    workedBy: 'Nancy',
    subject,
  };
  const made = await makeServiceTime(shop, maria.id, entry);
  t.match(made, { ...entry, customerId: maria.id, voidedAt: null });
  const ctx = await shop.ctx();
  // As another module does, inside a transaction of its own.
  await inTransaction(ctx, (tx) =>
    logServiceTime(tx, ctx, { customerId: maria.id, minutes: 3, kind: 'message' }),
  );
  const list = async (query: string) =>
    (await shop.call(`GET /v1/service-times?${query}`)).body.data.map(
      ({ minutes }: { minutes: number }) => minutes,
    );
  t.same(await list(`customerId=${maria.id}`), [3, 12], 'the newest work first');
  t.same(await list('workedTo=2026-01-02T00:00:00Z'), [12]);
  const write = (fields: object) =>
    shop.call('POST /v1/service-times', {
      body: { customerId: maria.id, minutes: 1, kind: 'call', ...fields },
    });
  isProblem(t, await write({ workedAt: '2999-01-01T00:00:00Z' }), 422, 'service_time_in_future', '/workedAt');
  isProblem(t, await write({ minutes: 1441 }), 400, 'validation_failed', '/minutes');
  isProblem(t, await write({ customerId: subject.id }), 422, 'customer_not_found', '/customerId');
  await shop.call(`POST /v1/customers/${maria.id}/erase`);
  isProblem(t, await write({}), 422, 'customer_erased', '/customerId');
});
