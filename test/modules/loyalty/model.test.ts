import fc from 'fast-check';
import t from 'tap';
import { customers } from '../../../src/modules/customers/tables.ts';
import { earnPoints } from '../../../src/modules/loyalty/earn.ts';
import { followPurchase } from '../../../src/modules/loyalty/follow.ts';
import { grantPoints } from '../../../src/modules/loyalty/grant.ts';
import { enrolMember, holdMember, readMember } from '../../../src/modules/loyalty/members.ts';
import { putProgramme, requireProgramme } from '../../../src/modules/loyalty/programme.ts';
import type { Purchase } from '../../../src/modules/loyalty/purchase.ts';
import { giveBackPoints } from '../../../src/modules/loyalty/spending/give-back.ts';
import { spendPoints } from '../../../src/modules/loyalty/spending/spend.ts';
import type { Ctx } from '../../../src/platform/context.ts';
import { inTransaction } from '../../../src/platform/db/transaction.ts';
import { newId } from '../../../src/platform/ids.ts';
import { startApp } from '../../support/app.ts';
import { checkInvariants } from '../orders/support.ts';

// What happens to the points of one member, in any sequence, against a model in plain numbers: days instead of instants, and lots in a list.
const RUNS = { numRuns: Number(process.env['MODEL_RUNS'] ?? 25), endOnFailure: true };
const [DAY, MINUTE, GRACE, PENDING] = [86_400_000, 60_000, 30, 3];
const START = Date.parse('2027-01-01T08:00:00Z');

interface ModelLot {
  readonly order: number | null;
  readonly promotional: boolean;
  left: number;
  /** Milliseconds. */
  readonly active: number;
  end: number;
}
interface ModelOrder {
  readonly purchase: Purchase;
  readonly basis: number;
  readonly earned: number;
  kept: number;
  lost: number;
}
interface ModelSpending {
  readonly id: string;
  readonly parts: { readonly lot: ModelLot; left: number }[];
}
interface Model {
  now: number;
  readonly customerId: string;
  readonly lots: ModelLot[];
  readonly orders: ModelOrder[];
  readonly spendings: ModelSpending[];
  debt: number;
}

const KINDS = [
  'grant',
  'order',
  'lessen',
  'spend',
  'giveBack',
  'giveBack',
  'wait',
  'edge',
  'edge',
  'spend',
  'grant',
] as const;
type Step = readonly [kind: (typeof KINDS)[number], size: number, share: number];

const midnight = (at: number) => at - (at % DAY);
/** The end of the same day a month later, or of the last of a month that is shorter. */
function monthLater(at: number): number {
  const date = new Date(midnight(at));
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  const last = new Date(Date.UTC(year, month + 2, 0)).getUTCDate();
  return Date.UTC(year, month + 1, Math.min(date.getUTCDate(), last)) + DAY;
}
const isActive = (m: Model) => (lot: ModelLot) => lot.left > 0 && lot.active <= m.now;
const sum = (lots: readonly ModelLot[]) => lots.reduce((all, lot) => all + lot.left, 0);

function expire(m: Model): void {
  for (const lot of m.lots) if (lot.end <= m.now) lot.left = 0;
}
/** Soonest end first, then what was given away, then the oldest: the list is in the order of age. */
const inOrder = (lots: readonly ModelLot[]) =>
  lots
    .map((lot, age) => ({ lot, age }))
    .toSorted(
      (a, b) =>
        a.lot.end - b.lot.end || Number(b.lot.promotional) - Number(a.lot.promotional) || a.age - b.age,
    )
    .map(({ lot }) => lot);

function take(
  lots: readonly ModelLot[],
  wanted: number,
): { parts: { lot: ModelLot; left: number }[]; missing: number } {
  const parts: { lot: ModelLot; left: number }[] = [];
  let missing = wanted;
  for (const lot of lots) {
    const taken = Math.min(lot.left, missing);
    if (taken === 0) continue;
    lot.left -= taken;
    missing -= taken;
    parts.push({ lot, left: taken });
  }
  return { parts, missing };
}

