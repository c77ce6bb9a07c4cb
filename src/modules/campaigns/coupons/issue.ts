import { recordAudit } from '../../../platform/audit/audit.ts';
import type { Ctx } from '../../../platform/context.ts';
import type { Tx } from '../../../platform/db/client.ts';
import { inTransaction } from '../../../platform/db/transaction.ts';
import { appendEvents } from '../../../platform/events/outbox.ts';
import { newId, randomCode } from '../../../platform/ids.ts';
import { holdCustomer } from '../../customers/standing.ts';
import { CODE_SYMBOLS, normaliseCode } from './code-rules.ts';
import { getCoupon, insertBatch, insertCoupon, insertOpenCodes, revokeRow } from './code-repository.ts';
import { countIssued, findGate, getDefinition } from './definition-repository.ts';
import { couponErrors } from './errors.ts';
import { batchEvent, couponEvent, couponEvents } from './events.ts';
import { validityAt } from './rules.ts';
import type { Coupon, CouponBatch, CouponDefinition } from './tables.ts';
import { lapseValues } from './value-lapse.ts';

/** A code that nobody can guess. */
export const newCode = (prefix: string): string => prefix + randomCode(CODE_SYMBOLS);

/** A code of a definition that is not written yet. */
export const makeCoupon = (ctx: Ctx, definition: CouponDefinition, fields: Partial<Coupon> = {}): Coupon => {
  const { validFrom, validUntil } = validityAt(definition, ctx.now);
  const { customerId = null } = fields;
  return {
    shopId: ctx.shop.id,
    id: newId(),
    definitionId: definition.id,
    batchId: null,
    code: newCode(definition.prefix),
    customerId,
    state: 'active',
    validFrom,
    validUntil,
    expireDueAt: customerId === null ? null : validUntil,
    usesLimit: definition.usesPerCode,
    held: 0,
    used: 0,
    parcelOrderId: null,
    amount: null,
    fromType: null,
    fromId: null,
    restOfId: null,
    takenForType: null,
    takenForId: null,
    takenAt: null,
    createdAt: ctx.now,
    updatedAt: ctx.now,
    ...fields,
  };
};

/** Counts codes of an active definition. Refusals: coupon_definition_not_active, coupon_codes_limit_reached. */
async function takeCodes(tx: Tx, ctx: Ctx, { id }: CouponDefinition, quantity: number): Promise<void> {
  if (await countIssued(tx, ctx.shop.id, id, quantity)) return;
  const now = await getDefinition(tx, ctx.shop.id, id);
  if (now.state !== 'active') throw couponErrors.coupon_definition_not_active();
  throw couponErrors.coupon_codes_limit_reached(`${(now.codesLimit ?? 0) - now.codesIssued} codes are left.`);
}

/** Codes that nobody could use any more are not issued. */
async function refuseOver(tx: Tx, { shop, now }: Ctx, definition: CouponDefinition): Promise<void> {
  const { validUntil, campaignId } = definition;
  if (validUntil !== null && validUntil <= now)
    throw couponErrors.coupon_validity_contradictory('Codes of this definition would be over already.');
  const gate = campaignId === null ? undefined : await findGate(tx, shop.id, campaignId);
  if (gate?.state === 'ended') throw couponErrors.coupon_campaign_ended();
}

/**
 * Issues one code: to a customer, where codes of the definition belong to somebody, or an open one, which may be a word of the shop's own.
 * Refusals: not_found, coupon_definition_not_active, coupon_codes_limit_reached, coupon_customer_required, coupon_not_assigned,
 * coupon_code_not_choosable, coupon_code_malformed, coupon_code_taken, coupon_validity_contradictory, coupon_campaign_ended, coupon_is_value,
 * those of holdCustomer.
 */
export async function issueCoupon(
  ctx: Ctx,
  definitionId: string,
  input: { readonly customerId?: string; readonly code?: string },
): Promise<Coupon> {
  return inTransaction(ctx, async (tx) => {
    const definition = await getDefinition(tx, ctx.shop.id, definitionId);
    refuseInput(definition, input);
    if (input.customerId !== undefined) await holdCustomer(tx, ctx.shop.id, input.customerId);
    return issueTo(tx, ctx, definition, input);
  });
}

/**
 * Building block: issues one code of a definition; whoever it is for is held. Refusals: coupon_definition_not_active,
 * coupon_codes_limit_reached, coupon_code_malformed, coupon_code_taken, coupon_validity_contradictory, coupon_campaign_ended.
 */
