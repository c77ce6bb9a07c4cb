import { and, eq, lte, notInArray } from 'drizzle-orm';
import type { Reader, Tx } from '../../platform/db/client.ts';
import { isUniqueViolation } from '../../platform/db/constraints.ts';
import { preparedSql } from '../../platform/db/prepared.ts';
import { columnInsert } from '../../platform/db/records.ts';
import { sendAlong } from '../../platform/db/transaction.ts';
import { platformErrors } from '../../platform/errors.ts';
import { refunds } from '../payments/tables.ts';
import { settlementErrors } from './errors.ts';
import { refuseBusy } from './busy-lines-rules.ts';
import { findLineHolders, findOpenFreight } from './facts-repository.ts';
import { insertOffer, listOffers } from './offer-repository.ts';
import { wakeWaits } from './price-protection/work-repository.ts';
import { settlementStates, type SettlementState } from './states.ts';
import {
  type Settlement,
  type SettlementLine,
  type SettlementOffer,
  settlementLines,
  settlementPayouts,
  settlements,
} from './tables.ts';

export interface WholeSettlement {
  readonly settlement: Settlement;
  readonly lines: readonly SettlementLine[];
  /** What was offered, oldest first; none for a claim or goodwill. */
  readonly offers: readonly SettlementOffer[];
}

const isEnd = (state: SettlementState): boolean => settlementStates.ends.includes(state);

/**
 * Writes a settlement with its lines and its offer. Refusal: line_in_settlement, when another one is open for one of them or for
 * the freight of the order. `pointer`: where the request lists the lines, if it does.
 */
export async function insertSettlement(
  tx: Tx,
  { settlement, lines, offers }: WholeSettlement,
  pointer?: string,
): Promise<void> {
  // Of an edit no index knows: its units are looked at under the order's lock, which everybody holds who comes here.
  const named = lines.map(({ lineId }) => ({ id: lineId }));
  if (named.length > 0) refuseBusy(named, await findLineHolders(tx, settlement.shopId, named), pointer);
  if (settlement.freightAmount > 0n) {
    const settlementId = await findOpenFreight(tx, settlement.shopId, settlement.orderId);
    if (settlementId !== undefined)
      throw settlementErrors.line_in_settlement(
        `The freight is in the settlement ${settlementId}, which is not over.`,
        {
          pointer: '/reason',
          extra: { settlementId },
        },
      );
  }
  try {
    await tx.insert(settlements).values(settlement);
    if (lines.length > 0) await tx.insert(settlementLines).values([...lines]);
  } catch (error) {
    const isBusy =
      isUniqueViolation(error, 'settlement_lines_open_key') ||
      isUniqueViolation(error, 'settlements_open_freight_key');
    throw isBusy ? settlementErrors.line_in_settlement() : error;
  }
  for (const offer of offers) await insertOffer(tx, offer);
}

const insertHeads = columnInsert('insert_settlements', settlements, [
  'id',
  'orderId',
  'customerId',
  'state',
  'policyId',
  'ruleVersion',
  'payoutMethod',
  'amount',
  'payoutDueAt',
  'acceptedAt',
]);
const insertLines = columnInsert('insert_settlement_lines', settlementLines, [
  'settlementId',
  'lineId',
  'quantity',
  'paidNetAmount',
  'comparedUnitAmount',
  'differenceAmount',
  'rateBps',
  'settledAmount',
  'amount',
  'taxAmount',
  'cap',
]);

/** Writes many settlements with their lines, opened for the same reason at the same moment, of orders that are locked. */
export async function insertSettlements(tx: Tx, all: readonly WholeSettlement[]): Promise<void> {
  const [first] = all;
  if (!first) return;
  const heads = all.map(({ settlement }) => settlement);
  const lines = all.flatMap((whole) => whole.lines);
  await sendAlong(tx, insertHeads(tx, first.settlement, heads));
  const shared = { shopId: first.settlement.shopId, isOpen: true, isCharge: false, offeredAmount: null };
  await sendAlong(tx, insertLines(tx, shared, lines));
}

/** The settlement, for a customer only their own; else `not_found`. */
export async function getSettlement(
  on: Reader,
  shopId: string,
  id: string,
  customerId?: string,
): Promise<WholeSettlement> {
  const [settlement] = await on
    .select()
    .from(settlements)
    .where(and(eq(settlements.shopId, shopId), eq(settlements.id, id)));
  if (!settlement || (customerId !== undefined && settlement.customerId !== customerId))
    throw platformErrors.not_found();
  const [lines, offers] = await Promise.all([
    listSettlementLines(on, shopId, id),
    listOffers(on, shopId, id),
  ]);
  return { settlement, lines, offers };
}

