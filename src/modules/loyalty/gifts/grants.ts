import { createHash } from 'node:crypto';
import { recordAudit } from '../../../platform/audit/audit.ts';
import type { Ctx } from '../../../platform/context.ts';
import type { Tx } from '../../../platform/db/client.ts';
import { inTransaction } from '../../../platform/db/transaction.ts';
import { eventRow } from '../../../platform/events/define.ts';
import { appendEvents } from '../../../platform/events/outbox.ts';
import type { Page } from '../../../platform/http/pagination.ts';
import { newId, randomCode } from '../../../platform/ids.ts';
import { recordAdjustment } from '../../catalogue/stock/levels.ts';
import { ownIdOf } from '../points.ts';
import { giftErrors } from './errors.ts';
import { giftGrantEvents } from './events.ts';
import {
  getGiftGrant,
  type GiftGrantQuery,
  insertGiftGrant,
  listGiftGrantRows,
  reduceGiftGrant,
  takeByCode,
  writeClaimCode,
} from './grant-repository.ts';
import { CLAIM_CODE_SYMBOLS, normaliseClaimCode } from './rules.ts';
import type { GiftGrant } from './tables.ts';

type GrantInput = Pick<GiftGrant, 'customerId' | 'source' | 'sourceKey' | 'productId' | 'name' | 'quantity'>;

/**
 * Building block: a customer, who is held, is owed goods as a gift. The same source gives once: again is refused by the database. Returns
 * its id.
 */
export async function grantGift(tx: Tx, ctx: Ctx, input: GrantInput): Promise<string> {
  const grant: GiftGrant = {
    ...input,
    shopId: ctx.shop.id,
    id: newId(),
    state: 'open',
    claimCodeHash: null,
    handedOverAt: null,
    handedOverBy: null,
    orderId: null,
    version: 1,
    createdAt: ctx.now,
    updatedAt: ctx.now,
  };
  await insertGiftGrant(tx, grant);
  await tellGift(tx, ctx, giftGrantEvents.opened, grant);
  return grant.id;
}

/** Building block: fewer goods are owed than were granted, or none. False where they are not owed any more. */
export async function withdrawGift(
  tx: Tx,
  ctx: Ctx,
  source: Pick<GiftGrant, 'source' | 'sourceKey'>,
  quantity: number,
): Promise<boolean> {
  const left = await reduceGiftGrant(tx, ctx.shop.id, source, quantity, ctx.now);
  if (!left) return false;
  await tellGift(tx, ctx, giftGrantEvents.cancelled, { ...left, quantity });
  return true;
}

const tellGift = (
  tx: Tx,
  ctx: Ctx,
  event: (typeof giftGrantEvents)[keyof typeof giftGrantEvents],
  { id, customerId, name, quantity, source }: GiftGrant,
): Promise<void> => appendEvents(tx, ctx, [eventRow(ctx, event, id, { customerId, name, quantity, source })]);

/** Codes of two shops that happen to be the same are two codes. */
const hashOf = (shopId: string, code: string): string =>
  createHash('sha256').update(`${shopId}/${code}`).digest('hex');

/**
 * Makes the code that its customer shows at the counter. It is told here and never again; the one before counts no more. Refusals:
 * not_found, gift_grant_not_open.
 */
export function createClaimCode(ctx: Ctx, id: string): Promise<{ grant: GiftGrant; claimCode: string }> {
  return inTransaction(ctx, async (tx) => {
    await getGiftGrant(tx, ctx.shop.id, id, ctx.customerId);
    const claimCode = randomCode(CLAIM_CODE_SYMBOLS);
    const claimCodeHash = hashOf(ctx.shop.id, claimCode);
    const grant = await writeClaimCode(tx, ctx.shop.id, id, { claimCodeHash, updatedAt: ctx.now });
    if (!grant) throw giftErrors.gift_grant_not_open();
    await audit(tx, ctx, 'createClaimCode', id);
    return { grant, claimCode };
  });
}

const audit = (tx: Tx, ctx: Ctx, action: string, subjectId: string): Promise<void> =>
  recordAudit(tx, ctx, { action, subjectType: 'gift_grant', subjectId, details: {} });

/**
 * Hands a gift over at the counter to who shows its code, once. What is some of the shop's goods leaves the stock. Refusals:
 * claim_code_unknown, gift_out_of_stock.
 */
export function handOverGift(ctx: Ctx, spelling: string): Promise<GiftGrant> {
  return inTransaction(ctx, async (tx) => {
    const hash = hashOf(ctx.shop.id, normaliseClaimCode(spelling));
    const at = { handedOverAt: ctx.now, handedOverBy: ctx.actor.id, updatedAt: ctx.now };
    const grant = await takeByCode(tx, ctx.shop.id, hash, at);
    if (!grant) throw giftErrors.claim_code_unknown(undefined, { pointer: '/claimCode' });
    if (grant.productId !== null) await takeGoods(tx, ctx, grant.productId, grant);
    await tellGift(tx, ctx, giftGrantEvents.handedOver, grant);
    await audit(tx, ctx, 'handOverGift', grant.id);
    return grant;
  });
}

async function takeGoods(
  tx: Tx,
  ctx: Ctx,
  productId: string,
  { name, quantity }: Pick<GiftGrant, 'name' | 'quantity'>,
): Promise<void> {
  const reason = `Handed over as a gift: ${name}`.slice(0, 200);
  if (await recordAdjustment(tx, ctx, productId, { onHandChange: -quantity, reason })) return;
  throw giftErrors.gift_out_of_stock(
    'By the books there are not so many of the product; count its stock first.',
  );
}

/** A grant; a customer reads their own. Refusal: not_found. */
export const readGiftGrant = ({ db, shop, customerId }: Ctx, id: string): Promise<GiftGrant> =>
  getGiftGrant(db, shop.id, id, customerId);

/** Grants, newest first. */
export const listGiftGrants = ({ db, shop }: Ctx, query: GiftGrantQuery): Promise<Page<GiftGrant>> =>
  listGiftGrantRows(db, shop.id, query);

/** What the customer who calls is owed and got, newest first. */
export const listOwnGiftGrants = (ctx: Ctx, query: GiftGrantQuery): Promise<Page<GiftGrant>> =>
  listGiftGrantRows(ctx.db, ctx.shop.id, { ...query, customerId: ownIdOf(ctx) });
