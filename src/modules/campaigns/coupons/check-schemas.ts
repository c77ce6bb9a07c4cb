import { Type } from '@sinclair/typebox';
import {
  inputModel,
  model,
  nullableRef,
  nullableUuid,
  ref,
  text,
  uuid,
} from '../../../platform/http/schema.ts';
import { MAX_SPELLING } from './code-rules.ts';
import { CouponReasonName } from './reason-schemas.ts';
import type { CouponOutcome } from './resolve.ts';

export const couponCode = (description: string) => text(description, MAX_SPELLING);

export const CouponCheckRequest = inputModel('CouponCheckRequest', 'Codes to look at.', {
  codes: Type.Array(couponCode('A code, however it is written.'), {
    minItems: 1,
    maxItems: 50,
    description: 'The codes, in the order in which a customer gave them. An order takes up to ten.',
  }),
  customerId: Type.Optional(uuid('For whom. A customer who calls asks for themselves.')),
  channel: Type.Optional(
    Type.String({ pattern: '^[a-z0-9][a-z0-9_-]{0,39}$', description: 'Where the order would be placed.' }),
  ),
});

const CheckedCoupon = model('CheckedCoupon', 'What a code does.', {
  code: text('The code, as it was given.', MAX_SPELLING),
  isUsable: Type.Boolean({ description: 'Whether an order could take it now.' }),
  couponId: nullableUuid('The coupon; null of one that cannot be used.'),
  definitionId: nullableUuid('What it is; null of one that cannot be used.'),
  campaignId: nullableUuid('The campaign that it opens; null of one that cannot be used.'),
  reason: nullableRef(CouponReasonName, 'Why it cannot be used.'),
});
export const CheckedCouponList = model('CheckedCouponList', 'What codes do.', {
  data: Type.Array(ref(CheckedCoupon), { description: 'One for each code, in the order of the request.' }),
});

export const presentOutcome = (outcome: CouponOutcome) => {
  const of = outcome.reason === undefined ? outcome : undefined;
  return {
    code: outcome.spelling,
    isUsable: of !== undefined,
    couponId: of?.couponId ?? null,
    definitionId: of?.definitionId ?? null,
    campaignId: of?.campaignId ?? null,
    reason: outcome.reason ?? null,
  };
};
