-- Who writes a resource writes all of it, if it still has the version that was read. That is safe only while every statement that
-- changes a row raises its version, so the database itself refuses one that does not.
create function refuse_same_version() returns trigger language plpgsql as $$
begin
  raise exception 'a change of % does not raise its version', tg_table_name using errcode = 'integrity_constraint_violation';
end $$;
--> statement-breakpoint
create trigger orders_version_rises before update on orders
  for each row when (new.version <= old.version) execute function refuse_same_version();
--> statement-breakpoint
create trigger payments_version_rises before update on payments
  for each row when (new.version <= old.version) execute function refuse_same_version();
--> statement-breakpoint
create trigger refunds_version_rises before update on refunds
  for each row when (new.version <= old.version) execute function refuse_same_version();
--> statement-breakpoint
create trigger products_version_rises before update on products
  for each row when (new.version <= old.version) execute function refuse_same_version();
--> statement-breakpoint
create trigger customers_version_rises before update on customers
  for each row when (new.version <= old.version) execute function refuse_same_version();
--> statement-breakpoint
create trigger stock_items_version_rises before update on stock_items
  for each row when (new.version <= old.version) execute function refuse_same_version();
