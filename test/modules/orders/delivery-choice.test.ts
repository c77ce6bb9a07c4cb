import t from 'tap';
import { startApp, type TestShop } from '../../support/app.ts';
import { makeProduct } from '../../support/world.ts';
import { makeCarrier, makeMethod, makePriceList, parcelsOf, STEP } from '../../support/world-shipping.ts';
import { codes, ship } from '../shipping/support.ts';
import { addCustomer, checkInvariants, ok, readOrder, tally, times } from './support.ts';

const app = await startApp(t);
const BERLIN = { name: 'Maria Anders', line1: 'Obere Str. 57', city: 'Berlin', country: 'DE' };
const daysBetween = (from: string, to: string) => (Date.parse(to) - Date.parse(from)) / 86_400_000;
const promising = (toDays: number) => ({ dayKind: 'calendar', promises: [{ fromDays: 1, toDays }] });

/** A carrier of one method to Germany, up to 30 kg. */
async function offer(shop: TestShop, name: string, toDays: number, fields: object = {}) {
  const { id: carrierId } = await makeCarrier(shop, { name });
  const method = await makeMethod(shop, carrierId, { name: `${name} door`, ...promising(toDays), ...fields });
  const list = await makePriceList(shop, method, {
    zones: [{ name: 'All', areas: [{ country: 'DE' }], steps: [STEP] }],
  });
  const path = `/v1/carriers/${carrierId}/methods/${method.id}`;
  return { carrierId, id: method.id as string, path, list };
}

async function makeShop() {
  const shop = await app.createShop();
  const product = await makeProduct(shop, { weightGrams: 400, onHandQuantity: 10_000 });
  const lines = [{ productId: product.id, quantity: 2 }];
  const place = (body: object, as?: string) =>
    shop.call('POST /v1/orders', {
      body: { lines, shippingAddress: BERLIN, ...body },
      ...(as === undefined ? {} : { as }),
    });
  const quote = (): Promise<any> =>
    ok(shop.call('POST /v1/quotes', { body: { lines, destination: { country: 'DE' } }, key: null }));
  return { shop, lines, place, quote };
}
type World = Awaited<ReturnType<typeof makeShop>>;

t.test(
  'an order keeps the way to send it that was chosen, and the arrival that its quote told',
  async (t) => {
    const { shop, place, quote } = await makeShop();
    await offer(shop, 'Swift', 2);
    const slow = await offer(shop, 'Slow', 9);
    const { quoteToken, totalAmount, deliveryOptions } = await quote();
    const told = deliveryOptions.data.find(({ methodId }: { methodId: string }) => methodId === slow.id);
    // What is expected from now on is not what was told.
    await ok(shop.call(`PATCH ${slow.path}`, { body: { ...promising(20), name: 'Slower' } }));
    const order = await ok(place({ quoteToken, deliveryMethodId: slow.id }));
    t.match(order, {
      totalAmount,
      deliveryMethod: {
        carrierId: slow.carrierId,
        carrierName: 'Slow',
        methodId: slow.id,
        methodName: 'Slower',
      },
      delivery: { latestOn: told.expected.expectedOn },
    });
    t.equal(daysBetween(order.delivery.dispatchOn, order.delivery.latestOn), 9);
    t.same((await readOrder(shop, order.id)).deliveryMethod, order.deliveryMethod);
    const slip = await ok(shop.call(`GET /v1/orders/${order.id}/packing-slip`));
    t.same(slip.deliveryMethod, order.deliveryMethod);
    const unquoted = await ok(place({ deliveryMethodId: slow.id }));
    t.equal(
      daysBetween(unquoted.delivery.dispatchOn, unquoted.delivery.latestOn),
      20,
      'what is expected now',
    );
    const customer = await addCustomer(app, shop);
    t.match(await ok(place({ deliveryMethodId: slow.id }, customer.token)), {
      deliveryMethod: { methodId: slow.id },
    });
    t.match(await ok(place({})), { deliveryMethod: null, delivery: { earliestOn: null, latestOn: null } });
  },
);

