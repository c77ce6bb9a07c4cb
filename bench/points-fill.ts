import { systemClock } from '../src/platform/clock.ts';
import { type Ctx, type Deps, systemContext } from '../src/platform/context.ts';
import { createLogger } from '../src/platform/logging.ts';
import { createShop } from '../src/platform/shops/manage.ts';
import { getShop } from '../src/platform/shops/shop.ts';
import type { Stage } from './stage.ts';

/** A shop of the stage, with what its flows need. */
export async function makeBenchShop(stage: Stage): Promise<Ctx> {
  const config = { tokenSecret: 'a secret that only the benchmark knows' };
  const log = createLogger('warn');
  const shared = { config, db: stage.db, clock: systemClock, log, wakeDispatcher: () => undefined };
  const deps = shared as unknown as Deps;
  const { shop } = await createShop(deps, { name: 'Bench', currency: 'USD', timezone: 'Europe/Berlin' });
  return systemContext(deps, await getShop(stage.db, shop.id), 'bench');
}

// What members have left of an order of long ago: nothing.
const PAST = [
  `insert into point_accruals (shop_id, order_id, customer_id, programme_version, tier_multiplier_bps, campaign_multiplier_bps,
     earned_points, kept_amount, earned_at)
   select shop_id, customer_id, customer_id, 1, 10000, 10000, 30, 3000, enrolled_at from loyalty_members where shop_id = $1`,
  `insert into point_accrual_lines (shop_id, order_id, line_id, basis_amount, kept_amount, earned_points)
   select shop_id, order_id, gen_random_uuid(), 1000, 1000, 10 from point_accruals cross join generate_series(1, 3)
   where shop_id = $1`,
  `insert into point_lots (shop_id, id, customer_id, state, source, source_key, order_id, granted_points, left_points, priority,
     is_promotional, programme_version, granted_at, activates_at, expires_at)
   select shop_id, gen_random_uuid(), customer_id, 'active', 'order', order_id, order_id, 30, 0, 0, false, 1, earned_at,
     earned_at, earned_at + interval '2 years' from point_accruals where shop_id = $1`,
  `insert into point_movements (shop_id, customer_id, position, kind, lot_id, points, balance_after, operation_id, actor_kind,
     actor_id, created_at)
   select shop_id, customer_id, 1, 'granted', id, 30, 30, id, 'system', 'bench', granted_at from point_lots where shop_id = $1`,
];

// Points that never run out, to spend.
const PLENTY = [
  `insert into point_lots (shop_id, id, customer_id, state, source, source_key, granted_points, left_points, priority,
     is_promotional, programme_version, granted_at, activates_at, expires_at)
   select shop_id, gen_random_uuid(), customer_id, 'active', 'staff', customer_id, 100000000, 100000000, 0, true, 1,
     enrolled_at, enrolled_at, enrolled_at + interval '2 years' from loyalty_members where shop_id = $1`,
  `insert into point_movements (shop_id, customer_id, position, kind, lot_id, points, balance_after, operation_id, actor_kind,
     actor_id, created_at)
   select shop_id, customer_id, 2, 'granted', id, 100000000, 100000000, id, 'system', 'bench', granted_at from point_lots
   where shop_id = $1 and source = 'staff'`,
  `update loyalty_members set active_points = 100000000, movement_count = 2, due_at = enrolled_at + interval '2 years',
     version = version + 1 where shop_id = $1`,
];

/** So many members with points: their ids. */
export async function fillMembers({ db }: Stage, shopId: string, members: number): Promise<string[]> {
  const { rows } = await db.$client.query<{ id: string }>(
    `with made as (insert into customers (shop_id, id, name, created_at, updated_at)
       select $1, gen_random_uuid(), 'Member ' || i, now(), now() from generate_series(1, $2::int) i returning id)
     select id from made`,
    [shopId, members],
  );
  await db.$client.query(
    `insert into loyalty_members (shop_id, customer_id, active_points, pending_points, movement_count, enrolled_at, updated_at)
     select shop_id, id, 0, 0, 1, now() - interval '1 day', now() from customers where shop_id = $1`,
    [shopId],
  );
  // On empty tables Postgres makes plans that a shop meets on its first day only: each member has an order already.
  for (const text of [...PAST, ...PLENTY]) await db.$client.query(text, [shopId]);
  await db.$client.query('vacuum analyze');
  return rows.map(({ id }) => id);
}