export async function issueTo(
  tx: Tx,
  ctx: Ctx,
  definition: CouponDefinition,
  { customerId = null, code }: { readonly customerId?: string | null; readonly code?: string },
): Promise<Coupon> {
  await refuseOver(tx, ctx, definition);
  await takeCodes(tx, ctx, definition, 1);
  const chosen = code === undefined ? {} : { code: chosenCode(code) };
  return writeIssued(tx, ctx, makeCoupon(ctx, definition, { customerId, ...chosen }));
}

async function writeIssued(tx: Tx, ctx: Ctx, coupon: Coupon): Promise<Coupon> {
  await insertCoupon(tx, coupon);
  await appendEvents(tx, ctx, [couponEvent(ctx, couponEvents.issued, coupon)]);
  return coupon;
}

function refuseInput(
  { kind, assignment, usesPerCode }: CouponDefinition,
  { customerId, code }: { readonly customerId?: string; readonly code?: string },
): void {
  if (kind === 'value') throw couponErrors.coupon_is_value();
  if (assignment === 'assigned' && customerId === undefined)
    throw couponErrors.coupon_customer_required(undefined, { pointer: '/customerId' });
  if (assignment === 'open' && customerId !== undefined)
    throw couponErrors.coupon_not_assigned(undefined, { pointer: '/customerId' });
  if (code !== undefined && (assignment === 'assigned' || usesPerCode === 1))
    throw couponErrors.coupon_code_not_choosable(undefined, { pointer: '/code' });
}

function chosenCode(spelling: string): string {
  const code = normaliseCode(spelling);
  if (code === undefined) throw couponErrors.coupon_code_malformed(undefined, { pointer: '/code' });
  return code;
}

// So many codes travel in one message: 10,000 of them are about a megabyte.
const CODES_PER_WRITE = 10_000;

/**
 * Issues open codes together, all or none: 100,000 in seconds. Refusals: not_found, coupon_definition_not_active,
 * coupon_codes_limit_reached, coupon_customer_required, coupon_validity_contradictory, coupon_campaign_ended, coupon_is_value.
 */
export async function issueCouponBatch(
  ctx: Ctx,
  definitionId: string,
  { name, quantity }: { readonly name: string; readonly quantity: number },
): Promise<CouponBatch> {
  return inTransaction(ctx, async (tx) => {
    const definition = await getDefinition(tx, ctx.shop.id, definitionId);
    if (definition.kind === 'value') throw couponErrors.coupon_is_value();
    if (definition.assignment === 'assigned') throw couponErrors.coupon_customer_required();
    await refuseOver(tx, ctx, definition);
    await takeCodes(tx, ctx, definition, quantity);
    const batch = { shopId: ctx.shop.id, id: newId(), definitionId, name, quantity, createdAt: ctx.now };
    await insertBatch(tx, batch);
    const shared = makeCoupon(ctx, definition, { batchId: batch.id });
    for (let left = quantity; left > 0; ) {
      const made = Math.min(left, CODES_PER_WRITE);
      const codes = Array.from({ length: made }, () => newCode(definition.prefix));
      // One that there is already, once in 2^80 pairs, is made anew.
      left -= await insertOpenCodes(
        tx,
        shared,
        codes.map(() => newId()),
        codes,
      );
    }
    await appendEvents(tx, ctx, [batchEvent(ctx, batch)]);
    await recordAudit(tx, ctx, {
      action: 'issueCouponBatch',
      subjectType: 'coupon_batch',
      subjectId: batch.id,
      details: { definitionId, quantity },
    });
    return batch;
  });
}

/**
 * Takes a code back: an order that holds or used it keeps its price. A second time nothing happens. Refusals: not_found,
 * coupon_not_revocable: of a value that something holds or has used.
 */
export async function revokeCoupon(ctx: Ctx, id: string): Promise<Coupon> {
  return inTransaction(ctx, async (tx) => {
    const revoked = await revokeRow(tx, ctx, id);
    if (!revoked) {
      const coupon = await getCoupon(tx, ctx.shop.id, id);
      if (coupon.state === 'active') throw couponErrors.coupon_not_revocable();
      return coupon;
    }
    await lapseValues(tx, ctx, 'revoked', [revoked]);
    await appendEvents(tx, ctx, [couponEvent(ctx, couponEvents.revoked, revoked)]);
    await recordAudit(tx, ctx, { action: 'revokeCoupon', subjectType: 'coupon', subjectId: id });
    return revoked;
  });
}
