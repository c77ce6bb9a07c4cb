import { sql } from 'drizzle-orm';
import { sqlInvariant } from '../../platform/invariants.ts';
import type { Module } from '../../platform/module.ts';
import { catalogueErrors } from './errors.ts';
import { catalogueEvents } from './events.ts';
import { catalogueRoutes } from './routes.ts';
import { catalogueSettings } from './settings.ts';

const invariants = [
  sqlInvariant(
    'no product has more reserved than on hand',
    sql`select count(*) as checked, count(*) filter (where reserved < 0 or reserved > on_hand) as broken
        from stock_items`,
  ),
  sqlInvariant(
    'the newest price in the history is the price of the product',
    sql`select count(*) as checked,
          count(*) filter (where h.amount is distinct from p.price_amount
            or h.effective_at is distinct from p.price_effective_at) as broken
        from products p left join lateral (
          select amount, effective_at from price_history
          where shop_id = p.shop_id and product_id = p.id order by effective_at desc limit 1
        ) h on true`,
  ),
  sqlInvariant(
    'every product has a stock row',
    sql`select count(*) as checked, count(*) filter (where s.product_id is null) as broken
        from products p left join stock_items s on s.shop_id = p.shop_id and s.product_id = p.id`,
  ),
];

export const catalogue: Module = {
  name: 'catalogue',
  tags: {
    Products: 'What the shop sells.',
    Prices: 'The prices of a product, now and then.',
    Stock: 'How many pieces there are, and how many of them are promised.',
    Storefront: 'The catalogue as a shop front end shows it.',
  },
  routes: catalogueRoutes,
  errors: catalogueErrors,
  events: catalogueEvents,
  settings: catalogueSettings,
  invariants,
};
