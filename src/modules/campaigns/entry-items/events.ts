import { Type } from '@sinclair/typebox';
import type { Ctx } from '../../../platform/context.ts';
import { defineEvent, eventRow, type NewEvent } from '../../../platform/events/define.ts';
import {
  instantOrNull,
  nullableInstant,
  nullableText,
  PositiveAmount,
  ref,
  uuid,
} from '../../../platform/http/schema.ts';
import type { WholeEntryItem } from './repository.ts';

const fields = {
  productId: uuid('The product.'),
  state: Type.String({ description: 'The state after the event.' }),
  minimumMarginBps: Type.Integer({ description: 'How far below its cost it may be sold, in basis points.' }),
  budgetAmount: ref(PositiveAmount, { description: 'What orders may lose on it in all.' }),
  startsAt: nullableInstant('From when on; at once when null.'),
  endsAt: nullableInstant('Until when; until it is ended when null.'),
};
const data = Type.Object(fields);

/** What happens to entry items. Loss by loss is with the orders. */
export const entryItemEvents = {
  created: defineEvent('entry_item.created', 'A product was marked as an entry item.', data),
  updated: defineEvent('entry_item.updated', 'The mark of an entry item was changed.', data),
  ended: defineEvent(
    'entry_item.ended',
    'A product is no entry item any more.',
    Type.Object({
      ...fields,
      endReason: nullableText('Why it was ended before its time; null when its time was over.'),
    }),
  ),
};

const factsOf = ({ row, budgetAmount }: WholeEntryItem) => ({
  productId: row.productId,
  state: row.state,
  minimumMarginBps: row.minimumMarginBps,
  budgetAmount: Number(budgetAmount),
  startsAt: instantOrNull(row.startsAt),
  endsAt: instantOrNull(row.endsAt),
});

export const entryItemEvent = (
  ctx: Ctx,
  kind: (typeof entryItemEvents)['created' | 'updated'],
  whole: WholeEntryItem,
): NewEvent => eventRow(ctx, kind, whole.row.id, factsOf(whole));

export const entryItemEndedEvent = (ctx: Ctx, whole: WholeEntryItem): NewEvent =>
  eventRow(ctx, entryItemEvents.ended, whole.row.id, {
    ...factsOf(whole),
    endReason: whole.row.endReason,
  });
