import t from 'tap';
import { startApp, type TestShop } from '../../support/app.ts';
import { makeCustomer, makeProduct, tokenOf } from '../../support/world.ts';
import {
  makeCarrier,
  makeMethod,
  makePriceList,
  makeReadyOrder,
  makeSentOrder,
  parcelsOf,
} from '../../support/world-shipping.ts';
import { checkInvariants, ok, readOrder, timelineOf } from '../orders/support.ts';
import { at, codes, ship, tell } from './support.ts';

const app = await startApp(t);
const days = (count: number) => count * 24 * 60;

async function makeOffer(shop: TestShop) {
  const carrier = await makeCarrier(shop);
  const method = await makeMethod(shop, carrier.id, {
    code: 'express',
    dayKind: 'calendar',
    promises: [{ countries: ['DE'], fromDays: 1, toDays: 2 }],
  });
  const list = await makePriceList(shop, method, { volumetricDivisor: 6000 });
  return { carrier, method, list };
}

t.test('a shipment leaves in two parcels, each with its cost and its promised day', async (t) => {
  const { carrier, method } = await makeOffer(app);
  const order = await makeReadyOrder(app);
  const [line] = order.lines;
  const sent = await ok(
    ship(app, order.id, {
      carrierId: carrier.id,
      method: 'express',
      parcels: [
        { trackingNumber: 'A1', weightGrams: 1200, lines: [{ lineId: line.id, quantity: 2 }] },
        // 30 × 30 × 40 cm are 36 litres, and at 6,000 cm³ per kg 6 kg: 6.00 and 11 times 1.50.
        {
          trackingNumber: 'A2',
          weightGrams: 900,
          lengthMm: 300,
          widthMm: 300,
          heightMm: 400,
          lines: [{ lineId: line.id, quantity: 1 }],
        },
      ],
    }),
  );
  t.match(sent, { status: 'shipped', fulfilmentState: 'fulfilled' });
  t.match(sent.shipments, [
    { carrier: 'Speedy Express', trackingNumber: 'A1', lines: [{ lineId: line.id, quantity: 3 }] },
  ]);
  const [one, two] = await parcelsOf(app, order.id);
  const promisedOn = new Date(Date.parse(one.shippedAt) + 2 * 86_400_000).toISOString().slice(0, 10);
  t.match(one, {
    state: 'registered',
    costAmount: 900,
    costSource: 'price_list',
    destinationCountry: 'DE',
    methodId: method.id,
    promisedOn,
    lines: [{ lineId: line.id, quantity: 2 }],
  });
  t.match(two, { costAmount: 2250, lines: [{ lineId: line.id, quantity: 1 }], deliveredAt: null });
});

t.test('today’s fields do what they did, and keep no parcels', async (t) => {
  const order = await makeReadyOrder(app);
  const sent = await ok(ship(app, order.id, { carrier: 'SF', trackingNumber: 'SF1' }));
  t.match(sent.shipments, [{ carrier: 'SF', trackingNumber: 'SF1' }]);
  t.same(await parcelsOf(app, order.id), []);
});

t.test('what contradicts itself is refused with every pointer, and nothing leaves', async (t) => {
  const { carrier } = await makeOffer(app);
  const order = await makeReadyOrder(app);
  const lineId = order.lines[0].id;
  const one = { lines: [{ lineId, quantity: 1 }] };
  const refuse = async (body: object, status: number, expected: string[]) => {
    const answer = await ship(app, order.id, body);
    t.same([answer.status, ...codes(answer)], [status, ...expected], JSON.stringify(body));
  };
  await refuse({ parcels: [one], method: 'express' }, 422, [
    'parcels_inconsistent /method',
    'parcels_inconsistent /parcels',
  ]);
  await refuse({ carrierId: carrier.id, carrier: 'SF' }, 422, ['parcels_inconsistent /carrier']);
  await refuse({ carrierId: carrier.id, trackingNumber: 'X', lines: one.lines, parcels: [one, {}] }, 422, [
    'parcels_inconsistent /trackingNumber',
    'parcels_inconsistent /lines',
    'parcels_inconsistent /parcels/1/lines',
  ]);
  await refuse({ carrierId: carrier.id, parcels: [{ lengthMm: 10 }] }, 422, [
    'parcels_inconsistent /parcels/0',
  ]);
  const many = { lines: [{ lineId, quantity: 3 }] };
  await refuse({ carrierId: carrier.id, parcels: [one, many] }, 422, [
    'shipment_too_large /parcels/1/lines/0',
  ]);
  const number = { ...one, trackingNumber: 'TWICE' };
  await refuse({ carrierId: carrier.id, parcels: [number, number] }, 409, [
    'tracking_number_taken /parcels/1/trackingNumber',
  ]);
  await makeSentOrder(app, { carrierId: carrier.id, trackingNumber: 'TAKEN' });
  await refuse({ carrierId: carrier.id, trackingNumber: 'TAKEN' }, 409, [
    'tracking_number_taken /trackingNumber',
  ]);
  await refuse({ carrierId: carrier.id, method: 'slow' }, 422, ['carrier_method_not_found /method']);
  await refuse({ carrierId: order.id }, 422, ['carrier_not_found /carrierId']);
  await ok(app.call(`POST /v1/carriers/${carrier.id}/pause`));
  await refuse({ carrierId: carrier.id }, 409, ['carrier_not_available /carrierId']);
  t.match(await readOrder(app, order.id), { fulfilmentState: 'unfulfilled', shipments: [] });
});

