import fc from 'fast-check';
import t from 'tap';
import { type Answer, startApp } from '../../support/app.ts';
import { makeCustomer, makePolicy, makeProduct } from '../../support/world.ts';
import { checkInvariants, ok } from '../orders/support.ts';

// What people do with one order, in any sequence, against a model that knows only sums.
const RUNS = { numRuns: Number(process.env['MODEL_RUNS'] ?? 15), endOnFailure: true };
const app = await startApp(t);
await makePolicy(app, { automaticAmount: 999_999_999, windowDays: 3650 });

interface ModelLine {
  readonly productId: string;
  readonly quantity: number;
  readonly net: number;
  price: number;
  settled: number;
  isBusy: boolean;
}

interface Model {
  readonly orderId: string;
  readonly lines: ModelLine[];
  readonly total: number;
  paid: number;
  refunded: number;
  settled: number;
  /** The part of it that is in the customer's wallet. */
  inWallet: number;
  wasPaid: boolean;
  isCancelled: boolean;
}

type Step = readonly [
  kind: 'pay' | 'reprice' | 'claim' | 'goodwill' | 'value' | 'confirm' | 'cancel',
  line: number,
  share: number,
];

const { id: customerId } = await makeCustomer(app);

const due = (m: Model) => Math.max(0, m.total - (m.settled - m.inWallet) - (m.paid - m.refunded));

/** Does one step and returns what the model says the answer has to be. */
async function take(m: Model, [kind, at, share]: Step): Promise<[Answer, expected: number]> {
  const line = m.lines[at % m.lines.length] as ModelLine;
  if (kind === 'pay') return pay(m, 1 + Math.floor(share * Math.max(0, due(m) - 1)));
  if (kind === 'claim') return claim(m);
  if (kind === 'goodwill') return giveGoodwill(m, 1 + Math.floor(share * 1_500), 'original_payment');
  if (kind === 'value') return giveGoodwill(m, 1 + Math.floor(share * 900), 'stored_value');
  if (kind === 'confirm') return confirm(m);
  if (kind === 'cancel') return cancel(m);
  line.price = Math.floor(share * 2_000);
  return [await app.call(`PATCH /v1/products/${line.productId}`, { body: { priceAmount: line.price } }), 200];
}

async function pay(m: Model, amount: number): Promise<[Answer, number]> {
  const mayPay = !m.isCancelled && due(m) > 0;
  const answer = await app.call(`POST /v1/orders/${m.orderId}/payments`, {
    body: { provider: 'manual', amount },
  });
  if (mayPay) m.paid += amount;
  m.wasPaid ||= mayPay && m.paid - m.refunded >= m.total;
  return [answer, mayPay ? 201 : 409];
}

async function claim(m: Model): Promise<[Answer, number]> {
  const isOpen = m.wasPaid && !m.isCancelled;
  const owed = m.lines.map((line) => {
    const owes = line.net - line.price * line.quantity - line.settled;
    return isOpen && !line.isBusy && line.net > line.price * line.quantity ? Math.max(0, owes) : 0;
  });
  const amount = owed.reduce((sum, one) => sum + one, 0);
  const answer = await app.call(`POST /v1/orders/${m.orderId}/settlements`, {
    body: { reason: 'price_drop' },
  });
  if (amount > 0 && answer.body.amount !== amount)
    throw new Error(`paid ${answer.body.amount}, owed ${amount}`);
  if (amount > 0) settle(m, owed, false);
  return [answer, amount > 0 ? 201 : 422];
}

function settle(m: Model, amounts: readonly number[], isValue: boolean): void {
  for (const [index, amount] of amounts.entries()) {
    const line = m.lines[index] as ModelLine;
    line.settled += amount;
    line.isBusy ||= amount > 0 && !isValue;
    m.settled += amount;
    if (isValue) m.inWallet += amount;
    else m.refunded += amount;
  }
}

