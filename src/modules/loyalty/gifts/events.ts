import { Type } from '@sinclair/typebox';
import { defineEvent } from '../../../platform/events/define.ts';
import { uuid } from '../../../platform/http/schema.ts';

const redemption = Type.Object({
  customerId: uuid('The member.'),
  giftId: uuid('The gift.'),
  quantity: Type.Integer({ description: 'How many.' }),
  points: Type.Integer({ description: 'What they cost in points.' }),
  priceAmount: Type.Integer({ description: 'What they cost in money on top, in minor units.' }),
});

/** What becomes of a wish for gifts. The subject is the redemption. */
export const redemptionEvents = {
  held: defineEvent(
    'redemption.held',
    'A member asks for gifts; points and stock are kept until it is confirmed, and paid where it costs money.',
    redemption,
  ),
  redeemed: defineEvent('redemption.redeemed', 'A member has gifts for points.', redemption),
  cancelled: defineEvent(
    'redemption.cancelled',
    'Gifts were given up; their points are back, and what was paid is on its way back.',
    redemption,
  ),
  expired: defineEvent('redemption.expired', 'Nobody confirmed in time; the points are back.', redemption),
};

const grant = Type.Object({
  customerId: uuid('The customer.'),
  name: Type.String({ description: 'What it is.' }),
  quantity: Type.Integer({ description: 'How many.' }),
  source: Type.String({ description: 'What it was won with, such as `redemption`.' }),
});

const inOrder = Type.Object({ ...grant.properties, orderId: uuid('The order.') });

/** What becomes of goods that are owed as a gift. The subject is the grant. */
export const giftGrantEvents = {
  opened: defineEvent('gift_grant.opened', 'A customer is owed goods as a gift.', grant),
  handedOver: defineEvent('gift_grant.handed_over', 'A gift was handed over at the counter.', grant),
  cancelled: defineEvent('gift_grant.cancelled', 'Gifts are not owed any more.', grant),
};

/** What becomes of a gift that goes with an order. The subject is the grant. */
export const giftParcelEvents = {
  inOrder: defineEvent('gift_grant.in_order', 'A gift goes with an order.', inOrder),
  reopened: defineEvent(
    'gift_grant.reopened',
    'A gift does not go with its order and is owed again.',
    inOrder,
  ),
  shipped: defineEvent('gift_grant.shipped', 'A gift has left with its order.', inOrder),
};

export const giftEvents = {
  created: defineEvent('loyalty_gift.created', 'There is a new gift for points.', giftData()),
  updated: defineEvent('loyalty_gift.updated', 'A gift for points changed.', giftData()),
};

function giftData() {
  return Type.Object({
    name: Type.String({ description: 'What it is called.' }),
    state: Type.String({ description: '`active` or `archived`.' }),
    pricePoints: Type.Integer({ description: 'What one costs in points.' }),
    priceAmount: Type.Integer({ description: 'And in money on top, in minor units.' }),
    leftQuantity: Type.Integer({ description: 'How many are left.' }),
  });
}