/** Takes the settlement's row, so that what is read next is what everybody else who takes it reads. */
export async function lockSettlementRow(tx: Tx, shopId: string, id: string): Promise<void> {
  await tx
    .select({ id: settlements.id })
    .from(settlements)
    .where(and(eq(settlements.shopId, shopId), eq(settlements.id, id)))
    .for('no key update');
}

const listSettlementLines = (on: Reader, shopId: string, id: string): Promise<SettlementLine[]> =>
  on
    .select()
    .from(settlementLines)
    .where(and(eq(settlementLines.shopId, shopId), eq(settlementLines.settlementId, id)))
    .orderBy(settlementLines.lineId);

// Only what is accepted is to be paid.
const dueAfter = (state: SettlementState): Partial<Settlement> =>
  state === 'accepted' ? {} : { payoutDueAt: null };

/** Moves a settlement that is as it was read; `version_conflict` when it moved meanwhile. One that ends frees its lines, and what waited for them goes on. */
export async function moveSettlement(
  tx: Tx,
  whole: WholeSettlement,
  changes: Partial<Settlement> & { readonly state: SettlementState },
  now: Date,
): Promise<WholeSettlement> {
  const { settlement } = whole;
  if (!settlementStates.canMove(settlement.state, changes.state))
    throw settlementErrors.settlement_not_open(`The settlement is ${settlement.state}.`);
  const moved = await changeSettlement(tx, settlement, { ...changes, ...dueAfter(changes.state) }, now);
  if (!isEnd(moved.state)) return { ...whole, settlement: moved };
  const lines = await tx
    .update(settlementLines)
    .set({ isOpen: false })
    .where(
      and(eq(settlementLines.shopId, settlement.shopId), eq(settlementLines.settlementId, settlement.id)),
    )
    .returning();
  await wakeWaits(tx, settlement.shopId, settlement.orderId, now);
  return { ...whole, settlement: moved, lines: lines.toSorted((a, b) => (a.lineId < b.lineId ? -1 : 1)) };
}

/** Changes a settlement that is as it was read; `version_conflict` when it moved meanwhile. */
export async function changeSettlement(
  tx: Tx,
  settlement: Settlement,
  changes: Partial<Settlement>,
  now: Date,
): Promise<Settlement> {
  const [moved] = await tx
    .update(settlements)
    .set({ ...changes, version: settlement.version + 1, updatedAt: now })
    .where(
      and(
        eq(settlements.shopId, settlement.shopId),
        eq(settlements.id, settlement.id),
        eq(settlements.state, settlement.state),
        eq(settlements.version, settlement.version),
      ),
    )
    .returning();
  if (!moved) throw platformErrors.version_conflict();
  return moved;
}

export const insertPayouts = async (
  tx: Tx,
  { shopId, id }: Settlement,
  refundIds: readonly string[],
): Promise<void> =>
  void (await tx
    .insert(settlementPayouts)
    .values(refundIds.map((refundId) => ({ shopId, settlementId: id, refundId }))));

// By settlements_edit_key.
const selectOfEdit = preparedSql<{ id: string }>(
  'select_settlement_of_edit',
  'select id from settlements where shop_id = $1 and edit_id = $2',
);

/** The settlement of an edit's difference. */
export const findSettlementOfEdit = async (
  on: Reader,
  shopId: string,
  editId: string,
): Promise<string | undefined> => (await selectOfEdit(on, [shopId, editId]))[0]?.id;

/** The settlement that a refund carries money of. By settlement_payouts_refund_key. */
export async function findSettlementOfRefund(
  tx: Tx,
  shopId: string,
  refundId: string,
): Promise<string | undefined> {
  const [found] = await tx
    .select({ id: settlementPayouts.settlementId })
    .from(settlementPayouts)
    .where(and(eq(settlementPayouts.shopId, shopId), eq(settlementPayouts.refundId, refundId)));
  return found?.id;
}

/** How the refunds of a settlement stand. */
export async function listPayoutStates(tx: Tx, shopId: string, id: string) {
  const rows = await tx
    .select({ state: refunds.state })
    .from(settlementPayouts)
    .innerJoin(
      refunds,
      and(eq(refunds.shopId, settlementPayouts.shopId), eq(refunds.id, settlementPayouts.refundId)),
    )
    .where(and(eq(settlementPayouts.shopId, shopId), eq(settlementPayouts.settlementId, id)));
  return rows.map(({ state }) => state);
}

