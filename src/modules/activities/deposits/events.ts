import { Type } from '@sinclair/typebox';
import type { Ctx } from '../../../platform/context.ts';
import { defineEvent, eventRow, type NewEvent } from '../../../platform/events/define.ts';
import { uuid } from '../../../platform/http/schema.ts';
import type { GiftDeposit } from './tables.ts';

const fields = {
  activityId: uuid('The activity.'),
  customerId: uuid('Whose it is.'),
  depositAmount: Type.Integer({ description: 'What was paid, in minor units.' }),
  returnedAmount: Type.Integer({ description: 'What of it is back, in minor units.' }),
};
const data = Type.Object(fields);
const moved = Type.Object({
  ...fields,
  amount: Type.Integer({ description: 'Which amount it is about, in minor units.' }),
});

/** What happens to deposits with gifts. The subject is the deposit. */
export const depositEvents = {
  opened: defineEvent('gift_deposit.opened', 'A place is held until a deposit is paid.', data),
  cancelled: defineEvent(
    'gift_deposit.cancelled',
    'A deposit was not paid in time: its place is free.',
    data,
  ),
  paid: defineEvent('gift_deposit.paid', 'A deposit was paid. Its goods are owed.', data),
  partDue: defineEvent('gift_deposit.part_due', 'A part of a deposit can be collected.', moved),
  collected: defineEvent('gift_deposit.collected', 'A customer collected what was due.', moved),
  settledEarly: defineEvent(
    'gift_deposit.settled_early',
    'All of a deposit became due before its time.',
    moved,
  ),
  settled: defineEvent('gift_deposit.settled', 'All of a deposit is back.', data),
};

const factsOf = ({ activityId, customerId, depositAmount, returnedAmount }: GiftDeposit) => ({
  activityId,
  customerId,
  depositAmount: Number(depositAmount),
  returnedAmount: Number(returnedAmount),
});

export const depositEvent = (
  ctx: Ctx,
  kind: (typeof depositEvents)['opened' | 'cancelled' | 'paid' | 'settled'],
  deposit: GiftDeposit,
): NewEvent => eventRow(ctx, kind, deposit.id, factsOf(deposit));

export const depositMovedEvent = (
  ctx: Ctx,
  kind: (typeof depositEvents)['partDue' | 'collected' | 'settledEarly'],
  deposit: GiftDeposit,
  amount: bigint,
): NewEvent => eventRow(ctx, kind, deposit.id, { ...factsOf(deposit), amount: Number(amount) });
