import fc from 'fast-check';
import t from 'tap';
import { planParts } from '../../../src/modules/activities/deposits/deposit-rules.ts';
import { makeSomebody } from '../../support/activities-world.ts';
import { startApp, type TestShop } from '../../support/app.ts';
import { makeDeposit, makeDepositActivity } from '../../support/deposits-world.ts';
import { must } from '../../support/world.ts';
import { advance, checkInvariants, ok } from '../orders/support.ts';

// How a deposit comes back, whenever and in whatever way its customer comes, against a model of its parts. With MODEL_RUNS=200 it runs 200
// sequences.
const numRuns = Number(process.env['MODEL_RUNS'] ?? 8);
const app = await startApp(t);
// Where it is about noon: no midnight passes while a sequence runs.
const hour = new Date().getUTCHours();
const timezone = hour >= 12 ? `Etc/GMT+${hour - 12}` : `Etc/GMT-${12 - hour}`;

const step = fc.oneof(
  fc.record({ act: fc.constant('wait' as const), size: fc.integer({ min: 1, max: 95 }) }),
  fc.record({ act: fc.constantFrom('wallet', 'payment', 'counter'), size: fc.constant(0) }),
  fc.record({ act: fc.constantFrom('twice', 'oldCode', 'settle'), size: fc.nat(9) }),
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;
const terms = fc.record({
  depositAmount: fc.integer({ min: 1_000, max: 300_000 }),
  instalments: fc.integer({ min: 1, max: 24 }),
});

interface Part {
  readonly amount: number;
  dueAt: number;
  isBack: boolean;
}
interface Model {
  readonly shop: TestShop;
  readonly id: string;
  readonly customerId: string;
  readonly parts: Part[];
  readonly paid: { wallet: number; payment: number; counter: number };
  now: number;
}

async function begin({ depositAmount, instalments }: { depositAmount: number; instalments: number }) {
  const shop = await app.createShop({ timezone });
  const customerId = await makeSomebody(shop);
  const { id: activityId } = await makeDepositActivity(shop, { depositAmount, instalments });
  const { id, paidAt } = await makeDeposit(shop, activityId, customerId);
  const plan = planParts(
    { depositAmount: BigInt(depositAmount), instalments },
    { timezone, paidAt: new Date(paidAt) },
  );
  const parts = plan.map(
    ({ partAmount, collectableAt }): Part => ({
      amount: Number(partAmount),
      dueAt: collectableAt.getTime(),
      isBack: false,
    }),
  );
  const now = new Date(paidAt).getTime();
  return { shop, id, customerId, parts, paid: { wallet: 0, payment: 0, counter: 0 }, now } satisfies Model;
}

const sumOf = (parts: readonly Part[]): number => parts.reduce((sum, { amount }) => sum + amount, 0);
const dueOf = ({ parts, now }: Model): Part[] => parts.filter(({ isBack, dueAt }) => !isBack && dueAt <= now);
const isBack = ({ parts }: Model): boolean => parts.every((part) => part.isBack);

const ask = ({ shop, id }: Model, verb: string, body?: object) =>
  shop.call(`POST /v1/gift-deposits/${id}/${verb}`, body ? { body } : {});

/** Collects in one way, and holds what is answered against what the model says. */
async function collect(m: Model, way: 'wallet' | 'payment' | 'counter', send: () => Promise<any>) {
  const due = dueOf(m);
  const { status, body } = await send();
  const refusal = isBack(m) ? 'gift_deposit_not_active' : 'gift_deposit_nothing_due';
  t.equal(due.length > 0 ? status : body.code, due.length > 0 ? 200 : refusal);
  m.paid[way] += sumOf(due);
  for (const part of due) part.isBack = true;
}

const along = (m: Model, payoutWay: 'wallet' | 'payment') =>
  collect(m, payoutWay, () => ask(m, 'collect', { payoutWay }));
const payOut = ({ shop }: Model, claimCode: string) =>
  shop.call('POST /v1/gift-deposit-payouts', { body: { claimCode } });

const acts: Record<Step['act'], (m: Model, size: number) => Promise<void>> = {
  async wait(m, size) {
    m.now = new Date((await advance(m.shop, size * 1_440)).now).getTime();
  },
  wallet: (m) => along(m, 'wallet'),
  payment: (m) => along(m, 'payment'),
  async counter(m) {
    const { status, body } = await ask(m, 'claim-code');
    t.equal(status, isBack(m) ? 409 : 201);
    if (status === 201) await collect(m, 'counter', () => payOut(m, body.claimCode));
  },
  async twice(m) {
    const due = dueOf(m);
    const ways = ['wallet', 'wallet', 'wallet'].map((payoutWay) => ask(m, 'collect', { payoutWay }));
    const answers = await Promise.all(ways);
    t.equal(answers.filter(({ status }) => status === 200).length, due.length > 0 ? 1 : 0);
    m.paid.wallet += sumOf(due);
    for (const part of due) part.isBack = true;
  },
  async oldCode(m) {
    const [old, fresh] = [await ask(m, 'claim-code'), await ask(m, 'claim-code')];
    if (old.status !== 201) return;
    t.equal((await payOut(m, old.body.claimCode)).body.code, 'gift_deposit_code_unknown');
    await collect(m, 'counter', () => payOut(m, fresh.body.claimCode));
  },
  // Rarely, or most sequences would end by it.
  async settle(m, size) {
    if (size > 1) return;
    const early = m.parts.filter(({ isBack: is, dueAt }) => !is && dueAt > m.now);
    const { status, body } = await ask(m, 'settle', { reason: 'The goods came back.' });
    t.equal(status, isBack(m) || early.length === 0 ? 409 : 200, body.code);
    if (status === 200) for (const part of early) part.dueAt = m.now;
  },
};

async function findDifference(m: Model): Promise<string | undefined> {
  const found = await ok(m.shop.call(`GET /v1/gift-deposits/${m.id}`));
  const back = sumOf(m.parts.filter((part) => part.isBack));
  const expected = {
    returnedAmount: back,
    dueAmount: sumOf(dueOf(m)),
    state: isBack(m) ? 'settled' : 'active',
  };
  const { returnedAmount, dueAmount, state } = found;
  const [is, was] = [JSON.stringify({ returnedAmount, dueAmount, state }), JSON.stringify(expected)];
  return is === was ? undefined : `${is}, not ${was}`;
}

t.test(`${numRuns} sequences of how a deposit comes back`, async (t) => {
  await fc.assert(
    fc.asyncProperty(terms, fc.array(step, { minLength: 5, maxLength: 20 }), async (of, steps) => {
      const m: Model = await begin(of);
      // At the end all of it is due, and somebody comes.
      for (const one of [
        ...steps,
        { act: 'wait', size: 800 } as const,
        { act: 'wallet', size: 0 } as const,
      ]) {
        await acts[one.act](m, one.size);
        const difference = await findDifference(m);
        if (difference !== undefined)
          throw new Error(`${difference}: after ${one.act} of ${JSON.stringify({ of, steps })}`);
      }
      const wallet = (await ok(m.shop.call(`GET /v1/customers/${m.customerId}/wallet`))).balanceAmount;
      const { data } = await must(m.shop.call('GET /v1/refunds?limit=100'));
      const refunded = data.reduce((sum: number, { amount }: any) => sum + amount, 0);
      t.same({ wallet, payment: refunded, counter: m.paid.counter }, m.paid);
      t.equal(m.paid.wallet + m.paid.payment + m.paid.counter, of.depositAmount);
    }),
    { numRuns, endOnFailure: true },
  );
  t.pass('each as the model says');
});

t.test('everything holds', (t) => checkInvariants(t, app));
