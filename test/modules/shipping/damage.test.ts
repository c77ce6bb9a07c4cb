import t from 'tap';
import { parcelInvariants as shipmentInvariants } from '../../../src/modules/orders/parcel-invariants.ts';
import { carrierInvariants } from '../../../src/modules/shipping/carriers/invariants.ts';
import { parcelInvariants } from '../../../src/modules/shipping/parcels/invariants.ts';
import { startApp } from '../../support/app.ts';
import { type Damages, findDamages } from '../../support/damage.ts';
import { makeCustomer, makeProduct } from '../../support/world.ts';
import {
  makeCarrier,
  makeMethod,
  makePriceList,
  makeReadyOrder,
  makeSentOrder,
} from '../../support/world-shipping.ts';
import { ok } from '../orders/support.ts';
import { ship, tell } from './support.ts';

const app = await startApp(t);
const report = (parcelId: string, body: object) =>
  ok(app.call(`POST /v1/parcels/${parcelId}/reports`, { body }));

/** A carrier with a price list that ended and one in force, one on trial, and an order that chose a method. */
async function fillCarriers(): Promise<string> {
  const { id: carrierId } = await makeCarrier(app);
  const method = await makeMethod(app, carrierId);
  await makePriceList(app, method, { validFrom: '1998-01-01T00:00:00Z', validTo: '1999-01-01T00:00:00Z' });
  await makePriceList(app, method, { validFrom: '1999-01-01T00:00:00Z' });
  await makeMethod(app, carrierId, { code: 'express' });
  await makeCarrier(app, { name: 'New', status: 'trial', trialShareBps: 4_000 });
  const { id: productId } = await makeProduct(app, { weightGrams: 400 });
  const address = { name: 'Maria Anders', line1: 'Obere Str. 57', city: 'Berlin', country: 'DE' };
  const lines = [{ productId, quantity: 1 }];
  const body = { lines, shippingAddress: address, deliveryMethodId: method.id };
  await ok(app.call('POST /v1/orders', { body }));
  return carrierId;
}

/** Parcels that arrived, are on their way, are missing, were erased, whose scan is void, and one that nobody has registered. */
async function fillParcels(carrierId: string): Promise<void> {
  const priced = { carrierId, method: 'standard', parcels: [{ weightGrams: 400, trackingNumber: 'D1' }] };
  const arrived = await makeSentOrder(app, { ...priced, trackingNumber: undefined });
  await report(arrived.parcel.id, { kind: 'delivered' });
  const path = `/v1/orders/${arrived.orderId}/parcels/${arrived.parcel.id}/rating`;
  await ok(app.call(`POST ${path}`, { body: { rating: 4 } }));
  const moving = await makeSentOrder(app, { carrierId });
  await report(moving.parcel.id, { kind: 'in_transit' });
  await makeSentOrder(app, { carrierId });
  const wrong = await makeSentOrder(app, { carrierId });
  await report(wrong.parcel.id, { kind: 'delivered' });
  const { data } = await ok(app.call(`GET /v1/parcels/${wrong.parcel.id}/events`));
  await ok(
    app.call(`POST /v1/parcels/${wrong.parcel.id}/events/${data[0].id}/void`, { body: { reason: 'No.' } }),
  );
  const customer = await makeCustomer(app);
  const erased = await makeSentOrder(app, { carrierId }, { customerId: customer.id });
  await report(erased.parcel.id, { kind: 'delivered', note: 'To Maria.', signedBy: 'Maria' });
  await app.settle();
  await ok(app.call(`POST /v1/customers/${customer.id}/erase`, { body: {} }));
  const parts = await makeReadyOrder(app);
  const lineId = parts.lines[0].id;
  const parcels = [
    { trackingNumber: 'P1', lines: [{ lineId, quantity: 1 }] },
    { trackingNumber: 'P2', lines: [{ lineId, quantity: 2 }] },
  ];
  await ok(ship(app, parts.id, { carrierId, parcels }));
  const { data: both } = await ok(app.call(`GET /v1/parcels?orderId=${parts.id}`));
  await report(both[0].id, { kind: 'lost' });
  await report(both[1].id, { kind: 'delivered' });
  await tell(app, carrierId, [
    { id: 'e1', number: 'NOBODY', kind: 'in_transit', at: '2020-01-01T00:00:00Z' },
  ]);
  await app.settle();
  await ok(app.call('POST /v1/test-clock/advance', { body: { byMinutes: 2 * 24 * 60 } }));
  await app.settle();
}

