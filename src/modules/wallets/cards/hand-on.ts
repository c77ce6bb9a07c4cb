import { recordAudit } from '../../../platform/audit/audit.ts';
import type { Ctx } from '../../../platform/context.ts';
import type { Tx } from '../../../platform/db/client.ts';
import { inTransaction } from '../../../platform/db/transaction.ts';
import { checkVersion } from '../../../platform/versions.ts';
import { holdCustomer } from '../../customers/standing.ts';
import { cardAccount } from '../../ledger/accounts.ts';
import { post } from '../../ledger/post.ts';
import { credit, debit } from '../../ledger/rules.ts';
import { findByCodeHash, getCard, insertCard, lockCard, updateCard } from './card-repository.ts';
import { findRefusal } from './card-rules.ts';
import { hashCode } from './codes.ts';
import { cardErrors } from './errors.ts';
import { cardEvents, tellCard } from './events.ts';
import { type IssuedCard, makeCard } from './issue.ts';
import { markHandedOn, moveLoads } from './load-repository.ts';
import { listOpenLots, moveLots } from './lot-repository.ts';
import { recordMovements, transferOf } from './movements.ts';
import type { Card } from './tables.ts';
import type { CardLot } from './value/tables.ts';

/**
 * Gives a card to a customer: a bearer card becomes theirs by name, a named one changes hands. What was paid for it before goes back to
 * nobody's payment afterwards. Refusals: not_found, version_mismatch, card_state_conflict, and those of holdCustomer.
 */
export function transferCard(ctx: Ctx, id: string, customerId: string): Promise<Card> {
  return inTransaction(ctx, async (tx) => {
    // That the card is there is known before anything is said of the customer, who is locked before it.
    await getCard(tx, ctx.shop.id, id);
    await holdCustomer(tx, ctx.shop.id, customerId);
    const card = await lockCard(tx, ctx.shop.id, id);
    checkVersion(ctx, card);
    return giveTo(tx, ctx, card, customerId);
  });
}

/** Registers a bearer card to the customer who calls and has its code. Refusals: card_not_usable, and those of holdCustomer. */
export function registerOwnCard(ctx: Ctx, cardCode: string): Promise<Card> {
  return inTransaction(ctx, async (tx) => {
    const { customerId } = ctx;
    if (customerId === undefined) throw new Error('only a customer registers a card of their own');
    await holdCustomer(tx, ctx.shop.id, customerId);
    const found = await findByCodeHash(tx, ctx.shop.id, hashCode(cardCode));
    const card = found && (await lockCard(tx, ctx.shop.id, found.id));
    const refusal = card ? findRefusal(card, customerId, ctx.now) : 'unknown';
    // One that expired is theirs as well; its value comes to life with that, as named cards have no end.
    if (card?.kind === 'bearer' && (refusal === undefined || refusal === 'expired'))
      return giveTo(tx, ctx, card, customerId);
    throw cardErrors.card_not_usable('The card cannot be registered.', {
      pointer: '/cardCode',
      extra: { cardRefusal: refusal ?? 'unknown' },
    });
  });
}

async function giveTo(tx: Tx, ctx: Ctx, card: Card, customerId: string): Promise<Card> {
  if (card.customerId === customerId) return card;
  if (card.state === 'closed') throw cardErrors.card_state_conflict('The card is closed.');
  await markHandedOn(tx, ctx.shop.id, card.id);
  const given = await updateCard(tx, card, {
    kind: 'named',
    customerId,
    codeHash: null,
    lastFour: null,
    expiresAt: null,
    updatedAt: ctx.now,
  });
  await tellCard(tx, ctx, cardEvents.transferred, given);
  await recordAudit(tx, ctx, {
    action: 'transferCard',
    subjectType: 'card',
    subjectId: card.id,
    details: { fromCustomerId: card.customerId, toCustomerId: customerId },
  });
  return given;
}

/**
 * Closes a card that is lost, and gives another with a new code that has its lots, its loads and its balance. Refusals: not_found,
 * version_mismatch, card_state_conflict.
 */
export function reissueCard(ctx: Ctx, id: string): Promise<IssuedCard> {
  return inTransaction(ctx, async (tx) => {
    const old = await lockCard(tx, ctx.shop.id, id);
    checkVersion(ctx, old);
    if (old.state !== 'active' && old.state !== 'frozen')
      throw cardErrors.card_state_conflict(`The card is ${old.state}.`);
    const made = makeCard(ctx, { kind: old.kind, customerId: old.customerId });
    const fresh: Card = { ...made.card, state: 'active', expiresAt: old.expiresAt };
    const lots = await listOpenLots(tx, ctx.shop.id, old.id);
    await insertCard(tx, fresh);
    await moveLots(tx, ctx.shop.id, old.id, fresh.id);
    await moveLoads(tx, ctx.shop.id, old.id, fresh.id);
    const [closed, card] = await moveBalance(tx, ctx, { old, fresh, lots });
    await updateCard(tx, closed, { state: 'closed', replacedById: fresh.id, updatedAt: ctx.now });
    await tellCard(tx, ctx, cardEvents.reissued, card, { subject: { type: 'card', id: old.id } });
    const details = { replacedById: fresh.id };
    await recordAudit(tx, ctx, { action: 'reissueCard', subjectType: 'card', subjectId: old.id, details });
    return { card, code: made.code };
  });
}

async function moveBalance(
  tx: Tx,
  ctx: Ctx,
  { old, fresh, lots }: { readonly old: Card; readonly fresh: Card; readonly lots: readonly CardLot[] },
): Promise<readonly [Card, Card]> {
  const balance = old.principalAmount + old.bonusAmount;
  if (balance === 0n) return [old, fresh];
  const entries = await post(tx, ctx, {
    kind: 'card_reissued',
    subject: old.id,
    legs: [debit(cardAccount(old.id), balance), credit(cardAccount(fresh.id), balance)],
  });
  const transferId = transferOf(entries);
  const moved = (kind: 'reissued_in' | 'reissued_out', sign: bigint) =>
    lots.map((lot) => ({ kind, lotId: lot.id, lotKind: lot.kind, amount: sign * lot.leftAmount }));
  return [
    await recordMovements(tx, ctx, old, moved('reissued_out', -1n), {
      transferId,
      subject: { type: 'card', id: fresh.id },
    }),
    await recordMovements(tx, ctx, fresh, moved('reissued_in', 1n), {
      transferId,
      subject: { type: 'card', id: old.id },
    }),
  ];
}
