import { and, eq } from 'drizzle-orm';
import type { Reader, Tx } from '../../platform/db/client.ts';
import { preparedSql } from '../../platform/db/prepared.ts';
import { type SettlementLine, type SettlementOffer, settlementOffers } from './tables.ts';

/** What was offered, oldest first. Along the primary key. */
export const listOffers = (on: Reader, shopId: string, settlementId: string): Promise<SettlementOffer[]> =>
  on
    .select()
    .from(settlementOffers)
    .where(and(eq(settlementOffers.shopId, shopId), eq(settlementOffers.settlementId, settlementId)))
    .orderBy(settlementOffers.round);

export const insertOffer = async (tx: Tx, offer: SettlementOffer): Promise<void> =>
  void (await tx.insert(settlementOffers).values(offer));

const rescale = preparedSql(
  'rescale_settlement_lines',
  `update settlement_lines l set amount = s.amount, tax_amount = s.tax
   from unnest($3::uuid[], $4::int8[], $5::int8[]) as s (id, amount, tax)
   where l.shop_id = $1 and l.settlement_id = $2 and l.line_id = s.id`,
);

/** Writes the shares that the lines of a settlement have of another amount, with their tax. */
export async function rescaleLines(tx: Tx, lines: readonly SettlementLine[]): Promise<void> {
  const [first] = lines;
  if (!first) return;
  const columns = [
    lines.map(({ lineId }) => lineId),
    lines.map(({ amount }) => amount),
    lines.map(({ taxAmount }) => taxAmount),
  ];
  await rescale(tx, [first.shopId, first.settlementId, ...columns]);
}
