import fc from 'fast-check';
import t from 'tap';
import { dayChangeSweep } from '../../../src/modules/loyalty/day-change.ts';
import { startApp, type TestShop } from '../../support/app.ts';
import { makeGift, makeMember, setProgramme } from '../../support/loyalty-world.ts';
import { makeProduct, must, pay } from '../../support/world.ts';
import { checkInvariants, ok, times } from '../orders/support.ts';

// What members do with orders and gifts, in any order and over many days, against what has to be true whichever lots it came from. The
// order of lots is what `model.test.ts` is for. With MODEL_RUNS=200 it runs 200 sequences.
const numRuns = Number(process.env['MODEL_RUNS'] ?? 12);
const [PRICES, POINTS_PER, GIFT_POINTS] = [[333, 1_000], 10, 7];
const CLAWBACKS = ['unlimited', 'within_balance', 'only_pending'] as const;

let passedMs = 0;
const clock = { now: () => new Date(Date.now() + passedMs) };
const app = await startApp(t, { clock });

interface World {
  readonly shop: TestShop;
  readonly clawback: (typeof CLAWBACKS)[number];
  readonly productIds: readonly string[];
  readonly giftId: string;
}

async function makeWorld(clawback: World['clawback']): Promise<World> {
  const shop = await app.createShop();
  const earning = { points: POINTS_PER, perAmount: 333 };
  const expiry = { kind: 'rolling_months', months: 1 };
  await setProgramme(shop, { earning, expiry, clawback, pendingDays: 2, latestPendingDays: 6 });
  const productIds: string[] = [];
  for (const priceAmount of PRICES)
    productIds.push((await makeProduct(shop, { priceAmount, onHandQuantity: 1_000_000 })).id);
  const { id: giftId } = await makeGift(shop, { pricePoints: GIFT_POINTS, stockQuantity: 1_000_000 });
  return { shop, clawback, productIds, giftId };
}

interface Line {
  readonly id: string;
  readonly earned: number;
  readonly had: number;
  left: number;
}
interface Model extends World {
  readonly customerId: string;
  readonly orders: { readonly id: string; readonly lines: Line[] }[];
  readonly redemptions: { readonly id: string; left: number }[];
  granted: number;
  spent: number;
}

/** Points go with the money, rounded down, and all of them with the last unit. */
const unearnedOf = ({ earned, had, left }: Line): number =>
  left === 0 ? earned : Math.floor((earned * (had - left)) / had);
const sum = (values: readonly number[]) => values.reduce((all, value) => all + value, 0);

const ACTS = [
  'grant',
  'buy',
  'buy',
  'edit',
  'cancel',
  'deliver',
  'redeem',
  'redeem',
  'giveUp',
  'wait',
  'turn',
];
type Step = readonly [act: string, size: number, which: number];

const acts: Record<string, (m: Model, size: number, which: number) => Promise<unknown>> = {
  async grant(m, size, which) {
    const body = { points: size, note: 'For a test', pendingDays: which % 4 };
    await must(m.shop.call(`POST /v1/loyalty-members/${m.customerId}/grants`, { body }));
    m.granted += size;
  },
  async buy(m, size, which) {
    const quantities = [1 + (size % 4), 1 + (which % 3)];
    const lines = m.productIds.map((productId, at) => ({ productId, quantity: quantities[at] }));
    const { customerId } = m;
    const placed = await must(m.shop.call('POST /v1/orders', { body: { customerId, lines } }));
    await pay(m.shop, placed.id);
    const told = await ok(m.shop.call(`GET /v1/orders/${placed.id}/points`));
    const amount = sum(PRICES.map((price, at) => price * (quantities[at] ?? 0)));
    t.equal(told.earnedPoints, Math.floor((amount * POINTS_PER) / 333));
    t.equal(sum(told.lines.map((line: any) => line.earnedPoints)), told.earnedPoints);
    m.granted += told.earnedPoints;
    const made = placed.lines.map((line: any): Line => {
      const { earnedPoints: earned } = told.lines.find((one: any) => one.lineId === line.id);
      return { id: line.id, earned, had: line.quantity, left: line.quantity };
    });
    m.orders.push({ id: placed.id, lines: made });
  },
  async edit(m, size, which) {
    const order = m.orders[which % m.orders.length];
    const line = order?.lines[size % 2];
    if (!order || !line || line.left === 0) return;
    const quantity = size % line.left;
    const body = { lines: [{ lineId: line.id, quantity }] };
    const { status } = await m.shop.call(`POST /v1/orders/${order.id}/edits`, { body });
    if (status < 300) line.left = quantity;
  },
  async cancel(m, _size, which) {
    const order = m.orders[which % m.orders.length];
    if (!order) return;
    const { status } = await m.shop.call(`POST /v1/orders/${order.id}/cancel`, { body: {} });
    if (status < 300) for (const line of order.lines) line.left = 0;
  },
  async deliver(m, _size, which) {
    const order = m.orders[which % m.orders.length];
    if (!order) return;
    const { status, body } = await m.shop.call(`POST /v1/orders/${order.id}/ship`, { body: {} });
    if (status >= 300) return;
    await must(m.shop.call(`POST /v1/orders/${order.id}/shipments/${body.shipments[0].id}/deliver`));
  },
  async redeem(m, size) {
    const quantity = 1 + (size % 9);
    const { activePoints } = await read(m);
    const { status, body } = await m.shop.call(`POST /v1/loyalty-members/${m.customerId}/redemptions`, {
      body: { giftId: m.giftId, quantity },
    });
    const isEnough = activePoints >= quantity * GIFT_POINTS;
    t.equal(status, isEnough ? 201 : 422, JSON.stringify(body));
    if (!isEnough) return;
    m.spent += quantity * GIFT_POINTS;
    m.redemptions.push({ id: body.id, left: quantity });
  },
  async giveUp(m, size, which) {
    const redemption = m.redemptions[which % m.redemptions.length];
    if (!redemption || redemption.left === 0) return;
    const quantity = 1 + (size % redemption.left);
    await must(m.shop.call(`POST /v1/redemptions/${redemption.id}/cancel`, { body: { quantity } }));
    redemption.left -= quantity;
    m.spent -= quantity * GIFT_POINTS;
  },
  wait: async (_m, size) => void (passedMs += (size % 20) * 86_400_000),
  turn: async (m) => dayChangeSweep.run(await m.shop.ctx()),
};