t.test('events come in any order and twice, and the order follows the last parcel', async (t) => {
  const { carrier } = await makeOffer(app);
  const order = await makeReadyOrder(app);
  const lineId = order.lines[0].id;
  const parcel = (trackingNumber: string, quantity: number) => ({
    trackingNumber,
    lines: [{ lineId, quantity }],
  });
  await ok(ship(app, order.id, { carrierId: carrier.id, parcels: [parcel('B1', 1), parcel('B2', 2)] }));
  await ok(app.call('POST /v1/test-clock/advance', { body: { byMinutes: days(3) } }));
  const [{ shippedAt }] = await parcelsOf(app, order.id);
  const first = await tell(app, carrier.id, [
    { id: 'e3', number: 'B1', kind: 'delivered', at: at(shippedAt, 30), signedBy: 'P. Henriot' },
    { id: 'e1', number: 'B1', kind: 'picked_up', at: at(shippedAt, 2) },
    { id: 'e1', number: 'B1', kind: 'picked_up', at: at(shippedAt, 2) },
    { id: 'e1', number: 'B2', kind: 'picked_up', at: at(shippedAt, 2) },
    { id: 'e9', number: 'B9', kind: 'delivered', at: at(shippedAt, 2) },
    { id: 'e8', number: 'B2', kind: 'delivered', at: at(shippedAt, 24 * 90) },
  ]);
  t.same(
    first.map(({ outcome, state }: { outcome: string; state: string }) => [outcome, state]),
    [
      ['recorded', 'delivered'],
      ['recorded', 'delivered'],
      ['known', 'delivered'],
      ['event_id_reused', 'registered'],
      ['unknown_tracking_number', null],
      ['in_future', 'registered'],
    ],
  );
  await app.settle();
  t.equal((await readOrder(app, order.id)).status, 'shipped', 'one of two has arrived');
  const [arrived] = await parcelsOf(app, order.id);
  t.match(arrived, {
    state: 'delivered',
    deliveredAt: at(shippedAt, 30),
    proof: { signedBy: 'P. Henriot', photoUrl: null },
  });

  await tell(app, carrier.id, [{ id: 'e4', number: 'B2', kind: 'delivered', at: at(shippedAt, 40) }]);
  await tell(app, carrier.id, [{ id: 'e5', number: 'B2', kind: 'in_transit', at: at(shippedAt, 20) }]);
  await app.settle();
  const delivered = await readOrder(app, order.id);
  t.match(delivered, { status: 'delivered', deliveredAt: at(shippedAt, 40) }, 'at the time of the carrier');
  t.equal((await timelineOf(app, order.id)).filter((kind) => kind === 'delivered').length, 1);
  const events = await ok(app.call(`GET /v1/parcels/${arrived.id}/events`));
  t.same(
    events.data.map(({ kind }: { kind: string }) => kind),
    ['picked_up', 'delivered'],
  );
});

