import { enumeration } from '../../../platform/http/schema.ts';
import { COUPON_REASONS } from './rules.ts';

export const CouponReasonName = enumeration(
  'CouponReason',
  'Why a code does nothing. `unknown_code`: also of other shops. `named_twice`, `same_campaign`: another code does it already. `code_held`: ' +
    'an order that is not paid yet has it. `pays_instead`: it stands for an amount, with which an order is paid.',
  COUPON_REASONS,
);
