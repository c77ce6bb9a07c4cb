import type { Ctx } from '../../../platform/context.ts';
import type { Tx } from '../../../platform/db/client.ts';
import { createSealing, makeSecret } from '../../../platform/sealing.ts';
import type { ActivityRow } from '../tables.ts';
import { sha256 } from './draw-rules.ts';
import { insertDraw } from './repository.ts';

const SEED_BYTES = 32;
const bindingOf = (shopId: string, activityId: string): string => `${shopId}/draws/${activityId}`;

/** Building block: gives a new draw its seed, which nobody sees before it is over, and publishes what it is bound to. */
export async function commitToSeed(tx: Tx, ctx: Ctx, { id: activityId }: ActivityRow): Promise<void> {
  const seed = makeSecret(SEED_BYTES);
  await insertDraw(tx, {
    shopId: ctx.shop.id,
    activityId,
    sealedSeed: createSealing(ctx.config).seal(seed.toString('hex'), bindingOf(ctx.shop.id, activityId)),
    commitment: sha256(seed),
    seed: null,
    tickets: 0,
    revealedAt: null,
    createdAt: ctx.now,
  });
}

/** The seed in hex. */
export const openSeed = ({ config, shop }: Ctx, activityId: string, sealedSeed: Buffer): string =>
  createSealing(config).open(sealedSeed, bindingOf(shop.id, activityId));
