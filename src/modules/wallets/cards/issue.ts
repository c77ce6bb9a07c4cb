import { recordAudit } from '../../../platform/audit/audit.ts';
import type { Ctx } from '../../../platform/context.ts';
import { inTransaction } from '../../../platform/db/transaction.ts';
import { newId } from '../../../platform/ids.ts';
import { holdCustomer } from '../../customers/standing.ts';
import { insertCard } from './card-repository.ts';
import { makeCode } from './codes.ts';
import { cardErrors } from './errors.ts';
import { cardEvents, tellCard } from './events.ts';
import type { CardKind } from './kinds.ts';
import type { Card } from './tables.ts';

/** A card with the code that is told here and never again; null of a named one. */
export interface IssuedCard {
  readonly card: Card;
  readonly code: string | null;
}

/** A card that nothing is on yet. */
export function makeCard(
  ctx: Ctx,
  owner: { readonly kind: CardKind; readonly customerId: string | null },
): IssuedCard {
  const { code = null, ...kept } = owner.kind === 'bearer' ? makeCode() : { codeHash: null, lastFour: null };
  const card: Card = {
    ...owner,
    ...kept,
    shopId: ctx.shop.id,
    id: newId(),
    state: 'pending',
    principalAmount: 0n,
    bonusAmount: 0n,
    currency: ctx.shop.currency,
    movementCount: 0,
    expiresAt: null,
    replacedById: null,
    note: null,
    version: 1,
    createdAt: ctx.now,
    updatedAt: ctx.now,
  };
  return { card, code };
}

/** Issues a card. Refusals: card_owner_contradictory, customer_not_found, customer_merged, customer_erased. */
export function issueCard(
  ctx: Ctx,
  input: { readonly kind: CardKind; readonly customerId?: string },
): Promise<IssuedCard> {
  const { kind, customerId = null } = input;
  if ((kind === 'named') !== (customerId !== null))
    throw cardErrors.card_owner_contradictory(undefined, { pointer: '/customerId' });
  return inTransaction(ctx, async (tx) => {
    if (customerId !== null) await holdCustomer(tx, ctx.shop.id, customerId);
    const issued = makeCard(ctx, { kind, customerId });
    await insertCard(tx, issued.card);
    await tellCard(tx, ctx, cardEvents.issued, issued.card);
    const { id: subjectId } = issued.card;
    await recordAudit(tx, ctx, { action: 'issueCard', subjectType: 'card', subjectId, details: { kind } });
    return issued;
  });
}
