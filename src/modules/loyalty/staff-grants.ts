import { recordAudit } from '../../platform/audit/audit.ts';
import type { Ctx } from '../../platform/context.ts';
import type { Tx } from '../../platform/db/client.ts';
import { inTransaction } from '../../platform/db/transaction.ts';
import { eventRow } from '../../platform/events/define.ts';
import { appendEvents } from '../../platform/events/outbox.ts';
import type { Page } from '../../platform/http/pagination.ts';
import { newId } from '../../platform/ids.ts';
import type { Sweep } from '../../platform/jobs/sweeps.ts';
import { after, DAY_MS } from '../../platform/time.ts';
import { customersErrors } from '../customers/errors.ts';
import { holdKnownCustomer } from '../customers/standing.ts';
import { loyaltyErrors } from './errors.ts';
import { grantRequestEvents } from './events.ts';
import { afterWholeDays } from './expiry-rules.ts';
import { grantPoints } from './grant.ts';
import {
  decideRequest,
  type GrantRequestQuery,
  getRequest,
  insertRequest,
  listRequestRows,
  lockDueRequests,
  lockRequest,
} from './grant-request-repository.ts';
import { holdMember } from './members.ts';
import { requireProgramme } from './programme.ts';
import type { GrantRequestState } from './states.ts';
import {
  type LoyaltyProgramme,
  type PointGrantRequest,
  pointGrantRequests,
  type PointLot,
} from './tables.ts';

/** After so many days a request lapses. */
const REQUEST_DAYS = 30;

export interface StaffGrantInput {
  readonly customerId: string;
  readonly points: number;
  readonly note: string | null;
  readonly pendingDays: number;
}

/** Points that were given, or the request for them that waits for a second person. */
export interface StaffGrant {
  readonly lot: PointLot | undefined;
  readonly request: PointGrantRequest | undefined;
}

/**
 * Staff gives points to a member. More than one person may give wait for a second one. Refusals: not_found, customer_merged,
 * customer_erased, loyalty_programme_missing, member_left.
 */
export function grantByStaff(ctx: Ctx, input: StaffGrantInput): Promise<StaffGrant> {
  return inTransaction(ctx, async (tx) => {
    const { isErased } = await holdKnownCustomer(tx, ctx.shop.id, input.customerId);
    if (isErased) throw customersErrors.customer_erased();
    const programme = await requireProgramme(tx, ctx.shop.id);
    if (input.points > programme.rule.staffGrantLimit)
      return { lot: undefined, request: await ask(tx, ctx, input) };
    const lot = await give(tx, ctx, programme, input, newId());
    return { lot, request: undefined };
  });
}

async function give(
  tx: Tx,
  ctx: Ctx,
  programme: LoyaltyProgramme,
  { customerId, points, note, pendingDays }: StaffGrantInput,
  sourceKey: string,
): Promise<PointLot> {
  const member = await holdMember(tx, ctx, customerId);
  const activatesAt = pendingDays === 0 ? ctx.now : afterWholeDays(ctx.shop.timezone, ctx.now, pendingDays);
  const grant = { points: BigInt(points), source: 'staff', sourceKey, note, activatesAt } as const;
  const { lot } = await grantPoints(tx, ctx, member, programme, grant);
  await recordAudit(tx, ctx, {
    action: 'grantPoints',
    subjectType: 'customer',
    subjectId: customerId,
    details: { lotId: lot.id, points },
  });
  return lot;
}

async function ask(tx: Tx, ctx: Ctx, input: StaffGrantInput): Promise<PointGrantRequest> {
  await holdMember(tx, ctx, input.customerId);
  const row: PointGrantRequest = {
    shopId: ctx.shop.id,
    id: newId(),
    customerId: input.customerId,
    state: 'requested',
    points: BigInt(input.points),
    note: input.note,
    pendingDays: input.pendingDays,
    lotId: null,
    requestedBy: ctx.actor.id,
    decidedBy: null,
    decidedAt: null,
    dueAt: after(ctx.now, REQUEST_DAYS * DAY_MS),
    version: 1,
    createdAt: ctx.now,
  };
  await insertRequest(tx, row);
  await tell(tx, ctx, row);
  return row;
}

const tell = (tx: Tx, ctx: Ctx, { id, state, customerId, points }: PointGrantRequest): Promise<void> =>
  appendEvents(tx, ctx, [
    eventRow(ctx, grantRequestEvents[state], id, { customerId, points: Number(points) }),
  ]);

/**
 * A second person agrees: the points are given. Refusals: not_found, grant_request_decided, second_person_required, those of
 * grantByStaff.
 */
export function approveGrantRequest(ctx: Ctx, id: string): Promise<PointGrantRequest> {
  return inTransaction(ctx, async (tx) => {
    const { customerId } = await getRequest(tx, ctx.shop.id, id);
    // The customer before the request, as a merge has it.
    const { isErased } = await holdKnownCustomer(tx, ctx.shop.id, customerId);
    if (isErased) throw customersErrors.customer_erased();
    const request = await lockOpen(tx, ctx, id);
    if (request.requestedBy === ctx.actor.id) throw loyaltyErrors.second_person_required();
    const { note, pendingDays } = request;
    const input = { customerId, points: Number(request.points), note, pendingDays };
    const lot = await give(tx, ctx, await requireProgramme(tx, ctx.shop.id), input, request.id);
    return decide(tx, ctx, request, 'approved', lot.id);
  });
}

/** It is not agreed to, or taken back by who asked. Refusals: not_found, grant_request_decided. */
export function refuseGrantRequest(ctx: Ctx, id: string): Promise<PointGrantRequest> {
  return inTransaction(ctx, async (tx) => decide(tx, ctx, await lockOpen(tx, ctx, id), 'refused', null));
}

async function lockOpen(tx: Tx, ctx: Ctx, id: string): Promise<PointGrantRequest> {
  const request = await lockRequest(tx, ctx.shop.id, id);
  if (request.state !== 'requested') throw loyaltyErrors.grant_request_decided();
  return request;
}

async function decide(
  tx: Tx,
  ctx: Ctx,
  request: PointGrantRequest,
  state: Exclude<GrantRequestState, 'requested'>,
  lotId: string | null,
): Promise<PointGrantRequest> {
  const decided = await decideRequest(tx, request, {
    state,
    lotId,
    decidedBy: ctx.actor.id,
    decidedAt: ctx.now,
    dueAt: null,
  });
  await tell(tx, ctx, decided);
  return decided;
}

/** Requests that nobody decided in time lapse. Returns how many. */
const lapseRequests = (ctx: Ctx): Promise<number> =>
  inTransaction(ctx, async (tx) => {
    const due = await lockDueRequests(tx, ctx.shop.id, ctx.now);
    for (const request of due) await decide(tx, ctx, request, 'lapsed', null);
    return due.length;
  });

export const grantRequestSweep: Sweep = {
  name: 'loyalty.lapseGrantRequests',
  due: pointGrantRequests.dueAt,
  run: lapseRequests,
};

/** A request. Refusal: not_found. */
export const readGrantRequest = ({ db, shop }: Ctx, id: string): Promise<PointGrantRequest> =>
  getRequest(db, shop.id, id);

/** Requests, newest first. */
export const listGrantRequests = (
  { db, shop }: Ctx,
  query: GrantRequestQuery,
): Promise<Page<PointGrantRequest>> => listRequestRows(db, shop.id, query);
