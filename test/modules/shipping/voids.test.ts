import t from 'tap';
import { startApp } from '../../support/app.ts';
import { makeCustomer, tokenOf } from '../../support/world.ts';
import { makeCarrier, makeReadyOrder, makeSentOrder, parcelsOf } from '../../support/world-shipping.ts';
import { checkInvariants, ok, readOrder, tally, timelineOf, times } from '../orders/support.ts';
import { at, ship, tell } from './support.ts';

const app = await startApp(t);
const later = (days: number) =>
  ok(app.call('POST /v1/test-clock/advance', { body: { byMinutes: days * 1440 } }));
const eventsOf = async (parcelId: string): Promise<any[]> =>
  (await ok(app.call(`GET /v1/parcels/${parcelId}/events`))).data;
const voidEvent = (parcelId: string, eventId: string, body: object = { reason: 'The wrong door.' }) =>
  app.call(`POST /v1/parcels/${parcelId}/events/${eventId}/void`, { body });
const countOf = async (type: string, subjectId: string): Promise<number> =>
  (
    await app.deps.db.$client.query(
      'select count(*)::int as n from outbox where type = $1 and subject_id = $2',
      [type, subjectId],
    )
  ).rows[0].n;

/** An order of one parcel that was delivered by a scan, a day after it left. */
async function makeScanned(order: object = {}) {
  const { orderId, parcel } = await makeSentOrder(app, {}, order);
  await later(2);
  const { id, trackingNumber: number, carrierId, shippedAt } = parcel;
  const tellOne = (kind: string, hours: number) =>
    tell(app, carrierId, [{ id: `${number}-${kind}-${hours}`, number, kind, at: at(shippedAt, hours) }]);
  await tellOne('in_transit', 2);
  await tellOne('delivered', 24);
  await app.settle();
  const scan = (await eventsOf(id)).at(-1);
  return { orderId, parcel, scan, tellOne };
}

t.test('a wrong scan is void: parcel and order go back, and arrive again', async (t) => {
  const { orderId, parcel, scan, tellOne } = await makeScanned();
  t.match(await readOrder(app, orderId), { status: 'delivered', lines: [{ deliveredQuantity: 3 }] });
  const now = await ok(voidEvent(parcel.id, scan.id));
  t.match(now, { state: 'in_transit', deliveredAt: null, stateAt: at(parcel.shippedAt, 2) });
  t.equal((await ok(voidEvent(parcel.id, scan.id))).version, now.version, 'said again it changes nothing');
  await app.settle();
  t.match(await readOrder(app, orderId), {
    status: 'shipped',
    deliveredAt: null,
    shipments: [{ deliveredAt: null }],
    lines: [{ deliveredQuantity: 0 }],
  });
  t.match((await eventsOf(parcel.id)).at(-1), { kind: 'delivered', voidReason: 'The wrong door.' });
  const seen = await ok(app.call(`GET /v1/orders/${orderId}/parcels`));
  t.same(
    seen.data[0].events.map(({ kind }: { kind: string }) => kind),
    ['in_transit'],
    'buyers do not see it',
  );
  t.match(await tellOne('delivered', 24), [{ outcome: 'known' }], 'the same scan stays void');
  await tellOne('delivered', 40);
  await app.settle();
  t.match(await readOrder(app, orderId), { status: 'delivered', deliveredAt: at(parcel.shippedAt, 40) });
  t.same((await timelineOf(app, orderId)).slice(-3), ['delivered', 'delivery_undone', 'delivered']);
  t.same(
    [await countOf('order.delivery_undone', orderId), await countOf('parcel.event_voided', parcel.id)],
    [1, 1],
  );
});

