// A user of the SDK that @hey-api/openapi-ts generates.
import { createClient, createConfig } from '../hey-api/client/index.js';
import * as sdk from '../hey-api/index.js';
import type { Order, OrderStatus, Problem } from '../hey-api/index.js';

// @ts-expect-error no order is ever lost
export const noStatus: OrderStatus = 'lost';

export function describe(order: Order): string {
  // @ts-expect-error it may be null
  order.externalId.toUpperCase();
  // @ts-expect-error an amount is a number
  order.totalAmount.toUpperCase();
  const city: string = order.shippingAddress === null ? 'nowhere' : order.shippingAddress.city;
  return `${order.externalId ?? order.number} ${order.status} ${city}`;
}

export async function use(baseUrl: string, key: string): Promise<string[]> {
  const client = createClient(createConfig({ baseUrl, auth: key }));
  const { data: product } = await sdk.createProduct({ client, body: { name: 'Chai', priceAmount: 1800 } });
  const lines = [{ productId: product?.id ?? '', quantity: 2 }];
  const { data: quote } = await sdk.quoteBasket({ client, body: { lines } });
  const headers = { 'Idempotency-Key': 'place-1' };
  const placed = await sdk.placeOrder({
    client,
    headers,
    body: { lines, quoteToken: quote?.quoteToken ?? '' },
  });
  if (placed.data === undefined) {
    const problem: Problem = placed.error;
    return [problem.code, ...problem.errors.map((violation) => violation.pointer)];
  }
  const path = { orderId: placed.data.id };
  const { data: payment } = await sdk.payOrder({ client, headers, path, body: { provider: 'manual' } });
  const query = { status: 'paid' as const, cursor: 'next', limit: 10 };
  const { data: page } = await sdk.listOrders({ client, query });
  const next: string | null | undefined = page?.nextCursor;
  return [
    describe(placed.data),
    payment?.state ?? '',
    next ?? '',
    ...(page?.data ?? []).map((head) => head.id),
  ];
}

/** What must not compile. It is never run. */
export async function mistakes() {
  const body = { lines: [{ productId: 'a', quantity: 1 }] };
  // @ts-expect-error money moves only with an Idempotency-Key
  await sdk.placeOrder({ body });
  const headers = { 'Idempotency-Key': 'a' };
  // @ts-expect-error a quantity is a number
  await sdk.placeOrder({ headers, body: { lines: [{ productId: 'a', quantity: '1' }] } });
  // @ts-expect-error no such status
  await sdk.listOrders({ query: { status: 'lost' } });
}
