import type { Test } from 'tap';
import type { Answer, TestApp, TestShop } from '../../support/app.ts';
import { makeCustomer, makeOrder, pay, tokenOf } from '../../support/world.ts';
import { checkInvariants, ok, readOrder } from '../orders/support.ts';

/** A paid order of two units for 36.00, of a customer with a token, and its one line. */
export async function makeSettling(shop: TestShop) {
  const customer = await makeCustomer(shop);
  const { id } = await makeOrder(shop, { customerId: customer.id });
  await pay(shop, id);
  const order = await readOrder(shop, id);
  const token = await tokenOf(shop, customer.id);
  return { customer, token, orderId: id as string, lineId: order.lines[0].id as string };
}

export const offer = (shop: TestShop, orderId: string, body: object): Promise<Answer> =>
  shop.call(`POST /v1/orders/${orderId}/settlement-offers`, { body });

/** The shop asks for 6.00 more, because the price was wrong. */
export const offerCharge = (shop: TestShop, orderId: string, lineId: string, fields: object = {}) =>
  ok(
    offer(shop, orderId, {
      direction: 'from_customer',
      reason: 'price_error',
      lines: [{ lineId, amount: 600, comparedUnitAmount: 2100 }],
      message: 'The label said 18.00 by mistake.',
      ...fields,
    }),
  );

/** The shop offers 6.00 back. */
export const offerGift = (shop: TestShop, orderId: string, lineId: string, fields: object = {}) =>
  ok(
    offer(shop, orderId, {
      direction: 'to_customer',
      reason: 'promotion_missed',
      lines: [{ lineId, amount: 600 }],
      ...fields,
    }),
  );

/** Does something to a settlement: `act(shop, id, 'accept', {}, token)`. */
export const act = (shop: TestShop, id: string, verb: string, body?: object, as?: string): Promise<Answer> =>
  shop.call(`POST /v1/settlements/${id}/${verb}`, {
    ...(body === undefined ? {} : { body }),
    ...(as === undefined ? {} : { as }),
  });

export const read = (shop: TestShop, id: string): Promise<any> => ok(shop.call(`GET /v1/settlements/${id}`));

/** Money that is on its way back arrives. */
export async function confirmRefunds(app: TestApp, shop: TestShop): Promise<void> {
  await app.settle();
  const { data } = await ok(shop.call('GET /v1/refunds?limit=200'));
  for (const refund of data)
    if (refund.state !== 'succeeded')
      await ok(shop.call(`POST /v1/refunds/${refund.id}/confirm`, { body: {} }));
  await app.settle();
}

/** Everything agrees: what verify checks, and the proof of the books. */
export async function holds(t: Test, app: TestApp, shop: TestShop): Promise<void> {
  await checkInvariants(t, app);
  t.match(await ok(shop.call('GET /v1/ledger/verify')), { holds: true });
}

export const eventsOf = async (shop: TestShop): Promise<string[]> =>
  (await ok(shop.call('GET /v1/changes?limit=200'))).data
    .map(({ type }: { type: string }) => type)
    .filter((type: string) => type.startsWith('settlement.'));
