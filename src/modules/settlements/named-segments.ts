import type { Reader } from '../../platform/db/client.ts';
import { findMemberships } from '../segments/members.ts';
import type { SegmentUse } from '../segments/ports.ts';
import { listNaming } from './policy-repository.ts';
import { type PolicyRule, segmentsOf } from './policy-rules.ts';

/**
 * A promise that leaves a segment out would be made to those in it once it is empty. What was promised before goes by who was in it
 * then, which stays known.
 */
export const policySegmentUse: SegmentUse = {
  findUses: async (tx, shopId, segmentId) =>
    (await listNaming(tx, shopId, segmentId)).map((id) => ({ type: 'price_difference_policy', id })),
};

export const NO_SEGMENTS: ReadonlySet<string> = new Set();

/** What has to be known of an order to say in which segments its customer was when it was placed. */
interface PlacedOrder {
  readonly id: string;
  readonly customerId: string | null;
  readonly placedAt: Date;
}

/**
 * Of the segments that rules name, those in which the customer of each order was when it was placed, by order; in one statement,
 * however many orders there are, and in none where no rule names a segment. A guest is in none.
 */
export async function readMemberships(
  on: Reader,
  shopId: string,
  promises: readonly { readonly rule: PolicyRule }[],
  orders: readonly PlacedOrder[],
): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const named = promises.flatMap(({ rule }) => Object.values(segmentsOf(rule)).flat());
  const asked = orders.flatMap(({ id, customerId, placedAt }) =>
    customerId === null ? [] : [{ id, customerId, at: placedAt }],
  );
  const found = await findMemberships(on, shopId, [...new Set(named)], asked);
  return new Map(asked.map(({ id }, i) => [id, found[i] ?? NO_SEGMENTS]));
}