function add(m: Model, lot: ModelLot): void {
  const repaid = Math.min(m.debt, lot.left);
  m.debt -= repaid;
  m.lots.push({ ...lot, left: lot.left - repaid });
}

const app = await startApp(t);
const base = await app.ctx();
const at = (m: Model): Ctx => ({ ...base, now: new Date(m.now) });
await putProgramme(
  { ...base, now: new Date(START) },
  {
    name: 'Model',
    signUpPoints: 0,
    staffGrantLimit: 0,
    expiry: { kind: 'rolling_months', months: 1 },
    earning: { points: 1, perAmount: 10 },
    productPoints: [],
    excludedCategories: [],
    pendingDays: PENDING,
    latestPendingDays: 2,
    orderLimitPoints: null,
    periodLimit: null,
    clawback: 'unlimited',
    reviewPoints: 0,
    birthdayPoints: 0,
    referralPoints: 0,
  },
);

async function grant(m: Model, points: number, pendingDays: number): Promise<void> {
  const active = pendingDays === 0 ? m.now : midnight(m.now) + (pendingDays + 1) * DAY;
  const ctx = at(m);
  await inTransaction(ctx, async (tx) => {
    const programme = await requireProgramme(tx, ctx.shop.id);
    const member = await holdMember(tx, ctx, m.customerId);
    const source = { source: 'staff', sourceKey: newId(), activatesAt: new Date(active) } as const;
    await grantPoints(tx, ctx, member, programme, { ...source, points: BigInt(points) });
  });
  add(m, { order: null, promotional: true, left: points, active, end: monthLater(active) });
}

async function order(m: Model, amount: number): Promise<void> {
  const line = { lineId: newId(), productId: newId(), category: null, quantity: 1, isGift: false };
  const purchase = {
    orderId: newId(),
    customerId: m.customerId,
    paidAt: new Date(m.now),
    deliveredAt: new Date(m.now),
    campaignMultiplierBps: 10_000,
    lines: [{ ...line, amount: BigInt(amount) }],
  };
  await inTransaction(at(m), (tx) => earnPoints(tx, at(m), purchase));
  const earned = Math.floor(amount / 10);
  const active = midnight(m.now) + (PENDING + 1) * DAY;
  if (earned > 0)
    add(m, { order: m.orders.length, promotional: false, left: earned, active, end: monthLater(active) });
  m.orders.push({ purchase, basis: amount, earned, kept: amount, lost: 0 });
}

/** The line of an order costs less now, or is gone. */
async function lessen(m: Model, which: number, share: number): Promise<void> {
  const one = m.orders[which % m.orders.length];
  if (!one) return;
  one.kept = Math.floor((one.kept * share) / 100);
  const gone = one.kept === 0;
  const [line] = one.purchase.lines;
  if (!line) return;
  const left = { ...line, amount: BigInt(one.kept), quantity: gone ? 0 : 1 };
  await inTransaction(at(m), (tx) => followPurchase(tx, at(m), { ...one.purchase, lines: [left] }));
  const lost = gone ? one.earned : Math.floor((one.earned * (one.basis - one.kept)) / one.basis);
  const isOwn = (lot: ModelLot) => lot.order === m.orders.indexOf(one);
  const own = m.lots.filter((lot) => isOwn(lot) && lot.left > 0);
  const others = inOrder(m.lots.filter((lot) => !isOwn(lot) && isActive(m)(lot)));
  m.debt += take([...own, ...others], lost - one.lost).missing;
  one.lost = lost;
}

