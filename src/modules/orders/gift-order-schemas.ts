import { Type } from '@sinclair/typebox';
import { externalId, inputModel, Metadata, nullableText, ref, uuid } from '../../platform/http/schema.ts';
import { AddressModel } from './schemas.ts';

/** Gifts that an order takes along. */
export const giftGrantIds = (minItems: number) =>
  Type.Array(uuid('A gift that the customer is owed.'), {
    minItems,
    maxItems: 50,
    uniqueItems: true,
    description:
      'Gifts that the customer is owed and that go with it, as lines at price 0: all of them, or nothing is ordered. Freight is as ' +
      'without them.',
  });

export const GiftOrderCreate = inputModel('GiftOrderCreate', 'Gifts to send, and where to.', {
  giftGrantIds: giftGrantIds(1),
  customerId: Type.Optional(uuid('Whose gifts they are. With a customer token, always the customer.')),
  channel: Type.String({
    pattern: '^[a-z0-9][a-z0-9_-]{0,39}$',
    default: 'web',
    description: 'Where it is placed, for example `web` or `douyin`.',
  }),
  externalId: Type.Optional(externalId()),
  shippingAddress: ref(AddressModel, { description: 'Where it goes.' }),
  deliveryMethodId: Type.Optional(uuid('The way to send it. Without one the shop chooses.')),
  staffNote: Type.Optional(nullableText('For staff only; not with a customer token.', { maxLength: 2000 })),
  metadata: Type.Optional(ref(Metadata)),
});