async function giveGoodwill(m: Model, amount: number, payoutMethod: string): Promise<[Answer, number]> {
  const left = m.lines.reduce((sum, line) => sum + line.net - line.settled, 0);
  const answer = await app.call(`POST /v1/orders/${m.orderId}/goodwill-settlements`, {
    body: { amount, payoutMethod },
  });
  if (!m.wasPaid || m.isCancelled) return [answer, 409];
  if (amount > left) return [answer, 422];
  if (answer.status !== 201) return [answer, m.lines.some((line) => line.isBusy) ? 409 : 201];
  const order = await ok(app.call(`GET /v1/orders/${m.orderId}`));
  const given = order.lines.map(
    (line: { settledAmount: number }, index: number) => line.settledAmount - (m.lines[index]?.settled ?? 0),
  );
  if (given.reduce((sum: number, one: number) => sum + one, 0) !== amount)
    throw new Error('the shares do not sum');
  settle(m, given, payoutMethod === 'stored_value');
  return [answer, 201];
}

async function confirm(m: Model): Promise<[Answer, number]> {
  const { data } = await ok(app.call('GET /v1/refunds?limit=200'));
  for (const { id, state } of data)
    if (state === 'pending') await ok(app.call(`POST /v1/refunds/${id}/confirm`, { body: {} }));
  await app.settle();
  for (const line of m.lines) line.isBusy = false;
  return [await app.call(`GET /v1/orders/${m.orderId}`), 200];
}

async function cancel(m: Model): Promise<[Answer, number]> {
  m.isCancelled = true;
  m.refunded = m.paid - m.inWallet;
  return [await app.call(`POST /v1/orders/${m.orderId}/cancel`, { body: {} }), 200];
}

async function makeModel(): Promise<Model> {
  const shapes = [
    { quantity: 2, price: 1_800 },
    { quantity: 3, price: 333 },
    { quantity: 1, price: 5 },
  ];
  const lines = await Promise.all(
    shapes.map(async ({ quantity, price }): Promise<ModelLine> => {
      const { id } = await makeProduct(app, { priceAmount: price });
      return { productId: id, quantity, net: price * quantity, price, settled: 0, isBusy: false };
    }),
  );
  const asked = lines.map(({ productId, quantity }) => ({ productId, quantity }));
  const { id, totalAmount } = await ok(app.call('POST /v1/orders', { body: { lines: asked, customerId } }));
  const nothing = { paid: 0, refunded: 0, settled: 0, inWallet: 0, wasPaid: false, isCancelled: false };
  return { orderId: id, lines, total: totalAmount, ...nothing };
}

const anyStep = fc.tuple(
  fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom('pay' as const, 'reprice' as const, 'claim' as const) },
    { weight: 2, arbitrary: fc.constantFrom('goodwill' as const, 'value' as const, 'confirm' as const) },
    { weight: 1, arbitrary: fc.constant('cancel' as const) },
  ),
  fc.nat(2),
  fc.double({ min: 0, max: 1, noNaN: true }),
);
// Most of what can be done needs a paid order.
const anySteps = fc
  .array(anyStep, { minLength: 3, maxLength: 14 })
  .map((steps): Step[] => [['pay', 0, 1], ...steps]);

t.test('an order does what the model says, whatever people do with it', async (t) => {
  await fc.assert(
    fc.asyncProperty(anySteps, async (steps) => {
      const m = await makeModel();
      for (const step of steps) {
        const [{ status, body }, expected] = await take(m, step);
        t.equal(status, expected, `${step.join(' ')}: ${JSON.stringify(body).slice(0, 200)}`);
        t.match(await ok(app.call(`GET /v1/orders/${m.orderId}`)), {
          paidAmount: m.paid,
          refundedAmount: m.refunded,
          settledAmount: m.settled,
          netTotalAmount: m.isCancelled ? 0 : m.total - m.settled,
          dueAmount: m.isCancelled ? 0 : due(m),
          status: m.isCancelled ? 'cancelled' : m.wasPaid ? 'paid' : 'pending',
        });
      }
    }),
    RUNS,
  );
  await checkInvariants(t, app);
});
