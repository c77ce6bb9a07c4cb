import type { Ctx } from '../../platform/context.ts';
import { platformErrors } from '../../platform/errors.ts';
import type { Page } from '../../platform/http/pagination.ts';
import { listExpiring, listLotRows, listPointMovementRows, type LotQuery } from './lot-repository.ts';
import { findMember } from './member-repository.ts';
import type { PointLot, PointMovement } from './tables.ts';

/** Points that end at one moment. */
export interface ExpiringPoints {
  readonly points: bigint;
  readonly expiresAt: Date;
}

interface PageOf {
  readonly limit: number;
  readonly cursor?: string;
}

const MOMENTS = 100;

async function checkMember(ctx: Ctx, customerId: string): Promise<void> {
  if (!(await findMember(ctx.db, ctx.shop.id, customerId))) throw platformErrors.not_found();
}

/** The lots of a member, newest first. Refusal: not_found. */
export async function listLots(ctx: Ctx, customerId: string, query: LotQuery): Promise<Page<PointLot>> {
  await checkMember(ctx, customerId);
  return listLotRows(ctx.db, ctx.shop.id, customerId, query);
}

/** What happened to a member's points, newest first, each with the balance after it. Refusal: not_found. */
export async function listPointMovements(
  ctx: Ctx,
  customerId: string,
  page: PageOf,
): Promise<Page<PointMovement>> {
  await checkMember(ctx, customerId);
  return listPointMovementRows(ctx.db, ctx.shop.id, customerId, page);
}

/** What of a member ends next, the soonest first. Refusal: not_found. */
export async function listExpiringPoints(ctx: Ctx, customerId: string): Promise<ExpiringPoints[]> {
  await checkMember(ctx, customerId);
  return listExpiring(ctx.db, ctx.shop.id, customerId, ctx.now, MOMENTS);
}

/** The same for the customer who calls; nothing of who does not take part. */
export const listOwnLots = (ctx: Ctx, query: LotQuery): Promise<Page<PointLot>> =>
  listLotRows(ctx.db, ctx.shop.id, ownIdOf(ctx), query);
export const listOwnMovements = (ctx: Ctx, page: PageOf): Promise<Page<PointMovement>> =>
  listPointMovementRows(ctx.db, ctx.shop.id, ownIdOf(ctx), page);
export const listOwnExpiring = (ctx: Ctx): Promise<ExpiringPoints[]> =>
  listExpiring(ctx.db, ctx.shop.id, ownIdOf(ctx), ctx.now, MOMENTS);

/** The customer who calls. Refusal: not_found. */
export function ownIdOf({ customerId }: Ctx): string {
  if (customerId === undefined) throw platformErrors.not_found();
  return customerId;
}
