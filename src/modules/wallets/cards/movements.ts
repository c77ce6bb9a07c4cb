import type { Ctx } from '../../../platform/context.ts';
import type { Tx } from '../../../platform/db/client.ts';
import { sumOf } from '../../../platform/money.ts';
import type { LedgerEntry } from '../../ledger/tables.ts';
import { updateCard } from './card-repository.ts';
import type { CardLotKind, CardMovementKind } from './kinds.ts';
import { insertMovements } from './lot-repository.ts';
import type { Card } from './tables.ts';
import type { CardMovement } from './value/tables.ts';

/** Value of a lot that comes in, or leaves as less than nothing. */
export interface Moved {
  readonly kind: CardMovementKind;
  readonly lotId: string;
  readonly lotKind: CardLotKind;
  readonly amount: bigint;
}

/** Writes down what was posted to a locked card, a movement for each lot, and what is on it then. */
export async function recordMovements(
  tx: Tx,
  ctx: Ctx,
  card: Card,
  moved: readonly Moved[],
  about: {
    readonly transferId: string;
    readonly subject: { readonly type: string; readonly id: string };
    readonly changes?: Partial<Card>;
  },
): Promise<Card> {
  let balance = card.principalAmount + card.bonusAmount;
  const rows = moved.map((one, at): CardMovement => {
    balance += one.amount;
    return {
      ...one,
      shopId: card.shopId,
      cardId: card.id,
      position: card.movementCount + at + 1,
      balanceAfter: balance,
      transferId: about.transferId,
      subjectType: about.subject.type,
      subjectId: about.subject.id,
      actorKind: ctx.actor.kind,
      actorId: ctx.actor.id,
      createdAt: ctx.now,
    };
  });
  const sum = (kind: CardLotKind) =>
    sumOf(moved.filter((one) => one.lotKind === kind).map((one) => one.amount));
  // First the card, whose limits a movement must not break.
  const updated = await updateCard(tx, card, {
    ...about.changes,
    principalAmount: card.principalAmount + sum('principal'),
    bonusAmount: card.bonusAmount + sum('bonus'),
    movementCount: card.movementCount + moved.length,
    updatedAt: ctx.now,
  });
  await insertMovements(tx, rows);
  return updated;
}

/** The transfer that an entry belongs to; of several of one posting they have the same. */
export function transferOf([entry]: readonly LedgerEntry[]): string {
  if (!entry) throw new Error('nothing was posted');
  return entry.transferId;
}
