import type { Test } from 'tap';
import { customerInvariants } from '../../../src/modules/customers/invariants.ts';
import { keepPurchase } from '../../../src/modules/customers/purchases.ts';
import { orderEvents } from '../../../src/modules/orders/events.ts';
import { paymentEventKinds } from '../../../src/modules/payments/events.ts';
import { inTransaction } from '../../../src/platform/db/transaction.ts';
import { type EventDefinition, eventRow } from '../../../src/platform/events/define.ts';
import { appendEvents } from '../../../src/platform/events/outbox.ts';
import { newId } from '../../../src/platform/ids.ts';
import type { Answer, TestApp, TestShop } from '../../support/app.ts';

export const times = (count: number) => Array.from({ length: count }, (_, i) => i);
export const count = (answers: readonly { status: number }[], status: number) =>
  answers.filter((answer) => answer.status === status).length;

/** Adds a customer and returns it. */
export async function addCustomer({ call }: TestShop, fields: object = {}): Promise<any> {
  const { status, body } = await call('POST /v1/customers', { body: { name: 'Maria Anders', ...fields } });
  if (status !== 201) throw new Error(`customer was not added: ${JSON.stringify(body)}`);
  return body;
}

/** A token with which a customer calls. */
export async function tokenFor({ call }: TestShop, customerId: string): Promise<string> {
  return (await call('POST /v1/customer-tokens', { body: { customerId } })).body.token;
}

export const email = (value: string, isPrimary = false) => ({ kind: 'email', value, isPrimary });
export const home = (line1: string) => ({ name: 'Maria Anders', line1, city: 'Berlin', country: 'DE' });

interface OrderFacts {
  readonly customerId: string | null;
  readonly totalAmount?: number;
  readonly paidAmount?: number;
  readonly refundedAmount?: number;
  readonly placedAt?: string;
  readonly lines?: readonly { category: string | null; netAmount: number }[];
}

/** What an order's event tells. */
export const orderData = ({
  customerId,
  totalAmount = 1000,
  paidAmount = totalAmount,
  refundedAmount = 0,
  placedAt = '2026-03-01T10:00:00.000Z',
  lines = [{ category: 'tea', netAmount: totalAmount }],
}: OrderFacts) => ({
  number: 'A-1',
  customerId,
  channel: 'web',
  status: 'paid',
  currency: 'USD',
  totalAmount,
  paidAmount,
  refundedAmount,
  placedAt,
  lines: lines.map((line) => ({ productId: newId(), quantity: 1, ...line })),
});

/** Puts an event into the outbox, as the module that owns it does. */
export async function tell(
  shop: TestShop,
  kind: EventDefinition,
  subjectId: string,
  data: Record<string, unknown>,
) {
  const ctx = await shop.ctx();
  await inTransaction(ctx, (tx) => appendEvents(tx, ctx, [eventRow(ctx, kind, subjectId, data)]));
}

/** An order of a customer is paid; returns the id of the order. */
export async function tellPaid(shop: TestShop, facts: OrderFacts, orderId = newId()): Promise<string> {
  await tell(shop, orderEvents.paid, orderId, orderData(facts));
  return orderId;
}

export async function tellCancelled(shop: TestShop, orderId: string, facts: OrderFacts) {
  const { lines: _lines, ...data } = orderData(facts);
  await tell(shop, orderEvents.cancelled, orderId, { ...data, status: 'cancelled', reason: 'shop' });
}

export async function tellRefund(shop: TestShop, orderId: string, amount: number, reason: string) {
  const data = {
    paymentId: newId(),
    subjectType: 'order',
    subjectId: orderId,
    orderId,
    amount,
    currency: 'USD',
    reason,
  };
  await tell(shop, paymentEventKinds.refundRequested, newId(), data);
}

/** Hands the shop's events to the subscriber once more, all of them, in their order. */
export async function deliverAgain({ deps }: TestApp, shop: TestShop, type?: string) {
  const { rows } = await deps.db.$client.query(
    `select id, position, type, subject_id, data, occurred_at from outbox
     where shop_id = $1 and type = coalesce($2, type) and type not like 'customer.%' order by position`,
    [shop.shopId, type],
  );
  const ctx = await shop.ctx();
  for (const event of rows) await inTransaction(ctx, (tx) => keepPurchase(tx, ctx, event));
  return rows.length;
}

/** The purchase figures of a customer, without the currency. */
export async function figuresOf({ call }: TestShop, customerId: string) {
  const { currency: _currency, ...figures } = (await call(`GET /v1/customers/${customerId}`)).body.figures;
  return figures;
}

interface WrittenEvent {
  readonly type: string;
  readonly subjectId: string;
  readonly data: any;
}

/** The shop's events about customers that were committed, in the order in which they were written. */
export async function customerEventsOf({ deps }: TestApp, { shopId }: TestShop): Promise<WrittenEvent[]> {
  const { rows } = await deps.db.$client.query<WrittenEvent>(
    `select type, subject_id as "subjectId", data from outbox
     where shop_id = $1 and type like 'customer.%' order by recorded_at, id`,
    [shopId],
  );
  return rows;
}

export async function checkInvariants(t: Test, { deps }: TestApp) {
  for (const { name, check } of customerInvariants) {
    const { checked, broken } = await check(deps.db);
    t.equal(Number(broken), 0, `${name}: ${broken} of ${checked} broken`);
  }
}

/** Checks that an answer is a problem with a code, and that it points to where the cause is. */
export function isProblem(t: Test, answer: Answer, status: number, code: string, pointer?: string) {
  t.equal(answer.status, status, JSON.stringify(answer.body));
  t.equal(answer.body.code, code);
  t.match(answer.headers['content-type'], /^application\/problem\+json/);
  if (pointer === undefined) return;
  t.ok(
    answer.body.errors.some((error: any) => error.pointer === pointer),
    `${pointer} in ${JSON.stringify(answer.body.errors)}`,
  );
}
