import fc from 'fast-check';
import t from 'tap';
import { type Answer, startApp } from '../../support/app.ts';
import { makeCustomer, makePolicy, makeProduct, tokenOf } from '../../support/world.ts';
import { checkInvariants, ok } from '../orders/support.ts';

// What people do with one order, in any sequence, against a model that knows only sums.
const RUNS = { numRuns: Number(process.env['MODEL_RUNS'] ?? 15), endOnFailure: true };
const app = await startApp(t);
// Not for price_drop: then sweeps would claim as well, whenever the clock moves.
await makePolicy(app, { automaticAmount: 999_999_999, windowDays: 3650, reasons: ['price_error'] });

interface ModelLine {
  readonly productId: string;
  readonly quantity: number;
  readonly net: number;
  price: number;
  settled: number;
  charged: number;
  /** Units that are left, and how many there were and what they were worth when a settlement last changed that. */
  left: number;
  valued: { readonly units: number; readonly worth: number };
  /** By a refund that is on its way; by an offer that is open. */
  isBusy: boolean;
  isOffered: boolean;
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
  /** What the customer paid on top of the price, and what came off it with units. */
  charged: number;
  credited: number;
  /** What the customer is asked to pay on top, for which line, and whether they have agreed. */
  offer: { readonly id: string; readonly line: ModelLine; amount: number; isAgreed: boolean } | undefined;
  wasPaid: boolean;
  isCancelled: boolean;
}

const KINDS = [
  'pay',
  'reprice',
  'claim',
  'goodwill',
  'value',
  'confirm',
  'cancel',
  'edit',
  'ask',
  'counter',
  'agree',
  'payAsked',
  'expire',
] as const;
type Step = readonly [kind: (typeof KINDS)[number], line: number, share: number];

const { id: customerId } = await makeCustomer(app);
const token = await tokenOf(app, customerId);

const priceOf = (m: Model) => m.total + m.charged - m.credited - (m.settled - m.inWallet);
const due = (m: Model) => Math.max(0, priceOf(m) - (m.paid - m.refunded));

// Half cents away from zero; all of these are above it.
const part = (amount: number, units: number, of: number) => Math.floor((2 * amount * units + of) / (2 * of));
/** What is left of a line, and what was paid for the units that are left. */
const worth = ({ valued, left }: ModelLine) =>
  left === 0 ? 0 : valued.worth - part(valued.worth, valued.units - left, valued.units);
const paidLeft = (line: ModelLine) => {
  const paid = line.net + line.charged;
  return Math.max(worth(line), paid - part(paid, line.quantity - line.left, line.quantity));
};

function change(line: ModelLine, amount: number): void {
  if (amount !== 0) line.valued = { units: line.left, worth: worth(line) + amount };
}

/** Does one step and returns what the model says the answer has to be. */
async function take(m: Model, [kind, at, share]: Step): Promise<[Answer, expected: number]> {
  const line = m.lines[at % m.lines.length] as ModelLine;
  if (kind === 'pay') return pay(m, 1 + Math.floor(share * Math.max(0, due(m) - 1)));
  if (kind === 'claim') return claim(m);
  if (kind === 'goodwill') return giveGoodwill(m, 1 + Math.floor(share * 1_500), 'original_payment');
  if (kind === 'value') return giveGoodwill(m, 1 + Math.floor(share * 900), 'stored_value');
  if (kind === 'confirm') return confirm(m);
  if (kind === 'cancel') return cancel(m);
  if (kind === 'edit') return edit(m, line, Math.floor(share * line.left));
  if (kind === 'ask') return ask(m, line, 1 + Math.floor(share * 500));
  if (kind === 'counter') return counter(m, 1 + Math.floor(share * 400));
  if (kind === 'agree') return agree(m);
  if (kind === 'payAsked') return payAsked(m);
  if (kind === 'expire') return expire(m);
  line.price = Math.floor(share * (at % 2 === 0 ? 2_000 : 400));
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
    const now = line.price * line.left;
    const isFree = !line.isBusy && !line.isOffered && line.left > 0;
    return isOpen && isFree && paidLeft(line) > now ? Math.max(0, worth(line) - now) : 0;
  });
  const amount = owed.reduce((sum, one) => sum + one, 0);
  const answer = await app.call(`POST /v1/orders/${m.orderId}/settlements`, {
    body: { reason: 'price_error' },
  });
  if (amount > 0 && answer.body.amount !== amount)
    throw new Error(`paid ${answer.body.amount}, owed ${amount}`);
  if (amount > 0) settle(m, owed, false);
  return [answer, amount > 0 ? 201 : 422];
}

