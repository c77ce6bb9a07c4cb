import type { Ctx } from '../../../platform/context.ts';
import type { Tx } from '../../../platform/db/client.ts';
import { inTransaction } from '../../../platform/db/transaction.ts';
import { appendEvents } from '../../../platform/events/outbox.ts';
import type { Sweep } from '../../../platform/jobs/sweeps.ts';
import { lockParticipantOf } from '../participants/repository.ts';
import { oweRewards } from '../rewards/owe.ts';
import type { Reward } from '../rewards/schemas.ts';
import { createWinners, shareOf } from './contest-rules.ts';
import { contestEvents, resultEvent } from './events.ts';
import { listDueContests, listRight, lockContest, markWinners, updateContest } from './repository.ts';
import { openContestSeed } from './seed.ts';
import { type Contest, type ContestEntry, contests } from './tables.ts';

const BATCH = 200;
const SCORED = 5_000;

/** A winner with what they won. */
interface Won {
  readonly entry: ContestEntry;
  readonly rewards: readonly Reward[];
}

/** Deals with the next of those who were right, or with all winners who are drawn. */
async function settleNext(ctx: Ctx, activityId: string): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    const contest = await lockContest(tx, ctx.shop.id, activityId);
    const { prize } = contest;
    if (contest.state !== 'locked' || !prize) return;
    if (contest.resultKey === null || contest.rightEntries === 0) return finish(tx, ctx, contest);
    if (prize.kind === 'draw') {
      await give(tx, ctx, contest, await drawAll(tx, ctx, contest, prize));
      return finish(tx, ctx, contest);
    }
    const place = { optionKey: contest.resultKey, after: contest.settledNumber, limit: BATCH };
    const entries = await listRight(tx, ctx.shop.id, activityId, place);
    const last = entries.at(-1);
    if (!last) return finish(tx, ctx, contest);
    const won = entries.map((entry, at): Won => {
      const points = shareOf(prize.points, contest.rightEntries ?? 0, contest.settledEntries + at);
      return { entry, rewards: points === 0 ? [] : [{ kind: 'points', points }] };
    });
    await give(tx, ctx, contest, won);
    await updateContest(tx, contest, {
      settledEntries: contest.settledEntries + entries.length,
      settledNumber: last.number,
    });
  });
}

async function drawAll(
  tx: Tx,
  ctx: Ctx,
  { activityId, resultKey, sealedSeed }: Contest,
  prize: { readonly winners: number; readonly rewards: readonly Reward[] },
): Promise<Won[]> {
  const seed = Buffer.from(openContestSeed(ctx, activityId, sealedSeed), 'hex');
  const winners = createWinners<ContestEntry>(seed, activityId, prize.winners);
  for (let after = 0; ; ) {
    const place = { optionKey: resultKey ?? '', after, limit: SCORED };
    const entries = await listRight(tx, ctx.shop.id, activityId, place);
    winners.take(entries);
    const last = entries.at(-1);
    if (!last || entries.length < SCORED) break;
    after = last.number;
  }
  return winners.list().map((entry) => ({ entry, rewards: prize.rewards }));
}

/** In the order of their customers, as everybody who locks several of them does. */
async function give(tx: Tx, ctx: Ctx, contest: Contest, won: readonly Won[]): Promise<void> {
  const { activityId } = contest;
  for (const { entry, rewards } of won.toSorted((a, b) =>
    a.entry.customerId < b.entry.customerId ? -1 : 1,
  )) {
    const participant = await lockParticipantOf(tx, ctx.shop.id, activityId, entry.customerId);
    if (!participant) throw new Error(`nobody takes part for the entry ${entry.number} of ${activityId}`);
    if (rewards.length > 0) await oweRewards(tx, ctx, participant, `entry:${entry.number}`, rewards);
  }
  const numbers = won.filter(({ rewards }) => rewards.length > 0).map(({ entry }) => entry.number);
  await markWinners(tx, contest, numbers, ctx.now);
}

async function finish(tx: Tx, ctx: Ctx, contest: Contest): Promise<void> {
  const seed = openContestSeed(ctx, contest.activityId, contest.sealedSeed);
  const changes = { state: 'settled', seed, dueAt: null, settledAt: ctx.now } as const;
  const settled = await updateContest(tx, contest, changes);
  await appendEvents(tx, ctx, [resultEvent(ctx, contestEvents.settled, settled)]);
}

async function settleDue(ctx: Ctx): Promise<number> {
  const due = await listDueContests(ctx.db, ctx.shop.id, ctx.now, 1);
  for (const activityId of due) await settleNext(ctx, activityId);
  return due.length;
}

export const contestSweep: Sweep = { name: 'activities.contests', due: contests.dueAt, run: settleDue };
