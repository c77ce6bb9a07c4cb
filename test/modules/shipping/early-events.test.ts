import t from 'tap';
import { startApp } from '../../support/app.ts';
import { makeCustomer } from '../../support/world.ts';
import { makeCarrier, makeReadyOrder, makeSentOrder, parcelsOf } from '../../support/world-shipping.ts';
import { checkInvariants, ok, readOrder, tally, times } from '../orders/support.ts';
import { at, ship, tell } from './support.ts';

const app = await startApp(t);
const { $client } = app.deps.db;
const later = (days: number) =>
  ok(app.call('POST /v1/test-clock/advance', { body: { byMinutes: days * 1440 } }));
const now = async (): Promise<string> => (await ok(app.call('GET /v1/test-clock'))).now;
const waiting = async (number: string): Promise<number> =>
  (
    await $client.query('select count(*)::int as n from early_parcel_events where tracking_number = $1', [
      number,
    ])
  ).rows[0].n;
const eventsOf = async (parcelId: string): Promise<any[]> =>
  (await ok(app.call(`GET /v1/parcels/${parcelId}/events`))).data;
const outcomes = (results: { outcome: string }[]) => results.map(({ outcome }) => outcome);

t.test('what is told before its parcel is there waits for it', async (t) => {
  const { id: carrierId } = await makeCarrier(app);
  const order = await makeReadyOrder(app);
  const moment = await now();
  const scan = { id: 'w1', number: 'W1', kind: 'picked_up', at: at(moment, -2) };
  const early = [scan, { id: 'w2', number: 'W1', kind: 'delivered', at: at(moment, -1), signedBy: 'Maria' }];
  const unknown = ['unknown_tracking_number', 'unknown_tracking_number'];
  t.same(outcomes(await tell(app, carrierId, early)), unknown);
  t.same(outcomes(await tell(app, carrierId, early)), unknown, 'told again it waits on');
  t.same(
    outcomes(
      await tell(app, carrierId, [
        { ...scan, kind: 'lost' },
        { ...scan, number: 'W2' },
        { ...scan, id: 'w9', at: at(moment, 9_000) },
      ]),
    ),
    ['event_id_reused', 'event_id_reused', 'in_future'],
  );
  t.equal(await waiting('W1'), 2);
  await ok(ship(app, order.id, { carrierId, trackingNumber: 'W1' }));
  const [parcel] = await parcelsOf(app, order.id);
  t.match(parcel, { state: 'delivered', deliveredAt: at(moment, -1), proof: { signedBy: 'Maria' } });
  t.equal(await waiting('W1'), 0);
  await app.settle();
  t.match(await readOrder(app, order.id), { status: 'delivered' });
  t.same(outcomes(await tell(app, carrierId, early)), ['known', 'known']);
  const other = await makeSentOrder(app, { trackingNumber: 'W1' });
  t.equal(other.parcel.state, 'registered', 'another carrier has a number of its own');
});

t.test('a number that is learned later finds what waited for it', async (t) => {
  const { parcel } = await makeSentOrder(app, { trackingNumber: 'TYPO' });
  const scan = { id: 'l1', number: 'RIGHT', kind: 'in_transit', at: parcel.shippedAt };
  await tell(app, parcel.carrierId, [scan]);
  const body = { trackingNumber: 'RIGHT' };
  t.match(await ok(app.call(`PATCH /v1/parcels/${parcel.id}`, { body })), {
    state: 'in_transit',
    version: 3,
  });
  t.match(await eventsOf(parcel.id), [{ source: 'carrier', carrierEventId: 'l1' }]);
  t.equal(await waiting('RIGHT'), 0);
});

t.test('what waits too long is forgotten', async (t) => {
  const { id: carrierId } = await makeCarrier(app);
  const scan = { id: 'f1', number: 'F1', kind: 'in_transit', at: await now() };
  await tell(app, carrierId, [scan]);
  await later(29);
  t.equal(await waiting('F1'), 1);
  await later(2);
  t.equal(await waiting('F1'), 0);
  t.same(outcomes(await tell(app, carrierId, [scan])), ['unknown_tracking_number'], 'and can be told again');
  t.equal(await waiting('F1'), 1);
});

