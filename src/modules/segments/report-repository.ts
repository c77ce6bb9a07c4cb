import type { Reader } from '../../platform/db/client.ts';
import { plannedSql } from '../../platform/db/prepared.ts';

/** What customers together bought, and what work they were. */
export interface Figures {
  readonly customerCount: number;
  readonly buyerCount: number;
  readonly purchaseCount: number;
  readonly sales: bigint;
  readonly minutes: bigint;
}

/** A period of the shop's time; open where undefined. */
export interface Period {
  readonly from: Date | undefined;
  readonly to: Date | undefined;
}

interface FigureRow {
  readonly segment_id: string | null;
  readonly customers: number;
  readonly buyers: number;
  readonly purchases: number;
  readonly sales: bigint;
  readonly minutes: bigint;
}

// Purchases and work of the shop are summed once per customer, in one pass each, however many segments are asked about. The row
// without a segment is the shop as a whole; work on customers who were erased since is in it, too.
const figuresStatement = plannedSql<FigureRow>(
  `with bought as materialized (
     select customer_id, count(*) as purchases, sum(amount) as sales from customer_purchases
     where shop_id = $1 and amount > 0 and ($3::timestamptz is null or placed_at >= $3) and ($4::timestamptz is null or placed_at < $4)
     group by customer_id),
   worked as materialized (
     select customer_id, sum(minutes) as minutes from service_times
     where shop_id = $1 and voided_at is null and ($3::timestamptz is null or worked_at >= $3)
       and ($4::timestamptz is null or worked_at < $4)
     group by customer_id)
   select m.segment_id, count(*)::int4 as customers, count(b.customer_id)::int4 as buyers,
     coalesce(sum(b.purchases), 0)::int4 as purchases, coalesce(sum(b.sales), 0)::int8 as sales,
     coalesce(sum(w.minutes), 0)::int8 as minutes
   from segment_memberships m left join bought b on b.customer_id = m.customer_id
     left join worked w on w.customer_id = m.customer_id
   where m.shop_id = $1 and m.segment_id = any($2::uuid[]) and m.left_at is null group by m.segment_id
   union all
   select null, (select count(*)::int4 from customers where shop_id = $1 and merged_into_id is null and erased_at is null),
     (select count(*)::int4 from bought), (select coalesce(sum(purchases), 0)::int4 from bought),
     (select coalesce(sum(sales), 0)::int8 from bought), (select coalesce(sum(minutes), 0)::int8 from worked)`,
);

const figuresOf = (row: FigureRow): Figures => ({
  customerCount: row.customers,
  buyerCount: row.buyers,
  purchaseCount: row.purchases,
  sales: row.sales,
  minutes: row.minutes,
});

/** The figures of the shop as a whole, and of each of these segments that has somebody in it. */
export async function sumFigures(
  on: Reader,
  shopId: string,
  segmentIds: readonly string[],
  { from, to }: Period,
): Promise<{ whole: Figures; bySegment: ReadonlyMap<string, Figures> }> {
  const rows = await figuresStatement(on, [shopId, segmentIds, from ?? null, to ?? null]);
  const whole = rows.find((row) => row.segment_id === null);
  if (!whole) throw new Error('a sum has no row');
  const parts = rows.flatMap((row): [string, Figures][] =>
    row.segment_id === null ? [] : [[row.segment_id, figuresOf(row)]],
  );
  return { whole: figuresOf(whole), bySegment: new Map(parts) };
}
