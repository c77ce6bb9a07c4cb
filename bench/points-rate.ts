import { appendFileSync } from 'node:fs';
import { earnPoints } from '../src/modules/loyalty/earn.ts';
import { putProgramme } from '../src/modules/loyalty/programme.ts';
import { grantedPoints, POINTS, pointsOf } from '../src/modules/ledger/accounts.ts';
import { post } from '../src/modules/ledger/post.ts';
import { credit, debit } from '../src/modules/ledger/rules.ts';
import type { Ctx } from '../src/platform/context.ts';
import { inTransaction } from '../src/platform/db/transaction.ts';
import { newId } from '../src/platform/ids.ts';
import { fillMembers, makeBenchShop } from './points-fill.ts';
import { setStage } from './stage.ts';

const MEMBERS = 20_000;
const CLIENTS = 4;
const LINES = 3;

interface RateOptions {
  readonly rounds: number;
  readonly seconds: number;
  readonly resultsFile: string;
  readonly heading: string;
}

type Work = (ctx: Ctx, customerId: string) => Promise<unknown>;

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
};

// The floor: a bare transfer on the same ledger, in a transaction of its own.
const transfer: Work = (ctx, customerId) =>
  inTransaction(ctx, (tx) =>
    post(tx, ctx, {
      kind: 'bench',
      subject: newId(),
      unit: POINTS,
      legs: [debit(grantedPoints(), 30n), credit(pointsOf(customerId), 30n)],
    }),
  );

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

/** How many orders of three lines earn in a second, beside bare transfers on the same ledger in the same rounds. */
export async function runPointsRate({ rounds, seconds, resultsFile, heading }: RateOptions): Promise<void> {
  const stage = await setStage();
  try {
    const ctx = await makeBenchShop(stage);
    await putProgramme(ctx, RULE);
    const members = await fillMembers(stage, ctx.shop.id, MEMBERS);
    const found: { readonly floor: number; readonly own: number }[] = [];
    // The first round warms up.
    for (let round = 0; round <= rounds; round += 1) {
      const floor = await rateOf(ctx, members, seconds, transfer);
      const own = await rateOf(ctx, members, seconds, earn);
      if (round > 0) found.push({ floor, own });
    }
    const ratio = (at: number) =>
      found.map(({ floor, own }) => own / floor).toSorted((a, b) => a - b)[at] ?? 0;
    const middle = (key: 'floor' | 'own') =>
      found.map((one) => one[key]).toSorted((a, b) => a - b)[Math.floor(rounds / 2)] ?? 0;
    const cells = [middle('floor').toFixed(0), middle('own').toFixed(0)];
    const ratios = [ratio(Math.floor(rounds / 2)), ratio(0), ratio(rounds - 1)].map((one) => one.toFixed(2));
    const lines = [
      `\n${heading} · points a second\n`,
      '| bare transfers /s | orders that earn /s | ratio | from | to |',
      '|---|---|---|---|---|',
      `| ${[...cells, `**${ratios[0]}**`, ...ratios.slice(1)].join(' | ')} |`,
    ];
    console.log(lines.join('\n'));
    appendFileSync(resultsFile, `${lines.join('\n')}\n`);
  } finally {
    await stage.clear();
  }
}

async function rateOf(ctx: Ctx, members: readonly string[], seconds: number, work: Work): Promise<number> {
  let done = 0;
  const from = performance.now();
  const until = from + seconds * 1_000;
  const client = async (first: number) => {
    for (let i = first; performance.now() < until; i += CLIENTS) {
      await work(ctx, members[i % members.length] ?? '');
      done += 1;
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, (_, i) => client(i)));
  return done / ((performance.now() - from) / 1_000);
}