t.test('staff says that a parcel is lost, found, damaged; what cannot be is refused', async (t) => {
  const { orderId, parcel } = await makeSentOrder(app);
  const report = (body: object) => app.call(`POST /v1/parcels/${parcel.id}/reports`, { body });
  const lost = await ok(report({ kind: 'lost', note: 'No trace of it.' }));
  t.match(lost, { state: 'lost', version: 2 });
  t.equal((await ok(report({ kind: 'lost' }))).version, 2, 'said again it changes nothing');
  t.match(await ok(report({ kind: 'in_transit' })), { state: 'in_transit' });
  t.match(await ok(report({ kind: 'damaged' })), { state: 'damaged', deliveredAt: null });
  const arrived = await ok(report({ kind: 'delivered', photoUrl: 'https://shop.example/1.jpg' }));
  t.match(arrived, { state: 'delivered', proof: { signedBy: null, photoUrl: 'https://shop.example/1.jpg' } });
  t.ok(arrived.damagedAt, 'it stays known that it was damaged');
  const wrong = await report({ kind: 'lost' });
  t.match([wrong.status, wrong.body.code], [409, 'parcel_not_reportable']);
  const early = await report({ kind: 'returned', occurredAt: '2099-01-01T00:00:00Z' });
  t.same(codes(early), ['parcel_event_in_future /occurredAt']);
  const before = await report({ kind: 'delivered', occurredAt: '2020-01-01T00:00:00Z' });
  t.same(codes(before), ['parcel_event_too_early /occurredAt'], 'nothing arrives years before it left');
  const bad = await report({ kind: 'delivered', photoUrl: 'javascript:alert(1)' });
  t.equal(bad.status, 400);
  await app.settle();
  t.same(
    (await timelineOf(app, orderId)).filter((kind) => kind.startsWith('parcel') || kind === 'delivered'),
    ['parcel_lost', 'parcel_damaged', 'delivered'],
  );
  t.match(await readOrder(app, orderId), { status: 'delivered' });
});

t.test('a customer follows their parcels, says that they arrived, and rates each once', async (t) => {
  const customer = await makeCustomer(app);
  const as = await tokenOf(app, customer.id);
  const { orderId, parcel } = await makeSentOrder(app, { parcels: undefined }, { customerId: customer.id });
  const rate = (rating: number, who: object = { as }) =>
    app.call(`POST /v1/orders/${orderId}/parcels/${parcel.id}/rating`, { body: { rating }, ...who });
  t.match((await rate(5)).body, { code: 'parcel_not_delivered' });
  const { data } = await ok(app.call(`GET /v1/orders/${orderId}/parcels`, { as }));
  t.match(data, [{ carrier: 'Speedy Express', state: 'registered', events: [] }]);
  t.notOk('costAmount' in data[0], 'what it costs the shop is not shown');
  await ok(app.call(`POST /v1/orders/${orderId}/shipments/${parcel.shipmentId}/deliver`, { as }));
  t.match(await parcelsOf(app, orderId), [{ state: 'delivered', version: 2 }]);
  t.match(await ok(rate(4)), { rating: 4, ratedBy: 'customer' });
  t.match(await ok(rate(4, {})), { rating: 4, ratedBy: 'customer' }, 'the same again changes nothing');
  t.match((await rate(5, {})).body, { code: 'delivery_already_rated', parcelId: parcel.id });
  const other = await tokenOf(app, (await makeCustomer(app)).id);
  t.equal((await rate(4, { as: other })).status, 404);
  t.equal((await app.call(`GET /v1/orders/${orderId}/parcels`, { as: other })).status, 404);
});

t.test('an erasure takes names out of parcels, and what comes later brings none', async (t) => {
  const customer = await makeCustomer(app);
  const { parcel } = await makeSentOrder(app, { trackingNumber: 'ERASED' }, { customerId: customer.id });
  const { carrierId, shippedAt } = parcel;
  const late = await makeReadyOrder(app, { customerId: customer.id });
  await ok(app.call('POST /v1/test-clock/advance', { body: { byMinutes: days(2) } }));
  const signed = { kind: 'delivered', signedBy: 'Maria Anders', number: 'ERASED' };
  await tell(app, carrierId, [{ id: 'x1', at: at(shippedAt, 5), ...signed }]);
  const exported = await ok(app.call(`GET /v1/customers/${customer.id}/personal-data`));
  t.match(JSON.stringify(exported), /"signedBy":"Maria Anders"/);
  await ok(app.call(`POST /v1/customers/${customer.id}/erase`, { body: {} }));
  await tell(app, carrierId, [{ id: 'x2', at: at(shippedAt, 4), ...signed }]);
  await ok(ship(app, late.id, { carrierId, trackingNumber: 'LATE' }));
  await tell(app, carrierId, [{ id: 'x3', at: at(shippedAt, 47), ...signed, number: 'LATE' }]);
  const { rows } = await app.deps.db.$client.query(
    `select count(*)::int as named from parcel_events e where e.carrier_id = $1 and e.signed_by is not null`,
    [carrierId],
  );
  t.equal(rows[0].named, 0);
  t.match(await ok(app.call(`GET /v1/parcels/${parcel.id}`)), {
    state: 'delivered',
    proof: null,
  });
});

