import { sql, type SQL } from 'drizzle-orm';
import type { Db } from '../../platform/db/client.ts';
import type { Invariant, Module } from '../../platform/module.ts';
import { catalogueErrors } from './errors.ts';
import { catalogueEvents } from './events.ts';
import { catalogueRoutes } from './routes.ts';
import { catalogueSettings } from './settings.ts';

const invariant = (name: string, query: SQL): Invariant => ({
  name,
  async check(db: Db) {
    const { rows } = await db.execute<{ checked: bigint; broken: bigint }>(query);
    return rows[0] ?? { checked: 0n, broken: 0n };
  },
});

const invariants = [
  invariant(
    'no product has more reserved than on hand',
    sql`select count(*) as checked, count(*) filter (where reserved < 0 or reserved > on_hand) as broken
        from stock_items`,
  ),
  invariant(
    'the newest price in the history is the price of the product',
    sql`select count(*) as checked,
          count(*) filter (where h.amount is distinct from p.price_amount
            or h.effective_at is distinct from p.price_effective_at) as broken
        from products p left join lateral (
          select amount, effective_at from price_history
          where shop_id = p.shop_id and product_id = p.id order by effective_at desc limit 1
        ) h on true`,
  ),
  invariant(
    'every product has a stock row',
    sql`select count(*) as checked, count(*) filter (where s.product_id is null) as broken
        from products p left join stock_items s on s.shop_id = p.shop_id and s.product_id = p.id`,
  ),
];

export const catalogue: Module = {
  name: 'catalogue',
  routes: catalogueRoutes,
  errors: catalogueErrors,
  events: catalogueEvents,
  settings: catalogueSettings,
  invariants,
};
