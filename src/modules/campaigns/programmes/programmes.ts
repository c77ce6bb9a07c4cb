import type { Ctx } from '../../../platform/context.ts';
import { inTransaction } from '../../../platform/db/transaction.ts';
import { appendEvents } from '../../../platform/events/outbox.ts';
import type { Page } from '../../../platform/http/pagination.ts';
import { newId } from '../../../platform/ids.ts';
import { checkVersion } from '../../../platform/versions.ts';
import { campaignErrors } from '../errors.ts';
import { programmeEvent, programmeEvents } from '../events.ts';
import { mergeMetadata } from '../metadata.ts';
import type { CampaignPlan, Programme } from '../tables.ts';
import { moveDates } from './dates.ts';
import { programmeParts } from './ports.ts';
import {
  getProgramme,
  getProgrammeByExternalId,
  insertProgramme,
  listProgrammeRows,
  lockProgramme,
  type ProgrammeQuery,
  updateProgrammeRow,
} from './repository.ts';

interface Changeable {
  readonly name?: string;
  readonly externalId?: string | null;
  readonly startsAt?: string | null;
  readonly endsAt?: string | null;
  readonly plan?: CampaignPlan;
}
export interface ProgrammeInput extends Changeable {
  readonly name: string;
  readonly metadata?: Readonly<Record<string, string>>;
}
export interface ProgrammeChanges extends Changeable {
  readonly metadata?: Readonly<Record<string, string | null>>;
}

/** Makes a programme, as a draft. Refusals: programme_times_contradictory, programme_external_id_taken. */
export function createProgramme(ctx: Ctx, { name, metadata, ...input }: ProgrammeInput): Promise<Programme> {
  const made: Programme = {
    shopId: ctx.shop.id,
    id: newId(),
    externalId: null,
    name,
    state: 'draft',
    startsAt: null,
    endsAt: null,
    plan: {},
    startedAt: null,
    endedAt: null,
    endReason: null,
    dueAt: null,
    ...fieldsOf(input),
    metadata: { ...metadata },
    version: 1,
    createdAt: ctx.now,
    updatedAt: ctx.now,
  };
  refuseTimes(made);
  return inTransaction(ctx, async (tx) => {
    await insertProgramme(tx, made);
    await appendEvents(tx, ctx, [programmeEvent(ctx, programmeEvents.created, made)]);
    return made;
  });
}

// As columns; what is not named stays as it is.
function fieldsOf({ name, externalId, startsAt, endsAt, plan }: Changeable): Partial<Programme> {
  return {
    ...(name !== undefined && { name }),
    ...(externalId !== undefined && { externalId }),
    ...(plan !== undefined && { plan }),
    ...(startsAt !== undefined && { startsAt: startsAt === null ? null : new Date(startsAt) }),
    ...(endsAt !== undefined && { endsAt: endsAt === null ? null : new Date(endsAt) }),
  };
}

function refuseTimes({ startsAt, endsAt }: Pick<Programme, 'startsAt' | 'endsAt'>): void {
  if (startsAt !== null && endsAt !== null && endsAt <= startsAt)
    throw campaignErrors.programme_times_contradictory(undefined, { pointer: '/endsAt' });
}

/**
 * Changes a programme. Its campaigns that have not begun and have its times get the new ones. Refusals: not_found, version_mismatch,
 * programme_ended, programme_times_contradictory, programme_external_id_taken, campaign_too_much_metadata, and those of a campaign
 * that cannot have the new times.
 */
export function updateProgramme(
  ctx: Ctx,
  id: string,
  { metadata, ...changes }: ProgrammeChanges,
): Promise<Programme> {
  return inTransaction(ctx, async (tx) => {
    const current = await lockProgramme(tx, ctx.shop.id, id);
    checkVersion(ctx, current);
    const isOfTimes = changes.startsAt !== undefined || changes.endsAt !== undefined;
    if (current.state === 'ended' && (isOfTimes || changes.plan !== undefined))
      throw campaignErrors.programme_ended('Only its name, its externalId and its metadata can be changed.');
    const fields = { ...fieldsOf(changes), metadata: mergeMetadata(current.metadata, metadata) };
    const next = { ...current, ...fields };
    refuseTimes(next);
    const dueAt = current.state === 'running' ? next.endsAt : null;
    const changed = await updateProgrammeRow(tx, current, { ...fields, dueAt, updatedAt: ctx.now });
    if (isOfTimes) {
      await moveDates(tx, ctx, current, changed);
      for (const part of programmeParts.get()) await part.moveDates(tx, ctx, current, changed);
    }
    await appendEvents(tx, ctx, [programmeEvent(ctx, programmeEvents.updated, changed)]);
    return changed;
  });
}

/** A programme. Refusal: not_found. */
export const readProgramme = ({ db, shop }: Ctx, id: string): Promise<Programme> =>
  getProgramme(db, shop.id, id);

/** A programme by the shop's own id. Refusal: not_found. */
export const readProgrammeByExternalId = ({ db, shop }: Ctx, externalId: string): Promise<Programme> =>
  getProgrammeByExternalId(db, shop.id, externalId);

/** Programmes, newest first. */
export const listProgrammes = ({ db, shop }: Ctx, query: ProgrammeQuery): Promise<Page<Programme>> =>
  listProgrammeRows(db, shop.id, query);
