import type { Ctx } from '../../../platform/context.ts';
import { platformErrors } from '../../../platform/errors.ts';
import type { Page } from '../../../platform/http/pagination.ts';
import { ownIdOf } from '../../loyalty/points.ts';
import { sha256 } from '../draws/draw-rules.ts';
import { findParticipantOf } from '../participants/repository.ts';
import { getActivity, type WholeActivity } from '../repository.ts';
import { createWinners } from './contest-rules.ts';
import { contestErrors } from './errors.ts';
import { countByOption, type EntryQuery, findEntryOf, getContest, listEntryRows } from './repository.ts';
import type { Contest, ContestEntry } from './tables.ts';

/** A contest as it is published. */
export interface PublicContest {
  readonly whole: WholeActivity;
  readonly contest: Contest;
  /** How many guess what; not before nobody enters any more, so that nobody goes by others. */
  readonly counts: ReadonlyMap<string, number> | undefined;
}

/** Whether nobody enters any more: the deadline has passed, or the activity was ended before it. */
export const isClosed = ({ row, rule: { format } }: WholeActivity, now: Date): boolean =>
  row.state === 'ended' || (format.type === 'contest' && now >= new Date(format.entriesUntil));

/** What a contest publishes. A draft is for staff only. Refusal: not_found. */
export async function readContest(ctx: Ctx, activityId: string): Promise<PublicContest> {
  const { db, shop, actor, isPublic, now } = ctx;
  const whole = await getActivity(db, shop.id, activityId);
  const { format } = whole.rule;
  const isStaff = actor.kind === 'api_key' && !isPublic;
  if (format.type !== 'contest' || (whole.row.state === 'draft' && !isStaff))
    throw platformErrors.not_found();
  const contest = await getContest(db, shop.id, activityId);
  return {
    whole,
    contest,
    counts: isClosed(whole, now) ? await countByOption(db, shop.id, activityId) : undefined,
  };
}

/** The entries of a contest, in their order. Refusal: not_found. */
export async function listEntries(
  { db, shop }: Ctx,
  activityId: string,
  query: EntryQuery,
): Promise<Page<ContestEntry>> {
  await getContest(db, shop.id, activityId);
  return listEntryRows(db, shop.id, activityId, query);
}

/** What the customer who calls entered. Refusal: not_found. */
export async function readOwnEntry(ctx: Ctx, activityId: string): Promise<ContestEntry> {
  const { db, shop } = ctx;
  await getContest(db, shop.id, activityId);
  const participant = await findParticipantOf(db, shop.id, activityId, ownIdOf(ctx));
  const entry = participant && (await findEntryOf(db, shop.id, participant.id));
  if (!entry) throw platformErrors.not_found();
  return entry;
}

/** What deciding a contest again came to. */
export interface ContestVerification {
  readonly contest: Contest;
  readonly checked: number;
  readonly isSeedCommitted: boolean;
  /** The numbers of entries that won and should not have, or the other way round: a hundred at most. */
  readonly faults: readonly number[];
  readonly isValid: boolean;
}

const PIECE = 5_000;
const MOST_FAULTS = 100;

/** Decides a contest that is settled again, from its entries and its seed. Refusals: not_found, contest_not_settled. */
export async function verifyContest(ctx: Ctx, activityId: string): Promise<ContestVerification> {
  const { db, shop } = ctx;
  const contest = await getContest(db, shop.id, activityId);
  const { prize } = contest;
  if (contest.seed === null || !prize) throw contestErrors.contest_not_settled();
  const seed = Buffer.from(contest.seed, 'hex');
  const most = prize.kind === 'draw' ? prize.winners : prize.points;
  const drawn = createWinners<ContestEntry>(seed, activityId, most);
  const right: number[] = [];
  const winners = new Set<number>();
  let [checked, cursor] = [0, undefined as string | undefined];
  do {
    const page = { limit: PIECE, ...(cursor !== undefined && { cursor }) };
    const { rows, nextCursor } = await listEntryRows(db, shop.id, activityId, page);
    const those = rows.filter(({ optionKey, voidedAt }) => optionKey === contest.resultKey && !voidedAt);
    if (prize.kind === 'draw') drawn.take(those);
    else right.push(...those.map(({ number }) => number));
    for (const { number, isWinner } of rows) if (isWinner) winners.add(number);
    checked += rows.length;
    cursor = nextCursor ?? undefined;
  } while (cursor !== undefined);
  const expected = new Set(
    prize.kind === 'draw' ? drawn.list().map(({ number }) => number) : right.slice(0, most),
  );
  const faults = [...new Set([...expected, ...winners])]
    .filter((number) => expected.has(number) !== winners.has(number))
    .toSorted((a, b) => a - b)
    .slice(0, MOST_FAULTS);
  const isSeedCommitted = sha256(seed) === contest.commitment;
  const isValid = isSeedCommitted && faults.length === 0 && checked === contest.entries;
  return { contest, checked, isSeedCommitted, faults, isValid };
}
