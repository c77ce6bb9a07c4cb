-- Processes remember the credentials that they have seen. They hear of every change, whoever makes it.
create function tell_credential_change() returns trigger language plpgsql as $$
begin
  perform pg_notify('makegood_credentials', (case tg_table_name when 'shops' then to_jsonb(old) ->> 'id'
    else to_jsonb(coalesce(old, new)) ->> 'shop_id' end));
  return null;
end $$;
--> statement-breakpoint
create trigger api_keys_told after update or delete on api_keys
  for each row execute function tell_credential_change();
--> statement-breakpoint
create trigger shops_told after update or delete on shops
  for each row execute function tell_credential_change();
--> statement-breakpoint
create trigger revoked_customers_told after insert or update or delete on revoked_customers
  for each row execute function tell_credential_change();
