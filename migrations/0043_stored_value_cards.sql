CREATE TABLE "card_load_gifts" (
	"shop_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"load_id" uuid NOT NULL,
	"product_id" uuid NOT NULL,
	"quantity" integer NOT NULL,
	"state" text NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "card_load_gifts_shop_id_id_pk" PRIMARY KEY("shop_id","id"),
	CONSTRAINT "card_load_gifts_state" CHECK ("card_load_gifts"."state" in ('promised', 'owed', 'handed_over', 'cancelled')),
	CONSTRAINT "card_load_gifts_quantity" CHECK ("card_load_gifts"."quantity" > 0)
);
--> statement-breakpoint
CREATE TABLE "card_loads" (
	"shop_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"card_id" uuid NOT NULL,
	"offer_id" uuid,
	"state" text NOT NULL,
	"paid_amount" bigint NOT NULL,
	"bonus_amount" bigint NOT NULL,
	"refunded_amount" bigint NOT NULL,
	"terms_number" integer NOT NULL,
	"terms_text" text NOT NULL,
	"full_refund_days" integer NOT NULL,
	"is_handed_on" boolean NOT NULL,
	"due_at" timestamp (3) with time zone,
	"loaded_at" timestamp (3) with time zone,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "card_loads_shop_id_id_pk" PRIMARY KEY("shop_id","id"),
	CONSTRAINT "card_loads_state" CHECK ("card_loads"."state" in ('pending', 'active', 'cancelled')),
	CONSTRAINT "card_loads_times" CHECK (("card_loads"."state" = 'pending') = ("card_loads"."due_at" is not null) and ("card_loads"."state" = 'active') = ("card_loads"."loaded_at" is not null)),
	CONSTRAINT "card_loads_amounts" CHECK ("card_loads"."paid_amount" > 0 and "card_loads"."bonus_amount" >= 0 and "card_loads"."refunded_amount" between 0 and "card_loads"."paid_amount"
        and ("card_loads"."refunded_amount" = 0 or "card_loads"."state" = 'active') and "card_loads"."full_refund_days" >= 0)
);
--> statement-breakpoint
CREATE TABLE "card_offers" (
	"shop_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"paid_amount" bigint NOT NULL,
	"bonus_amount" bigint NOT NULL,
	"gifts" jsonb NOT NULL,
	"is_open" boolean NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "card_offers_shop_id_id_pk" PRIMARY KEY("shop_id","id"),
	CONSTRAINT "card_offers_amounts" CHECK ("card_offers"."paid_amount" > 0 and "card_offers"."bonus_amount" >= 0)
);
--> statement-breakpoint
CREATE TABLE "card_terms" (
	"shop_id" uuid NOT NULL,
	"number" integer NOT NULL,
	"text" text NOT NULL,
	"actor_kind" text NOT NULL,
	"actor_id" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "card_terms_shop_id_number_pk" PRIMARY KEY("shop_id","number"),
	CONSTRAINT "card_terms_text" CHECK ("card_terms"."number" > 0 and "card_terms"."text" <> '')
);
--> statement-breakpoint
CREATE TABLE "cards" (
	"shop_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"kind" text NOT NULL,
	"customer_id" uuid,
	"code_hash" "bytea",
	"last_four" text,
	"state" text NOT NULL,
	"principal_amount" bigint NOT NULL,
	"bonus_amount" bigint NOT NULL,
	"currency" text NOT NULL,
	"movement_count" integer NOT NULL,
	"expires_at" timestamp (3) with time zone,
	"replaced_by_id" uuid,
	"note" text,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "cards_shop_id_id_pk" PRIMARY KEY("shop_id","id"),
	CONSTRAINT "cards_code_key" UNIQUE("shop_id","code_hash"),
	CONSTRAINT "cards_kind" CHECK (("cards"."kind" = 'named' and "cards"."customer_id" is not null and "cards"."code_hash" is null and "cards"."last_four" is null
          and "cards"."expires_at" is null)
        or ("cards"."kind" = 'bearer' and "cards"."customer_id" is null and "cards"."code_hash" is not null and "cards"."last_four" is not null)),
	CONSTRAINT "cards_state" CHECK ("cards"."state" in ('pending', 'active', 'frozen', 'closed')),
	CONSTRAINT "cards_amounts" CHECK ("cards"."principal_amount" >= 0 and "cards"."bonus_amount" >= 0
        and ("cards"."principal_amount" + "cards"."bonus_amount" = 0 or "cards"."state" in ('active', 'frozen'))),
	CONSTRAINT "cards_replaced" CHECK ("cards"."replaced_by_id" is null or "cards"."state" = 'closed')
);
--> statement-breakpoint
CREATE TABLE "card_lots" (
	"shop_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"card_id" uuid NOT NULL,
	"load_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"granted_amount" bigint NOT NULL,
	"left_amount" bigint NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "card_lots_shop_id_id_pk" PRIMARY KEY("shop_id","id"),
	CONSTRAINT "card_lots_load_key" UNIQUE("shop_id","load_id","kind"),
	CONSTRAINT "card_lots_kind" CHECK ("card_lots"."kind" in ('principal', 'bonus')),
	CONSTRAINT "card_lots_amounts" CHECK ("card_lots"."granted_amount" > 0 and "card_lots"."left_amount" between 0 and "card_lots"."granted_amount")
);
--> statement-breakpoint
CREATE TABLE "card_movements" (
	"shop_id" uuid NOT NULL,
	"card_id" uuid NOT NULL,
	"position" integer NOT NULL,
	"kind" text NOT NULL,
	"lot_id" uuid NOT NULL,
	"lot_kind" text NOT NULL,
	"amount" bigint NOT NULL,
	"balance_after" bigint NOT NULL,
	"transfer_id" uuid NOT NULL,
	"subject_type" text NOT NULL,
	"subject_id" uuid NOT NULL,
	"actor_kind" text NOT NULL,
	"actor_id" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "card_movements_shop_id_card_id_position_pk" PRIMARY KEY("shop_id","card_id","position"),
	CONSTRAINT "card_movements_kind" CHECK ("card_movements"."kind" in ('loaded', 'spent', 'refunded', 'paid_back', 'forfeited', 'reissued_out', 'reissued_in')
        and "card_movements"."lot_kind" in ('principal', 'bonus')),
	CONSTRAINT "card_movements_amount" CHECK ("card_movements"."amount" <> 0 and ("card_movements"."kind" in ('loaded', 'refunded', 'reissued_in')) = ("card_movements"."amount" > 0)),
	CONSTRAINT "card_movements_balance" CHECK ("card_movements"."balance_after" >= 0 and "card_movements"."balance_after" >= "card_movements"."amount" and "card_movements"."position" > 0)
);
--> statement-breakpoint
CREATE TABLE "card_refunds" (
	"shop_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"card_id" uuid NOT NULL,
	"load_id" uuid NOT NULL,
	"cause" text NOT NULL,
	"rule" text NOT NULL,
	"consumed_amount" bigint NOT NULL,
	"along_payment_amount" bigint NOT NULL,
	"manual_amount" bigint NOT NULL,
	"forfeited_amount" bigint NOT NULL,
	"actor_kind" text NOT NULL,
	"actor_id" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "card_refunds_shop_id_id_pk" PRIMARY KEY("shop_id","id"),
	CONSTRAINT "card_refunds_cause" CHECK ("card_refunds"."cause" in ('merchant', 'customer')),
	CONSTRAINT "card_refunds_rule" CHECK ("card_refunds"."rule" in ('unused_in_full', 'discounted_share', 'price_before_discount')),
	CONSTRAINT "card_refunds_amounts" CHECK ("card_refunds"."consumed_amount" >= 0 and "card_refunds"."along_payment_amount" >= 0 and "card_refunds"."manual_amount" >= 0 and "card_refunds"."forfeited_amount" >= 0)
);
--> statement-breakpoint
CREATE TABLE "card_uses" (
	"shop_id" uuid NOT NULL,
	"payment_id" uuid NOT NULL,
	"lot_id" uuid NOT NULL,
	"load_id" uuid NOT NULL,
	"face_amount" bigint NOT NULL,
	"list_amount" bigint NOT NULL,
	"returned_amount" bigint NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "card_uses_shop_id_payment_id_lot_id_pk" PRIMARY KEY("shop_id","payment_id","lot_id"),
	CONSTRAINT "card_uses_amounts" CHECK ("card_uses"."face_amount" > 0 and "card_uses"."list_amount" >= "card_uses"."face_amount" and "card_uses"."returned_amount" between 0 and "card_uses"."face_amount")
);
--> statement-breakpoint
ALTER TABLE "card_load_gifts" ADD CONSTRAINT "card_load_gifts_load_fk" FOREIGN KEY ("shop_id","load_id") REFERENCES "public"."card_loads"("shop_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "card_loads" ADD CONSTRAINT "card_loads_card_fk" FOREIGN KEY ("shop_id","card_id") REFERENCES "public"."cards"("shop_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "card_loads" ADD CONSTRAINT "card_loads_terms_fk" FOREIGN KEY ("shop_id","terms_number") REFERENCES "public"."card_terms"("shop_id","number") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "card_offers" ADD CONSTRAINT "card_offers_shop_id_shops_id_fk" FOREIGN KEY ("shop_id") REFERENCES "public"."shops"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "card_terms" ADD CONSTRAINT "card_terms_shop_id_shops_id_fk" FOREIGN KEY ("shop_id") REFERENCES "public"."shops"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "cards" ADD CONSTRAINT "cards_shop_id_shops_id_fk" FOREIGN KEY ("shop_id") REFERENCES "public"."shops"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "card_lots" ADD CONSTRAINT "card_lots_load_fk" FOREIGN KEY ("shop_id","load_id") REFERENCES "public"."card_loads"("shop_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "card_movements" ADD CONSTRAINT "card_movements_card_fk" FOREIGN KEY ("shop_id","card_id") REFERENCES "public"."cards"("shop_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "card_movements" ADD CONSTRAINT "card_movements_transfer_fk" FOREIGN KEY ("shop_id","transfer_id") REFERENCES "public"."ledger_transfers"("shop_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "card_refunds" ADD CONSTRAINT "card_refunds_load_fk" FOREIGN KEY ("shop_id","load_id") REFERENCES "public"."card_loads"("shop_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "card_uses" ADD CONSTRAINT "card_uses_lot_fk" FOREIGN KEY ("shop_id","lot_id") REFERENCES "public"."card_lots"("shop_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "card_load_gifts_load_idx" ON "card_load_gifts" USING btree ("shop_id","load_id","id");--> statement-breakpoint
CREATE INDEX "card_loads_card_idx" ON "card_loads" USING btree ("shop_id","card_id","id");--> statement-breakpoint
CREATE INDEX "card_loads_due_idx" ON "card_loads" USING btree ("shop_id","due_at") WHERE "card_loads"."due_at" is not null;--> statement-breakpoint
CREATE INDEX "cards_customer_idx" ON "cards" USING btree ("shop_id","customer_id","id") WHERE "cards"."customer_id" is not null;--> statement-breakpoint
CREATE INDEX "card_lots_card_idx" ON "card_lots" USING btree ("shop_id","card_id","load_id");--> statement-breakpoint
CREATE INDEX "card_refunds_load_idx" ON "card_refunds" USING btree ("shop_id","load_id");--> statement-breakpoint
CREATE INDEX "card_uses_load_idx" ON "card_uses" USING btree ("shop_id","load_id");
--> statement-breakpoint
create trigger cards_version_rises before update on cards
  for each row when (new.version <= old.version) execute function refuse_same_version();
--> statement-breakpoint
create trigger card_offers_version_rises before update on card_offers
  for each row when (new.version <= old.version) execute function refuse_same_version();
--> statement-breakpoint
create trigger card_loads_version_rises before update on card_loads
  for each row when (new.version <= old.version) execute function refuse_same_version();
--> statement-breakpoint
create trigger card_terms_insert_only before update or delete or truncate on card_terms
  for each statement execute function refuse_change();
--> statement-breakpoint
create trigger card_movements_insert_only before update or delete or truncate on card_movements
  for each statement execute function refuse_change();
--> statement-breakpoint
create trigger card_refunds_insert_only before update or delete or truncate on card_refunds
  for each statement execute function refuse_change();
