import { appendFileSync } from 'node:fs';
import { earnPoints } from '../src/modules/loyalty/earn.ts';
import { createLoyaltyGift } from '../src/modules/loyalty/gifts/catalogue.ts';
import { redeemGift } from '../src/modules/loyalty/gifts/redeem.ts';
import { putProgramme } from '../src/modules/loyalty/programme.ts';
import type { Ctx } from '../src/platform/context.ts';
import { inTransaction } from '../src/platform/db/transaction.ts';
import { newId } from '../src/platform/ids.ts';
import { fillMembers, makeBenchShop } from './points-fill.ts';
import { rateBeside, rateOf, type RateOptions, rowOf, transfer, type Work } from './rate.ts';
import { setStage } from './stage.ts';

const MEMBERS = 20_000;
const LINES = 3;
const GIFTS = 200;

const RULE = {
  name: 'Bench',
  signUpPoints: 0,
  staffGrantLimit: 0,
  expiry: { kind: 'rolling_months' as const, months: 24 },
  earning: { points: 1, perAmount: 100 },
  productPoints: [],
  excludedCategories: [],
  pendingDays: 7,
  latestPendingDays: 60,
  orderLimitPoints: null,
  periodLimit: null,
  clawback: 'within_balance' as const,
  reviewPoints: 0,
  birthdayPoints: 0,
  referralPoints: 0,
  tierBasis: 'spend' as const,
  tierPeriodMonths: 12,
  tiers: [
    {
      key: 'silver',
      name: 'Silver',
      threshold: 1_000_000_000,
      multiplierBps: 15_000,
      earlyNoticeHours: 0,
      serviceLevel: null,
    },
  ],
};

const earn: Work = (ctx, customerId) => {
  const lines = Array.from({ length: LINES }, () => ({
    lineId: newId(),
    productId: newId(),
    category: null,
    quantity: 1,
    amount: 1_000n,
    isGift: false,
  }));
  const order = { orderId: newId(), customerId, paidAt: ctx.now, deliveredAt: null };
  return inTransaction(ctx, (tx) => earnPoints(tx, ctx, { ...order, campaignMultiplierBps: 10_000, lines }));
};

/** One of many gifts in turns: whoever wants the same one waits for who has it. */
async function makeRedeem(ctx: Ctx): Promise<Work> {
  const gifts: string[] = [];
  const none = { productId: null, memberLimit: null, minimumTierKey: null, availableFrom: null };
  const gift = { ...none, availableUntil: null, name: 'Tea tin', pricePoints: 10, stockQuantity: 10_000_000 };
  while (gifts.length < GIFTS) gifts.push((await createLoyaltyGift(ctx, gift)).id);
  let turn = 0;
  return (own, customerId) =>
    redeemGift(own, customerId, { giftId: gifts[turn++ % GIFTS] ?? '', quantity: 1, isHeld: false });
}

/** How often members earn with an order of three lines, and have a gift, in a second, beside bare transfers in the same rounds. */
export async function runPointsRate({ rounds, seconds, resultsFile, heading }: RateOptions): Promise<void> {
  const stage = await setStage();
  try {
    const ctx = await makeBenchShop(stage);
    await putProgramme(ctx, RULE);
    const members = await fillMembers(stage, ctx.shop.id, MEMBERS);
    const works = { 'earn with an order': earn, 'have a gift': await makeRedeem(ctx) };
    const lines = [
      `\n${heading} · points a second\n`,
      '| | bare transfers /s | members /s | ratio | from | to | aim |',
      '|---|---|---|---|---|---|---|',
    ];
    // They warm up, and leave tables that are not empty any more: plans that were made on those read all of them later.
    for (const work of [transfer, ...Object.values(works)]) await rateOf(ctx, members, 2 * seconds, work);
    await stage.db.$client.query('vacuum analyze');
    for (const [name, work] of Object.entries(works)) {
      const found = await rateBeside(ctx, members, { rounds, seconds }, work);
      lines.push(rowOf(name, found, '≥ 0.5'));
    }
    console.log(lines.join('\n'));
    appendFileSync(resultsFile, `${lines.join('\n')}\n`);
  } finally {
    await stage.clear();
  }
}
