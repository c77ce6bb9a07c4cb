// A user of the functions that kubb generates.
import { createProduct, listOrders, payOrder, placeOrder, quoteBasket } from '../kubb/clients';
import {
  orderStatusEnum,
  paymentProviderEnum,
  type Order,
  type OrderStatus,
  type PlaceOrder409,
} from '../kubb/types';

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

export const explain = (problem: PlaceOrder409): string[] => [
  problem.code,
  ...problem.errors.map((violation) => violation.pointer),
];

export async function use(baseURL: string, key: string): Promise<string[]> {
  const config = { baseURL, headers: { Authorization: `Bearer ${key}` } };
  const product = await createProduct({ name: 'Chai', priceAmount: 1800 }, undefined, config);
  const lines = [{ productId: product.id, quantity: 2 }];
  const quote = await quoteBasket({ lines }, undefined, config);
  const headers = { 'Idempotency-Key': 'place-1' };
  const order: Order = await placeOrder({ lines, quoteToken: quote.quoteToken }, headers, config);
  const payment = await payOrder(order.id, { provider: paymentProviderEnum.manual }, headers, config);
  const page = await listOrders({ status: orderStatusEnum.paid, cursor: 'next', limit: 10 }, config);
  const next: string | null = page.nextCursor;
  return [describe(order), payment.state, next ?? '', ...page.data.map((head) => head.id)];
}

/** What must not compile. It is never run. */
export async function mistakes() {
  // @ts-expect-error money moves only with an Idempotency-Key
  await placeOrder({ lines: [{ productId: 'a', quantity: 1 }] });
  const headers = { 'Idempotency-Key': 'a' };
  // @ts-expect-error a quantity is a number
  await placeOrder({ lines: [{ productId: 'a', quantity: '1' }] }, headers);
  // @ts-expect-error no such status
  await listOrders({ status: 'lost' });
}
