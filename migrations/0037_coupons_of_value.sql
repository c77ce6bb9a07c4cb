-- What was promised as a coupon becomes a coupon of a value, with a code of 80 random bits, of a definition of the shop's own.
insert into coupon_definitions (shop_id, id, name, kind, state, assignment, prefix, uses_per_code, goes_with_parcel, created_at, updated_at)
select shop_id, gen_random_uuid(), 'Amount off', 'value', 'active', 'assigned', '', 1, false, min(created_at), min(created_at)
from coupon_promises group by shop_id;
--> statement-breakpoint
insert into coupons (shop_id, id, definition_id, code, customer_id, state, valid_until, expire_due_at, uses_limit, held, used, amount,
  from_type, from_id, rest_of_id, taken_for_type, taken_for_id, taken_at, created_at, updated_at)
select p.shop_id, p.id, d.id,
  (select string_agg(substr('0123456789ABCDEFGHJKMNPQRSTVWXYZ', get_byte(r.bytes, i) % 32 + 1, 1), '' order by i)
    from generate_series(0, 15) i),
  p.customer_id, case when p.state in ('expired', 'revoked') then p.state else 'active' end, p.expires_at,
  case when p.state = 'issued' then p.expires_at end, 1, case when p.state = 'held' then 1 else 0 end,
  case when p.state = 'used' then 1 else 0 end, p.amount, p.from_type, p.from_id, p.rest_of_id, p.used_for_type, p.used_for_id,
  p.used_at, p.created_at, p.updated_at
from coupon_promises p join coupon_definitions d on d.shop_id = p.shop_id and d.kind = 'value'
-- Of the row's own id as well, so that each row has bytes of its own.
cross join lateral (select sha256(convert_to(p.id::text || gen_random_uuid()::text || gen_random_uuid()::text, 'UTF8')) as bytes) r;
--> statement-breakpoint
-- The same names for what payments and settings say about them.
update payments set options = options - 'couponPromiseId' || jsonb_build_object('couponId', options->'couponPromiseId'),
  version = version + 1 where options ? 'couponPromiseId';
--> statement-breakpoint
update shops set settings = jsonb_set(settings #- '{wallets,couponPromiseDays}', '{campaigns}', coalesce(settings->'campaigns', '{}')
    || jsonb_build_object('valueCouponDays', settings #> '{wallets,couponPromiseDays}')),
  version = version + 1 where settings #> '{wallets,couponPromiseDays}' is not null;
--> statement-breakpoint
update webhook_endpoints e set version = version + 1,
  types = (select array_agg(distinct regexp_replace(t, '^coupon_promise\.', 'coupon.')) from unnest(e.types) t)
where exists (select 1 from unnest(e.types) t where t like 'coupon\_promise.%');
--> statement-breakpoint
drop table coupon_promises;