const DAMAGES: Damages = {
  'no two price lists of a method are valid at the same time': [
    'update carrier_price_lists set valid_to = null',
    "update carrier_price_lists set valid_from = '1998-06-01' where valid_to is null",
  ],
  'carriers on trial get no more than all suggestions together': [
    "update carriers set status = 'trial', trial_share_bps = 8000",
  ],
  'no carrier is scored beyond the day up to which its shop has come': [
    "update carrier_scores set day = '2999-01-01' where ctid = (select min(ctid) from carrier_scores)",
    'update carrier_scoring set scored_through_on = null',
  ],
  'a parcel and its method are with the same carrier, and its price list is one of the method': [
    "update carrier_methods set carrier_id = (select id from carriers where status = 'trial')",
    "update parcels set method_id = (select id from carrier_methods where code = 'express') where price_list_id is not null",
  ],
  'a parcel has what is in it': [
    'delete from parcel_lines where ctid = (select min(ctid) from parcel_lines)',
  ],
  'a parcel stands where something that was told of it put it': [
    "update parcels set state = 'in_transit' where state = 'delivered'",
    "update parcels set state_at = state_at + interval '1 hour' where state <> 'registered'",
    "update parcel_events set voided_at = now(), void_reason = '' where kind = 'in_transit'",
  ],
  'a parcel of which nothing counts that was told is registered, and no other one': [
    "update parcels set state = 'in_transit' where state = 'registered'",
    'update parcel_events set voided_at = null, void_reason = null, voided_by = null where voided_at is not null',
    "delete from parcel_events where kind = 'in_transit'",
  ],
  'a parcel arrived when its first delivery was': [
    "update parcels set delivered_at = delivered_at + interval '1 hour' where delivered_at is not null",
    "update parcel_events set kind = 'picked_up' where kind = 'delivered'",
  ],
  'only a parcel of which a delivery was told is rated': [
    "update delivery_ratings set parcel_id = (select id from parcels where state = 'in_transit' limit 1)",
    "update parcel_events set voided_at = now(), void_reason = '' where kind = 'delivered'",
  ],
  'nothing waits for a parcel that is there': ["update early_parcel_events set tracking_number = 'D1'"],
  'nothing of a parcel whose customer was erased names anybody': [
    "update parcel_events set signed_by = 'Maria' where kind = 'delivered'",
    "update parcel_events set note = 'To Maria.' where kind = 'delivered'",
    `update parcel_events e set voided_at = now(), void_reason = 'Maria says so.' from parcels p
       where p.id = e.parcel_id and p.is_nameless`,
  ],
  'a parcel belongs to a shipment of its order': [
    'update parcels set order_id = (select id from orders where delivery_method is not null)',
  ],
  'what is in the parcels of a shipment is what the shipment holds': [
    'update parcel_lines set quantity = quantity + 1 where ctid = (select min(ctid) from parcel_lines)',
    'delete from parcel_lines where ctid = (select min(ctid) from parcel_lines)',
  ],
  'the way to send an order that was chosen is one of its carrier': [
    `update orders set delivery_method = jsonb_set(delivery_method, '{methodId}', to_jsonb(id)) where delivery_method is not null`,
    `update orders set delivery_method = jsonb_set(delivery_method, '{carrierId}', to_jsonb(id)) where delivery_method is not null`,
  ],
  'something is missing only of a shipment that has arrived': [
    'update order_shipments set delivered_at = null where delivered_at is not null',
  ],
  'a shipment whose parcels have all arrived has arrived, once that was followed': [
    'update order_shipments set delivered_at = null where delivered_at is not null',
  ],
};

t.test('every invariant of carriers and parcels finds the damage that it is for', async (t) => {
  const carrierId = await fillCarriers();
  await fillParcels(carrierId);
  const checks = [...carrierInvariants, ...parcelInvariants, ...shipmentInvariants];
  await findDamages(
    t,
    app,
    checks.map(({ name, check }) => ({ name, find: check })),
    DAMAGES,
  );
});
