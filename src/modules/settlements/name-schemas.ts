import { enumeration, model, nullableRef, uuid } from '../../platform/http/schema.ts';
import { CLAIM_REFUSALS } from './difference-rules.ts';
import { OFFER_FAULTS } from './offer-rules.ts';
import { SETTLEMENT_REASONS } from './policy-rules.ts';

export const SettlementReasonName = enumeration(
  'SettlementReason',
  'Why a difference is settled.',
  SETTLEMENT_REASONS,
);
export const Direction = enumeration('SettlementDirection', 'Who gets the money.', [
  'to_customer',
  'from_customer',
]);
export const ClaimRefusalName = enumeration('ClaimRefusal', 'Why nothing is paid.', CLAIM_REFUSALS);
export const RefusedClaimLine = model('ClaimRefusedLine', 'A line for which a claim pays nothing.', {
  lineId: uuid('The line.'),
  refusal: nullableRef(ClaimRefusalName, 'Why; null when the reason is that of the whole claim.'),
});
export const OfferFaultName = enumeration('OfferFault', 'What is wrong with an offer.', OFFER_FAULTS);
