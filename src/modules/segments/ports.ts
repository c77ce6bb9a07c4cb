import type { Tx } from '../../platform/db/client.ts';
import { definePort } from '../../platform/ports.ts';

/** Something that goes by a segment, so that the segment has to stay. */
export interface NamedBy {
  /** What it is, as in the names of events. */
  readonly type: string;
  readonly id: string;
}

/** What a module has that goes by segments. */
export interface SegmentUse {
  /** What goes by the segment now. Its row is locked: nothing new comes to name it meanwhile. */
  findUses(tx: Tx, shopId: string, segmentId: string): Promise<readonly NamedBy[]>;
}

export const segmentUses = definePort<readonly SegmentUse[]>('segments.segmentUses');
