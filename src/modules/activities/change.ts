import { isDeepStrictEqual } from 'node:util';
import type { Ctx } from '../../platform/context.ts';
import type { Tx } from '../../platform/db/client.ts';
import { inTransaction } from '../../platform/db/transaction.ts';
import type { Violation } from '../../platform/errors.ts';
import { appendEvents } from '../../platform/events/outbox.ts';
import { checkVersion } from '../../platform/versions.ts';
import { dueAtOf } from '../campaigns/lifecycle-rules.ts';
import { mergeMetadata } from '../campaigns/metadata.ts';
import { joinProgramme } from '../campaigns/programmes/join.ts';
import type { CampaignPlan } from '../campaigns/tables.ts';
import { findFrozenChanges, findTypeChange } from './change-rules.ts';
import { refuseFaults, requireNamed } from './checks.ts';
import { activityErrors } from './errors.ts';
import { activityEvent, activityEvents } from './events.ts';
import { followTime } from './follow-time.ts';
import { flowsOf } from './format-flows.ts';
import { formatOf } from './formats.ts';
import { reachSoon } from './participants/reach.ts';
import { lockActivity, updateActivityRow, type WholeActivity } from './repository.ts';
import { changedRule, timesOf } from './rule-input.ts';
import type { ActivityRule, RuleInput } from './rule-schemas.ts';
import type { ActivityRow } from './tables.ts';
import { sayAnew } from './versions.ts';

export interface ActivityChanges {
  readonly name?: string;
  readonly externalId?: string | null;
  readonly programmeId?: string | null;
  readonly plan?: CampaignPlan;
  readonly metadata?: Readonly<Record<string, string | null>>;
  readonly rule: RuleInput;
}

/**
 * Changes an activity. What a draft says is written anew; of any other it is a new version. Its type never changes. Once it has begun it
 * changes only in favour of customers, and a draw by two people; once it has ended only its names change. Refusals: not_found,
 * version_mismatch, activity_ended, activity_type_fixed, activity_start_fixed, activity_worse_for_customers, activity_has_begun,
 * campaign_too_much_metadata, draw_frozen, draw_prize_too_valuable, those of createActivity.
 */
export function updateActivity(ctx: Ctx, id: string, changes: ActivityChanges): Promise<WholeActivity> {
  return inTransaction(ctx, async (tx) => {
    const locked = await lockActivity(tx, ctx.shop.id, id);
    checkVersion(ctx, locked.row);
    const current = await followTime(tx, ctx, locked);
    if (!saysTheSame(current, changes)) flowsOf(current).refuseChangeByOne?.(current);
    return applyChanges(tx, ctx, current, changes);
  });
}

// What is said again is no other version.
const saysTheSame = ({ rule }: WholeActivity, changes: AnyChanges): boolean =>
  isDeepStrictEqual(changedRule(rule, changes.rule), rule);

/** Changes of which only the rule has to be named. */
type AnyChanges = Pick<ActivityChanges, 'rule'> & Partial<ActivityChanges>;

/** Building block: refuses what an activity, which is locked, cannot become. Returns what it would say. */
export async function checkChanges(
  tx: Tx,
  ctx: Ctx,
  current: WholeActivity,
  changes: AnyChanges,
): Promise<ActivityRule> {
  const rule = changedRule(current.rule, changes.rule);
  refuseChange(current, changes, rule);
  if (!saysTheSame(current, changes)) {
    refuseFaults(rule);
    await requireNamed(tx, ctx, rule);
  }
  return rule;
}

/** Building block: changes an activity that is locked and where its time says it is. Refusals: as updateActivity. */
export async function applyChanges(
  tx: Tx,
  ctx: Ctx,
  current: WholeActivity,
  changes: AnyChanges,
): Promise<WholeActivity> {
  const rule = await checkChanges(tx, ctx, current, changes);
  const changed = await write(tx, ctx, current, changes, saysTheSame(current, changes) ? undefined : rule);
  await appendEvents(tx, ctx, [activityEvent(ctx, activityEvents.updated, changed.row)]);
  return changed;
}

function refuseChange({ row, rule: before }: WholeActivity, changes: AnyChanges, after: ActivityRule) {
  const { rule, plan, programmeId } = changes;
  const isMoved = programmeId !== undefined && programmeId !== row.programmeId;
  if (row.state === 'ended' && (Object.keys(rule).length > 0 || plan !== undefined || isMoved))
    throw activityErrors.activity_ended('Only its name, its externalId and its metadata can be changed.');
  if (row.startedAt !== null && isMoved)
    throw activityErrors.activity_has_begun('An activity that has begun stays in its programme.', {
      pointer: '/programmeId',
    });
  const frozen = row.startedAt === null ? findTypeChange(before, after) : findFrozenChanges(before, after);
  const [first, ...others] = frozen;
  if (!first) return;
  const violations = [first, ...others].map((one): Violation => ({ in: 'body', ...one }));
  throw activityErrors[first.code](undefined, { violations });
}

async function write(
  tx: Tx,
  ctx: Ctx,
  current: WholeActivity,
  { name, externalId, programmeId, plan, metadata }: Partial<ActivityChanges>,
  rule: ActivityRule | undefined,
): Promise<WholeActivity> {
  const { row } = current;
  if (programmeId != null && programmeId !== row.programmeId) await joinProgramme(tx, ctx, programmeId);
  const fields: Partial<ActivityRow> = {
    ...(name !== undefined && { name }),
    ...(externalId !== undefined && { externalId }),
    ...(programmeId !== undefined && { programmeId }),
    ...(plan !== undefined && { plan }),
    metadata: mergeMetadata(row.metadata, metadata),
    ...(rule && (await ruleFieldsOf(tx, ctx, current, rule))),
    updatedAt: ctx.now,
  };
  return { row: await updateActivityRow(tx, row, fields), rule: rule ?? current.rule };
}

const stepsIn = ({ format }: ActivityRule) => formatOf(format.type).stepsOf?.(format) ?? [];

/** Building block: lets a locked activity say something else; what of its row goes with that. */
export async function ruleFieldsOf(tx: Tx, ctx: Ctx, current: WholeActivity, rule: ActivityRule) {
  const ruleVersion = await sayAnew(tx, ctx, current, rule);
  const times = timesOf(rule);
  if (current.row.startedAt !== null && !isDeepStrictEqual(stepsIn(current.rule), stepsIn(rule)))
    await reachSoon(tx, ctx, current.row.id);
  if (current.row.state !== 'draft')
    await flowsOf(current).onSaid?.(tx, ctx, { row: { ...current.row, ruleVersion }, rule });
  return { ruleVersion, ...times, dueAt: dueAtOf(current.row.state, times.startsAt, times.endsAt) };
}
