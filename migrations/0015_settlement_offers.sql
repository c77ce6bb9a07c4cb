CREATE TABLE "settlement_offers" (
	"shop_id" uuid NOT NULL,
	"settlement_id" uuid NOT NULL,
	"round" integer NOT NULL,
	"side" text NOT NULL,
	"actor_kind" text NOT NULL,
	"actor_id" text NOT NULL,
	"amount" bigint NOT NULL,
	"message" text,
	"created_at" timestamp (3) with time zone NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "settlement_offers_shop_id_settlement_id_round_pk" PRIMARY KEY("shop_id","settlement_id","round"),
	CONSTRAINT "settlement_offers_amount" CHECK ("settlement_offers"."amount" > 0 and "settlement_offers"."round" > 0),
	CONSTRAINT "settlement_offers_side" CHECK ("settlement_offers"."side" = case when "settlement_offers"."round" % 2 = 1 then 'shop' else 'customer' end),
	CONSTRAINT "settlement_offers_expiry" CHECK ("settlement_offers"."expires_at" > "settlement_offers"."created_at")
);
--> statement-breakpoint
CREATE TABLE "links" (
	"shop_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"subject_type" text NOT NULL,
	"subject_id" uuid NOT NULL,
	"hash" "bytea" NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"revoked_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "links_shop_id_id_pk" PRIMARY KEY("shop_id","id"),
	CONSTRAINT "links_hash_key" UNIQUE("shop_id","hash"),
	CONSTRAINT "links_expiry" CHECK ("links"."expires_at" > "links"."created_at")
);
--> statement-breakpoint
ALTER TABLE "settlement_lines" DROP CONSTRAINT "settlement_lines_amount";--> statement-breakpoint
ALTER TABLE "settlements" DROP CONSTRAINT "settlements_amount";--> statement-breakpoint
ALTER TABLE "settlements" ALTER COLUMN "payout_method" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "payments" ADD COLUMN "order_id" uuid;--> statement-breakpoint
ALTER TABLE "refunds" ADD COLUMN "order_id" uuid;--> statement-breakpoint
ALTER TABLE "settlement_lines" ADD COLUMN "offered_amount" bigint;--> statement-breakpoint
ALTER TABLE "settlement_lines" ADD COLUMN "is_charge" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "settlements" ADD COLUMN "freight_amount" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "settlements" ADD COLUMN "edit_id" uuid;--> statement-breakpoint
ALTER TABLE "settlements" ADD COLUMN "due_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "settlement_offers" ADD CONSTRAINT "settlement_offers_settlement_fk" FOREIGN KEY ("shop_id","settlement_id") REFERENCES "public"."settlements"("shop_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "links_subject_idx" ON "links" USING btree ("shop_id","subject_type","subject_id","id");--> statement-breakpoint
CREATE INDEX "payments_order_idx" ON "payments" USING btree ("shop_id","order_id","id");--> statement-breakpoint
CREATE INDEX "settlements_due_idx" ON "settlements" USING btree ("shop_id","due_at") WHERE "settlements"."due_at" is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "settlements_open_freight_key" ON "settlements" USING btree ("shop_id","order_id") WHERE "settlements"."freight_amount" > 0 and "settlements"."state" not in ('settled', 'declined', 'expired', 'cancelled');--> statement-breakpoint
ALTER TABLE "settlement_lines" ADD CONSTRAINT "settlement_lines_amount" CHECK ("settlement_lines"."amount" >= 0 and ("settlement_lines"."amount" > 0 or "settlement_lines"."offered_amount" is not null)
        and ("settlement_lines"."is_charge" or "settlement_lines"."amount" + "settlement_lines"."settled_amount" <= "settlement_lines"."paid_net_amount"));--> statement-breakpoint
ALTER TABLE "settlements" ADD CONSTRAINT "settlements_payout" CHECK (("settlements"."payout_method" is null) = ("settlements"."direction" = 'from_customer'));--> statement-breakpoint
ALTER TABLE "settlements" ADD CONSTRAINT "settlements_due" CHECK (case when "settlements"."state" in ('offered', 'countered') then "settlements"."due_at" is not null
        when "settlements"."state" in ('accepted', 'paying', 'failed')
          then ("settlements"."due_at" is not null) = ("settlements"."direction" = 'from_customer')
        else "settlements"."due_at" is null end);--> statement-breakpoint
ALTER TABLE "settlements" ADD CONSTRAINT "settlements_amount" CHECK ("settlements"."amount" > 0 and "settlements"."freight_amount" between 0 and "settlements"."amount");--> statement-breakpoint
-- What was paid before was paid for orders.
update "payments" set "order_id" = "subject_id", "version" = "version" + 1 where "subject_type" = 'order';
--> statement-breakpoint
update "refunds" set "order_id" = "subject_id", "version" = "version" + 1 where "subject_type" = 'order';
--> statement-breakpoint
create trigger settlement_offers_kept before delete or truncate on settlement_offers
  for each statement execute function refuse_change();
--> statement-breakpoint
-- What was written about a person may be taken out; nothing else of an offer ever changes.
create function refuse_offer_change() returns trigger language plpgsql as $$
begin
  if new.message is not null or to_jsonb(new) - 'message' <> to_jsonb(old) - 'message' then
    raise exception '% is insert-only', tg_table_name using errcode = 'integrity_constraint_violation';
  end if;
  return new;
end $$;
--> statement-breakpoint
create trigger settlement_offers_insert_only before update on settlement_offers
  for each row execute function refuse_offer_change();
