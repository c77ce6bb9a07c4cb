import { getCustomerByExternalId } from '../../modules/customers/customers.ts';
import { settleEvents } from '../../jobs.ts';
import { modules } from '../../modules.ts';
import { createLoyaltyGift } from '../../modules/loyalty/gifts/catalogue.ts';
import { cancelRedemption } from '../../modules/loyalty/gifts/end.ts';
import { redeemGift } from '../../modules/loyalty/gifts/redeem.ts';
import type { PointLot } from '../../modules/loyalty/tables.ts';
import { enrolMember, type MemberView, readMember } from '../../modules/loyalty/members.ts';
import { listLots, listPointMovements } from '../../modules/loyalty/points.ts';
import { loyaltyModule } from '../../modules/loyalty/module.ts';
import { putProgramme } from '../../modules/loyalty/programme.ts';
import type { ProgrammeRule } from '../../modules/loyalty/programme-schemas.ts';
import { type ImportInput, importOrder } from '../../modules/orders/import.ts';
import { type Ctx, type Deps, systemContext } from '../../platform/context.ts';
import { runDueSweeps } from '../../platform/jobs/sweeps.ts';
import { getShop } from '../../platform/shops/shop.ts';
import { advanceTestClock } from '../../platform/shops/test-clock.ts';
import { DEMO_START, readCustomers, readImports, readOrders } from './map.ts';
import { seedWorld } from './seed.ts';

/** Before Northwind's first order. */
export const LOYALTY_START = new Date('1996-07-01T00:00:00Z');

/** One point for 1.00; what is a year old ends. */
const NORTHWIND_CLUB: ProgrammeRule = {
  name: 'Northwind Club',
  signUpPoints: 100,
  staffGrantLimit: 1_000,
  expiry: { kind: 'rolling_months', months: 12 },
  earning: { points: 1, perAmount: 100 },
  productPoints: [],
  excludedCategories: [],
  pendingDays: 7,
  latestPendingDays: 60,
  orderLimitPoints: null,
  periodLimit: null,
  clawback: 'within_balance',
  reviewPoints: 0,
  birthdayPoints: 0,
  referralPoints: 0,
  tierBasis: 'spend',
  tierPeriodMonths: 12,
  tiers: [
    {
      key: 'silver',
      name: 'Silver',
      threshold: 500_000,
      multiplierBps: 12_500,
      earlyNoticeHours: 0,
      serviceLevel: null,
    },
    {
      key: 'gold',
      name: 'Gold',
      threshold: 2_000_000,
      multiplierBps: 15_000,
      earlyNoticeHours: 0,
      serviceLevel: 'Answered within an hour.',
    },
  ],
};

/** A member at the end, and what the statement sums to by kind. */
export interface ClubMember {
  readonly externalId: string;
  readonly company: string;
  readonly customerId: string;
  readonly member: MemberView;
  readonly sums: Readonly<Record<string, bigint>>;
}

/** Moves a shop's clock and gives its time as it is then. */
interface ShopTime {
  ctx(): Promise<Ctx>;
  advanceTo(at: Date): Promise<void>;
  /** Everything else that is due by now. */
  settle(): Promise<void>;
}

function shopTimeOf(deps: Deps, shopId: string): ShopTime {
  // On the way only what moves points: the rest of the shop follows when it is over.
  const work = { sweeps: loyaltyModule.sweeps ?? [], settleEvents: () => Promise.resolve() };
  const ctx = async () => systemContext(deps, await getShop(deps.db, shopId), 'demo');
  return {
    ctx,
    async advanceTo(at) {
      const now = await ctx();
      if (at > now.now) await advanceTestClock(now, work, at);
    },
    async settle() {
      const sweeps = modules.flatMap((module) => module.sweeps ?? []);
      await settleEvents(deps);
      await runDueSweeps(deps, sweeps);
      await settleEvents(deps);
    },
  };
}

