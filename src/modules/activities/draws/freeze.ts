import type { Ctx } from '../../../platform/context.ts';
import type { Tx } from '../../../platform/db/client.ts';
import { canonicalJson } from '../../../platform/http/canonical.ts';
import { valueOfAll } from '../rewards/rules.ts';
import type { WholeActivity } from '../repository.ts';
import type { Reward } from '../rewards/schemas.ts';
import { activitySettings } from '../settings.ts';
import { sha256 } from './draw-rules.ts';
import { drawErrors } from './errors.ts';
import { bestOf } from './prize-rules.ts';
import { insertText, setStock } from './repository.ts';

/**
 * Building block: publishes what a draw says from a version on, as a text with its hash. Tickets are drawn by this text. Refusal:
 * draw_prize_too_valuable.
 */
export async function freezeDraw(tx: Tx, ctx: Ctx, { row, rule }: WholeActivity): Promise<void> {
  const { format, ...conditions } = rule;
  if (format.type !== 'draw') return;
  refuseTooValuable(ctx, format);
  const text = canonicalJson({
    drawId: row.id,
    name: row.name,
    prizes: format.prizes,
    fallbackKey: format.fallbackKey,
    chances: {
      perSpentAmount: format.chancePerSpentAmount,
      perLoadedAmount: format.chancePerLoadedAmount,
      perPurchaseLimit: format.chancesPerPurchaseLimit,
    },
    conditions,
    currency: ctx.shop.currency,
  });
  await insertText(tx, {
    shopId: ctx.shop.id,
    activityId: row.id,
    number: row.ruleVersion,
    text,
    hash: sha256(text),
    createdAt: ctx.now,
  });
  await setStock(tx, ctx.shop.id, row.id, format.prizes);
}

type DrawFormat = Extract<WholeActivity['rule']['format'], { type: 'draw' }>;

/** Building block: refuses what one who is drawn would get where it is too much. Refusal: draw_prize_too_valuable. */
export function refuseTooMuchFor({ shop }: Ctx, rewards: readonly Reward[], pointer: string): void {
  const limit = BigInt(activitySettings.of(shop).drawPrizeLimitAmount);
  if (valueOfAll(rewards) > limit)
    throw drawErrors.draw_prize_too_valuable(`One who is drawn may get ${limit} at most.`, { pointer });
}

function refuseTooValuable({ shop }: Ctx, { prizes, chancesPerPurchaseLimit }: DrawFormat): void {
  const { drawPrizeLimitAmount } = activitySettings.of(shop);
  const limit = BigInt(drawPrizeLimitAmount);
  const at = prizes.findIndex(({ rewards }) => valueOfAll(rewards) > limit);
  if (at >= 0)
    throw drawErrors.draw_prize_too_valuable(`A ticket may bring ${limit} at most.`, {
      pointer: `/format/prizes/${at}`,
    });
  const best = bestOf(prizes, chancesPerPurchaseLimit);
  if (best > limit)
    throw drawErrors.draw_prize_too_valuable(`One purchase could bring ${best}; ${limit} is the most.`, {
      pointer: '/format/chancesPerPurchaseLimit',
    });
}
