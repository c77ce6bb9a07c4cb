import fc from 'fast-check';
import t from 'tap';
import { makeActivity, makeSomebody, STAMPS, TIN } from '../../support/activities-world.ts';
import { startApp, type TestShop } from '../../support/app.ts';
import { drawOne, makeDraw, WHEEL } from '../../support/draws-world.ts';
import { claim, makeReferralActivity, makeReferrer, REFERRAL } from '../../support/referrals-world.ts';
import { makeProduct, must, pay } from '../../support/world.ts';
import { advance, checkInvariants, ok } from '../orders/support.ts';

// What friends of somebody buy, give back and draw, in any order, against a model of a few numbers: stamps, chances and friends that count.
// With MODEL_RUNS=200 it runs 200 sequences.
const numRuns = Number(process.env['MODEL_RUNS'] ?? 8);
const app = await startApp(t);
const RETURN_DAYS = 2;
const PER_CHANCE = WHEEL.chancePerSpentAmount;
// Where it is about noon: no midnight passes while a sequence runs.
const hour = new Date().getUTCHours();
const timezone = hour >= 12 ? `Etc/GMT+${hour - 12}` : `Etc/GMT-${12 - hour}`;

const who = fc.integer({ min: 0, max: 2 });
const step = fc.oneof(
  fc.record({
    act: fc.constant('buy' as const),
    who,
    size: fc.noBias(fc.integer({ min: 1_000, max: 70_000 })),
  }),
  fc.record({ act: fc.constant('buy' as const), who, size: fc.integer({ min: 4_990, max: 5_010 }) }),
  fc.record({ act: fc.constantFrom('claim', 'giveBack', 'draw', 'draw'), who, size: fc.nat(9) }),
  fc.record({ act: fc.constant('wait' as const), who, size: fc.integer({ min: 1, max: 3 }) }),
  fc.record({ act: fc.constant('wait' as const), who, size: fc.constant(1) }),
);
// Some have claimed before anything happens; the others may have bought by then.
const sequence = fc
  .tuple(
    fc.subarray([0, 1, 2], { minLength: 1 }),
    fc.array(step, { minLength: 12, maxLength: 24, size: 'max' }),
  )
  .map(([early, steps]): Step[] => [
    ...early.map((one) => ({ act: 'claim' as const, who: one, size: 0 })),
    ...steps,
  ]);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

interface Order {
  readonly id: string;
  readonly amount: number;
  readonly day: number;
  /** How many chances it counts for. */
  chances: number;
  isBack: boolean;
}
interface Friend {
  readonly id: string;
  claimedAt: number | undefined;
  /** How many steps came before each order, and before the claim: what was bought earlier is none of it. */
  orders: (Order & { readonly at: number })[];
  drawn: number;
}
interface Model {
  readonly shop: TestShop;
  readonly ids: { readonly draw: string; readonly stamps: string; readonly referral: string };
  readonly owner: { readonly id: string; readonly customerId: string; readonly code: string };
  readonly friends: readonly Friend[];
  day: number;
  steps: number;
}

async function begin(): Promise<Model> {
  const shop = await app.createShop({ timezone });
  const prizes = [{ ...WHEEL.prizes[1], stock: 3 }, WHEEL.prizes[2]];
  const ids = {
    draw: (await makeDraw(shop, { prizes })).id,
    stamps: (await makeActivity(shop, { ...STAMPS, steps: [{ key: 'card', at: 2, rewards: [TIN] }] })).id,
    referral: (
      await makeReferralActivity(shop, {
        returnDays: RETURN_DAYS,
        steps: [{ ...REFERRAL.steps[0], at: 2 }],
      })
    ).id,
  };
  const owner = await makeReferrer(shop, ids.referral);
  const people = [await makeSomebody(shop), await makeSomebody(shop), await makeSomebody(shop)];
  const friends = people.map((id): Friend => ({ id, claimedAt: undefined, orders: [], drawn: 0 }));
  return { shop, ids, owner, friends, day: 0, steps: 0 };
}

