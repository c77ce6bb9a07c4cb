import { enumeration } from '../../platform/http/schema.ts';
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
