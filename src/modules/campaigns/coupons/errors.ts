import { Type } from '@sinclair/typebox';
import { defineErrors } from '../../../platform/errors.ts';
import { model, ref, text } from '../../../platform/http/schema.ts';
import { CouponReasonName } from './reason-schemas.ts';

const RefusedCoupon = model('RefusedCoupon', 'A code that does nothing for an order.', {
  code: text('The code, as it was given.', 200, 0),
  reason: ref(CouponReasonName),
});
const refusedCoupons = Type.Array(ref(RefusedCoupon), {
  description: 'The codes that are refused, and why.',
});

export const couponErrors = defineErrors({
  coupons_refused: [422, 'A code of a coupon cannot be used for it', { refusedCoupons }],
  coupon_code_taken: [409, 'The shop has this code already'],
  coupon_definition_external_id_taken: [409, 'Another definition of coupons of the shop has this externalId'],
  coupon_definition_not_active: [409, 'The definition is paused or archived and issues no codes'],
  coupon_definition_archived: [409, 'The definition is archived and stays so'],
  coupon_campaign_not_found: [422, 'There is no such campaign'],
  coupon_campaign_ended: [422, 'The campaign has ended'],
  coupon_campaign_open: [422, 'The campaign asks for no coupon, so that a code of it would do nothing'],
  coupon_validity_contradictory: [
    422,
    'A code ends after it begins, at a fixed time or days after its issue',
  ],
  coupon_customer_required: [422, 'Codes of this definition belong to somebody'],
  coupon_not_assigned: [422, 'Codes of this definition are open and belong to nobody'],
  coupon_code_not_choosable: [
    422,
    'A word can only be an open code with more than one use: anybody could guess it',
  ],
  coupon_code_malformed: [422, 'A code has 4 to 40 letters and digits without accents'],
  coupon_codes_limit_reached: [422, 'The definition issues no more codes than its limit'],
  coupon_not_revocable: [409, 'A payment holds the coupon or has used it'],
  coupon_not_usable: [409, 'The coupon was used or is over, or is nothing to pay with'],
  coupon_is_value: [422, 'Coupons of a value are given by what owes them, and not by hand'],
  coupon_too_much_metadata: [422, 'A definition has 50 entries of metadata at most'],
});
