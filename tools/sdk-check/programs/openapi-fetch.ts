// A user of openapi-typescript and openapi-fetch. It is compiled, and its tour of one order is run against a server.
import createClient, { type Client } from 'openapi-fetch';
import type { components, paths } from '../openapi-typescript/schema.js';

type Order = components['schemas']['Order'];
type OrderStatus = components['schemas']['OrderStatus'];
type Problem = components['schemas']['Problem'];

export const connect = (baseUrl: string, key: string): Client<paths> =>
  createClient<paths>({ baseUrl, headers: { Authorization: `Bearer ${key}` } });

function orThrow<T>(answer: { data?: T; error?: unknown; response: Response }): T {
  if (answer.data === undefined)
    throw new Error(`${answer.response.status}: ${JSON.stringify(answer.error)}`);
  return answer.data;
}

/** A word for every status: the compiler misses one that is added. */
const words: Record<OrderStatus, string> = {
  pending: 'waits for payment',
  paid: 'is packed',
  shipped: 'is on its way',
  delivered: 'arrived',
  completed: 'is over',
  cancelled: 'was cancelled',
};
// @ts-expect-error no order is ever lost
const noStatus: OrderStatus = 'lost';

export function describe(order: Order): string {
  // @ts-expect-error it may be null
  order.externalId.toUpperCase();
  // @ts-expect-error an amount is a number
  order.totalAmount.toUpperCase();
  // @ts-expect-error there is no such field
  const missing = order.grandTotal;
  const where: string = order.shippingAddress === null ? 'nowhere' : order.shippingAddress.city;
  const paidAt: string = order.paidAt ?? 'not yet';
  return `${order.externalId ?? order.number} ${words[order.status]} ${where} ${paidAt} ${missing} ${noStatus}`;
}

/** The tour of the README: one order from quote to completion; what came of it. */
export async function tour(baseUrl: string, key: string, run: string) {
  const api = connect(baseUrl, key);
  const headersFor = (step: string) => ({ 'Idempotency-Key': `${step}-${run}` });
  const product = orThrow(
    await api.POST('/v1/products', {
      body: { name: 'Sasquatch Ale', priceAmount: 1400, onHandQuantity: 10, metadata: { shelf: '7' } },
    }),
  );
  const lines = [{ productId: product.id, quantity: 2 }];
  const quote = orThrow(await api.POST('/v1/quotes', { body: { lines } }));
  const body = { lines, quoteToken: quote.quoteToken, expectedTotalAmount: quote.totalAmount };
  const place = () => api.POST('/v1/orders', { params: { header: headersFor('place') }, body });
  const order = orThrow(await place());
  const again = await place();
  const path = { orderId: order.id };
  const payment = orThrow(
    await api.POST('/v1/orders/{orderId}/payments', {
      params: { path, header: headersFor('pay') },
      body: { provider: 'manual', reference: 'Transfer 118' },
    }),
  );
  const shipped = orThrow(
    await api.POST('/v1/orders/{orderId}/ship', {
      params: { path, header: headersFor('ship') },
      body: { carrier: 'Speedy Express' },
    }),
  );
  const shipmentId = shipped.shipments[0]?.id ?? '';
  orThrow(
    await api.POST('/v1/orders/{orderId}/shipments/{shipmentId}/deliver', {
      params: { path: { ...path, shipmentId } },
    }),
  );
  const completed = orThrow(await api.POST('/v1/orders/{orderId}/complete', { params: { path } }));
  const refused = await api.POST('/v1/orders/{orderId}/ship', {
    params: { path, header: headersFor('ship-again') },
    body: {},
  });
  if (refused.error === undefined) throw new Error('an order was shipped twice');
  const problem: Problem = refused.error;
  return {
    quotedAmount: quote.totalAmount,
    placedAmount: order.totalAmount,
    placedStatus: order.status,
    sameOrder:
      orThrow(again).id === order.id && again.response.headers.get('idempotency-replayed') === 'true',
    payment: [payment.state, payment.amount],
    status: completed.status,
    paidAmount: completed.paidAmount,
    delivered: completed.shipments[0]?.deliveredAt != null,
    refusal: [problem.status, problem.code],
    isListed: (await listAll(api, 'completed')).includes(order.id),
  };
}

/** Every order of a status, page by page. */
async function listAll(api: Client<paths>, status: OrderStatus): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | null = null;
  do {
    const query: { status: OrderStatus; limit: number; cursor?: string } = { status, limit: 200 };
    if (cursor !== null) query.cursor = cursor;
    const page: components['schemas']['OrderHeadPage'] = orThrow(
      await api.GET('/v1/orders', { params: { query } }),
    );
    ids.push(...page.data.map((head) => head.id));
    cursor = page.nextCursor;
  } while (cursor !== null);
  return ids;
}

/** What must not compile. It is never run. */
export async function mistakes(api: Client<paths>) {
  const body = { lines: [{ productId: 'a', quantity: 1 }] };
  // @ts-expect-error money moves only with an Idempotency-Key
  await api.POST('/v1/orders', { body });
  const params = { header: { 'Idempotency-Key': 'a' } };
  // @ts-expect-error a quantity is a number
  await api.POST('/v1/orders', { params, body: { lines: [{ productId: 'a', quantity: '1' }] } });
  // @ts-expect-error an order has lines
  await api.POST('/v1/orders', { params, body: {} });
  // @ts-expect-error no such status
  await api.GET('/v1/orders', { params: { query: { status: 'lost' } } });
  // @ts-expect-error no such operation
  await api.GET('/v1/orders/{orderId}/ship', { params: { path: { orderId: 'a' } } });
}