/**
 * Two years of Northwind on the clock of a shop that stands before them: every customer is a member from the start, and every order is
 * taken in when it has arrived, or at the end where it has not.
 */
export async function playLoyalty(deps: Deps, shopId: string): Promise<readonly ClubMember[]> {
  const time = shopTimeOf(deps, shopId);
  const tables = readOrders();
  const { carriers } = await seedWorld(deps, await getShop(deps.db, shopId), tables);
  await putProgramme(await time.ctx(), NORTHWIND_CLUB);
  const members = await enrolAll(await time.ctx());
  for (const order of readImports(tables, carriers).toSorted(byArrival)) {
    await time.advanceTo(arrivalOf(order));
    await importOrder(await time.ctx(), withoutFuture(order));
  }
  await time.advanceTo(DEMO_START);
  await time.settle();
  const ctx = await time.ctx();
  return Promise.all(members.map((one) => readClubMember(ctx, one)));
}

const arrivalOf = ({ deliveredAt }: ImportInput): Date =>
  deliveredAt == null ? DEMO_START : new Date(deliveredAt);

const byArrival = (a: ImportInput, b: ImportInput): number =>
  arrivalOf(a).getTime() - arrivalOf(b).getTime() || Number(a.externalId) - Number(b.externalId);

// What comes after it has arrived, the shop's own clock brings.
const withoutFuture = ({ completedAt: _later, ...order }: ImportInput): ImportInput => order;

type Known = Pick<ClubMember, 'externalId' | 'company' | 'customerId'>;

async function enrolAll(ctx: Ctx): Promise<Known[]> {
  const members: Known[] = [];
  for (const { externalId, company } of readCustomers()) {
    const { customer } = await getCustomerByExternalId(ctx, externalId);
    const customerId = customer.id;
    await enrolMember(ctx, customerId);
    members.push({ externalId, company, customerId });
  }
  return members;
}

/** A member with their statement summed up by kind. */
async function readClubMember(ctx: Ctx, known: Known): Promise<ClubMember> {
  const sums: Record<string, bigint> = {};
  for (let cursor: string | undefined; ; ) {
    const page = await listPointMovements(ctx, known.customerId, { limit: 200, ...(cursor && { cursor }) });
    for (const { kind, points } of page.rows) sums[kind] = (sums[kind] ?? 0n) + points;
    if (page.nextCursor === null) break;
    cursor = page.nextCursor;
  }
  return { ...known, member: await readMember(ctx, known.customerId), sums };
}

/** What the lots of a member were before a redemption, after it, and after it was given up. */
export interface RedemptionDemo {
  readonly company: string;
  readonly points: bigint;
  readonly before: readonly PointLot[];
  readonly redeemed: readonly PointLot[];
  readonly after: readonly PointLot[];
}

/** The member with the most points has something for three quarters of them, and gives it up in two steps. */
export async function playRedemption(
  deps: Deps,
  shopId: string,
  members: readonly ClubMember[],
): Promise<RedemptionDemo> {
  const time = shopTimeOf(deps, shopId);
  const ctx = () => time.ctx();
  const [richest] = members.toSorted((a, b) => Number(b.member.activePoints - a.member.activePoints));
  if (!richest) throw new Error('there are no members');
  const { customerId, company } = richest;
  const pricePoints = richest.member.activePoints / 4n;
  const input = { name: 'A hamper of teas', pricePoints: Number(pricePoints), stockQuantity: 3 };
  const { id: giftId } = await createLoyaltyGift(await ctx(), input);
  const lots = async () => (await listLots(await ctx(), customerId, { limit: 200 })).rows;
  const before = await lots();
  const wish = { giftId, quantity: 3, isHeld: false };
  const { id } = await redeemGift(await ctx(), customerId, wish);
  const redeemed = await lots();
  await cancelRedemption(await ctx(), id, 1);
  await cancelRedemption(await ctx(), id);
  return { company, points: 3n * pricePoints, before, redeemed, after: await lots() };
}
