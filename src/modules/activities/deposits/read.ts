import type { Ctx } from '../../../platform/context.ts';
import type { Page } from '../../../platform/http/pagination.ts';
import { ownIdOf } from '../../loyalty/points.ts';
import { activityErrors } from '../errors.ts';
import { getActivity } from '../repository.ts';
import { activitySettings } from '../settings.ts';
import { type PlannedPart, planParts } from './deposit-rules.ts';
import { type DepositView, plannedParts } from './open.ts';
import {
  type AgeSum,
  type DepositQuery,
  getDeposit,
  listDepositRows,
  listParts,
  listPartsOf,
  readExposure,
  sumAges,
} from './repository.ts';
import type { GiftDeposit } from './tables.ts';

/** A deposit with its parts; a customer reads their own. Refusal: not_found. */
export async function readDeposit(ctx: Ctx, id: string): Promise<DepositView> {
  const deposit = await getDeposit(ctx.db, ctx.shop.id, id, ctx.customerId);
  const parts =
    deposit.state === 'pending' ? plannedParts(ctx, deposit) : await listParts(ctx.db, ctx.shop.id, id);
  return { deposit, parts };
}

/** Deposits with their parts, newest first. */
export async function listDeposits(ctx: Ctx, query: DepositQuery): Promise<Page<DepositView>> {
  const { rows, nextCursor } = await listDepositRows(ctx.db, ctx.shop.id, query);
  const parts = await listPartsOf(
    ctx.db,
    ctx.shop.id,
    rows.map(({ id }) => id),
  );
  const viewed = (deposit: GiftDeposit): DepositView => ({
    deposit,
    parts: deposit.state === 'pending' ? plannedParts(ctx, deposit) : (parts.get(deposit.id) ?? []),
  });
  return { rows: rows.map(viewed), nextCursor };
}

/** Those of the customer who calls. */
export const listOwnDeposits = (ctx: Ctx, query: DepositQuery): Promise<Page<DepositView>> =>
  listDeposits(ctx, { ...query, customerId: ownIdOf(ctx) });

/** How a deposit would come back that is paid now: to be shown before it is. Refusals: not_found, activity_other_type. */
export async function planDeposit(ctx: Ctx, activityId: string): Promise<readonly PlannedPart[]> {
  const { format } = (await getActivity(ctx.db, ctx.shop.id, activityId)).rule;
  if (format.type !== 'gift_deposit') throw activityErrors.activity_other_type();
  const depositAmount = BigInt(format.depositAmount);
  const at = { timezone: ctx.shop.timezone, paidAt: ctx.now };
  return planParts({ depositAmount, instalments: format.instalments }, at);
}

/** What the shop owes for deposits, by how long it has been due. */
export interface DepositAgeing {
  readonly ages: readonly AgeSum[];
  /** What is deposited, or about to be, and how much may be; minor units. */
  readonly exposedAmount: bigint;
  readonly limitAmount: bigint;
}

export async function readAgeing(ctx: Ctx): Promise<DepositAgeing> {
  const [ages, exposedAmount] = await Promise.all([
    sumAges(ctx.db, ctx.shop.id, ctx.now),
    readExposure(ctx.db, ctx.shop.id),
  ]);
  return { ages, exposedAmount, limitAmount: BigInt(activitySettings.of(ctx.shop).giftDepositLimitAmount) };
}
