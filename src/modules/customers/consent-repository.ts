import { and, desc, eq, sql } from 'drizzle-orm';
import type { Reader, Tx } from '../../platform/db/client.ts';
import { preparedSql, prepared } from '../../platform/db/prepared.ts';
import { afterKey, type Page, readCursor, toPage } from '../../platform/http/pagination.ts';
import type { Decision } from './consent-rules.ts';
import { type Consent, consents, customers } from './tables.ts';

const p = sql.placeholder;
const ofCustomer = and(eq(consents.shopId, p('shopId')), eq(consents.customerId, p('customerId')));

// All along consents_position_key: a customer has a handful of decisions.
const selectInForce = prepared('select_consents_in_force', (db) =>
  db
    .selectDistinctOn([consents.purpose, consents.channel])
    .from(consents)
    .where(ofCustomer)
    .orderBy(consents.purpose, consents.channel, desc(consents.position)),
);

/** The newest decision of each purpose and channel. */
export const listConsentsInForce = (on: Reader, shopId: string, customerId: string): Promise<Consent[]> =>
  selectInForce(on, { shopId, customerId });

const selectNewest = prepared('select_newest_consent', (db) =>
  db
    .select({
      mergedIntoId: customers.mergedIntoId,
      erasedAt: customers.erasedAt,
      // A column that a left join may leave empty.
      decision: sql<Consent['decision'] | null>`${consents.decision}`,
    })
    .from(customers)
    .leftJoin(
      consents,
      sql`${consents.shopId} = ${customers.shopId} and ${consents.customerId} = ${customers.id}
        and ${consents.purpose} = ${p('purpose')} and ${consents.channel} = ${p('channel')}`,
    )
    .where(and(eq(customers.shopId, p('shopId')), eq(customers.id, p('customerId'))))
    .orderBy(sql`${consents.position} desc nulls last`)
    .limit(1),
);

/** How a customer stands, and the newest decision of one purpose and channel. */
export const findNewestDecision = async (
  on: Reader,
  shopId: string,
  customerId: string,
  purpose: Consent['purpose'],
  channel: Consent['channel'],
) => (await selectNewest(on, { shopId, customerId, purpose, channel }))[0];

/** The decisions of a customer, newest first. After a merge positions and times may differ; people read times. */
export async function listConsentRows(
  on: Reader,
  shopId: string,
  customerId: string,
  query: { readonly limit: number; readonly cursor?: string },
): Promise<Page<Consent>> {
  const list = `consents/${customerId}`;
  const columns = [consents.decidedAt, consents.position] as const;
  const rows = await on
    .select()
    .from(consents)
    .where(
      and(
        eq(consents.shopId, shopId),
        eq(consents.customerId, customerId),
        afterKey(columns, readCursor(list, query), 'desc'),
      ),
    )
    .orderBy(...columns.map((column) => desc(column)))
    .limit(query.limit + 1);
  return toPage(list, query, rows, (row) => [row.decidedAt.toISOString(), row.position]);
}

const selectAll = prepared('select_consents', (db) =>
  db.select().from(consents).where(ofCustomer).orderBy(desc(consents.decidedAt), desc(consents.position)),
);

/** Every decision of a customer, newest first. */
export const listAllConsents = (on: Reader, shopId: string, customerId: string): Promise<Consent[]> =>
  selectAll(on, { shopId, customerId });

const insertStatement = preparedSql<{ position: number }>(
  'insert_consents',
  // The customer's row is locked: nobody else counts at the same time.
  `insert into consents (shop_id, id, customer_id, position, purpose, channel, decision, source, decided_at)
   select $1, r.id, $2, known.position + row_number() over (order by r.id), r.purpose, r.channel, r.decision, $4, $5
   from jsonb_to_recordset($3) as r (id uuid, purpose text, channel text, decision text), (
     select coalesce(max(position), 0) as position from consents where shop_id = $1 and customer_id = $2
   ) known
   returning position`,
);

interface NewConsents {
  readonly decisions: readonly (Decision & { readonly id: string })[];
  readonly source: string;
  readonly decidedAt: Date;
}

/** Writes down decisions of a customer whose row is locked; they are the newest. Returns the last one's position. */
export async function insertConsents(
  tx: Tx,
  shopId: string,
  customerId: string,
  { decisions, source, decidedAt }: NewConsents,
): Promise<number> {
  if (decisions.length === 0) return 0;
  const rows = await insertStatement(tx, [shopId, customerId, JSON.stringify(decisions), source, decidedAt]);
  return Math.max(...rows.map(({ position }) => position));
}

const moveStatement = preparedSql<{ id: string }>(
  'move_consents',
  `update consents set customer_id = $3, position = consents.position + (
     select coalesce(max(position), 0) from consents where shop_id = $1 and customer_id = $3)
   where shop_id = $1 and customer_id = $2 returning id`,
);

/** Gives the decisions of one customer to another, as the newer ones. Both rows are locked. Returns how many. */
export const moveConsents = async (tx: Tx, shopId: string, from: string, to: string): Promise<number> =>
  (await moveStatement(tx, [shopId, from, to])).length;

/** Deletes the decisions of a customer. Returns how many. */
export async function deleteConsents(tx: Tx, shopId: string, customerId: string): Promise<number> {
  const gone = await tx
    .delete(consents)
    .where(and(eq(consents.shopId, shopId), eq(consents.customerId, customerId)));
  return gone.rowCount ?? 0;
}
