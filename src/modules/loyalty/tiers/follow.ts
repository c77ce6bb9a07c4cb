import type { Ctx } from '../../../platform/context.ts';
import type { Tx } from '../../../platform/db/client.ts';
import { inTransaction } from '../../../platform/db/transaction.ts';
import { eventRow } from '../../../platform/events/define.ts';
import { appendEvents } from '../../../platform/events/outbox.ts';
import type { Sweep } from '../../../platform/jobs/sweeps.ts';
import { memberEvents } from '../events.ts';
import { afterWholeDays } from '../expiry-rules.ts';
import { findProgramme } from '../programme-repository.ts';
import type { ProgrammeRule } from '../programme-schemas.ts';
import { type LoyaltyMember, loyaltyMembers } from '../tables.ts';
import { endTierRound, lockDueTiers, markOldTiers, turnTiers } from './repository.ts';
import { tierRounds } from './tables.ts';

/** So many members at once, as with the change of days. */
const BATCH = 5_000;

/** Building block: the tiers of locked members as they are on the shop's day, by what was earned before it. */
export async function followTiers(tx: Tx, ctx: Ctx, customerIds: readonly string[]): Promise<void> {
  const programme = await findProgramme(tx, ctx.shop.id);
  if (!programme) return;
  const { now, shop } = ctx;
  const moved = await turnTiers(tx, programme, { customerIds, now, timezone: shop.timezone });
  await appendEvents(
    tx,
    ctx,
    moved.map(({ customerId, fromTierKey, toTierKey, counted }) =>
      eventRow(ctx, memberEvents.tierChanged, customerId, {
        fromTierKey,
        toTierKey,
        countedQuantity: Number(counted),
      }),
    ),
  );
}

/** What changes about a member who earned something, or lost it: their tier may be another one from tomorrow on. */
export function touchTier(
  ctx: Ctx,
  { tiers }: Pick<ProgrammeRule, 'tiers'>,
  { tierDueAt }: LoyaltyMember,
): Pick<LoyaltyMember, 'tierDueAt'> {
  if (tiers.length === 0) return { tierDueAt };
  const tomorrow = afterWholeDays(ctx.shop.timezone, ctx.now, 0);
  return { tierDueAt: tierDueAt !== null && tierDueAt < tomorrow ? tierDueAt : tomorrow };
}

/** Brings tiers to now that can change. Returns how many members. */
const changeTiers = (ctx: Ctx): Promise<number> =>
  inTransaction(ctx, async (tx) => {
    const due = await lockDueTiers(tx, ctx.shop.id, ctx.now, BATCH);
    if (due.length > 0) await followTiers(tx, ctx, due);
    return due.length;
  });

/** After the programme said something else: members are due in batches, until none is of an earlier version. */
const followProgramme = (ctx: Ctx): Promise<number> =>
  inTransaction(ctx, async (tx) => {
    const programme = await findProgramme(tx, ctx.shop.id);
    if (!programme) return 0;
    const marked = await markOldTiers(tx, ctx.shop.id, programme.version, ctx.now, BATCH);
    if (marked === 0) await endTierRound(tx, ctx.shop.id, programme.version);
    return marked;
  });

export const tierSweeps: readonly Sweep[] = [
  { name: 'loyalty.programmeTiers', due: tierRounds.dueAt, run: followProgramme },
  { name: 'loyalty.tiers', due: loyaltyMembers.tierDueAt, run: changeTiers },
];
