import fc from 'fast-check';
import t from 'tap';
import { toStripeAmount } from '../../../../src/modules/payments/providers/stripe/amount-rules.ts';
import {
  decideGivingUp,
  decideReconcileAt,
  decideRefundState,
} from '../../../../src/modules/payments/rules.ts';
import { ok } from '../../orders/support.ts';
import { intentFor, readPayment, startCharge, startWorld, VISA } from './support.ts';

const RUNS = { numRuns: Number(process.env['PROPERTY_RUNS'] ?? 500) };
const world = await startWorld(t);

t.test('amounts as Stripe counts them', async (t) => {
  const cases: [bigint, string, number | undefined][] = [
    [1999n, 'USD', 1999],
    [500n, 'JPY', 500],
    [5n, 'ISK', 500],
    [7n, 'UGX', 700],
    [5000n, 'MGA', 50],
    [5001n, 'MGA', undefined],
    [12_340n, 'KWD', 12_340],
    [12_345n, 'KWD', undefined],
    [99_999_999n, 'USD', 99_999_999],
    [100_000_000n, 'USD', undefined],
    [100_000_000n, 'IDR', 100_000_000],
    [1_000_000_000_000n, 'IDR', undefined],
    [0n, 'USD', undefined],
    [1000n, 'CLF', undefined],
  ];
  for (const [amount, currency, expected] of cases)
    t.equal(toStripeAmount(amount, currency), expected, `${amount} ${currency}`);
  const currency = fc.constantFrom('USD', 'EUR', 'JPY', 'ISK', 'UGX', 'MGA', 'KWD', 'TND', 'IDR');
  const amount = fc.bigInt(1n, 999_999_999_999_999n);
  fc.assert(
    fc.property(amount, amount, currency, (a, b, one) => {
      const [x, y] = [toStripeAmount(a, one), toStripeAmount(b, one)];
      // Whole, exact, and in the same order as the amounts.
      return (
        x === undefined ||
        y === undefined ||
        (Number.isSafeInteger(x) && x < y === a < b && (x === y) === (a === b))
      );
    }),
    RUNS,
  );
});

t.test('an amount that Stripe cannot take is refused before anything is written', async (t) => {
  const { shop } = await world.addShop({ currency: 'KWD' });
  const product = await ok(
    shop.call('POST /v1/products', { body: { name: 'Dates', priceAmount: 1005, onHandQuantity: 9 } }),
  );
  const order = await ok(
    shop.call('POST /v1/orders', { body: { lines: [{ productId: product.id, quantity: 1 }] } }),
  );
  const refused = await shop.call(`POST /v1/orders/${order.id}/payments`, { body: VISA });
  t.match([refused.status, refused.body.code], [422, 'amount_not_supported']);
  t.same((await ok(shop.call(`GET /v1/orders/${order.id}/payments`))).data, []);
  t.equal(
    (await shop.call(`POST /v1/orders/${order.id}/payments`, { body: { ...VISA, amount: 1000 } })).status,
    201,
  );
});

t.test('a currency that Stripe counts in another way is charged right', async (t) => {
  const { shop, account } = await world.addShop({ currency: 'ISK' });
  const { payment } = await startCharge(shop);
  await world.app.settle();
  t.match(intentFor(account, payment.id), { amount: 360_000, currency: 'isk' });
  t.match(await readPayment(shop, payment.id), { state: 'succeeded', amount: 3600 });
});

t.test('a payment method is for Stripe only', async (t) => {
  const { shop } = await world.addShop();
  const { order } = await startCharge(shop, { provider: 'stripe' });
  for (const provider of ['manual', 'simulator']) {
    const answer = await shop.call(`POST /v1/orders/${order.id}/payments`, { body: { ...VISA, provider } });
    t.match([answer.status, answer.body.code], [422, 'payment_method_not_taken']);
  }
  const body = { provider: 'stripe', paymentMethod: 'tok_visa' };
  t.equal((await shop.call(`POST /v1/orders/${order.id}/payments`, { body })).status, 400);
});

t.test('what is said of a refund', async (t) => {
  const at = (state: 'pending' | 'succeeded' | 'failed', attempt = 1) => ({ state, attempt });
  const said = (kind: 'pending' | 'succeeded' | 'failed', attempt = 1) => ({ kind, attempt });
  t.equal(decideRefundState(at('pending'), said('succeeded')), 'succeeded');
  t.equal(decideRefundState(at('pending'), said('failed')), 'failed');
  t.equal(decideRefundState(at('succeeded'), said('failed')), 'failed');
  t.equal(decideRefundState(at('failed'), said('succeeded')), undefined);
  t.equal(decideRefundState(at('succeeded'), said('succeeded')), undefined);
  t.equal(decideRefundState(at('succeeded'), said('pending')), undefined);
  t.equal(decideRefundState(at('pending', 2), said('failed', 1)), undefined);
  t.equal(decideRefundState(at('pending', 2), said('failed', Number.NaN)), undefined);
});

t.test('when a provider is asked, and when an attempt is given up', async (t) => {
  const start = new Date('2024-03-01T00:00:00Z');
  const hours = (count: number) => new Date(start.getTime() + count * 3_600_000);
  t.same(
    [0, 1, 5, 50].map((count) => decideReconcileAt(start, count)),
    [1, 6, 168, 168].map(hours),
  );
  const created = { state: 'created', createdAt: start } as const;
  t.notOk(decideGivingUp(created, false, hours(23)));
  t.ok(decideGivingUp(created, false, hours(24)));
  t.notOk(decideGivingUp(created, true, hours(24)), 'Stripe knows it');
  t.notOk(decideGivingUp({ ...created, state: 'processing' }, false, hours(167)));
  t.ok(decideGivingUp({ ...created, state: 'processing' }, true, hours(168)));
});