const kept = ({ orders }: Friend) => orders.filter(({ isBack }) => !isBack);
const chancesOf = ({ orders }: Friend) => orders.reduce((sum, { chances }) => sum + chances, 0);
const isQualified = ({ day }: Model, friend: Friend): boolean =>
  kept(friend).some(
    (order) =>
      friend.claimedAt !== undefined &&
      order.at > friend.claimedAt &&
      order.amount >= REFERRAL.fromOrderAmount &&
      day > order.day + RETURN_DAYS,
  );

const acts: Record<Step['act'], (m: Model, friend: Friend, size: number) => Promise<void>> = {
  async buy(m, friend, size) {
    const { id: productId } = await makeProduct(m.shop, { priceAmount: size });
    const body = { customerId: friend.id, lines: [{ productId, quantity: 1 }] };
    const order = await must(m.shop.call('POST /v1/orders', { body }));
    await pay(m.shop, order.id);
    const chances = Math.min(Math.floor(size / PER_CHANCE), WHEEL.chancesPerPurchaseLimit);
    friend.orders.push({ id: order.id, amount: size, day: m.day, at: m.steps, chances, isBack: false });
  },
  async claim(m, friend) {
    const { status, body } = await claim(m.shop, m.ids.referral, m.owner.code, friend.id);
    const expected =
      friend.claimedAt !== undefined
        ? 'referral_repeated'
        : kept(friend).length > 0
          ? 'referral_existing_customer'
          : undefined;
    t.equal(expected === undefined ? status : body.code, expected ?? 201);
    if (status === 201) friend.claimedAt = m.steps;
  },
  async giveBack(m, friend, size) {
    const order = kept(friend)[size % (kept(friend).length || 1)];
    if (!order) return;
    await must(m.shop.call(`POST /v1/orders/${order.id}/cancel`, { body: {} }));
    // Chances that were used stay counted.
    order.chances = Math.max(0, order.chances - (chancesOf(friend) - friend.drawn));
    order.isBack = true;
  },
  async draw(m, friend) {
    const { status, body } = await drawOne(m.shop, m.ids.draw, friend.id);
    const has = friend.drawn < chancesOf(friend);
    t.equal(has ? status : body.code, has ? 201 : 'no_chance_left');
    if (has) friend.drawn += 1;
  },
  async wait(m, _friend, size) {
    await advance(m.shop, size * 1_440);
    m.day += size;
  },
};

async function findDifference(m: Model): Promise<string | undefined> {
  const { shop, ids, owner, friends } = m;
  for (const friend of friends) {
    const { data } = await ok(shop.call(`GET /v1/participants?customerId=${friend.id}`));
    const progressOf = (activityId: string): [number, number] => {
      const found = data.find((one: any) => one.activityId === activityId);
      return [found?.progress ?? 0, found?.used ?? 0];
    };
    const stamps = kept(friend).filter(({ amount }) => amount >= STAMPS.fromAmount).length;
    const found = [progressOf(ids.stamps), progressOf(ids.draw)];
    const expected = [
      [stamps, 0],
      [chancesOf(friend), friend.drawn],
    ];
    if (JSON.stringify(found) !== JSON.stringify(expected))
      return `${JSON.stringify(found)}, not ${JSON.stringify(expected)}`;
  }
  const qualified = friends.filter((friend) => isQualified(m, friend)).length;
  const { progress } = await ok(shop.call(`GET /v1/participants/${owner.id}`));
  if (progress !== qualified) return `${progress} friends, not ${qualified}`;
  const { data } = await ok(shop.call(`GET /v1/activity-rewards?customerId=${owner.customerId}`));
  const isGiven = data.some(({ state }: any) => state === 'given');
  return isGiven === qualified >= 2 ? undefined : `given: ${isGiven} for ${qualified} friends`;
}

t.test(`${numRuns} sequences of what friends do`, async (t) => {
  await fc.assert(
    fc.asyncProperty(sequence, async (steps) => {
      const m = await begin();
      for (const one of steps) {
        m.steps += 1;
        const friend = m.friends[one.who];
        if (friend) await acts[one.act](m, friend, one.size);
        await app.settle();
        const difference = await findDifference(m);
        if (difference !== undefined)
          throw new Error(`${difference}: after ${one.act} of ${JSON.stringify(steps)}`);
      }
    }),
    { numRuns, endOnFailure: true },
  );
  t.pass('each as the model says');
});

t.test('everything holds', (t) => checkInvariants(t, app));
