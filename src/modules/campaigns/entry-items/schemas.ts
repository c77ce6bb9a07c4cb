import { Type } from '@sinclair/typebox';
import {
  enumeration,
  inputModel,
  instantOrNull,
  instantText,
  Metadata,
  MetadataUpdate,
  model,
  nullableInstant,
  nullableText,
  pageOf,
  PositiveAmount,
  ref,
  text,
  toWire,
  uuid,
  versionNumber,
} from '../../../platform/http/schema.ts';
import type { WholeEntryItem } from './repository.ts';
import { entryItemStates } from './states.ts';

export const EntryItemStateName = enumeration(
  'EntryItemState',
  'Where the mark of an entry item stands. Prices go by its times; the state follows them within a minute.',
  entryItemStates.names,
);

const margin = () =>
  Type.Integer({
    minimum: -10_000,
    maximum: 0,
    description:
      'The least margin on what the product costs the shop, in basis points, in place of the shop’s own: −2,000 is 20 % below cost.',
  });
const reason = () => text('Why, for the shop’s own records. Customers never see it.', 1_000);
const budget = () =>
  ref(PositiveAmount, {
    description:
      'What orders may lose on it in all, against the least that the product would cost otherwise.',
  });
const times = {
  startsAt: nullableInstant('From when on; at once when null.'),
  endsAt: nullableInstant('Until when; until it is ended when null. It ends by itself then.'),
};
const optionalTimes = { startsAt: Type.Optional(times.startsAt), endsAt: Type.Optional(times.endsAt) };

export const EntryItemCreate = inputModel('EntryItemCreate', 'A product to mark as an entry item.', {
  productId: uuid('The product.'),
  minimumMarginBps: margin(),
  reason: reason(),
  budgetAmount: budget(),
  ...optionalTimes,
  metadata: Type.Optional(ref(Metadata)),
});
export const EntryItemUpdate = inputModel('EntryItemUpdate', 'What to change.', {
  minimumMarginBps: Type.Optional(margin()),
  reason: Type.Optional(reason()),
  budgetAmount: Type.Optional(budget()),
  ...optionalTimes,
  metadata: Type.Optional(ref(MetadataUpdate)),
});
export const EntryItemEnd = inputModel('EntryItemEnd', 'Why it ends before its time.', {
  reason: text('Why, for the shop’s own records.', 1_000),
});

export const EntryItemModel = model(
  'EntryItem',
  'A product that may be sold below the shop’s minimum margin, to win customers.',
  {
    id: uuid('The entry item.'),
    productId: uuid('The product.'),
    state: ref(EntryItemStateName),
    minimumMarginBps: margin(),
    reason: reason(),
    budgetAmount: budget(),
    spentAmount: ref(PositiveAmount, { description: 'What orders have lost of the budget.' }),
    ...times,
    endedAt: nullableInstant('When it ended.'),
    endReason: nullableText('Why it was ended before its time.'),
    metadata: ref(Metadata),
    version: versionNumber(),
    createdAt: instantText('When it was made.'),
    updatedAt: instantText('When it last changed; orders that lose on it do not change it.'),
  },
);
export const EntryItemPage = pageOf('EntryItemPage', EntryItemModel);

export const presentEntryItem = ({ row, budgetAmount, spentAmount }: WholeEntryItem) => ({
  id: row.id,
  productId: row.productId,
  state: row.state,
  minimumMarginBps: row.minimumMarginBps,
  reason: row.reason,
  budgetAmount: toWire(budgetAmount),
  spentAmount: toWire(spentAmount),
  startsAt: instantOrNull(row.startsAt),
  endsAt: instantOrNull(row.endsAt),
  endedAt: instantOrNull(row.endedAt),
  endReason: row.endReason,
  metadata: row.metadata,
  version: row.version,
  createdAt: row.createdAt.toISOString(),
  updatedAt: row.updatedAt.toISOString(),
});
