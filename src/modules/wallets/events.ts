import { Type } from '@sinclair/typebox';
import { defineEvent } from '../../platform/events/define.ts';
import { instantText, nullableText, nullableUuid, uuid } from '../../platform/http/schema.ts';

// Notes are not in them: events stay in the feed for good.
const data = Type.Object({
  movementId: uuid('The movement.'),
  kind: Type.String({ description: 'What happened, such as `spent`.' }),
  amount: Type.Integer({ description: 'Minor units. What came in is positive, what left negative.' }),
  balanceAmount: Type.Integer({ description: 'What the wallet holds afterwards. Minor units.' }),
  currency: Type.String({ description: 'ISO 4217.' }),
  reason: nullableText('Why it was credited; null for everything else.'),
  forType: nullableText('What it was for, such as `order`.'),
  forId: nullableUuid('Which one.'),
});

const promiseData = Type.Object({
  customerId: uuid('Whose it is.'),
  state: Type.String({ description: 'The state after the event.' }),
  amount: Type.Integer({ description: 'What the promise is worth. Minor units.' }),
  currency: Type.String({ description: 'ISO 4217.' }),
  expiresAt: instantText('Until when it can be used.'),
  fromType: Type.String({ description: 'What it was promised for, such as `settlement`.' }),
  fromId: uuid('Which one.'),
  forType: nullableText(
    'What it was used for, such as `settlement`; null for everything but a hold and a use.',
  ),
  forId: nullableUuid('Which one.'),
});

/** What happens to promises of coupons. */
export const couponPromiseEvents = {
  issued: defineEvent('coupon_promise.issued', 'A customer may have an amount taken off once.', promiseData),
  held: defineEvent(
    'coupon_promise.held',
    'A promise is kept for a payment that is on its way; what is not needed of it is a promise of its own.',
    promiseData,
  ),
  used: defineEvent('coupon_promise.used', 'A customer had an amount taken off.', promiseData),
  returned: defineEvent(
    'coupon_promise.returned',
    'What a promise was held or used for ended unpaid or went back: it, or a part of it, is there again.',
    promiseData,
  ),
  expired: defineEvent('coupon_promise.expired', 'A promise was not used in its time.', promiseData),
  revoked: defineEvent(
    'coupon_promise.revoked',
    'A promise ended with the erasure of its customer.',
    promiseData,
  ),
};

/** What happens to stored value. The subject is the customer. */
export const walletEvents = {
  credited: defineEvent('wallet.credited', "Value came into a customer's wallet.", data),
  debited: defineEvent('wallet.debited', "Value left a customer's wallet.", data),
};