t.test('a way that does not do is refused, with its reason', async (t) => {
  const { shop, lines, place } = await makeShop();
  const swift = await offer(shop, 'Swift', 2);
  const silent = await makeProduct(shop);
  const refuse = async (body: object, reason: string) => {
    const answer = await place({ deliveryMethodId: swift.id, ...body });
    t.same(
      [answer.status, answer.body.reason, ...codes(answer)],
      [422, reason, 'delivery_method_not_available /deliveryMethodId'],
    );
  };
  const bare = await makeMethod(shop, swift.carrierId, { code: 'bare' });
  const refuseAll = async () => {
    await refuse({ deliveryMethodId: lines[0]?.productId }, 'unknown_method');
    await refuse({ deliveryMethodId: bare.id }, 'no_price_list');
    await refuse({ shippingAddress: { ...BERLIN, country: 'FR' } }, 'not_served');
    await refuse({ shippingAddress: null }, 'destination_missing');
    await refuse({ lines: [{ productId: lines[0]?.productId, quantity: 80 }] }, 'too_heavy');
    await refuse({ lines: [...lines, { productId: silent.id, quantity: 1 }] }, 'weight_unknown');
  };
  await refuseAll();
  await ok(place({ deliveryMethodId: swift.id }));
  await refuseAll();
  // Each of these comes after an order by which the process remembers the method.
  await ok(shop.call(`PATCH ${swift.path}`, { body: { isOffered: false } }));
  await refuse({}, 'not_offered');
  await ok(shop.call(`PATCH ${swift.path}`, { body: { isOffered: true } }));
  await ok(place({ deliveryMethodId: swift.id }));
  await ok(shop.call(`POST /v1/carriers/${swift.carrierId}/pause`));
  await refuse({}, 'not_offered');
  await ok(shop.call(`POST /v1/carriers/${swift.carrierId}/activate`));
  await ok(place({ deliveryMethodId: swift.id }));
  await ok(shop.call('POST /v1/test-clock/advance', { body: { byMinutes: 1 } }));
  await ok(shop.call(`POST ${swift.path}/price-lists/${swift.list.id}/end`, { body: {} }));
  await refuse({}, 'no_price_list');
  const other = await makeShop();
  const foreign = await other.place({ deliveryMethodId: swift.id });
  t.match([foreign.status, foreign.body.reason], [422, 'unknown_method'], 'of another shop');
});

async function makePaid({ shop, place }: World, body: object): Promise<any> {
  const order = await ok(place(body));
  await ok(shop.call(`POST /v1/orders/${order.id}/payments`, { body: { provider: 'manual' } }));
  return order;
}

t.test('a parcel leaves in the chosen way unless somebody says otherwise', async (t) => {
  const world = await makeShop();
  const { shop } = world;
  const swift = await offer(shop, 'Swift', 2);
  const other = await offer(shop, 'Other', 3);
  const send = async (body: object) => {
    const { id } = await makePaid(world, { deliveryMethodId: swift.id });
    const sent = await ok(ship(shop, id, body));
    const [parcel] = await parcelsOf(shop, id);
    return {
      carrier: sent.shipments[0].carrier,
      parcel: parcel && [parcel.carrierId, parcel.methodId, parcel.costAmount],
    };
  };
  const chosen = { carrier: 'Swift', parcel: [swift.carrierId, swift.id, null] };
  t.same(await send({}), chosen);
  t.same(await send({ trackingNumber: 'A1' }), chosen);
  t.same(await send({ carrierId: swift.carrierId }), chosen);
  t.same(await send({ parcels: [{ weightGrams: 400 }] }), {
    ...chosen,
    parcel: [swift.carrierId, swift.id, 600],
  });
  t.same(await send({ carrierId: other.carrierId }), {
    carrier: 'Other',
    parcel: [other.carrierId, null, null],
  });
  t.same(await send({ carrier: 'By bike' }), { carrier: 'By bike', parcel: undefined });
  const express = await makeMethod(shop, swift.carrierId, { code: 'express', ...promising(1) });
  t.same(await send({ method: 'express' }), { ...chosen, parcel: [swift.carrierId, express.id, null] });
  // A method that is offered no more was promised; a carrier that rests takes nothing.
  const [promised, paused] = [
    await makePaid(world, { deliveryMethodId: swift.id }),
    await makePaid(world, { deliveryMethodId: swift.id }),
  ];
  await ok(shop.call(`PATCH ${swift.path}`, { body: { isOffered: false } }));
  await ok(ship(shop, promised.id, {}));
  t.match(await parcelsOf(shop, promised.id), [{ methodId: swift.id }]);
  await ok(shop.call(`POST /v1/carriers/${swift.carrierId}/pause`));
  t.same(codes(await ship(shop, paused.id, {})), ['carrier_not_available /carrierId']);
  await ok(ship(shop, paused.id, { carrierId: other.carrierId }));
});

t.test(
  'orders that are placed while a method changes are sent by what it was or by what it is',
  async (t) => {
    const { shop, place } = await makeShop();
    const swift = await offer(shop, 'Swift', 2);
    for (const round of times(3)) {
      const change = async () => {
        for (const n of times(4))
          await ok(shop.call(`PATCH ${swift.path}`, { body: { name: `${round}.${n}` } }));
        await ok(shop.call(`PATCH ${swift.path}`, { body: { isOffered: false } }));
        return tally(await Promise.all(times(6).map(() => place({ deliveryMethodId: swift.id }))));
      };
      const [late, ...early] = await Promise.all([
        change(),
        ...times(12).map(() => place({ deliveryMethodId: swift.id })),
      ]);
      t.same(late, { 422: 6 }, 'none after it was withdrawn');
      t.ok(
        early.every(({ status }) => [201, 409, 422].includes(status)),
        JSON.stringify(tally(early)),
      );
      await ok(shop.call(`PATCH ${swift.path}`, { body: { isOffered: true } }));
    }
  },
);

t.test('at the end everything holds', async (t) => {
  await app.settle();
  await checkInvariants(t, app);
});
