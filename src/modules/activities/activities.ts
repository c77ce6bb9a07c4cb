import type { Ctx } from '../../platform/context.ts';
import { inTransaction } from '../../platform/db/transaction.ts';
import { appendEvents } from '../../platform/events/outbox.ts';
import type { Page } from '../../platform/http/pagination.ts';
import { newId } from '../../platform/ids.ts';
import { datesOf, joinProgramme } from '../campaigns/programmes/join.ts';
import type { CampaignPlan } from '../campaigns/tables.ts';
import { refuseFaults, requireNamed } from './checks.ts';
import { activityEvent, activityEvents } from './events.ts';
import { flowsOf } from './format-flows.ts';
import { insertCounter } from './participants/repository.ts';
import {
  type ActivityQuery,
  getActivity,
  getByExternalId,
  insertActivity,
  insertActivityVersion,
  listActivityRows,
  listVersionRows,
  type WholeActivity,
} from './repository.ts';
import { timesOf, wholeRule } from './rule-input.ts';
import type { ActivityRule, RuleInput } from './rule-schemas.ts';
import type { ActivityVersion } from './tables.ts';
import { versionOf } from './versions.ts';

export interface ActivityInput {
  readonly name: string;
  readonly externalId?: string | null;
  readonly programmeId?: string | null;
  readonly plan?: CampaignPlan;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly rule: RuleInput & Pick<ActivityRule, 'format'>;
}

/**
 * Makes an activity, as a draft. In a programme it has the programme's times where it names none. Refusals: those of refuseFaults and
 * requireNamed, activity_external_id_taken, programme_not_found, programme_ended, programme_full.
 */
export function createActivity(ctx: Ctx, input: ActivityInput): Promise<WholeActivity> {
  return inTransaction(ctx, async (tx) => {
    const programme = input.programmeId == null ? undefined : await joinProgramme(tx, ctx, input.programmeId);
    const made = newActivity(ctx, input, wholeRule({ ...datesOf(programme), ...input.rule }));
    refuseFaults(made.rule);
    await requireNamed(tx, ctx, made.rule);
    await insertActivity(tx, made.row);
    await insertActivityVersion(tx, versionOf(ctx, made.row.id, 1, made.rule));
    await insertCounter(tx, ctx.shop.id, made.row.id);
    await flowsOf(made).onMade?.(tx, ctx, made);
    await appendEvents(tx, ctx, [activityEvent(ctx, activityEvents.created, made.row)]);
    return made;
  });
}

const newActivity = (ctx: Ctx, input: ActivityInput, rule: ActivityRule): WholeActivity => ({
  rule,
  row: {
    shopId: ctx.shop.id,
    id: newId(),
    externalId: input.externalId ?? null,
    name: input.name,
    type: rule.format.type,
    state: 'draft',
    programmeId: input.programmeId ?? null,
    ruleVersion: 1,
    ...timesOf(rule),
    plan: input.plan ?? {},
    startedAt: null,
    endedAt: null,
    endReason: null,
    dueAt: null,
    metadata: { ...input.metadata },
    version: 1,
    createdAt: ctx.now,
    updatedAt: ctx.now,
  },
});

/** What a copy is called and when it is; the rest is that of the activity. */
export interface CopyInput {
  readonly name: string;
  readonly externalId?: string | null;
  readonly startsAt?: string | null;
  readonly endsAt?: string | null;
}

/**
 * Makes a draft that says what another activity says now, at other times: next year's. It is in no programme. Refusals: not_found, those of
 * createActivity.
 */
export async function copyActivity(ctx: Ctx, id: string, input: CopyInput): Promise<WholeActivity> {
  const { row, rule } = await getActivity(ctx.db, ctx.shop.id, id);
  const { name, externalId = null, startsAt = null, endsAt = null } = input;
  const { plan, metadata } = row;
  return createActivity(ctx, { name, externalId, plan, metadata, rule: { ...rule, startsAt, endsAt } });
}

/** An activity with what it says. Refusal: not_found. */
export const readActivity = ({ db, shop }: Ctx, id: string): Promise<WholeActivity> =>
  getActivity(db, shop.id, id);

/** An activity by the shop's own id. Refusal: not_found. */
export const readActivityByExternalId = ({ db, shop }: Ctx, externalId: string): Promise<WholeActivity> =>
  getByExternalId(db, shop.id, externalId);

/** Activities, newest first, or since a moment in the order of their changes. */
export const listActivities = ({ db, shop }: Ctx, query: ActivityQuery): Promise<Page<WholeActivity>> =>
  listActivityRows(db, shop.id, query);

/** Everything that an activity said, newest first. Refusal: not_found. */
export async function listActivityVersions(
  { db, shop }: Ctx,
  id: string,
  page: { readonly limit: number; readonly cursor?: string },
): Promise<Page<ActivityVersion>> {
  await getActivity(db, shop.id, id);
  return listVersionRows(db, shop.id, id, page);
}