t.test('a bill that comes later is written down, and a number is one parcel’s', async (t) => {
  const { parcel } = await makeSentOrder(app, { trackingNumber: 'C1' });
  const change = (body: object) => app.call(`PATCH /v1/parcels/${parcel.id}`, { body });
  t.match(await ok(change({ costAmount: 1130 })), { costAmount: 1130, costSource: 'stated', version: 2 });
  await makeSentOrder(app, { carrierId: parcel.carrierId, trackingNumber: 'C2' });
  t.same(codes(await change({ trackingNumber: 'C2' })), ['tracking_number_taken /trackingNumber']);
});

t.test('an order that is taken in brings its parcel, as it happened', async (t) => {
  const { id: carrierId } = await makeCarrier(app);
  await ok(app.call(`POST /v1/carriers/${carrierId}/pause`));
  const product = await makeProduct(app);
  const take = (fields: object) =>
    app.call('POST /v1/orders/import', {
      body: {
        externalId: 'erp-1',
        number: 'N-1',
        channel: 'erp',
        lines: [{ productId: product.id, quantity: 1, unitAmount: 1000 }],
        freightAmount: 0,
        placedAt: '1998-05-01T09:00:00Z',
        paidAt: '1998-05-01T09:00:00Z',
        ...fields,
      },
    });
  const shippedAt = '1998-05-02T09:00:00Z';
  const sent = { carrierId, shippedAt, deliveredAt: '1998-05-04T09:00:00Z' };
  t.same(codes(await take({ carrierId })), ['import_inconsistent /carrierId']);
  t.same(codes(await take({ shippedAt, promisedOn: '1998-05-03' })), ['import_inconsistent /promisedOn']);
  t.same(codes(await take({ ...sent, carrier: 'SF' })), ['import_inconsistent /carrier']);
  t.same(codes(await take({ ...sent, method: 'no' })), ['carrier_method_not_found /method']);
  t.equal((await take({ ...sent, promisedOn: '1998-02-30' })).status, 400);
  const order = await ok(
    take({ ...sent, trackingNumber: 'OLD', promisedOn: '1998-05-03', carrierCostAmount: 700 }),
  );
  t.match(order, { status: 'delivered', shipments: [{ carrier: 'Speedy Express', trackingNumber: 'OLD' }] });
  const [parcel] = await parcelsOf(app, order.id);
  t.match(parcel, {
    state: 'delivered',
    deliveredAt: '1998-05-04T09:00:00.000Z',
    promisedOn: '1998-05-03',
    costAmount: 700,
    costSource: 'stated',
    trackingNumber: 'OLD',
  });
  const { data } = await ok(app.call(`GET /v1/parcels/${parcel.id}/events`));
  t.match(data, [{ kind: 'delivered', source: 'import' }]);
});

t.test('lists are paged and filtered', async (t) => {
  const shop = await app.createShop();
  const { id: carrierId } = await makeCarrier(shop);
  for (const number of ['L1', 'L2', 'L3']) await makeSentOrder(shop, { carrierId, trackingNumber: number });
  const numbers = async (query: string) =>
    (await ok(shop.call(`GET /v1/parcels?${query}`))).data.map(
      (one: { trackingNumber: string | null }) => one.trackingNumber,
    );
  t.same(await numbers(`carrierId=${carrierId}`), ['L3', 'L2', 'L1']);
  t.same(await numbers('trackingNumber=L2'), ['L2']);
  t.same(await numbers(`carrierId=${carrierId}&state=delivered`), []);
  const page = await ok(shop.call('GET /v1/parcels?limit=2&state=registered'));
  t.same(await numbers(`limit=2&state=registered&cursor=${page.nextCursor}`), ['L1']);
});

t.test('at the end everything holds', async (t) => {
  await app.settle();
  await checkInvariants(t, app);
});