const read = (m: Model) => ok(m.shop.call(`GET /v1/loyalty-members/${m.customerId}`));

// What is left of each lot is what moved, and what is over has gone or is to go: nobody may spend it.
const LOTS = `select count(*) filter (where moved.points is distinct from l.left_points or l.left_points < 0
      or l.left_points > l.granted_points)::int as wrong,
    coalesce(sum(l.left_points) filter (where l.expires_at <= $3), 0)::int as over,
    coalesce(sum(l.left_points) filter (where l.expires_at is null or l.expires_at > $3), 0)::int as left
  from point_lots l left join lateral (select sum(m.points) as points from point_movements m
    where m.shop_id = l.shop_id and m.customer_id = l.customer_id and m.lot_id = l.id) moved on true
  where l.shop_id = $1 and l.customer_id = $2`;
// Counted from 1 without a gap, each of a lot of this member, and each with the sum of all until it.
const MOVEMENTS = `select count(*) filter (where position <> at or balance_after <> balance or not is_of_lot)::int as wrong,
    coalesce(-sum(points) filter (where kind = 'expired'), 0)::int as expired
  from (select position, kind, points, balance_after, row_number() over w as at, sum(points) over w as balance,
      exists (select 1 from point_lots l where l.shop_id = m.shop_id and l.id = m.lot_id
        and l.customer_id = m.customer_id) as is_of_lot
    from point_movements m where shop_id = $1 and customer_id = $2 window w as (order by position)) as told`;
const FORGIVEN = `select coalesce(sum(forgiven_points), 0)::int as forgiven, coalesce(sum(unearned_points), 0)::int as unearned
  from point_accruals where shop_id = $1 and customer_id = $2`;

/** What is wrong; nothing, where everything is as it has to be. */
async function faultsOf(m: Model): Promise<object | undefined> {
  const of = [m.shop.shopId, m.customerId];
  const query = async (text: string, more: unknown[] = []) =>
    (await app.deps.db.$client.query(text, [...of, ...more])).rows[0];
  const { activePoints, pendingPoints, debtPoints } = await read(m);
  const [lots, movements, accruals] = [
    await query(LOTS, [clock.now()]),
    await query(MOVEMENTS),
    await query(FORGIVEN),
  ];
  const unearned = sum(m.orders.flatMap(({ lines }) => lines.map(unearnedOf)));
  const net = m.granted - m.spent - (unearned - accruals.forgiven) - movements.expired - lots.over;
  const laws = {
    everyLotIsItsMovements: lots.wrong === 0,
    everyMovementIsOfALot: movements.wrong === 0,
    balanceIsWhatLotsHave: activePoints + pendingPoints === lots.left,
    balanceLessDebt: activePoints + pendingPoints - debtPoints === net,
    takenBackOnce: accruals.unearned === unearned,
    debtByPolicy: m.clawback === 'unlimited' ? accruals.forgiven === 0 : debtPoints === 0,
  };
  const told = { activePoints, pendingPoints, debtPoints, lots, movements, accruals, unearned, net };
  return Object.values(laws).every(Boolean) ? undefined : { laws, told };
}

const worlds = await Promise.all(CLAWBACKS.map(makeWorld));
const step: fc.Arbitrary<Step> = fc.tuple(
  fc.constantFrom(...ACTS),
  fc.integer({ min: 1, max: 60 }),
  fc.integer({ min: 0, max: 60 }),
);

t.test(`${numRuns} sequences of what members do with orders and gifts`, async (t) => {
  const seen: Record<string, number> = {};
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...worlds),
      fc.array(step, { minLength: 5, maxLength: 16 }),
      async (world, steps) => {
        const customerId = await makeMember(world.shop);
        const m: Model = { ...world, customerId, orders: [], redemptions: [], granted: 0, spent: 0 };
        for (const [act, size, which] of steps) {
          passedMs += 60_000;
          await acts[act]?.(m, size, which);
          const faults = await faultsOf(m);
          if (faults) throw new Error(`${act} ${size} ${which}: ${JSON.stringify(faults)}`);
        }
        if ((await read(m)).debtPoints > 0) seen['debts'] = (seen['debts'] ?? 0) + 1;
      },
    ),
    { numRuns, endOnFailure: true },
  );
  t.pass(`each as it has to be; ${JSON.stringify(seen)}`);
  await Promise.all(
    worlds.flatMap(({ shop }) => times(2).map(async () => dayChangeSweep.run(await shop.ctx()))),
  );
  await checkInvariants(t, app);
});
