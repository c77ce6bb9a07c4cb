import type { Ctx } from '../../../platform/context.ts';
import type { Reader, Tx } from '../../../platform/db/client.ts';
import { campaignErrors } from '../errors.ts';
import { countOfProgramme } from '../repository.ts';
import type { Programme } from '../tables.ts';
import { programmeParts } from './ports.ts';
import { findLockedProgramme, findProgramme } from './repository.ts';

/** So many are started or ended in one transaction. */
const MOST_PARTS = 200;

/** A programme that a campaign comes to, locked. Refusals: programme_not_found, programme_ended, programme_full. */
export async function joinProgramme(tx: Tx, ctx: Ctx, programmeId: string): Promise<Programme> {
  const at = { pointer: '/programmeId' };
  const programme = await findLockedProgramme(tx, ctx.shop.id, programmeId);
  if (!programme) throw campaignErrors.programme_not_found(undefined, at);
  if (programme.state === 'ended') throw campaignErrors.programme_ended(undefined, at);
  if ((await countParts(tx, ctx, programmeId)) >= MOST_PARTS)
    throw campaignErrors.programme_full(`It has ${MOST_PARTS} campaigns and activities.`, at);
  return programme;
}

async function countParts(tx: Tx, { shop }: Ctx, programmeId: string): Promise<number> {
  let count = await countOfProgramme(tx, shop.id, programmeId);
  for (const part of programmeParts.get()) count += await part.count(tx, shop.id, programmeId);
  return count;
}

/**
 * Refuses to begin what belongs to a programme that is over. It is read and not locked, because the programme is locked before its
 * campaigns: if it ends at this moment, the campaign began before. Refusal: programme_ended.
 */
export async function requireOpenProgramme(on: Reader, ctx: Ctx, programmeId: string): Promise<void> {
  const programme = await findProgramme(on, ctx.shop.id, programmeId);
  if (programme?.state === 'ended') throw campaignErrors.programme_ended();
}

/** The times that campaigns of a programme have where they name none. */
export const datesOf = (programme: Programme | undefined) => ({
  startsAt: programme?.startsAt?.toISOString() ?? null,
  endsAt: programme?.endsAt?.toISOString() ?? null,
});
