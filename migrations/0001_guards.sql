-- What must never be changed is refused by the database itself, whoever asks.
create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% is insert-only', tg_table_name using errcode = 'integrity_constraint_violation';
end $$;

create trigger order_timeline_insert_only before update or delete or truncate on order_timeline
  for each statement execute function refuse_change();
create trigger payment_events_insert_only before update or delete or truncate on payment_events
  for each statement execute function refuse_change();
create trigger audit_entries_insert_only before update or delete or truncate on audit_entries
  for each statement execute function refuse_change();
create trigger stock_adjustments_insert_only before update or delete or truncate on stock_adjustments
  for each statement execute function refuse_change();
create trigger price_history_insert_only before update or delete or truncate on price_history
  for each statement execute function refuse_change();
