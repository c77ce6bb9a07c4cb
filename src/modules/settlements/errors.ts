import { Type } from '@sinclair/typebox';
import { defineErrors } from '../../platform/errors.ts';
import { PositiveAmount, ref, uuid } from '../../platform/http/schema.ts';
import { PolicyWords } from '../orders/promise-schemas.ts';
import { ClaimRefusalName, OfferFaultName, RefusedClaimLine } from './name-schemas.ts';

export const settlementErrors = defineErrors({
  policy_inconsistent: [422, 'The parts of the policy contradict each other'],
  product_not_found: [422, 'There is no such product'],
  policy_archived: [409, 'The policy is archived'],
  claim_refused: [
    422,
    'The promise pays nothing for this order',
    {
      refusal: ref(ClaimRefusalName, {
        description: 'Why: for the whole claim, or for the first of its lines.',
      }),
      refusalWords: ref(PolicyWords, { description: 'The same in plain words, for the customer.' }),
      lines: Type.Array(ref(RefusedClaimLine), { description: 'Why each line is refused.' }),
      orderId: uuid('The order that was claimed for.'),
    },
  ],
  order_not_settleable: [409, 'The order is not paid or is cancelled'],
  settlement_too_large: [
    422,
    'It is more than what is left of the price',
    { largestAmount: ref(PositiveAmount, { description: 'What it may be at most.' }) },
  ],
  payout_method_not_available: [422, 'The money cannot be paid this way'],
  line_in_settlement: [
    409,
    'Another settlement of a line is not over yet',
    {
      lineId: uuid('The first such line; missing where it is about freight.'),
      settlementId: uuid('The settlement that is not over.'),
    },
  ],
  offer_inconsistent: [
    422,
    'The parts of the offer contradict each other',
    { fault: ref(OfferFaultName, { description: 'What is wrong with the offer.' }) },
  ],
  offer_expired: [409, 'The time to answer or to pay is over'],
  not_your_turn: [409, 'The other side has the turn'],
  too_many_rounds: [409, 'There may be no more counter-offers'],
  decline_reason_not_yours: [422, 'The other side declines for this reason'],
  settlement_not_payable: [409, 'Nothing is to be paid for the settlement'],
  not_dearer: [422, 'An upgrade costs more than what it replaces'],
  settlement_not_open: [409, 'The settlement is not in a state for this'],
  sweep_not_open: [409, 'The sweep is over'],
  settlement_not_settled: [409, 'The money of the settlement has not arrived yet'],
  satisfaction_answered: [409, 'The customer has answered before, and otherwise'],
  coupon_not_agreed: [422, 'A coupon instead of money needs the consent of the customer'],
});
