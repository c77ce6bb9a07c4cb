import { enumeration } from '../../platform/http/schema.ts';
import { REJECTION_REASONS } from './engine/reasons.ts';

export const RejectionReasonName = enumeration(
  'CampaignRejectionReason',
  'Why a campaign does nothing for a basket.',
  REJECTION_REASONS,
);
