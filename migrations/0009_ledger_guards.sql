create trigger ledger_transfers_insert_only before update or delete or truncate on ledger_transfers
  for each statement execute function refuse_change();
--> statement-breakpoint
create trigger ledger_entries_insert_only before update or delete or truncate on ledger_entries
  for each statement execute function refuse_change();
--> statement-breakpoint
-- The entries of a transfer are written by one statement: whatever they are, they sum to zero.
create function refuse_unbalanced() returns trigger language plpgsql as $$
begin
  if exists (select 1 from added group by shop_id, transfer_id having sum(amount) <> 0) then
    raise exception 'the entries of a transfer do not sum to zero' using errcode = 'integrity_constraint_violation';
  end if;
  return null;
end $$;
--> statement-breakpoint
create trigger ledger_entries_balanced after insert on ledger_entries referencing new table as added
  for each statement execute function refuse_unbalanced();
--> statement-breakpoint
-- The books of what happened before there were books. What was cancelled by then has no entry for its price.
create function pg_temp.id_at(at timestamptz) returns uuid language sql volatile as $$
  select (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '7' || substr(r, 1, 3) || '8' || substr(r, 4, 15))::uuid
  from (select replace(gen_random_uuid()::text, '-', '') as r) random
$$;
--> statement-breakpoint
create temporary table past on commit drop as
select shop_id, pg_temp.id_at(placed_at) as id, 'order_placed' as kind, 'order_placed:' || id as reference, currency as unit,
    placed_at as at, total_amount as amount, 'receivable' as debit, id as debit_owner, 'sales' as credit, null::uuid as credit_owner
  from orders where status <> 'cancelled' and total_amount > 0
union all
select shop_id, pg_temp.id_at(succeeded_at), 'payment_captured', 'payment_captured:' || id, currency, succeeded_at, amount,
    'funds:' || provider, null, 'clearing', subject_id
  from payments where state = 'succeeded'
union all
select shop_id, pg_temp.id_at(coalesce(paid_at, updated_at)), 'payment_applied', 'payment_applied:' || id, currency,
    coalesce(paid_at, updated_at), least(paid_amount - refunded_amount, total_amount), 'clearing', id, 'receivable', id
  from orders where status <> 'cancelled' and least(paid_amount - refunded_amount, total_amount) > 0
union all
select r.shop_id, pg_temp.id_at(r.finished_at), 'refund_paid', 'refund_paid:' || r.id || ':' || r.attempt, r.currency, r.finished_at,
    r.amount, 'clearing', r.subject_id, 'funds:' || p.provider, null
  from refunds r join payments p on p.shop_id = r.shop_id and p.id = r.payment_id where r.state = 'succeeded';
--> statement-breakpoint
insert into ledger_transfers (shop_id, id, kind, reference, unit, effective_at, recorded_at)
  select shop_id, id, kind, reference, unit, at, now() from past;
--> statement-breakpoint
insert into ledger_entries (shop_id, transfer_id, position, account, owner_id, amount)
  select shop_id, id, 1, debit, debit_owner, amount from past
  union all select shop_id, id, 2, credit, credit_owner, -amount from past;