function settle(m: Model, amounts: readonly number[], isValue: boolean): void {
  for (const [index, amount] of amounts.entries()) {
    const line = m.lines[index] as ModelLine;
    change(line, -amount);
    line.settled += amount;
    line.isBusy ||= amount > 0 && !isValue;
    m.settled += amount;
    if (isValue) m.inWallet += amount;
    else m.refunded += amount;
  }
}

async function giveGoodwill(m: Model, amount: number, payoutMethod: string): Promise<[Answer, number]> {
  const left = m.lines.reduce((sum, line) => sum + worth(line), 0);
  const answer = await app.call(`POST /v1/orders/${m.orderId}/goodwill-settlements`, {
    body: { amount, payoutMethod },
  });
  if (!m.wasPaid || m.isCancelled) return [answer, 409];
  if (amount > left) return [answer, 422];
  if (answer.status !== 201)
    return [answer, m.lines.some((line) => line.isBusy || line.isOffered) ? 409 : 201];
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
  dropOffer(m);
  const answer = await app.call(`POST /v1/orders/${m.orderId}/cancel`, { body: {} });
  await app.settle();
  return [answer, 200];
}

/** Fewer units of a line: what they are worth goes back at once. */
async function edit(m: Model, line: ModelLine, quantity: number): Promise<[Answer, number]> {
  const lineId = await lineIdOf(m, line);
  const answer = await app.call(`POST /v1/orders/${m.orderId}/edits`, {
    body: { lines: [{ lineId, quantity }] },
  });
  const others = m.lines.reduce((sum, one) => sum + (one === line ? 0 : one.left), 0);
  const isFewer = quantity < line.left;
  if (!m.wasPaid || m.isCancelled) return [answer, 409];
  // One that changes nothing is no edit, and one that leaves nothing is a cancellation.
  if (!isFewer || quantity + others === 0) return [answer, 422];
  if (line.isBusy || line.isOffered) return [answer, 409];
  const before = worth(line);
  line.left = quantity;
  const back = before - worth(line);
  m.credited += back;
  m.refunded += back;
  return [answer, 201];
}

async function lineIdOf(m: Model, line: ModelLine): Promise<string> {
  const { lines } = await ok(app.call(`GET /v1/orders/${m.orderId}`));
  return lines[m.lines.indexOf(line)].id;
}

/** Staff asks the customer for more. */
async function ask(m: Model, line: ModelLine, amount: number): Promise<[Answer, number]> {
  const answer = await app.call(`POST /v1/orders/${m.orderId}/settlement-offers`, {
    body: {
      direction: 'from_customer',
      reason: 'price_error',
      lines: [{ lineId: await lineIdOf(m, line), amount }],
    },
  });
  if (!m.wasPaid || m.isCancelled) return [answer, 409];
  if (line.left === 0) return [answer, 422];
  if (line.isBusy || line.isOffered) return [answer, 409];
  // One at a time is enough for a model: the first stays the one that is answered.
  if (m.offer) {
    await ok(app.call(`POST /v1/settlements/${answer.body.id}/cancel`));
    return [answer, 201];
  }
  line.isOffered = true;
  m.offer = { id: answer.body.id, line, amount, isAgreed: false };
  return [answer, 201];
}

const read = (m: Model) => app.call(`GET /v1/orders/${m.orderId}`);

