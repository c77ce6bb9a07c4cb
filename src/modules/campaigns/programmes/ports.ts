import type { Ctx } from '../../../platform/context.ts';
import type { Reader, Tx } from '../../../platform/db/client.ts';
import { definePort } from '../../../platform/ports.ts';
import type { Programme } from '../tables.ts';

/** What belongs to programmes beside campaigns. The programme is locked. */
export interface ProgrammePart {
  /** How many of a programme there are. */
  count(on: Reader, shopId: string, programmeId: string): Promise<number>;
  /** The programme starts: what is a draft starts, or is scheduled where its start lies ahead. */
  begin(tx: Tx, ctx: Ctx, programmeId: string): Promise<void>;
  /** The programme ends: what has not begun ends with it. */
  endUnbegun(tx: Tx, ctx: Ctx, programmeId: string, reason: string): Promise<void>;
  /** The programme is at other times: so is what has not begun and had its times. */
  moveDates(tx: Tx, ctx: Ctx, before: Programme, after: Programme): Promise<void>;
}

export const programmeParts = definePort<readonly ProgrammePart[]>('campaigns.programmeParts');