t.test('of two deliveries the one that counts says when it arrived', async (t) => {
  const { orderId, parcel, scan, tellOne } = await makeScanned();
  await tellOne('delivered', 30);
  await ok(voidEvent(parcel.id, scan.id));
  await app.settle();
  t.match(await parcelsOf(app, orderId), [{ state: 'delivered', deliveredAt: at(parcel.shippedAt, 30) }]);
  t.match(await readOrder(app, orderId), { status: 'delivered', deliveredAt: at(parcel.shippedAt, 30) });
  t.equal((await timelineOf(app, orderId)).at(-1), 'delivery_corrected');
});

t.test('an order that is over stays so and says that it is doubted', async (t) => {
  const { orderId, parcel, scan } = await makeScanned();
  await ok(app.call(`POST /v1/orders/${orderId}/complete`));
  t.match(await ok(voidEvent(parcel.id, scan.id)), { state: 'in_transit' });
  await app.settle();
  t.match(await readOrder(app, orderId), { status: 'completed', shipments: [{}] });
  t.equal((await timelineOf(app, orderId)).at(-1), 'delivery_disputed');
});

t.test('what was rated counts, and what is not there is not found', async (t) => {
  const { orderId, parcel, scan } = await makeScanned();
  await ok(app.call(`POST /v1/orders/${orderId}/parcels/${parcel.id}/rating`, { body: { rating: 2 } }));
  const refused = await voidEvent(parcel.id, scan.id);
  t.match([refused.status, refused.body.code], [409, 'parcel_event_not_voidable']);
  const [first] = await eventsOf(parcel.id);
  t.match(await ok(voidEvent(parcel.id, first.id)), { state: 'delivered' }, 'another scan can be void');
  t.equal((await voidEvent(parcel.id, orderId)).status, 404);
  const other = await makeScanned();
  t.equal((await voidEvent(parcel.id, other.scan.id)).status, 404, 'of another parcel');
});

t.test('an erasure takes the reason too', async (t) => {
  const customer = await makeCustomer(app);
  const { parcel, scan } = await makeScanned({ customerId: customer.id });
  await ok(voidEvent(parcel.id, scan.id, { reason: 'Maria says so.' }));
  await app.settle();
  const exported = await ok(app.call(`GET /v1/customers/${customer.id}/personal-data`));
  t.match(JSON.stringify(exported), /Maria says so/);
  await ok(app.call(`POST /v1/customers/${customer.id}/erase`, { body: {} }));
  t.match((await eventsOf(parcel.id)).at(-1), { voidReason: '' });
});

t.test('voids, scans, reports and ratings at once: one story', async (t) => {
  for (const round of times(4)) {
    const customer = await makeCustomer(app);
    const as = await tokenOf(app, customer.id);
    const { orderId, parcel, scan, tellOne } = await makeScanned({ customerId: customer.id });
    const answers = await Promise.all([
      ...times(6).map(() => voidEvent(parcel.id, scan.id)),
      ...times(3).map((i) => tellOne('delivered', 25 + i).then(() => ({ status: 207 }))),
      ...times(3).map(() =>
        app.call(`POST /v1/orders/${orderId}/parcels/${parcel.id}/rating`, { body: { rating: 4 }, as }),
      ),
      app.call(`POST /v1/orders/${orderId}/shipments/${parcel.shipmentId}/deliver`, { as }),
    ]);
    t.ok(
      answers.every(({ status }) => [200, 207, 409].includes(status)),
      `${round}: ${JSON.stringify(tally(answers))}`,
    );
    await app.settle();
    const [now] = await parcelsOf(app, orderId);
    t.equal(now.state, 'delivered');
    t.match(await readOrder(app, orderId), { status: 'delivered', deliveredAt: now.deliveredAt });
  }
});

