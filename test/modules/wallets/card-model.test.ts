import fc from 'fast-check';
import t from 'tap';
import { settleEvents } from '../../../src/jobs.ts';
import { startApp } from '../../support/app.ts';
import { askLoad, makeCard, makeOffer, readCard, setTerms } from '../../support/cards-world.ts';
import { makeCustomer, makeOrder, makeProduct, must } from '../../support/world.ts';
import { checkInvariants } from '../orders/support.ts';
import { cancel } from './support.ts';

// What people do with a card, in any order, against a model of a few numbers. With MODEL_RUNS=200 it runs 200 sequences.
const numRuns = Number(process.env['MODEL_RUNS'] ?? 12);
const app = await startApp(t);
await app.call('PATCH /v1/shop', {
  body: { settings: { wallets: { bearerCardLimitAmount: 40_000, cardSpendOrder: 'proportional' } } },
});
await setTerms(app);
await makeOffer(app, { paidAmount: 10_000, bonusAmount: 2_000 });
const LIMITS: Record<string, number> = { bearer: 40_000, named: 500_000 };
const product = await makeProduct(app, { priceAmount: 1, onHandQuantity: 100_000_000 });
const customers = [(await makeCustomer(app)).id, (await makeCustomer(app)).id];

const amount = fc.integer({ min: 1, max: 20_000 });
const step = fc.oneof(
  fc.record({ act: fc.constant('load' as const), amount }),
  fc.record({ act: fc.constant('spend' as const), amount }),
  fc.record({ act: fc.constant('spend' as const), amount }),
  fc.record({ act: fc.constant('goodwill' as const), amount }),
  fc.record({
    act: fc.constantFrom('cancel', 'freeze', 'unfreeze', 'reissue', 'transfer', 'end', 'reactivate'),
    amount,
  }),
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

const modelOf = (cardId: string) => ({
  cardId,
  balance: 0,
  paid: 0,
  paidBack: 0,
  state: 'pending',
  kind: 'bearer',
  customerId: null as string | null,
  orders: [] as { id: string; kept: number }[],
});
type Model = ReturnType<typeof modelOf>;

const acts: Record<string, (m: Model, step: Step) => Promise<void>> = {
  async load(m, step) {
    const face = step.amount + (step.amount >= 10_000 ? 2_000 : 0);
    const { status, body } = await askLoad(app, m.cardId, step.amount);
    const isOpen = m.state === 'pending' || m.state === 'active';
    const expected = !isOpen ? 409 : m.balance + face > (LIMITS[m.kind] ?? 0) ? 422 : 201;
    t.equal(status, expected, JSON.stringify(body).slice(0, 200));
    if (status !== 201) return;
    Object.assign(m, { balance: m.balance + face, paid: m.paid + step.amount, state: 'active' });
  },
  async spend(m, step) {
    const lines = [{ productId: product.id, quantity: step.amount }];
    const order = await makeOrder(app, { lines, ...(m.customerId ? { customerId: m.customerId } : {}) });
    const body = { provider: 'card', cardId: m.cardId };
    const { status } = await app.call(`POST /v1/orders/${order.id}/payments`, { body });
    t.equal(status, m.state === 'active' && m.balance >= step.amount ? 201 : 422);
    if (status !== 201) return;
    m.balance -= step.amount;
    m.orders.push({ id: order.id, kept: step.amount });
  },
  async goodwill(m, step) {
    const order = m.orders.at(-1);
    if (!order || order.kept < 2) return;
    const given = 1 + (step.amount % (order.kept - 1));
    await must(app.call(`POST /v1/orders/${order.id}/goodwill-settlements`, { body: { amount: given } }));
    // The settlement is over once it is told that the money is back.
    await settleEvents(app.deps);
    order.kept -= given;
    comeBack(m, given);
  },
  async cancel(m, step) {
    const [order] = m.orders.splice(step.amount % (m.orders.length || 1), 1);
    if (!order) return;
    await must(cancel(app, order.id));
    comeBack(m, order.kept);
  },
  freeze: (m) => stand(m, 'freeze', ['active', 'frozen'], 'frozen', { note: 'Lost' }),
  unfreeze: (m) => stand(m, 'unfreeze', ['active', 'frozen'], 'active'),
  async reactivate(m) {
    const { status } = await app.call(`POST /v1/cards/${m.cardId}/reactivate`);
    const isOpen = m.state === 'active' || m.state === 'frozen';
    t.equal(status, m.kind === 'bearer' && isOpen ? 200 : 409);
  },
  async reissue(m) {
    const { status, body } = await app.call(`POST /v1/cards/${m.cardId}/reissue`);
    t.equal(status, m.state === 'active' || m.state === 'frozen' ? 201 : 409);
    if (status === 201) Object.assign(m, { cardId: body.id, state: 'active' });
  },
  async transfer(m, step) {
    const customerId = customers[step.amount % 2] ?? '';
    const { status } = await app.call(`POST /v1/cards/${m.cardId}/transfer`, { body: { customerId } });
    t.equal(status, m.state === 'closed' && m.customerId !== customerId ? 409 : 200);
    if (status === 200) Object.assign(m, { kind: 'named', customerId });
  },
  async end(m, step) {
    const cause = step.amount % 2 === 0 ? 'merchant' : 'customer';
    const { status, body } = await app.call(`POST /v1/cards/${m.cardId}/refund`, { body: { cause } });
    t.equal(status, m.state === 'closed' ? 409 : 200);
    if (status !== 200) return;
    t.ok(body.refundAmount >= 0 && body.refundAmount <= Math.min(m.balance, m.paid - m.paidBack));
    Object.assign(m, { balance: 0, state: 'closed', paidBack: m.paidBack + body.refundAmount });
  },
};

function comeBack(m: Model, given: number): void {
  m.balance += given;
  if (m.state === 'closed' && given > 0) m.state = 'active';
}

async function stand(m: Model, verb: string, from: string[], to: string, body?: object): Promise<void> {
  const { status } = await app.call(`POST /v1/cards/${m.cardId}/${verb}`, body ? { body } : {});
  t.equal(status, from.includes(m.state) ? 200 : 409);
  if (status === 200) m.state = to;
}

t.test(`${numRuns} sequences of what people do with a card`, async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 14 }), async (steps) => {
      const m = modelOf((await makeCard(app)).id);
      for (const one of steps) {
        await acts[one.act]?.(m, one);
        const card = await readCard(app, m.cardId);
        const told = `${one.act} ${one.amount} of ${JSON.stringify(steps)}`;
        if (card.balanceAmount !== m.balance || card.state !== m.state)
          throw new Error(`${card.balanceAmount} ${card.state}, not ${m.balance} ${m.state}: ${told}`);
        if (card.principalAmount + card.bonusAmount !== card.balanceAmount) throw new Error(told);
      }
    }),
    { numRuns, endOnFailure: true },
  );
  t.pass('each as the model says');
});

t.test('everything holds', (t) => checkInvariants(t, app));