t.test('whose customer is erased learns no names from what waited', async (t) => {
  const customer = await makeCustomer(app);
  const { id: carrierId } = await makeCarrier(app);
  const order = await makeReadyOrder(app, { customerId: customer.id });
  const scan = { id: 'n1', number: 'N1', kind: 'delivered', at: await now(), signedBy: 'Maria Anders' };
  await tell(app, carrierId, [scan]);
  await ok(app.call(`POST /v1/customers/${customer.id}/erase`, { body: {} }));
  await ok(ship(app, order.id, { carrierId, trackingNumber: 'N1' }));
  t.match(await parcelsOf(app, order.id), [{ state: 'delivered', proof: null }]);
});

t.test('a parcel that is registered while its events come has all of them, once', async (t) => {
  const { id: carrierId } = await makeCarrier(app);
  for (const round of times(5)) {
    const orders = await Promise.all(times(6).map(() => makeReadyOrder(app)));
    const moment = await now();
    const numberOf = (i: number) => `R${round}-${i}`;
    const scans = orders.flatMap((_, i) => [
      { id: `${numberOf(i)}-a`, number: numberOf(i), kind: 'picked_up', at: at(moment, -2) },
      { id: `${numberOf(i)}-b`, number: numberOf(i), kind: 'delivered', at: at(moment, -1) },
    ]);
    const answers = await Promise.all([
      ...times(5).map((sender) =>
        tell(app, carrierId, sender % 2 === 0 ? scans : scans.toReversed()).then(() => ({ status: 207 })),
      ),
      ...orders.map(({ id }, i) => ship(app, id, { carrierId, trackingNumber: numberOf(i) })),
    ]);
    t.same(tally(answers), { 200: 6, 207: 5 });
    await app.settle();
    for (const [i, { id }] of orders.entries()) {
      const [parcel] = await parcelsOf(app, id);
      t.equal(parcel.state, 'delivered', numberOf(i));
      t.same(
        (await eventsOf(parcel.id)).map(({ kind }) => kind),
        ['picked_up', 'delivered'],
      );
      t.equal(await waiting(numberOf(i)), 0);
      t.match(await readOrder(app, id), { status: 'delivered' });
    }
  }
});

t.test('a parcel that is registered between the look for it and the keeping has what was told', async (t) => {
  const { parcel: known } = await makeSentOrder(app);
  const { carrierId, trackingNumber: number, shippedAt } = known;
  const order = await makeReadyOrder(app);
  const client = await $client.connect();
  const waitsForLock = async (count: number) => {
    for (const _ of times(200)) {
      const { rows } = await client.query(
        'select count(*)::int as n from pg_locks where not granted and database = (select oid from pg_database where datname = current_database())',
      );
      // A row is waited for by its transaction, which belongs to no database.
      const own = await client.query(
        "select count(*)::int as n from pg_locks where not granted and locktype = 'transactionid'",
      );
      if (rows[0].n + own.rows[0].n >= count) return;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };
  try {
    await client.query('begin');
    await client.query('select 1 from parcels where id = $1 for update', [known.id]);
    // It has looked for both parcels, and waits for the first one.
    const telling = tell(app, carrierId, [
      { id: 'b1', number, kind: 'in_transit', at: shippedAt },
      { id: 'b2', number: 'BETWEEN', kind: 'in_transit', at: shippedAt },
    ]);
    await waitsForLock(1);
    const shipping = ship(app, order.id, { carrierId, trackingNumber: 'BETWEEN' });
    await Promise.race([shipping, waitsForLock(2)]);
    await client.query('commit');
    t.same(outcomes(await telling), ['recorded', 'unknown_tracking_number']);
    await ok(shipping);
  } finally {
    client.release();
  }
  t.match(await parcelsOf(app, order.id), [{ state: 'in_transit' }]);
  t.equal(await waiting('BETWEEN'), 0);
});

t.test('at the end everything holds', async (t) => {
  await app.settle();
  await checkInvariants(t, app);
});
