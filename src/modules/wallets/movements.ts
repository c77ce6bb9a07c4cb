import type { Ctx } from '../../platform/context.ts';
import type { Tx } from '../../platform/db/client.ts';
import { eventRow } from '../../platform/events/define.ts';
import { appendEvents } from '../../platform/events/outbox.ts';
import { newId } from '../../platform/ids.ts';
import type { LedgerEntry } from '../ledger/tables.ts';
import { walletEvents } from './events.ts';
import { insertMovement } from './repository.ts';
import { amountToOwner, type MovementKind, type MovementReason } from './rules.ts';
import type { WalletMovement } from './tables.ts';

/** What a movement was for. */
export interface MovementSubject {
  readonly type: string;
  readonly id: string;
}

interface Told {
  readonly id?: string;
  readonly kind: MovementKind;
  readonly reason?: MovementReason;
  readonly note?: string | undefined;
  readonly subject?: MovementSubject | undefined;
}

/** Writes down for the customer what was posted to the wallet, and tells of it. Every entry of a wallet has one movement. */
export async function recordMovement(
  tx: Tx,
  ctx: Ctx,
  entry: LedgerEntry,
  told: Told,
): Promise<WalletMovement> {
  const { ownerId, accountVersion, balanceAfter } = entry;
  if (ownerId === null || accountVersion === null || balanceAfter === null)
    throw new Error(`${entry.account} is no wallet`);
  const movement: WalletMovement = {
    shopId: ctx.shop.id,
    id: told.id ?? newId(),
    customerId: ownerId,
    position: accountVersion,
    kind: told.kind,
    amount: amountToOwner(entry),
    currency: ctx.shop.currency,
    reason: told.reason ?? null,
    note: told.note ?? null,
    balanceAfter,
    transferId: entry.transferId,
    subjectType: told.subject?.type ?? null,
    subjectId: told.subject?.id ?? null,
    actorKind: ctx.actor.kind,
    actorId: ctx.actor.id,
    createdAt: ctx.now,
  };
  await insertMovement(tx, movement);
  await appendEvents(tx, ctx, [describe(ctx, movement)]);
  return movement;
}

const describe = (ctx: Ctx, movement: WalletMovement) =>
  eventRow(ctx, movement.amount > 0n ? walletEvents.credited : walletEvents.debited, movement.customerId, {
    movementId: movement.id,
    kind: movement.kind,
    amount: Number(movement.amount),
    balanceAmount: Number(movement.balanceAfter),
    currency: movement.currency,
    reason: movement.reason,
    forType: movement.subjectType,
    forId: movement.subjectId,
  });
