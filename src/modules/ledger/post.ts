import type { Ctx } from '../../platform/context.ts';
import type { Tx } from '../../platform/db/client.ts';
import type { Part } from '../../platform/db/parts.ts';
import { preparedSql } from '../../platform/db/prepared.ts';
import { columnInsert, recordsJson } from '../../platform/db/records.ts';
import { sendAlong } from '../../platform/db/transaction.ts';
import { newId } from '../../platform/ids.ts';
import { moveBalance } from './balances.ts';
import { type Leg, normalizeLegs, reverseLegs } from './rules.ts';
import { findTransfer, listLegs } from './repository.ts';
import { ledgerEntries, type LedgerEntry, type LedgerTransfer, ledgerTransfers } from './tables.ts';

export interface TransferInput {
  /** What happened, such as `payment_captured`. */
  readonly kind: string;
  /** To whom or what it happened. `kind:subject` is posted once. */
  readonly subject: string;
  readonly legs: readonly Leg[];
  /** A currency or `POINTS`; the shop's own currency when absent. */
  readonly unit?: string;
  /** Shop time; now when absent. */
  readonly effectiveAt?: Date;
}

interface Written {
  readonly transfers: readonly LedgerTransfer[];
  readonly entries: readonly LedgerEntry[];
}

const INSERTS = `new_transfers as (
    insert into ledger_transfers select * from jsonb_populate_recordset(null::ledger_transfers, $1::jsonb)
  ), new_legs as (
    insert into ledger_entries select * from jsonb_populate_recordset(null::ledger_entries, $2::jsonb)
  )`;
const insertAll = preparedSql('insert_ledger_transfers', `with ${INSERTS} select 1`);

const valuesOf = ({ transfers, entries }: Written): unknown[] => [
  recordsJson(ledgerTransfers, transfers),
  recordsJson(ledgerEntries, entries),
];

/**
 * Posts transfers in the caller's transaction; one whose legs are all nothing is left out. Balances with a floor are moved and
 * locked, in the order of their names. Returns the entries. Refusal: insufficient_balance.
 */
export async function post(
  tx: Tx,
  ctx: Ctx,
  ...inputs: readonly TransferInput[]
): Promise<readonly LedgerEntry[]> {
  const made = makeAll(ctx, inputs);
  if (made.transfers.length === 0) return [];
  const entries: LedgerEntry[] = [];
  for (const { entry, leg, unit } of made.legs)
    entries.push(leg.floor === undefined ? entry : { ...entry, ...(await moveBalance(tx, ctx, leg, unit)) });
  await sendAlong(tx, insertAll(tx, valuesOf({ transfers: made.transfers, entries })));
  return entries;
}

const insertMany = columnInsert('insert_many_transfers', ledgerTransfers, ['id', 'reference', 'effectiveAt']);
const insertLegs = columnInsert('insert_many_legs', ledgerEntries, [
  'transferId',
  'position',
  'account',
  'ownerId',
  'amount',
]);

/** Posts very many transfers of one kind in the shop's currency, of accounts without a floor. */
export async function postMany(
  tx: Tx,
  ctx: Ctx,
  inputs: readonly Omit<TransferInput, 'unit'>[],
): Promise<void> {
  const { transfers, legs } = makeAll(ctx, inputs);
  const [first] = transfers;
  if (!first) return;
  if (legs.some(({ leg }) => leg.floor !== undefined)) throw new Error('a floor is not checked here');
  if (transfers.some(({ kind }) => kind !== first.kind)) throw new Error('they are of several kinds');
  await sendAlong(tx, insertMany(tx, first, transfers));
  const none = { shopId: first.shopId, balanceAfter: null, accountVersion: null };
  await sendAlong(
    tx,
    insertLegs(
      tx,
      none,
      legs.map(({ entry }) => entry),
    ),
  );
}

/** The same as part of one statement, for accounts without a floor. */
export function ledgerPart(ctx: Ctx, ...inputs: readonly TransferInput[]): Part {
  const { transfers, legs } = makeAll(ctx, inputs);
  if (legs.some(({ leg }) => leg.floor !== undefined)) throw new Error('a floor is not checked by a part');
  return {
    name: 'ledger',
    ctes: INSERTS,
    values: valuesOf({ transfers, entries: legs.map(({ entry }) => entry) }),
  };
}

/** Takes a posted transfer back, once: the second time the database refuses. */
export async function reverse(tx: Tx, ctx: Ctx, kind: string, subject: string): Promise<void> {
  const original = await findTransfer(tx, ctx.shop.id, `${kind}:${subject}`);
  if (!original) throw new Error(`there is no transfer ${kind}:${subject} to take back`);
  const legs = reverseLegs(await listLegs(tx, ctx.shop.id, original.id));
  const made = makeAll(ctx, [{ kind, subject: `${subject}:reversal`, legs, unit: original.unit }]);
  if (made.legs.some(({ leg }) => leg.floor !== undefined))
    throw new Error('a wallet is not taken back by force');
  const transfers = made.transfers.map((transfer) => ({ ...transfer, reversesId: original.id }));
  await sendAlong(tx, insertAll(tx, valuesOf({ transfers, entries: made.legs.map(({ entry }) => entry) })));
}

function makeAll(ctx: Ctx, inputs: readonly TransferInput[]) {
  const made = inputs.flatMap((input) => {
    const legs = normalizeLegs(input.legs);
    return legs.length === 0 ? [] : [makeOne(ctx, input, legs)];
  });
  return { transfers: made.map(({ transfer }) => transfer), legs: made.flatMap(({ legs }) => legs) };
}

function makeOne(ctx: Ctx, input: TransferInput, legs: readonly Leg[]) {
  const unit = input.unit ?? ctx.shop.currency;
  const transfer: LedgerTransfer = {
    shopId: ctx.shop.id,
    id: newId(),
    kind: input.kind,
    reference: `${input.kind}:${input.subject}`,
    unit,
    reversesId: null,
    effectiveAt: input.effectiveAt ?? ctx.now,
    recordedAt: ctx.realNow,
  };
  const entryOf = (leg: Leg, index: number): LedgerEntry => ({
    shopId: ctx.shop.id,
    transferId: transfer.id,
    position: index + 1,
    account: leg.account,
    ownerId: leg.owner,
    amount: leg.amount,
    balanceAfter: null,
    accountVersion: null,
  });
  return { transfer, legs: legs.map((leg, index) => ({ leg, unit, entry: entryOf(leg, index) })) };
}
