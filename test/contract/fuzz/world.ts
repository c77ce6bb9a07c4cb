import type { TestApp, TestShop } from '../../support/app.ts';
import {
  answerByLink,
  creditWallet,
  makeCustomer,
  makeLink,
  makeOffer,
  makeOrder,
  makePaidOrder,
  makeProduct,
  makeShippedOrder,
  pay,
  tokenOf,
} from '../../support/world.ts';
import { makeSegment, makeServiceTime } from '../../support/segments-world.ts';
import type { Pools } from './arbitraries.ts';

export interface World {
  readonly shop: TestShop;
  readonly pools: Pools;
  /** A customer's token; nothing that is tried takes this customer away. */
  readonly customerToken: string;
}

/** A settlement that the customer answers, one that the shop answers, and one that is to be paid; the token of a link to each. */
async function makeSettlements(shop: TestShop, [one = '', two = '']: string[]) {
  const third = await makePaidOrder(shop);
  const [offered, countered, accepted] = [
    await makeOffer(shop, one),
    await makeOffer(shop, two),
    await makeOffer(shop, third.order.id),
  ];
  await answerByLink(shop, countered.id, 'counter', { amount: 100 });
  await answerByLink(shop, accepted.id, 'accept');
  const made = [offered, countered, accepted];
  const links: { id: string; token: string }[] = [];
  for (const { id } of made) links.push(await makeLink(shop, id));
  return {
    settlementId: made.map(({ id }): string => id),
    linkId: links.map(({ id }) => id),
    token: links.map(({ token }) => token),
  };
}

/** A list, a segment of a rule, one that is archived, and service time. */
async function makeSegments(shop: TestShop, customerIds: string[]) {
  const rule = { match: 'all', conditions: [{ field: 'hasEmail', value: false }] };
  const made = [await makeSegment(shop), await makeSegment(shop, { rule }), await makeSegment(shop)];
  const segmentId = made.map(({ id }): string => id);
  await shop.call(`POST /v1/segments/${segmentId[2]}/archive`);
  const serviceTime = await makeServiceTime(shop, customerIds[0] ?? '');
  return {
    segmentId,
    segmentIds: segmentId,
    excludedSegmentIds: segmentId,
    customerIds,
    serviceTimeId: [serviceTime.id as string],
  };
}

/** A shop of its own with something of everything, so that requests with its ids come past 404. */
export async function makeWorld(app: TestApp): Promise<World> {
  const shop = await app.createShop();
  const [first, second] = [await makeProduct(shop), await makeProduct(shop, { onHandQuantity: 2 })];
  const [owner, maria, ana] = [await makeCustomer(shop), await makeCustomer(shop), await makeCustomer(shop)];
  const open = await makeOrder(shop, { customerId: owner.id });
  for (const { id } of [owner, maria]) await creditWallet(shop, id, 100_000);
  const cancelled = await makePaidOrder(shop);
  const { body: key } = await shop.call('POST /v1/api-keys', {
    body: { kind: 'publishable', name: 'Spare', scopes: [] },
  });
  const paid = await makePaidOrder(shop);
  const shipped = await makeShippedOrder(shop);
  await pay(shop, open.id, { provider: 'simulator' });
  await shop.call(`POST /v1/orders/${cancelled.order.id}/cancel`, { body: {} });
  const settlements = await makeSettlements(shop, [paid.order.id, shipped.id]);
  const { body: refunds } = await shop.call('GET /v1/refunds');
  const { body: payments } = await shop.call('GET /v1/payments');
  const ids = (list: { id: string }[]) => list.map(({ id }) => id);
  const customers = ids([maria, ana]);
  return {
    shop,
    customerToken: await tokenOf(shop, owner.id),
    pools: {
      productId: ids([first, second]),
      customerId: customers,
      duplicateCustomerId: customers,
      orderId: ids([open, paid.order, shipped, cancelled.order]),
      shipmentId: ids(shipped.shipments),
      paymentId: ids(payments.data),
      refundId: ids(refunds.data),
      keyId: [key.id],
      ...settlements,
      lineId: ids([...open.lines, ...paid.order.lines, ...shipped.lines]),
      ...(await makeSegments(shop, customers)),
      shopId: [shop.shopId],
      externalId: [first.externalId, maria.externalId],
      customerExternalId: [maria.externalId, ana.externalId],
      timezone: ['Europe/Berlin', 'Asia/Shanghai', 'UTC'],
    },
  };
}
