import type { Ctx } from '../../../platform/context.ts';
import { platformErrors } from '../../../platform/errors.ts';
import type { Page } from '../../../platform/http/pagination.ts';
import { ownIdOf } from '../../loyalty/points.ts';
import { getActivity, type WholeActivity } from '../repository.ts';
import { getDraw, listGiven, listTexts, listTicketRows, type TicketQuery } from './repository.ts';
import type { Draw, DrawText, DrawTicket } from './tables.ts';

/** A draw as it is published. */
export interface PublicDraw {
  readonly whole: WholeActivity;
  readonly draw: Draw;
  readonly texts: readonly DrawText[];
  /** How many of each prize are gone. */
  readonly given: ReadonlyMap<string, number>;
}

/** What a draw publishes: its odds, its prizes, what its seed is bound to. A draft is for staff only. Refusal: not_found. */
export async function readDraw(ctx: Ctx, activityId: string): Promise<PublicDraw> {
  const { db, shop, actor, isPublic } = ctx;
  const whole = await getActivity(db, shop.id, activityId);
  const isStaff = actor.kind === 'api_key' && !isPublic;
  if (whole.row.type !== 'draw' || (whole.row.state === 'draft' && !isStaff))
    throw platformErrors.not_found();
  const [draw, texts, given] = await Promise.all([
    getDraw(db, shop.id, activityId),
    listTexts(db, shop.id, activityId),
    listGiven(db, shop.id, activityId),
  ]);
  return { whole, draw, texts, given };
}

/** The tickets of a draw, newest first. Refusal: not_found. */
export async function listTickets(
  { db, shop }: Ctx,
  activityId: string,
  query: TicketQuery,
): Promise<Page<DrawTicket>> {
  await getDraw(db, shop.id, activityId);
  return listTicketRows(db, shop.id, activityId, query);
}

/** Those of the customer who calls. Refusal: not_found. */
export const listOwnTickets = (ctx: Ctx, activityId: string, query: TicketQuery): Promise<Page<DrawTicket>> =>
  listTickets(ctx, activityId, { ...query, customerId: ownIdOf(ctx) });