/** The customer offers less, and staff takes it. */
async function counter(m: Model, amount: number): Promise<[Answer, number]> {
  if (!m.offer || m.offer.isAgreed) return [await read(m), 200];
  const as = token;
  const answer = await app.call(`POST /v1/settlements/${m.offer.id}/counter`, { body: { amount }, as });
  await ok(app.call(`POST /v1/settlements/${m.offer.id}/accept`));
  m.offer.amount = amount;
  m.offer.isAgreed = true;
  return [answer, 200];
}

async function agree(m: Model): Promise<[Answer, number]> {
  if (!m.offer || m.offer.isAgreed) return [await read(m), 200];
  m.offer.isAgreed = true;
  return [await app.call(`POST /v1/settlements/${m.offer.id}/accept`, { as: token }), 200];
}

async function payAsked(m: Model): Promise<[Answer, number]> {
  if (!m.offer) return [await read(m), 200];
  const { id, line, amount, isAgreed } = m.offer;
  const answer = await app.call(`POST /v1/settlements/${id}/payments`, { body: { provider: 'manual' } });
  if (!isAgreed) return [answer, 409];
  change(line, amount);
  line.charged += amount;
  m.charged += amount;
  m.paid += amount;
  dropOffer(m);
  return [answer, 201];
}

async function expire(m: Model): Promise<[Answer, number]> {
  const answer = await app.call('POST /v1/test-clock/advance', { body: { byMinutes: 100 * 60 } });
  await app.settle();
  dropOffer(m);
  return [answer, 200];
}

function dropOffer(m: Model): void {
  if (m.offer) m.offer.line.isOffered = false;
  m.offer = undefined;
}

async function makeModel(): Promise<Model> {
  const shapes = [
    { quantity: 2, price: 1_800 },
    { quantity: 7, price: 333 },
    { quantity: 3, price: 5 },
  ];
  const lines = await Promise.all(
    shapes.map(async ({ quantity, price }): Promise<ModelLine> => {
      const { id } = await makeProduct(app, { priceAmount: price });
      const net = price * quantity;
      const untouched = { settled: 0, charged: 0, left: quantity, isBusy: false, isOffered: false };
      return { productId: id, quantity, net, price, valued: { units: quantity, worth: net }, ...untouched };
    }),
  );
  const asked = lines.map(({ productId, quantity }) => ({ productId, quantity }));
  const { id, totalAmount } = await ok(app.call('POST /v1/orders', { body: { lines: asked, customerId } }));
  const nothing = { paid: 0, refunded: 0, settled: 0, inWallet: 0, charged: 0, credited: 0 };
  const fresh = { ...nothing, offer: undefined, wasPaid: false, isCancelled: false };
  return { orderId: id, lines, total: totalAmount, ...fresh };
}

const weighed = (weight: number, ...kinds: Step[0][]) => ({ weight, arbitrary: fc.constantFrom(...kinds) });
const anyStep = fc.tuple(
  fc.oneof(
    weighed(6, 'edit', 'reprice', 'confirm'),
    weighed(4, 'claim', 'value', 'ask', 'payAsked'),
    weighed(3, 'agree', 'goodwill', 'counter'),
    weighed(1, 'pay', 'cancel', 'expire'),
  ),
  // Not fc.nat and fc.double: they prefer the smallest, with which every line is gone after a step or two.
  fc.constantFrom(0, 1, 2),
  fc.constantFrom(0, 0.13, 0.34, 0.5, 0.66, 0.75, 0.87, 0.99),
);
// Most of what can be done needs a paid order.
const anySteps = fc
  .array(anyStep, { minLength: 8, maxLength: 24, size: 'max' })
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
          chargedAmount: m.charged,
          netTotalAmount: m.isCancelled ? 0 : m.total + m.charged - m.credited - m.settled,
          dueAmount: m.isCancelled ? 0 : due(m),
          status: m.isCancelled ? 'cancelled' : m.wasPaid ? 'paid' : 'pending',
        });
      }
    }),
    RUNS,
  );
  await checkInvariants(t, app);
});
