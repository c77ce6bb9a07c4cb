import type { Ctx } from '../../../platform/context.ts';
import type { Reader, Tx } from '../../../platform/db/client.ts';
import { inTransaction } from '../../../platform/db/transaction.ts';
import { platformErrors } from '../../../platform/errors.ts';
import type { EventDefinition } from '../../../platform/events/define.ts';
import { eventRow } from '../../../platform/events/define.ts';
import { appendEvents } from '../../../platform/events/outbox.ts';
import type { Page } from '../../../platform/http/pagination.ts';
import { newId } from '../../../platform/ids.ts';
import { checkVersion } from '../../../platform/versions.ts';
import { takeTurn } from '../scores/turn-repository.ts';
import { carrierErrors } from './errors.ts';
import { carrierEvents } from './events.ts';
import {
  findCarrierByExternalId,
  getCarrierRow,
  insertCarrier,
  listCarrierRows,
  listMethodsOf,
  lockCarrier,
  sumTrialShares,
  updateCarrierRow,
  type WholeCarrier,
} from './repository.ts';
import { type CarrierStatus, carrierStates } from './states.ts';
import type { Carrier } from './tables.ts';

/** What a caller says of a carrier. */
export interface CarrierInput {
  readonly name: string;
  readonly externalId?: string | null;
  readonly status?: 'trial' | 'active';
  readonly trialShareBps?: number;
  readonly metadata?: Record<string, string>;
}

const WHOLE_BPS = 10_000;

/** Adds a carrier, on trial unless it says otherwise. Refusals: carrier_external_id_taken, trial_shares_too_large. */
export async function createCarrier(ctx: Ctx, input: CarrierInput): Promise<WholeCarrier> {
  return inTransaction(ctx, (tx) => addCarrier(tx, ctx, input));
}

async function addCarrier(tx: Tx, ctx: Ctx, input: CarrierInput): Promise<WholeCarrier> {
  await takeTurn(tx, ctx.shop.id);
  const carrier: Carrier = {
    shopId: ctx.shop.id,
    id: newId(),
    name: input.name,
    externalId: input.externalId ?? null,
    status: input.status ?? 'trial',
    trialShareBps: input.trialShareBps ?? 0,
    metadata: input.metadata ?? {},
    version: 1,
    createdAt: ctx.now,
    updatedAt: ctx.now,
  };
  await refuseTooMuch(tx, carrier);
  await insertCarrier(tx, carrier);
  await tellCarrier(tx, ctx, carrierEvents.created, carrier);
  return { carrier, methods: [] };
}

export interface CarrierChanges {
  readonly name?: string;
  readonly externalId?: string | null;
  readonly trialShareBps?: number;
  readonly metadata?: Readonly<Record<string, string | null>>;
}

/** Changes what is said of a carrier. Refusals: carrier_external_id_taken, trial_shares_too_large, carrier_archived. */
export async function updateCarrier(ctx: Ctx, id: string, changes: CarrierChanges): Promise<WholeCarrier> {
  return inTransaction(ctx, async (tx) => {
    await takeTurn(tx, ctx.shop.id);
    return changeCarrier(tx, ctx, await lockCarrier(tx, ctx.shop.id, id), changes);
  });
}

async function changeCarrier(
  tx: Tx,
  ctx: Ctx,
  current: Carrier,
  { metadata, ...fields }: CarrierChanges,
): Promise<WholeCarrier> {
  checkVersion(ctx, current);
  if (current.status === 'archived') throw carrierErrors.carrier_archived();
  if (isSame(current, fields, metadata)) return wholeOf(tx, current);
  const changes = { ...fields, ...(metadata ? { metadata: mergedMap(current.metadata, metadata) } : {}) };
  await refuseTooMuch(tx, { ...current, ...changes });
  const carrier = await updateCarrierRow(tx, current, { ...changes, updatedAt: ctx.now });
  await tellCarrier(tx, ctx, carrierEvents.changed, carrier);
  return wholeOf(tx, carrier);
}

/** An ERP that sends what it sent before makes no version and no event. */
const isSame = (
  current: Carrier,
  fields: Omit<CarrierChanges, 'metadata'>,
  metadata: CarrierChanges['metadata'],
): boolean =>
  Object.entries(fields).every(([name, value]) => current[name as keyof Carrier] === value) &&
  Object.entries(metadata ?? {}).every(([key, value]) => (current.metadata[key] ?? null) === value);

const MAX_METADATA_KEYS = 50;

function mergedMap(current: Record<string, string>, patch: Readonly<Record<string, string | null>>) {
  const kept = Object.entries({ ...current, ...patch }).filter(
    (entry): entry is [string, string] => entry[1] !== null,
  );
  if (kept.length > MAX_METADATA_KEYS)
    throw carrierErrors.carrier_metadata_full(undefined, { pointer: '/metadata' });
  return Object.fromEntries(kept);
}

