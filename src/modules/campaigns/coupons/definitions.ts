import { recordAudit } from '../../../platform/audit/audit.ts';
import type { Ctx } from '../../../platform/context.ts';
import type { Reader } from '../../../platform/db/client.ts';
import { inTransaction } from '../../../platform/db/transaction.ts';
import { appendEvents } from '../../../platform/events/outbox.ts';
import type { Page } from '../../../platform/http/pagination.ts';
import { newId } from '../../../platform/ids.ts';
import { checkVersion } from '../../../platform/versions.ts';
import {
  type DefinitionQuery,
  findGate,
  getDefinition,
  insertDefinition,
  listDefinitionRows,
  lockDefinition,
  updateDefinitionRow,
} from './definition-repository.ts';
import { couponErrors } from './errors.ts';
import { couponDefinitionEvents, definitionEvent } from './events.ts';
import { type CouponDefinitionState, couponDefinitionStates } from './states.ts';
import type { CouponDefinition, LIMIT_PERIODS } from './tables.ts';

interface Changeable {
  readonly name?: string;
  readonly externalId?: string | null;
  readonly prefix?: string;
  readonly validFrom?: string | null;
  readonly validUntil?: string | null;
  readonly validDays?: number | null;
  readonly codesLimit?: number | null;
  readonly goesWithParcel?: boolean;
  readonly parcelMinimumAmount?: number | null;
}
export interface DefinitionInput extends Changeable {
  readonly name: string;
  readonly campaignId: string;
  readonly assignment: CouponDefinition['assignment'];
  readonly usesPerCodeLimit: number | null;
  readonly usesPerCustomerLimit: number | null;
  readonly periodLimit: { readonly uses: number; readonly per: (typeof LIMIT_PERIODS)[number] } | null;
  readonly metadata?: Record<string, string>;
}
export interface DefinitionChanges extends Changeable {
  readonly metadata?: Readonly<Record<string, string | null>>;
}

/**
 * Defines a kind of codes that open a campaign. Refusals: coupon_campaign_not_found, coupon_campaign_ended, coupon_campaign_open,
 * coupon_validity_contradictory, coupon_definition_external_id_taken.
 */
export async function createCouponDefinition(ctx: Ctx, input: DefinitionInput): Promise<CouponDefinition> {
  const made = newDefinition(ctx, input);
  refuseContradiction(made);
  if (made.validUntil !== null && made.validUntil <= ctx.now)
    throw couponErrors.coupon_validity_contradictory('Its codes would be over already.', {
      pointer: '/validUntil',
    });
  return inTransaction(ctx, async (tx) => {
    await checkCampaign(tx, ctx, input.campaignId);
    await insertDefinition(tx, made);
    await appendEvents(tx, ctx, [definitionEvent(ctx, couponDefinitionEvents.created, made)]);
    return made;
  });
}

function newDefinition(ctx: Ctx, input: DefinitionInput): CouponDefinition {
  return {
    shopId: ctx.shop.id,
    id: newId(),
    externalId: null,
    kind: 'discount',
    campaignId: input.campaignId,
    state: 'active',
    assignment: input.assignment,
    prefix: '',
    validFrom: null,
    validUntil: null,
    validDays: null,
    usesPerCode: input.usesPerCodeLimit,
    usesPerCustomer: input.usesPerCustomerLimit,
    periodUses: input.periodLimit?.uses ?? null,
    periodUnit: input.periodLimit?.per ?? null,
    codesLimit: null,
    codesIssued: 0,
    goesWithParcel: false,
    parcelMinimumAmount: null,
    ...fieldsOf(input),
    name: input.name,
    metadata: input.metadata ?? {},
    version: 1,
    createdAt: ctx.now,
    updatedAt: ctx.now,
  };
}

// As columns; what is not named stays as it is.
function fieldsOf(changes: Changeable): Partial<CouponDefinition> {
  const { name, externalId, prefix, validDays, codesLimit, goesWithParcel } = changes;
  const { validFrom, validUntil, parcelMinimumAmount } = changes;
  const given = { name, externalId, prefix, validDays, codesLimit, goesWithParcel };
  return {
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
    ...(validFrom === undefined ? {} : { validFrom: validFrom === null ? null : new Date(validFrom) }),
    ...(validUntil === undefined ? {} : { validUntil: validUntil === null ? null : new Date(validUntil) }),
    ...(parcelMinimumAmount === undefined
      ? {}
      : { parcelMinimumAmount: parcelMinimumAmount === null ? null : BigInt(parcelMinimumAmount) }),
  };
}

async function checkCampaign(on: Reader, ctx: Ctx, campaignId: string): Promise<void> {
  const gate = await findGate(on, ctx.shop.id, campaignId);
  const at = { pointer: '/campaignId' };
  if (!gate) throw couponErrors.coupon_campaign_not_found(undefined, at);
  if (gate.state === 'ended') throw couponErrors.coupon_campaign_ended(undefined, at);
  if (!gate.isGated) throw couponErrors.coupon_campaign_open(undefined, at);
}

