import type { Ctx } from '../../../platform/context.ts';
import type { Tx } from '../../../platform/db/client.ts';
import { createSealing, makeSecret } from '../../../platform/sealing.ts';
import { sha256 } from '../draws/draw-rules.ts';
import type { ActivityRow } from '../tables.ts';
import { insertContest } from './repository.ts';

const SEED_BYTES = 32;
const bindingOf = (shopId: string, activityId: string): string => `${shopId}/contests/${activityId}`;

/** Building block: makes the contest of a new activity, with the seed that winners would be drawn by and what it is bound to. */
export async function openContest(tx: Tx, ctx: Ctx, { id: activityId }: ActivityRow): Promise<void> {
  const seed = makeSecret(SEED_BYTES);
  await insertContest(tx, {
    shopId: ctx.shop.id,
    activityId,
    state: 'open',
    sealedSeed: createSealing(ctx.config).seal(seed.toString('hex'), bindingOf(ctx.shop.id, activityId)),
    commitment: sha256(seed),
    seed: null,
    entries: 0,
    resultKey: null,
    resultReason: null,
    enteredBy: null,
    enteredAt: null,
    lockedBy: null,
    lockedAt: null,
    prize: null,
    rightEntries: null,
    settledEntries: 0,
    settledNumber: 0,
    dueAt: null,
    settledAt: null,
    version: 1,
    createdAt: ctx.now,
  });
}

/** The seed in hex. */
export const openContestSeed = ({ config, shop }: Ctx, activityId: string, sealedSeed: Buffer): string =>
  createSealing(config).open(sealedSeed, bindingOf(shop.id, activityId));
