-- Lets a statement fail by itself where its guard is missed, with a code of the application's own.
create function refuse(code text, detail text) returns void language plpgsql as $$
begin
  raise exception using errcode = 'MG001', message = code, detail = detail;
end $$;
--> statement-breakpoint
-- An answer of a few kilobytes is written once and hardly ever read: compressing it costs more than it saves.
alter table idempotency_keys set (toast_tuple_target = 8160);
