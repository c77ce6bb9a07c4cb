CREATE TABLE "ledger_snapshots" (
	"shop_id" uuid NOT NULL,
	"account" text NOT NULL,
	"unit" text NOT NULL,
	"balance" bigint NOT NULL,
	"entry_count" bigint NOT NULL,
	"taken_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "ledger_snapshots_shop_id_account_unit_pk" PRIMARY KEY("shop_id","account","unit"),
	CONSTRAINT "ledger_snapshots_entry_count" CHECK ("ledger_snapshots"."entry_count" > 0)
);
--> statement-breakpoint
CREATE TABLE "ledger_tail" (
	"shop_id" uuid NOT NULL,
	"transfer_id" uuid NOT NULL,
	"position" integer NOT NULL,
	"account" text NOT NULL,
	"unit" text NOT NULL,
	"amount" bigint NOT NULL,
	CONSTRAINT "ledger_tail_shop_id_transfer_id_position_pk" PRIMARY KEY("shop_id","transfer_id","position")
);
--> statement-breakpoint
ALTER TABLE "ledger_snapshots" ADD CONSTRAINT "ledger_snapshots_shop_id_shops_id_fk" FOREIGN KEY ("shop_id") REFERENCES "public"."shops"("id") ON DELETE no action ON UPDATE no action;
--> statement-breakpoint
-- Whoever writes an entry writes it into the tail: no snapshot can miss one. Made before the sums are taken, because it keeps
-- writers out until they are.
create function keep_ledger_tail() returns trigger language plpgsql as $$
begin
  insert into ledger_tail (shop_id, transfer_id, position, account, unit, amount)
  select a.shop_id, a.transfer_id, a.position, a.account, t.unit, a.amount
  from added a join ledger_transfers t on t.shop_id = a.shop_id and t.id = a.transfer_id
  where a.owner_id is null;
  return null;
end $$;
--> statement-breakpoint
create trigger ledger_entries_tail after insert on ledger_entries referencing new table as added
  for each statement execute function keep_ledger_tail();
--> statement-breakpoint
insert into ledger_snapshots (shop_id, account, unit, balance, entry_count, taken_at)
select e.shop_id, e.account, t.unit, sum(e.amount), count(*), now()
from ledger_entries e join ledger_transfers t on t.shop_id = e.shop_id and t.id = e.transfer_id
where e.owner_id is null group by e.shop_id, e.account, t.unit;
--> statement-breakpoint
-- Rows come and go: what is gone has to be cleared away long before a fifth of the table is.
alter table ledger_tail set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000,
  autovacuum_vacuum_insert_threshold = -1);
