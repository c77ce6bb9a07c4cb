import type { Ctx } from '../../../platform/context.ts';
import { activityErrors } from '../errors.ts';
import type { WholeActivity } from '../repository.ts';
import { activitySettings } from '../settings.ts';
import { depositErrors } from './errors.ts';

/** Building block: refuses what is no deposit, and all of them where the shop has not turned them on. */
export function requireEnabled(ctx: Ctx, { rule }: WholeActivity): void {
  if (rule.format.type !== 'gift_deposit') throw activityErrors.activity_other_type();
  if (!activitySettings.of(ctx.shop).giftDepositsEnabled) throw depositErrors.gift_deposits_off();
}