/** Settlements that nobody answered or paid in time, the longest overdue first. By settlements_due_idx. */
export async function findDueSettlements(
  on: Reader,
  shopId: string,
  now: Date,
  limit: number,
): Promise<string[]> {
  const rows = await on
    .select({ id: settlements.id })
    .from(settlements)
    .where(and(eq(settlements.shopId, shopId), lte(settlements.dueAt, now)))
    .orderBy(settlements.dueAt, settlements.id)
    .limit(limit);
  return rows.map(({ id }) => id);
}

/** The settlements of an order that have not ended. By settlements_order_idx. */
export async function findOpenSettlements(on: Reader, shopId: string, orderId: string): Promise<string[]> {
  const rows = await on
    .select({ id: settlements.id })
    .from(settlements)
    .where(
      and(
        eq(settlements.shopId, shopId),
        eq(settlements.orderId, orderId),
        notInArray(settlements.state, [...settlementStates.ends]),
      ),
    )
    .orderBy(settlements.id);
  return rows.map(({ id }) => id);
}

// Guarded: of two claims that would use up a cap together, one is refused. The first makes the row.
const takeUse = preparedSql<{ used_amount: string }>(
  'take_policy_use',
  `insert into price_difference_policy_uses as u (shop_id, policy_id, holder_id, year, used_amount)
   select $1, $2, $3, $4, $5::int8 where $5::int8 <= $6::int8
   on conflict (shop_id, policy_id, holder_id, year) do update set used_amount = u.used_amount + excluded.used_amount
   where u.used_amount + excluded.used_amount <= $6::int8 returning used_amount`,
);
const readUses = preparedSql<{ holder_id: string; year: number; used_amount: string }>(
  'read_policy_uses',
  `select holder_id, year, used_amount from price_difference_policy_uses
   where shop_id = $1 and policy_id = $2 and (holder_id = $2 and year = 0 or holder_id = $3 and year = $4)`,
);
const returnUse = preparedSql(
  'return_policy_use',
  `update price_difference_policy_uses set used_amount = used_amount - $5
   where shop_id = $1 and policy_id = $2 and holder_id = $3 and year = $4`,
);

type UseKey = readonly [policyId: string, holderId: string, year: number];

/** Takes an amount of a cap; false when it is used up. */
export const takePolicyUse = async (
  tx: Tx,
  shopId: string,
  key: UseKey,
  amount: bigint,
  most: bigint,
): Promise<boolean> => (await takeUse(tx, [shopId, ...key, amount, most])).length > 0;

export const returnPolicyUse = async (tx: Tx, shopId: string, key: UseKey, amount: bigint): Promise<void> =>
  void (await returnUse(tx, [shopId, ...key, amount]));

/** What is used up of a policy's budget and of a customer's year. */
export async function readPolicyUses(
  on: Reader,
  shopId: string,
  policyId: string,
  customerId: string | null,
  year: number,
): Promise<{ budgetAmount: bigint; customerYearAmount: bigint }> {
  const rows = await readUses(on, [shopId, policyId, customerId ?? policyId, year]);
  const of = (holder: string | null, at: number) =>
    BigInt(rows.find((row) => row.holder_id === holder && row.year === at)?.used_amount ?? 0);
  return { budgetAmount: of(policyId, 0), customerYearAmount: of(customerId, year) };
}

// Along settlements_payout_due_idx.
const selectDuePayouts = preparedSql<{ id: string; order_id: string }>(
  'select_due_payouts',
  `select id, order_id from settlements where shop_id = $1 and payout_due_at <= $2 order by payout_due_at, id limit 200`,
);
const postpone = preparedSql(
  'postpone_payout',
  `update settlements set payout_due_at = $3, version = version + 1
   where shop_id = $1 and id = $2 and payout_due_at is not null`,
);

/** Accepted settlements whose money is to be set on its way, those that wait longest first. */
export const listDuePayouts = async (on: Reader, shopId: string, now: Date) =>
  (await selectDuePayouts(on, [shopId, now])).map((row) => ({ id: row.id, orderId: row.order_id }));

export const postponePayout = async (tx: Tx, shopId: string, id: string, until: Date): Promise<void> =>
  void (await postpone(tx, [shopId, id, until]));