/** The carriers on trial share out the suggestions: together they cannot get more than all. The shop's turn is held. */
async function refuseTooMuch(tx: Tx, carrier: Carrier): Promise<void> {
  if (carrier.status !== 'trial' || carrier.trialShareBps === 0) return;
  const largest = WHOLE_BPS - (await sumTrialShares(tx, carrier.shopId, carrier.id));
  if (carrier.trialShareBps <= largest) return;
  throw carrierErrors.trial_shares_too_large(undefined, {
    pointer: '/trialShareBps',
    extra: { largestShareBps: largest },
  });
}

/**
 * Adds the carrier of this external id, or replaces what the input names. Its status is not changed by it. Refusals: those of
 * updateCarrier, and validation_failed when the input names another external id.
 */
export async function upsertCarrierByExternalId(
  ctx: Ctx,
  externalId: string,
  input: CarrierInput,
): Promise<{ whole: WholeCarrier; created: boolean }> {
  if (input.externalId !== undefined && input.externalId !== externalId) {
    const detail = 'must be the externalId of the path';
    const violation = { in: 'body', pointer: '/externalId', code: 'not_allowed', detail } as const;
    throw platformErrors.validation_failed(undefined, { violations: [violation] });
  }
  return inTransaction(ctx, async (tx) => {
    // Whoever adds a carrier holds the turn: what is not there now is added by nobody else meanwhile.
    await takeTurn(tx, ctx.shop.id);
    const found = await findCarrierByExternalId(tx, ctx.shop.id, externalId);
    if (!found) {
      checkVersion(ctx, { version: 0 });
      return { whole: await addCarrier(tx, ctx, { ...input, externalId }), created: true };
    }
    const { status: _status, ...fields } = input;
    const cleared = fields.metadata
      ? Object.fromEntries(Object.keys(found.metadata).map((key) => [key, null]))
      : {};
    const metadata = fields.metadata ? { ...cleared, ...fields.metadata } : undefined;
    const changes = { ...fields, externalId, ...(metadata ? { metadata } : {}) } as CarrierChanges;
    const whole = await changeCarrier(tx, ctx, await lockCarrier(tx, ctx.shop.id, found.id), changes);
    return { whole, created: false };
  });
}

/**
 * Puts a carrier on trial, takes it on, lets it rest or files it away. Saying it again changes nothing.
 * Refusals: carrier_status_not_possible, trial_shares_too_large.
 */
export async function moveCarrier(ctx: Ctx, id: string, status: CarrierStatus): Promise<WholeCarrier> {
  return inTransaction(ctx, async (tx) => {
    await takeTurn(tx, ctx.shop.id);
    const current = await lockCarrier(tx, ctx.shop.id, id);
    checkVersion(ctx, current);
    if (current.status === status) return wholeOf(tx, current);
    if (!carrierStates.canMove(current.status, status))
      throw carrierErrors.carrier_status_not_possible(`The carrier is ${current.status}.`);
    await refuseTooMuch(tx, { ...current, status });
    const carrier = await updateCarrierRow(tx, current, { status, updatedAt: ctx.now });
    await tellCarrier(tx, ctx, carrierEvents.changed, carrier);
    return wholeOf(tx, carrier);
  });
}

const wholeOf = async (on: Reader, carrier: Carrier): Promise<WholeCarrier> => ({
  carrier,
  methods: await listMethodsOf(on, carrier.shopId, [carrier.id]),
});

/** A carrier with its methods, or `not_found`. */
export const readCarrier = async (ctx: Ctx, id: string): Promise<WholeCarrier> =>
  wholeOf(ctx.db, await getCarrierRow(ctx.db, ctx.shop.id, id));

/** The same by the shop's own id. */
export async function readCarrierByExternalId(ctx: Ctx, externalId: string): Promise<WholeCarrier> {
  const found = await findCarrierByExternalId(ctx.db, ctx.shop.id, externalId);
  if (!found) throw platformErrors.not_found();
  return wholeOf(ctx.db, found);
}

/** Carriers with their methods, in the order in which they were added. */
export async function readCarriers(
  ctx: Ctx,
  query: { readonly limit: number; readonly cursor?: string; readonly status?: CarrierStatus },
): Promise<Page<WholeCarrier>> {
  const page = await listCarrierRows(ctx.db, ctx.shop.id, query);
  const ids = page.rows.map(({ id }) => id);
  const methods = ids.length === 0 ? [] : await listMethodsOf(ctx.db, ctx.shop.id, ids);
  const rows = page.rows.map((carrier) => ({
    carrier,
    methods: methods.filter(({ carrierId }) => carrierId === carrier.id),
  }));
  return { rows, nextCursor: page.nextCursor };
}

/** Tells of a carrier as it is now. */
export const tellCarrier = (
  tx: Tx,
  ctx: Ctx,
  kind: EventDefinition<typeof carrierEvents.created.data>,
  { id, name, externalId, status, trialShareBps }: Carrier,
): Promise<void> =>
  appendEvents(tx, ctx, [eventRow(ctx, kind, id, { name, externalId, status, trialShareBps })]);