async function spend(m: Model, points: number): Promise<void> {
  const ctx = at(m);
  const lots = inOrder(m.lots.filter(isActive(m)));
  const result = await inTransaction(ctx, async (tx) => {
    const programme = await requireProgramme(tx, ctx.shop.id);
    return spendPoints(tx, ctx, await holdMember(tx, ctx, m.customerId), programme, BigInt(points));
  }).catch((error: Error) => error);
  if (sum(lots) < points) {
    t.match(result, { definition: { code: 'insufficient_points' }, extra: { availablePoints: sum(lots) } });
    return;
  }
  if (result instanceof Error) throw result;
  m.spendings.push({ id: result.spendingId, parts: take(lots, points).parts });
}

async function giveBack(m: Model, which: number, share: number): Promise<void> {
  const one = m.spendings[which % m.spendings.length];
  const open = one?.parts.reduce((all, part) => all + part.left, 0) ?? 0;
  const points = Math.ceil((open * share) / 100);
  if (!one || points === 0) return;
  await inTransaction(at(m), (tx) => giveBackPoints(tx, at(m), one.id, BigInt(points)));
  let wanted = points;
  for (const part of one.parts.toReversed()) {
    const back = Math.min(part.left, wanted);
    if (back === 0) continue;
    part.left -= back;
    wanted -= back;
    part.lot.left += back;
    part.lot.end = Math.max(part.lot.end, m.now + GRACE * DAY);
  }
  const repaid = Math.min(m.debt, sum(m.lots.filter(isActive(m))));
  take(inOrder(m.lots.filter(isActive(m))), repaid);
  m.debt -= repaid;
}

async function play(m: Model, [kind, size, share]: Step): Promise<void> {
  m.now += MINUTE;
  expire(m);
  if (kind === 'grant') await grant(m, (size % 20) + 1, share % 3);
  if (kind === 'order') await order(m, size * 4 + share);
  if (kind === 'lessen') await lessen(m, size, share % 100);
  if (kind === 'spend') await spend(m, (size % 40) + 1);
  if (kind === 'giveBack') await giveBack(m, size, share);
  if (kind === 'wait') m.now += (share % 40) * DAY;
  if (kind === 'edge') waitForEdge(m, share % 2 === 0);
  expire(m);
}

/** Until just before or exactly when something is next due of a lot. */
function waitForEdge(m: Model, isBefore: boolean): void {
  const due = m.lots.filter(({ left }) => left > 0).flatMap(({ active, end }) => [active, end]);
  const next = Math.min(...due.filter((moment) => moment > m.now + MINUTE));
  if (Number.isFinite(next)) m.now = next - (isBefore ? MINUTE : 0);
}

const step: fc.Arbitrary<Step> = fc.tuple(
  fc.constantFrom(...KINDS),
  fc.integer({ min: 0, max: 60 }),
  fc.integer({ min: 0, max: 100 }),
);

t.test('points are what the model says after every step', async (t) => {
  let wrong: unknown;
  await fc
    .assert(
      fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 25 }), async (steps) => {
        const customerId = newId();
        const m: Model = { now: START, customerId, lots: [], orders: [], spendings: [], debt: 0 };
        const row = {
          shopId: base.shop.id,
          id: customerId,
          name: 'Maria',
          createdAt: new Date(START),
          updatedAt: new Date(START),
        };
        await base.db.insert(customers).values(row);
        await enrolMember(at(m), customerId);
        for (const one of steps) {
          await play(m, one);
          const { activePoints, pendingPoints, debtPoints } = await readMember(at(m), customerId);
          const found = [activePoints, pendingPoints, debtPoints].map(Number);
          const expected = [
            sum(m.lots.filter(isActive(m))),
            sum(m.lots.filter((lot) => lot.active > m.now)),
            m.debt,
          ];
          if (found.join() === expected.join()) continue;
          wrong = { step: one, found, expected };
          return false;
        }
        return true;
      }),
      RUNS,
    )
    .catch((error: Error) => t.fail(error.message, { wrong }));
  t.pass();
  await checkInvariants(t, app);
});