function refuseContradiction({ validFrom, validUntil, validDays }: CouponDefinition): void {
  if (validDays !== null && (validFrom ?? validUntil) !== null)
    throw couponErrors.coupon_validity_contradictory(
      'A code is valid for days from its issue, or at fixed times.',
      {
        pointer: '/validDays',
      },
    );
  if (validFrom !== null && validUntil !== null && validUntil <= validFrom)
    throw couponErrors.coupon_validity_contradictory('The end is not after the beginning.', {
      pointer: '/validUntil',
    });
}

/**
 * Changes what the next codes are; those that were issued keep what they promise. Refusals: not_found, version_mismatch,
 * coupon_definition_archived, coupon_is_value, coupon_validity_contradictory, coupon_codes_limit_reached, coupon_too_much_metadata,
 * coupon_definition_external_id_taken.
 */
export async function updateCouponDefinition(
  ctx: Ctx,
  id: string,
  { metadata, ...changes }: DefinitionChanges,
): Promise<CouponDefinition> {
  return inTransaction(ctx, async (tx) => {
    const current = await lockDefinition(tx, ctx.shop.id, id);
    checkVersion(ctx, current);
    if (current.state === 'archived') throw couponErrors.coupon_definition_archived();
    const isOfValue = current.kind === 'value' && Object.keys(changes).some((field) => field !== 'name');
    if (isOfValue)
      throw couponErrors.coupon_is_value('Of the shop’s own definition only the name can be changed.');
    const fields = { ...fieldsOf(changes), metadata: mergedMetadata(current, metadata) };
    refuseContradiction({ ...current, ...fields });
    if (fields.codesLimit != null && fields.codesLimit < current.codesIssued)
      throw couponErrors.coupon_codes_limit_reached(`It has issued ${current.codesIssued} codes already.`, {
        pointer: '/codesLimit',
      });
    const changed = await updateDefinitionRow(tx, current, { ...fields, updatedAt: ctx.now });
    await appendEvents(tx, ctx, [definitionEvent(ctx, couponDefinitionEvents.updated, changed)]);
    return changed;
  });
}

function mergedMetadata(
  current: CouponDefinition,
  changes: DefinitionChanges['metadata'],
): Record<string, string> {
  const merged = Object.entries({ ...current.metadata, ...changes }).filter(
    (entry): entry is [string, string] => entry[1] !== null,
  );
  if (merged.length > 50) throw couponErrors.coupon_too_much_metadata(undefined, { pointer: '/metadata' });
  return Object.fromEntries(merged);
}

const STEPS = {
  paused: couponDefinitionEvents.paused,
  active: couponDefinitionEvents.resumed,
  archived: couponDefinitionEvents.archived,
} as const;

// Done again, it changes nothing.
const moveTo =
  (state: CouponDefinitionState) =>
  (ctx: Ctx, id: string): Promise<CouponDefinition> =>
    inTransaction(ctx, async (tx) => {
      const current = await lockDefinition(tx, ctx.shop.id, id);
      checkVersion(ctx, current);
      if (current.state === state) return current;
      if (current.kind === 'value')
        throw couponErrors.coupon_is_value('What is owed to customers is not paused and does not end.');
      if (!couponDefinitionStates.canMove(current.state, state))
        throw couponErrors.coupon_definition_archived();
      const moved = await updateDefinitionRow(tx, current, { state, updatedAt: ctx.now });
      await appendEvents(tx, ctx, [definitionEvent(ctx, STEPS[state], moved)]);
      await recordAudit(tx, ctx, {
        action: `couponDefinition.${state}`,
        subjectType: 'coupon_definition',
        subjectId: id,
        details: { codesIssued: current.codesIssued },
      });
      return moved;
    });

/** Refuses its codes for now. Refusals: not_found, version_mismatch, coupon_definition_archived, coupon_is_value. */
export const pauseCouponDefinition = moveTo('paused');
/** Takes its codes again. Refusals: as pauseCouponDefinition. */
export const resumeCouponDefinition = moveTo('active');
/** Ends it and its codes. Refusals: not_found, version_mismatch, coupon_is_value. */
export const archiveCouponDefinition = moveTo('archived');

/** A definition. Refusal: not_found. */
export const readCouponDefinition = ({ db, shop }: Ctx, id: string): Promise<CouponDefinition> =>
  getDefinition(db, shop.id, id);

/** Definitions, newest first, also archived ones. */
export const listCouponDefinitions = (
  { db, shop }: Ctx,
  query: DefinitionQuery,
): Promise<Page<CouponDefinition>> => listDefinitionRows(db, shop.id, query);
