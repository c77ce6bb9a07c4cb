import { sql } from 'drizzle-orm';
import { sqlInvariant as invariant } from '../../platform/invariants.ts';
import type { Invariant } from '../../platform/module.ts';

const owns = (table: string) =>
  sql.raw(`exists (select 1 from ${table} o where o.shop_id = c.shop_id and o.customer_id = c.id)`);

/** What `npm run verify` checks about customers. */
export const customerInvariants: readonly Invariant[] = [
  invariant(
    'an erased customer has no contact point, address, consent, purchase or external id, and no token counts',
    sql`select count(*) as checked, count(*) filter (
          where c.external_id is not null or c.staff_note is not null or ${owns('contact_points')}
            or ${owns('customer_addresses')} or ${owns('consents')} or ${owns('customer_purchases')}
            or not ${owns('revoked_customers')}
            or exists (select 1 from customers t where t.shop_id = c.shop_id and t.merged_into_id = c.id
              and t.external_id is not null)) as broken
        from customers c where c.erased_at is not null`,
  ),
  invariant(
    'a merged customer has nothing left and names one that survives',
    sql`select count(*) as checked, count(*) filter (
          where s.id is null or s.merged_into_id is not null or ${owns('contact_points')}
            or ${owns('customer_addresses')} or ${owns('consents')} or ${owns('customer_purchases')}
            or not ${owns('revoked_customers')}) as broken
        from customers c left join customers s on s.shop_id = c.shop_id and s.id = c.merged_into_id
        where c.merged_into_id is not null`,
  ),
  invariant(
    'no purchase amounts to less than nothing',
    sql`select count(*) as checked, count(*) filter (where amount < 0) as broken from customer_purchases`,
  ),
  invariant(
    'a customer has at most one primary contact point of a kind',
    sql`select count(*) as checked, count(*) filter (where primaries > 1) as broken
        from (select count(*) filter (where is_primary) as primaries from contact_points
          group by shop_id, customer_id, kind) kinds`,
  ),
];
