import t from 'tap';
import { startApp } from '../../support/app.ts';
import { makeCustomer, tokenOf } from '../../support/world.ts';
import {
  makeCarrier,
  makeMethod,
  makePriceList,
  makeReadyOrder,
  makeSentOrder,
  parcelsOf,
} from '../../support/world-shipping.ts';
import { checkInvariants, ok, readOrder, tally, timelineOf, times } from '../orders/support.ts';
import { at, ship, tell } from './support.ts';

const app = await startApp(t);
const { $client } = app.deps.db;
const eventsOf = async (type: string, subjectId: string): Promise<number> =>
  (
    await $client.query('select count(*)::int as n from outbox where type = $1 and subject_id = $2', [
      type,
      subjectId,
    ])
  ).rows[0].n;

t.test('carrier, staff and customer say at once that it arrived: one effect', async (t) => {
  for (const round of times(6)) {
    const customer = await makeCustomer(app);
    const as = await tokenOf(app, customer.id);
    const { orderId, parcel } = await makeSentOrder(app, {}, { customerId: customer.id });
    const said = times(24).map((i): Promise<{ status: number }> => {
      if (i % 4 === 0)
        return app.call(`POST /v1/orders/${orderId}/shipments/${parcel.shipmentId}/deliver`, { as });
      if (i % 4 === 1) return app.call(`POST /v1/orders/${orderId}/shipments/${parcel.shipmentId}/deliver`);
      if (i % 4 === 2)
        return app.call(`POST /v1/parcels/${parcel.id}/reports`, { body: { kind: 'delivered' } });
      const event = { id: `r${round}-${i}`, number: parcel.trackingNumber, kind: 'delivered' };
      return tell(app, parcel.carrierId, [{ ...event, at: parcel.shippedAt }]).then(() => ({ status: 207 }));
    });
    const settled = app.settle();
    const answers = await Promise.all(said);
    await settled;
    t.ok(
      answers.every(({ status }) => status < 300),
      JSON.stringify(tally(answers)),
    );
    await app.settle();
    t.match(await readOrder(app, orderId), { status: 'delivered' });
    t.equal((await timelineOf(app, orderId)).filter((kind) => kind === 'delivered').length, 1);
    t.equal(await eventsOf('order.delivered', orderId), 1);
    t.equal(await eventsOf('parcel.delivered', parcel.id), 1);
    t.match(await parcelsOf(app, orderId), [{ state: 'delivered', deliveredAt: parcel.shippedAt }]);
  }
});

t.test(
  'the same events, shuffled and sent by many at once: each is kept once, and the story is the same',
  async (t) => {
    const { id: carrierId } = await makeCarrier(app);
    const numbers = times(8).map((i) => `S${i}`);
    for (const trackingNumber of numbers) await makeSentOrder(app, { carrierId, trackingNumber });
    await ok(app.call('POST /v1/test-clock/advance', { body: { byMinutes: 60 * 24 } }));
    const { data } = await ok(app.call(`GET /v1/parcels?carrierId=${carrierId}`));
    const start = data
      .map(({ shippedAt }: any) => shippedAt)
      .toSorted()
      .at(-1);
    const kinds = ['picked_up', 'lost', 'in_transit', 'damaged', 'delivered', 'in_transit', 'returned'];
    const story = numbers.flatMap((number, n) =>
      kinds
        .slice(0, 2 + (n % 6))
        .map((kind, i) => ({ id: `${number}-${i}`, number, kind, at: at(start, i + 1) })),
    );
    // Each sender has an order of its own, and cuts it into requests of its own.
    const senders = times(10).map(async (sender) => {
      const shuffled = story.toSorted(
        (a, b) =>
          ((a.id.charCodeAt(1) * 31 + a.id.charCodeAt(3) * 17 + sender * 7) % 13) -
          ((b.id.charCodeAt(1) * 31 + b.id.charCodeAt(3) * 17 + sender * 7) % 13),
      );
      for (let from = 0; from < shuffled.length; from += 3 + sender)
        await tell(app, carrierId, shuffled.slice(from, from + 3 + sender));
    });
    await Promise.all(senders);
    const { rows } = await $client.query(
      'select count(*)::int as n from parcel_events where carrier_id = $1',
      [carrierId],
    );
    t.equal(rows[0].n, story.length);
    const after = await ok(app.call(`GET /v1/parcels?carrierId=${carrierId}`));
    const states = Object.fromEntries(after.data.map((one: any) => [one.trackingNumber, one.state]));
    const expected = [
      'lost',
      'in_transit',
      'damaged',
      'delivered',
      'delivered',
      'returned',
      'lost',
      'in_transit',
    ];
    t.same(states, Object.fromEntries(numbers.map((number, n) => [number, expected[n]])));
    for (const { id, state } of after.data) {
      if (state === 'delivered' || state === 'returned') t.equal(await eventsOf('parcel.delivered', id), 1);
    }
  },
);

t.test('fifty rate a delivery at once: one rating', async (t) => {
  const { orderId, parcel } = await makeSentOrder(app);
  await ok(app.call(`POST /v1/orders/${orderId}/shipments/${parcel.shipmentId}/deliver`));
  const answers = await Promise.all(
    times(50).map((i) =>
      app.call(`POST /v1/orders/${orderId}/parcels/${parcel.id}/rating`, { body: { rating: 1 + (i % 5) } }),
    ),
  );
  t.same(tally(answers), { 200: 10, 409: 40 });
  t.equal(await eventsOf('parcel.rated', parcel.id), 1);
});

t.test('one number, shipped many times at once: one parcel has it', async (t) => {
  const { id: carrierId } = await makeCarrier(app);
  const orders = await Promise.all(times(10).map(() => makeReadyOrder(app)));
  const answers = await Promise.all(
    orders.map(({ id }) => ship(app, id, { carrierId, trackingNumber: 'ONE' })),
  );
  t.same(tally(answers), { 200: 1, 409: 9 });
});

t.test('price lists and shares of trials that are added at once do not overlap', async (t) => {
  const { id: carrierId } = await makeCarrier(app);
  const method = await makeMethod(app, carrierId);
  const lists = await Promise.allSettled(times(20).map(() => makePriceList(app, method)));
  t.equal(lists.filter(({ status }) => status === 'fulfilled').length, 1);
  const trial = { name: 'New', status: 'trial', trialShareBps: 4_000 };
  const answers = await Promise.all(times(20).map(() => app.call('POST /v1/carriers', { body: trial })));
  t.same(tally(answers), { 201: 2, 422: 18 });
});

t.test('at the end everything holds', async (t) => {
  await app.settle();
  await checkInvariants(t, app);
});
