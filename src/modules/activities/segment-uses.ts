import type { SegmentUse } from '../segments/ports.ts';
import { listNaming } from './repository.ts';

/** An activity that leaves a segment out would be there for those in it once it is empty. */
export const activitySegmentUse: SegmentUse = {
  findUses: async (tx, shopId, segmentId) =>
    (await listNaming(tx, shopId, segmentId)).map((id) => ({ type: 'activity', id })),
};
