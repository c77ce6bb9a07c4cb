CREATE TABLE "gift_grants" (
	"shop_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"customer_id" uuid NOT NULL,
	"source" text NOT NULL,
	"source_key" text NOT NULL,
	"product_id" uuid,
	"name" text NOT NULL,
	"state" text NOT NULL,
	"quantity" integer NOT NULL,
	"claim_code_hash" text,
	"handed_over_at" timestamp (3) with time zone,
	"handed_over_by" text,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "gift_grants_shop_id_id_pk" PRIMARY KEY("shop_id","id"),
	CONSTRAINT "gift_grants_source_key" UNIQUE("source_key","source","shop_id"),
	CONSTRAINT "gift_grants_claim_code_key" UNIQUE("shop_id","claim_code_hash"),
	CONSTRAINT "gift_grants_state" CHECK ("gift_grants"."state" in ('open', 'handed_over', 'cancelled')),
	CONSTRAINT "gift_grants_handed_over" CHECK (("gift_grants"."state" = 'handed_over') = ("gift_grants"."handed_over_at" is not null)
        and ("gift_grants"."handed_over_at" is null) = ("gift_grants"."handed_over_by" is null)),
	CONSTRAINT "gift_grants_quantity" CHECK ("gift_grants"."quantity" >= 0 and ("gift_grants"."quantity" > 0 or "gift_grants"."state" = 'cancelled'))
);
--> statement-breakpoint
CREATE TABLE "gift_takers" (
	"shop_id" uuid NOT NULL,
	"gift_id" uuid NOT NULL,
	"customer_id" uuid NOT NULL,
	"quantity" integer NOT NULL,
	CONSTRAINT "gift_takers_shop_id_gift_id_customer_id_pk" PRIMARY KEY("shop_id","gift_id","customer_id"),
	CONSTRAINT "gift_takers_quantity" CHECK ("gift_takers"."quantity" >= 0)
);
--> statement-breakpoint
CREATE TABLE "loyalty_gifts" (
	"shop_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"name" text NOT NULL,
	"description" text,
	"product_id" uuid,
	"state" text NOT NULL,
	"price_points" bigint NOT NULL,
	"minimum_tier_key" text,
	"stocked_quantity" integer NOT NULL,
	"left_quantity" integer NOT NULL,
	"member_limit" integer,
	"available_from" timestamp (3) with time zone,
	"available_until" timestamp (3) with time zone,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "loyalty_gifts_shop_id_id_pk" PRIMARY KEY("shop_id","id"),
	CONSTRAINT "loyalty_gifts_state" CHECK ("loyalty_gifts"."state" in ('active', 'archived')),
	CONSTRAINT "loyalty_gifts_quantities" CHECK ("loyalty_gifts"."price_points" > 0 and "loyalty_gifts"."left_quantity" between 0 and "loyalty_gifts"."stocked_quantity" and ("loyalty_gifts"."member_limit" is null or "loyalty_gifts"."member_limit" > 0)),
	CONSTRAINT "loyalty_gifts_times" CHECK ("loyalty_gifts"."available_until" > "loyalty_gifts"."available_from")
);
--> statement-breakpoint
CREATE TABLE "redemptions" (
	"shop_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"customer_id" uuid NOT NULL,
	"gift_id" uuid NOT NULL,
	"gift_name" text NOT NULL,
	"state" text NOT NULL,
	"quantity" integer NOT NULL,
	"cancelled_quantity" integer DEFAULT 0 NOT NULL,
	"unit_points" bigint NOT NULL,
	"spending_id" uuid NOT NULL,
	"redeemed_at" timestamp (3) with time zone,
	"due_at" timestamp (3) with time zone,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "redemptions_shop_id_id_pk" PRIMARY KEY("shop_id","id"),
	CONSTRAINT "redemptions_state" CHECK ("redemptions"."state" in ('held', 'redeemed', 'cancelled', 'expired')),
	CONSTRAINT "redemptions_due" CHECK (("redemptions"."state" = 'held') = ("redemptions"."due_at" is not null)),
	CONSTRAINT "redemptions_quantity" CHECK ("redemptions"."quantity" > 0 and "redemptions"."unit_points" > 0 and "redemptions"."cancelled_quantity" between 0 and "redemptions"."quantity"
        and ("redemptions"."state" in ('cancelled', 'expired')) = ("redemptions"."cancelled_quantity" = "redemptions"."quantity"))
);
--> statement-breakpoint
ALTER TABLE "gift_grants" ADD CONSTRAINT "gift_grants_customer_fk" FOREIGN KEY ("shop_id","customer_id") REFERENCES "public"."customers"("shop_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "gift_grants" ADD CONSTRAINT "gift_grants_product_fk" FOREIGN KEY ("shop_id","product_id") REFERENCES "public"."products"("shop_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "gift_takers" ADD CONSTRAINT "gift_takers_gift_fk" FOREIGN KEY ("shop_id","gift_id") REFERENCES "public"."loyalty_gifts"("shop_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "loyalty_gifts" ADD CONSTRAINT "loyalty_gifts_product_fk" FOREIGN KEY ("shop_id","product_id") REFERENCES "public"."products"("shop_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "redemptions" ADD CONSTRAINT "redemptions_gift_fk" FOREIGN KEY ("shop_id","gift_id") REFERENCES "public"."loyalty_gifts"("shop_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "redemptions" ADD CONSTRAINT "redemptions_spending_fk" FOREIGN KEY ("shop_id","spending_id") REFERENCES "public"."point_spendings"("shop_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "redemptions" ADD CONSTRAINT "redemptions_member_fk" FOREIGN KEY ("shop_id","customer_id") REFERENCES "public"."loyalty_members"("shop_id","customer_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "gift_grants_customer_idx" ON "gift_grants" USING btree ("shop_id","customer_id","id");--> statement-breakpoint
CREATE INDEX "gift_grants_state_idx" ON "gift_grants" USING btree ("shop_id","state","id");--> statement-breakpoint
CREATE INDEX "gift_takers_customer_idx" ON "gift_takers" USING btree ("shop_id","customer_id","gift_id");--> statement-breakpoint
CREATE INDEX "loyalty_gifts_state_idx" ON "loyalty_gifts" USING btree ("shop_id","state","id");--> statement-breakpoint
CREATE INDEX "redemptions_customer_idx" ON "redemptions" USING btree ("shop_id","customer_id","id");--> statement-breakpoint
CREATE INDEX "redemptions_state_idx" ON "redemptions" USING btree ("shop_id","state","id");--> statement-breakpoint
CREATE INDEX "redemptions_due_idx" ON "redemptions" USING btree ("shop_id","due_at","id") WHERE "redemptions"."due_at" is not null;
--> statement-breakpoint
create trigger redemptions_version_rises before update on redemptions
  for each row when (new.version <= old.version) execute function refuse_same_version();
--> statement-breakpoint
create trigger gift_grants_version_rises before update on gift_grants
  for each row when (new.version <= old.version) execute function refuse_same_version();
