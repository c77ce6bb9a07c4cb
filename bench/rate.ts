import { grantedPoints, POINTS, pointsOf } from '../src/modules/ledger/accounts.ts';
import { post } from '../src/modules/ledger/post.ts';
import { credit, debit } from '../src/modules/ledger/rules.ts';
import type { Ctx } from '../src/platform/context.ts';
import { inTransaction } from '../src/platform/db/transaction.ts';
import { newId } from '../src/platform/ids.ts';

const CLIENTS = 4;

export interface RateOptions {
  readonly rounds: number;
  readonly seconds: number;
  readonly resultsFile: string;
  readonly heading: string;
}

/** What one client does again and again, for one member after the other. */
export type Work = (ctx: Ctx, customerId: string) => Promise<unknown>;

/** The floor: a bare transfer on the same ledger, in a transaction of its own. */
export const transfer: Work = (ctx, customerId) =>
  inTransaction(ctx, (tx) =>
    post(tx, ctx, {
      kind: 'bench',
      subject: newId(),
      unit: POINTS,
      legs: [debit(grantedPoints(), 30n), credit(pointsOf(customerId), 30n)],
    }),
  );

interface Round {
  readonly floor: number;
  readonly own: number;
}

/** Rounds of bare transfers and of a work, in turns: what happens to the machine happens to both. */
export async function rateBeside(
  ctx: Ctx,
  members: readonly string[],
  { rounds, seconds }: Pick<RateOptions, 'rounds' | 'seconds'>,
  work: Work,
): Promise<Round[]> {
  const found: Round[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const floor = await rateOf(ctx, members, seconds, transfer);
    const own = await rateOf(ctx, members, seconds, work);
    found.push({ floor, own });
  }
  return found;
}

/** A line of the results: medians, and the range of the ratios. */
export function rowOf(name: string, found: readonly Round[], aim: string): string {
  const sorted = (of: (round: Round) => number) => found.map(of).toSorted((a, b) => a - b);
  const middle = (values: readonly number[]) => values[Math.floor(values.length / 2)] ?? 0;
  const ratios = sorted(({ floor, own }) => own / floor);
  const rates = [sorted(({ floor }) => floor), sorted(({ own }) => own)].map((one) => middle(one).toFixed(0));
  const spread = [ratios[0] ?? 0, ratios.at(-1) ?? 0].map((one) => one.toFixed(2));
  return `| ${[name, ...rates, `**${middle(ratios).toFixed(2)}**`, ...spread, aim].join(' | ')} |`;
}

/** How often four clients do a work in a second. */
export async function rateOf(
  ctx: Ctx,
  members: readonly string[],
  seconds: number,
  work: Work,
): Promise<number> {
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
