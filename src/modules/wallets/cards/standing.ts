import { recordAudit } from '../../../platform/audit/audit.ts';
import type { Ctx } from '../../../platform/context.ts';
import type { Tx } from '../../../platform/db/client.ts';
import { inTransaction } from '../../../platform/db/transaction.ts';
import { checkVersion } from '../../../platform/versions.ts';
import { walletsSettings } from '../settings.ts';
import { lockCard, updateCard } from './card-repository.ts';
import { termOf } from './card-rules.ts';
import { cardErrors } from './errors.ts';
import { cardEvents, tellCard } from './events.ts';
import type { LoadView } from './load.ts';
import { getGift, listGiftsOf, moveGifts } from './load-repository.ts';
import { lockLoad } from './locked-load.ts';
import type { Card } from './tables.ts';

/** Keeps a card from paying, with a reason. One that is frozen stays as it is. Refusals: not_found, version_mismatch, card_state_conflict. */
export const freezeCard = (ctx: Ctx, id: string, note: string): Promise<Card> =>
  change(ctx, id, 'freezeCard', async (tx, card) => {
    if (card.state === 'frozen') return card;
    if (card.state !== 'active') throw cardErrors.card_state_conflict(`The card is ${card.state}.`);
    const frozen = await updateCard(tx, card, { state: 'frozen', note, updatedAt: ctx.now });
    await tellCard(tx, ctx, cardEvents.frozen, frozen);
    return frozen;
  });

/** Lets a card pay again. Refusals: not_found, version_mismatch, card_state_conflict. */
export const unfreezeCard = (ctx: Ctx, id: string): Promise<Card> =>
  change(ctx, id, 'unfreezeCard', async (tx, card) => {
    if (card.state === 'active') return card;
    if (card.state !== 'frozen') throw cardErrors.card_state_conflict(`The card is ${card.state}.`);
    const active = await updateCard(tx, card, { state: 'active', note: null, updatedAt: ctx.now });
    await tellCard(tx, ctx, cardEvents.unfrozen, active);
    return active;
  });

/** Gives a bearer card a new term from now on, expired or not. Refusals: not_found, version_mismatch, card_not_expiring, card_state_conflict. */
export const reactivateCard = (ctx: Ctx, id: string): Promise<Card> =>
  change(ctx, id, 'reactivateCard', async (tx, card) => {
    if (card.kind === 'named') throw cardErrors.card_not_expiring();
    if (card.state !== 'active' && card.state !== 'frozen')
      throw cardErrors.card_state_conflict(`The card is ${card.state}.`);
    const { bearerCardYears } = walletsSettings.of(ctx.shop);
    const expiresAt = termOf(ctx.shop.timezone, ctx.now, bearerCardYears, card.expiresAt);
    const again = await updateCard(tx, card, { expiresAt, updatedAt: ctx.now });
    await tellCard(tx, ctx, cardEvents.reactivated, again);
    return again;
  });

function change(
  ctx: Ctx,
  id: string,
  action: string,
  run: (tx: Tx, card: Card) => Promise<Card>,
): Promise<Card> {
  return inTransaction(ctx, async (tx) => {
    const card = await lockCard(tx, ctx.shop.id, id);
    checkVersion(ctx, card);
    const changed = await run(tx, card);
    if (changed !== card) await recordAudit(tx, ctx, { action, subjectType: 'card', subjectId: id });
    return changed;
  });
}

/** Staff handed a promised gift over, or will not. Refusals: not_found, promised_gift_not_owed. */
export function endPromisedGift(
  ctx: Ctx,
  input: { readonly giftId: string; readonly to: 'handed_over' | 'cancelled' },
): Promise<LoadView> {
  return inTransaction(ctx, async (tx) => {
    const { giftId, to } = input;
    const { loadId } = await getGift(tx, ctx.shop.id, giftId);
    const { card, load } = await lockLoad(tx, ctx, loadId);
    if ((await moveGifts(tx, load, { from: ['owed'], to, now: ctx.now, giftId })) === 0)
      throw cardErrors.promised_gift_not_owed();
    const details = { loadId, giftId, to };
    await recordAudit(tx, ctx, {
      action: 'endPromisedGift',
      subjectType: 'card',
      subjectId: card.id,
      details,
    });
    if (to === 'handed_over')
      await tellCard(tx, ctx, cardEvents.giftHandedOver, card, {
        subject: { type: 'card_load', id: loadId },
      });
    return { load, gifts: await listGiftsOf(tx, ctx.shop.id, [loadId]) };
  });
}
