import { instantOrNull } from '../../platform/http/schema.ts';
import type { CustomerMove, PersonalDataSection } from '../customers/ports.ts';
import { dropCheck } from './checks-repository.ts';
import {
  eraseMemberships,
  eraseServiceTimes,
  moveMemberships,
  moveServiceTimes,
} from './customer-repository.ts';
import { listAllOfCustomer } from './membership-repository.ts';
import { resizeSegments } from './repository.ts';
import { followBuyers, followCustomerPurchases } from './rfm.ts';
import { dropScores, findScores } from './rfm-repository.ts';
import { cellOf } from './rfm-rules.ts';
import { listServiceTimesOf } from './service-time-repository.ts';

/** What segments hold about a customer: where the shop counts them in and when, their scores, and the work that they were. */
export const segmentPersonalData: PersonalDataSection = {
  name: 'segments',
  async export(on, ctx, customerId) {
    const memberships = await listAllOfCustomer(on, ctx.shop.id, customerId);
    const scores = await findScores(on, ctx.shop.id, customerId);
    const times = await listServiceTimesOf(on, ctx.shop.id, customerId);
    return [
      ...memberships.map((row) => ({
        what: 'membership',
        segmentId: row.segmentId,
        enteredAt: row.enteredAt.toISOString(),
        enteredBy: row.enteredBy,
        leftAt: instantOrNull(row.leftAt),
        leftBy: row.leftBy,
      })),
      ...(scores ? [{ what: 'rfm', ...scores, cell: cellOf(scores) }] : []),
      ...times.map((row) => ({
        what: 'service_time',
        id: row.id,
        minutes: row.minutes,
        kind: row.kind,
        workedAt: row.workedAt.toISOString(),
        subjectType: row.subjectType,
        subjectId: row.subjectId,
        voidedAt: instantOrNull(row.voidedAt),
      })),
    ];
  },
  // Where somebody was counted in is a judgement about a person. The minutes are the shop's own, and name nobody afterwards.
  async erase(tx, ctx, customerId) {
    const { id: shopId } = ctx.shop;
    await resizeSegments(tx, shopId, await eraseMemberships(tx, shopId, customerId));
    await eraseServiceTimes(tx, shopId, customerId);
    if (await dropScores(tx, shopId, customerId)) await followBuyers(tx, ctx);
    await dropCheck(tx, shopId, customerId);
    return { kept: [] };
  },
};

/**
 * Where a duplicate was, the customer that stays was too. Where both are in, they are in once; what rules say of them together is
 * looked at afterwards.
 */
export const segmentCustomerMove: CustomerMove = {
  name: 'segments',
  async move(tx, ctx, from, to) {
    const { id: shopId } = ctx.shop;
    const { moved, sizes } = await moveMemberships(tx, shopId, from, to, ctx.now);
    const times = await moveServiceTimes(tx, shopId, from, to);
    await resizeSegments(tx, shopId, sizes);
    await dropScores(tx, shopId, from);
    await dropCheck(tx, shopId, from);
    await followCustomerPurchases(tx, ctx, to);
    return moved + times;
  },
};
