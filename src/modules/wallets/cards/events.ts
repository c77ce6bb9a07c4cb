import { Type } from '@sinclair/typebox';
import type { Ctx } from '../../../platform/context.ts';
import type { Tx } from '../../../platform/db/client.ts';
import { defineEvent, type EventDefinition, eventRow } from '../../../platform/events/define.ts';
import { appendEvents } from '../../../platform/events/outbox.ts';
import { nullableText, nullableUuid } from '../../../platform/http/schema.ts';
import type { Card } from './tables.ts';

// Never a code, and no note: events stay in the feed for good.
const data = Type.Object({
  kind: Type.String({ description: '`named` or `bearer`.' }),
  customerId: nullableUuid('Whose it is; null of a bearer card.'),
  state: Type.String({ description: 'The state after the event.' }),
  amount: Type.Integer({
    description: 'What came in with it, or left as less than nothing; 0 where no value moved. Minor units.',
  }),
  balanceAmount: Type.Integer({ description: 'What is on the card afterwards. Minor units.' }),
  currency: Type.String({ description: 'ISO 4217.' }),
  forType: nullableText('What it was for, such as `order`.'),
  forId: nullableUuid('Which one.'),
});

const event = (name: string, description: string) => defineEvent(`card.${name}`, description, data);

/** What happens to stored-value cards. */
export const cardEvents = {
  issued: event('issued', 'A card was issued. It is pending until its first load is paid.'),
  loaded: event('loaded', 'A load was paid and is on the card.'),
  loadCancelled: event('load_cancelled', 'A load was not paid; nothing came on the card.'),
  spent: event('spent', 'A card paid.'),
  returned: event('returned', 'What a card had paid is back on it.'),
  frozen: event('frozen', 'A card pays nothing for now.'),
  unfrozen: event('unfrozen', 'A card can be used again.'),
  reactivated: event('reactivated', 'A bearer card has a new term.'),
  transferred: event('transferred', 'A card belongs to another customer.'),
  reissued: event('reissued', 'A card was closed, and another took its place with what was on it.'),
  closed: event('closed', 'A card ended; what its customer gets is on its way.'),
  giftHandedOver: event('gift_handed_over', 'A gift that was promised with a load was handed over.'),
};

/** Tells of a card as it is now. */
export const tellCard = (
  tx: Tx,
  ctx: Ctx,
  kind: EventDefinition<typeof data>,
  card: Card,
  about: { readonly amount?: bigint; readonly subject?: { readonly type: string; readonly id: string } } = {},
): Promise<void> =>
  appendEvents(tx, ctx, [
    eventRow(ctx, kind, card.id, {
      kind: card.kind,
      customerId: card.customerId,
      state: card.state,
      amount: Number(about.amount ?? 0n),
      balanceAmount: Number(card.principalAmount + card.bonusAmount),
      currency: card.currency,
      forType: about.subject?.type ?? null,
      forId: about.subject?.id ?? null,
    }),
  ]);
