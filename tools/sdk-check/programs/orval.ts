// A user of the functions that orval generates.
import { createProduct, listOrders, payOrder, placeOrder, quoteBasket } from '../orval/client';
import { OrderStatus, PaymentProvider, type Order, type Problem } from '../orval/model';

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

export async function use(key: string): Promise<string[]> {
  const options = { headers: { Authorization: `Bearer ${key}` } };
  const product = await createProduct({ name: 'Chai', priceAmount: 1800 }, undefined, options);
  if (product.status !== 201) return [product.data.code];
  const lines = [{ productId: product.data.id, quantity: 2 }];
  const quote = await quoteBasket({ lines }, undefined, options);
  const headers = { 'Idempotency-Key': 'place-1' };
  const quoteToken = quote.status === 200 ? quote.data.quoteToken : '';
  const placed = await placeOrder({ lines, quoteToken }, headers, options);
  if (placed.status !== 201) {
    const problem: Problem = placed.data;
    return [problem.code, ...problem.errors.map((violation) => violation.pointer)];
  }
  const order: Order = placed.data;
  const paid = await payOrder(order.id, { provider: PaymentProvider.manual }, headers, options);
  const page = await listOrders({ status: OrderStatus.paid, cursor: 'next', limit: 10 }, options);
  if (page.status !== 200 || paid.status !== 201) return [];
  const next: string | null = page.data.nextCursor;
  return [describe(order), paid.data.state, next ?? '', ...page.data.data.map((head) => head.id)];
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
