import fc from 'fast-check';
import t from 'tap';
import {
  type Contribution,
  countedOn,
  lastDayOf,
  nextTier,
  tierFor,
} from '../../../src/modules/loyalty/tiers/rules.ts';
import { countForTier } from '../../../src/modules/loyalty/tiers/repository.ts';
import { putProgramme } from '../../../src/modules/loyalty/programme.ts';
import { enrolMember } from '../../../src/modules/loyalty/members.ts';
import { dayIn } from '../../../src/platform/days.ts';
import { newId } from '../../../src/platform/ids.ts';
import { startApp } from '../../support/app.ts';
import { makeCustomer } from '../../support/world.ts';

const runs = { numRuns: Number(process.env['PROPERTY_RUNS'] ?? 1_000) };
const tiers = [0, 100, 500].map((threshold, at) => ({ key: `t${at}`, threshold, multiplierBps: 10_000 }));
const contribution: fc.Arbitrary<Contribution> = fc.record({
  day: fc.integer({ min: 10_000, max: 12_000 }),
  quantity: fc.bigInt({ min: 0n, max: 400n }),
});

t.test('a tier is the highest that is reached, and the next one is missing what it is missing', async (t) => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 2_000n }), (counted) => {
      const [tier, next] = [tierFor(tiers, counted), nextTier(tiers, counted)];
      const reaches = tier !== undefined && BigInt(tier.threshold) <= counted;
      return reaches && (next === undefined || BigInt(next.tier.threshold) === counted + next.missing);
    }),
    runs,
  );
  t.equal(tierFor([], 5n), undefined);
});

t.test('a tier never depends on the order of events of one day', async (t) => {
  const shuffled = fc
    .array(contribution, { maxLength: 12 })
    .chain((made) => fc.tuple(fc.constant(made), fc.shuffledSubarray(made, { minLength: made.length })));
  fc.assert(
    fc.property(shuffled, fc.integer({ min: 10_000, max: 12_500 }), ([made, mixed], day) => {
      const sameDay = mixed.filter((one) => one.day === day);
      const without = made.filter((one) => one.day !== day);
      return (
        countedOn(day, 12, made) === countedOn(day, 12, mixed) &&
        countedOn(day, 12, [...sameDay, ...without]) === countedOn(day, 12, without)
      );
    }),
    runs,
  );
  t.pass();
});

// With every kind of offset, of daylight saving and of its absence.
const ZONES = `
  Pacific/Apia Pacific/Kiritimati Pacific/Chatham Pacific/Auckland Australia/Lord_Howe Australia/Adelaide
  Asia/Tokyo Asia/Shanghai Asia/Singapore Asia/Yangon Asia/Dhaka Asia/Kathmandu
  Asia/Kolkata Asia/Kabul Asia/Dubai Asia/Tehran Asia/Beirut Africa/Cairo
  Africa/Casablanca Europe/Moscow Europe/Berlin Europe/London UTC Atlantic/Azores
  America/St_Johns America/Sao_Paulo America/New_York America/Santiago America/Los_Angeles Pacific/Honolulu
`
  .trim()
  .split(/\s+/);

/** Around month ends, leap days and the nights in which clocks change. */
const DAYS = ['2027-01-28', '2027-01-31', '2027-02-28', '2027-03-14', '2027-03-28', '2027-03-31'].concat([
  '2027-04-25',
  '2027-09-26',
  '2027-10-31',
  '2027-11-07',
  '2028-01-30',
  '2028-02-29',
]);
const EARNED = DAYS.flatMap((day) =>
  [0, 2, 9, 12, 15, 21, 23].map((hour) => new Date(Date.parse(`${day}T00:30:00Z`) + hour * 3_600_000)),
);
const quantityOf = (at: number) => BigInt(2 ** (at % 30));
const RULE = {
  name: 'Calendar',
  signUpPoints: 0,
  staffGrantLimit: 0,
  expiry: { kind: 'never' as const },
  productPoints: [],
  excludedCategories: [],
  pendingDays: 7,
  latestPendingDays: 60,
  orderLimitPoints: null,
  clawback: 'unlimited' as const,
  reviewPoints: 0,
  birthdayPoints: 0,
  referralPoints: 0,
  tierBasis: 'spend' as const,
  tierPeriodMonths: 1,
  tiers: [],
};

t.test('the database counts days and months as the rule does, in 30 time zones', async (t) => {
  const app = await startApp(t);
  const ctx = await app.ctx();
  const programme = await putProgramme(ctx, RULE);
  const { id: customerId } = await makeCustomer(app);
  await enrolMember(ctx, customerId);
  for (const [at, earnedAt] of EARNED.entries())
    await app.deps.db.$client.query(
      `insert into point_accruals (shop_id, order_id, customer_id, programme_version, tier_multiplier_bps,
         campaign_multiplier_bps, earned_points, kept_amount, earned_at) values ($1, $2, $3, 1, 10000, 10000, 0, $4, $5)`,
      [ctx.shop.id, newId(), customerId, quantityOf(at), earnedAt],
    );
  t.equal(ZONES.length, 30);
  for (const timezone of ZONES) {
    const made = EARNED.map((earnedAt, at) => ({ day: dayIn(timezone, earnedAt), quantity: quantityOf(at) }));
    for (let hours = 0; hours < 24 * 460; hours += 35) {
      const now = new Date(Date.parse('2027-01-20T00:00:00Z') + hours * 3_600_000);
      const counted = await countForTier(ctx.db, programme, { customerId, now, timezone });
      const expected = countedOn(dayIn(timezone, now), RULE.tierPeriodMonths, made);
      if (counted !== expected) t.equal(counted, expected, `${timezone} ${now.toISOString()}`);
    }
    t.pass(timezone);
  }
  t.equal(lastDayOf(dayIn('UTC', new Date('2028-01-31')), 1), dayIn('UTC', new Date('2028-02-29')));
});
