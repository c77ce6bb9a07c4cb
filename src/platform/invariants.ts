import { type SQL, sql } from 'drizzle-orm';
import type { Db } from './db/client.ts';
import type { Invariant } from './module.ts';

/** An invariant as one query that answers `checked` and `broken`. */
export const sqlInvariant = (name: string, query: SQL): Invariant => ({
  name,
  async check(db: Db) {
    // Drizzle gives counts as text.
    const { rows } = await db.execute<{ checked: string; broken: string }>(query);
    return { checked: BigInt(rows[0]?.checked ?? 0), broken: BigInt(rows[0]?.broken ?? 0) };
  },
});

/** An invariant that can also be checked for one shop. */
export interface ShopInvariant extends Invariant {
  readonly checkShop: (db: Db, shopId: string) => Promise<{ checked: bigint; broken: bigint }>;
}

/** The same for one shop or all: `of` says for a table or its alias which rows are meant. */
export function shopInvariant(name: string, query: (of: (table: string) => SQL) => SQL): ShopInvariant {
  const everywhere = sqlInvariant(
    name,
    query(() => sql`true`),
  );
  const inShop = (shopId: string) =>
    sqlInvariant(
      name,
      query((table) => sql`${sql.raw(table)}.shop_id = ${shopId}`),
    );
  return { ...everywhere, checkShop: (db, shopId) => inShop(shopId).check(db) };
}

/** What must never be false about the platform's own tables. */
export const platformInvariants: readonly Invariant[] = [
  sqlInvariant(
    "a shop's feed is numbered from 1 without a gap",
    sql`select count(*) as checked, count(*) filter (where f.events <> h.position or f.newest <> h.position) as broken
        from feed_heads h join (select shop_id, count(*) as events, max(position) as newest from outbox
          where position is not null group by shop_id) f on f.shop_id = h.shop_id`,
  ),
  sqlInvariant(
    'no subscriber is ahead of the feed',
    sql`select count(*) as checked, count(*) filter (where c.position > h.position) as broken
        from subscriber_cursors c join feed_heads h on h.shop_id = c.shop_id`,
  ),
  sqlInvariant(
    'no subscriber has parked an event',
    sql`select count(*) as checked, count(*) filter (where parked_at is not null) as broken from subscriber_failures`,
  ),
  sqlInvariant(
    'a webhook delivery that waits has an endpoint that is enabled',
    sql`select count(*) as checked, count(*) filter (where e.state is distinct from 'enabled') as broken
        from webhook_deliveries d left join webhook_endpoints e on e.shop_id = d.shop_id and e.id = d.endpoint_id
        where d.state = 'pending'`,
  ),
  sqlInvariant(
    'a webhook delivery has as many attempts in its log as it counts',
    sql`select count(*) as checked, count(*) filter (where d.attempt_count <> coalesce(a.attempts, 0)) as broken
        from webhook_deliveries d left join (select shop_id, delivery_id, count(*) as attempts from webhook_attempts
          group by shop_id, delivery_id) a on a.shop_id = d.shop_id and a.delivery_id = d.id`,
  ),
  sqlInvariant(
    'a publishable key has no scopes',
    sql`select count(*) as checked, count(*) filter (where kind = 'publishable' and scopes <> '{}') as broken from api_keys`,
  ),
];
