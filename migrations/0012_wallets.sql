CREATE TABLE "wallet_movements" (
	"shop_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"customer_id" uuid NOT NULL,
	"position" integer NOT NULL,
	"kind" text NOT NULL,
	"amount" bigint NOT NULL,
	"currency" text NOT NULL,
	"reason" text,
	"note" text,
	"balance_after" bigint NOT NULL,
	"transfer_id" uuid NOT NULL,
	"subject_type" text,
	"subject_id" uuid,
	"actor_kind" text NOT NULL,
	"actor_id" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "wallet_movements_shop_id_id_pk" PRIMARY KEY("shop_id","id"),
	CONSTRAINT "wallet_movements_position_key" UNIQUE("shop_id","customer_id","position"),
	CONSTRAINT "wallet_movements_kind" CHECK ("wallet_movements"."kind" in ('credited', 'spent', 'refunded', 'withdrawn', 'merged_in', 'merged_out')),
	CONSTRAINT "wallet_movements_amount" CHECK ("wallet_movements"."amount" <> 0 and ("wallet_movements"."kind" in ('credited', 'refunded', 'merged_in')) = ("wallet_movements"."amount" > 0)),
	CONSTRAINT "wallet_movements_balance" CHECK ("wallet_movements"."balance_after" >= 0 and "wallet_movements"."balance_after" >= "wallet_movements"."amount" and "wallet_movements"."position" > 0),
	CONSTRAINT "wallet_movements_reason" CHECK (("wallet_movements"."kind" = 'credited') = ("wallet_movements"."reason" is not null)
        and "wallet_movements"."reason" in ('goodwill', 'cash', 'price_difference')),
	CONSTRAINT "wallet_movements_subject" CHECK (("wallet_movements"."subject_type" is null) = ("wallet_movements"."subject_id" is null))
);
--> statement-breakpoint
ALTER TABLE "wallet_movements" ADD CONSTRAINT "wallet_movements_transfer_fk" FOREIGN KEY ("shop_id","transfer_id") REFERENCES "public"."ledger_transfers"("shop_id","id") ON DELETE no action ON UPDATE no action;
--> statement-breakpoint
create trigger wallet_movements_kept before delete or truncate on wallet_movements
  for each statement execute function refuse_change();
--> statement-breakpoint
-- What was written about a person may be taken out; nothing else of a movement ever changes.
create function refuse_movement_change() returns trigger language plpgsql as $$
begin
  if new.note is not null or to_jsonb(new) - 'note' <> to_jsonb(old) - 'note' then
    raise exception '% is insert-only', tg_table_name using errcode = 'integrity_constraint_violation';
  end if;
  return new;
end $$;
--> statement-breakpoint
create trigger wallet_movements_insert_only before update on wallet_movements
  for each row execute function refuse_movement_change();
