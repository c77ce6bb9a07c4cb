import type { Ctx } from '../../platform/context.ts';
import type { Reader } from '../../platform/db/client.ts';
import type { Page } from '../../platform/http/pagination.ts';
import { checkCustomer } from '../customers/standing.ts';
import {
  isIn,
  listHistoryRows,
  listMemberRows,
  listPresent,
  listRowsOfCustomer,
  type MembershipQuery,
  type Presence,
} from './membership-repository.ts';
import { getSegment } from './repository.ts';
import { findScores } from './rfm-repository.ts';
import { type RfmCell, cellOf, type RfmScores } from './rfm-rules.ts';
import type { SegmentMembership } from './tables.ts';

/** Building block: whether a customer is in a segment, or was at a moment of the shop's time. */
export const isMember = (
  on: Reader,
  shopId: string,
  customerId: string,
  segmentId: string,
  at?: Date,
): Promise<boolean> => isIn(on, shopId, customerId, segmentId, at);

/**
 * Building block: the same for many at once. In which of these segments each customer was at their moment, in the order in which
 * they are asked about; one statement, however many there are.
 */
export const findMemberships = (
  on: Reader,
  shopId: string,
  segmentIds: readonly string[],
  asked: readonly Presence[],
): Promise<ReadonlySet<string>[]> => listPresent(on, shopId, segmentIds, asked);

/** Who is in a segment, who came last first. Refusal: not_found. */
export async function listSegmentMembers(
  ctx: Ctx,
  segmentId: string,
  query: MembershipQuery,
): Promise<Page<SegmentMembership>> {
  await getSegment(ctx.db, ctx.shop.id, segmentId);
  return listMemberRows(ctx.db, ctx.shop.id, segmentId, query);
}

/** Who is and was in a segment, who came last first. Refusal: not_found. */
export async function listSegmentHistory(
  ctx: Ctx,
  segmentId: string,
  query: MembershipQuery,
): Promise<Page<SegmentMembership>> {
  await getSegment(ctx.db, ctx.shop.id, segmentId);
  return listHistoryRows(ctx.db, ctx.shop.id, segmentId, query);
}

/** The segments of a customer, with the RFM scores by which rules go. */
export interface CustomerSegments extends Page<SegmentMembership> {
  readonly scores: RfmScores | undefined;
  readonly cell: RfmCell | undefined;
}

/** The segments in which a customer is. Refusals: not_found, customer_merged. */
export async function listCustomerSegments(
  ctx: Ctx,
  customerId: string,
  query: MembershipQuery,
): Promise<CustomerSegments> {
  await checkCustomer(ctx.db, ctx.shop.id, customerId);
  const page = await listRowsOfCustomer(ctx.db, ctx.shop.id, customerId, query, true);
  const scores = await findScores(ctx.db, ctx.shop.id, customerId);
  return { ...page, scores, cell: scores && cellOf(scores) };
}

/** The segments in which a customer is and was. Refusals: not_found, customer_merged. */
export async function listCustomerSegmentHistory(
  ctx: Ctx,
  customerId: string,
  query: MembershipQuery,
): Promise<Page<SegmentMembership>> {
  await checkCustomer(ctx.db, ctx.shop.id, customerId);
  return listRowsOfCustomer(ctx.db, ctx.shop.id, customerId, query, false);
}