async function makeParts(states: readonly string[]) {
  const { id: carrierId } = await makeCarrier(app);
  const order = await makeReadyOrder(app);
  const lineId = order.lines[0].id;
  const numbers = states.map((_, i) => `${order.number}-${i}`);
  const parcels = numbers.map((trackingNumber) => ({
    trackingNumber,
    lines: [{ lineId, quantity: 1 }],
  }));
  await ok(ship(app, order.id, { carrierId, parcels }));
  await later(2);
  const [{ shippedAt }] = await parcelsOf(app, order.id);
  const say = async (i: number, kind: string, hours: number) => {
    await tell(app, carrierId, [
      { id: `${numbers[i]}-${kind}-${hours}`, number: numbers[i] ?? '', kind, at: at(shippedAt, hours) },
    ]);
    await app.settle();
    return readOrder(app, order.id);
  };
  return { order, lineId, shippedAt, say };
}
const PARTS = ['0', '1', '2'];

t.test('a shipment ends when the rest of it is lost or came back', async (t) => {
  const { order, lineId, shippedAt, say } = await makeParts(PARTS);
  t.match(await say(0, 'delivered', 10), { status: 'shipped' });
  t.match(await say(1, 'lost', 20), { status: 'shipped' });
  t.match(await say(2, 'returned', 30), {
    status: 'delivered',
    deliveredAt: at(shippedAt, 10),
    lines: [{ shippedQuantity: 3, deliveredQuantity: 1 }],
    shipments: [{ lines: [{ lineId, quantity: 3, missingQuantity: 2 }] }],
  });
  const { data } = await ok(app.call(`GET /v1/orders/${order.id}/timeline`));
  t.match(data.at(-1), { kind: 'delivered', details: { missingUnits: [{ lineId, quantity: 2 }] } });
  t.equal(await countOf('order.delivered', order.id), 1);
  // What was lost is found, and arrives.
  t.match(await say(1, 'in_transit', 40), { status: 'delivered', lines: [{ deliveredQuantity: 1 }] });
  t.match(await say(1, 'delivered', 44), {
    status: 'delivered',
    deliveredAt: at(shippedAt, 44),
    lines: [{ deliveredQuantity: 2 }],
    shipments: [{ lines: [{ missingQuantity: 1 }] }],
  });
  t.equal((await timelineOf(app, order.id)).at(-1), 'delivery_corrected');
  t.equal(await countOf('order.delivered', order.id), 1);
});

t.test('where nothing arrived, people decide', async (t) => {
  const { order, say } = await makeParts(PARTS);
  await say(0, 'lost', 10);
  await say(1, 'lost', 10);
  const { shipments, status } = await say(2, 'returned', 30);
  t.equal(status, 'shipped');
  const path = `/v1/orders/${order.id}/shipments/${shipments[0].id}/deliver`;
  t.match(await ok(app.call(`POST ${path}`)), { status: 'delivered', lines: [{ deliveredQuantity: 2 }] });
});

t.test('a return that is told late and happened before the delivery takes it back', async (t) => {
  const one = await makeScanned();
  t.match(await readOrder(app, one.orderId), { status: 'delivered' });
  await one.tellOne('returned', 20);
  await app.settle();
  t.match(await parcelsOf(app, one.orderId), [{ state: 'returned', deliveredAt: null }]);
  t.match(await readOrder(app, one.orderId), { status: 'shipped', lines: [{ deliveredQuantity: 0 }] });
  const { lineId, say } = await makeParts(PARTS);
  for (const i of [0, 1]) await say(i, 'delivered', 10);
  t.match(await say(2, 'delivered', 12), { status: 'delivered', lines: [{ deliveredQuantity: 3 }] });
  t.match(await say(2, 'returned', 11), {
    status: 'delivered',
    lines: [{ deliveredQuantity: 2 }],
    shipments: [{ lines: [{ lineId, missingQuantity: 1 }] }],
  });
  const late = await makeScanned();
  await late.tellOne('returned', 30);
  await app.settle();
  t.match(await readOrder(app, late.orderId), { status: 'delivered', lines: [{ deliveredQuantity: 3 }] });
});

t.test('at the end everything holds', async (t) => {
  await app.settle();
  await checkInvariants(t, app);
});
