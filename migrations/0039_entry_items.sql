CREATE TABLE "entry_budgets" (
	"shop_id" uuid NOT NULL,
	"entry_item_id" uuid NOT NULL,
	"budget_amount" bigint NOT NULL,
	"spent_amount" bigint NOT NULL,
	CONSTRAINT "entry_budgets_shop_id_entry_item_id_pk" PRIMARY KEY("shop_id","entry_item_id"),
	CONSTRAINT "entry_budgets_range" CHECK ("entry_budgets"."spent_amount" between 0 and "entry_budgets"."budget_amount")
);
--> statement-breakpoint
CREATE TABLE "entry_items" (
	"shop_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"product_id" uuid NOT NULL,
	"state" text NOT NULL,
	"minimum_margin_bps" integer NOT NULL,
	"reason" text NOT NULL,
	"starts_at" timestamp (3) with time zone,
	"ends_at" timestamp (3) with time zone,
	"ended_at" timestamp (3) with time zone,
	"end_reason" text,
	"due_at" timestamp (3) with time zone,
	"actor_kind" text NOT NULL,
	"actor_id" text NOT NULL,
	"metadata" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "entry_items_shop_id_id_pk" PRIMARY KEY("shop_id","id"),
	CONSTRAINT "entry_items_state" CHECK ("entry_items"."state" in ('active', 'ended')),
	CONSTRAINT "entry_items_margin" CHECK ("entry_items"."minimum_margin_bps" between -10000 and 0),
	CONSTRAINT "entry_items_times" CHECK ("entry_items"."ends_at" > "entry_items"."starts_at"),
	CONSTRAINT "entry_items_ended" CHECK (("entry_items"."state" = 'ended') = ("entry_items"."ended_at" is not null)),
	CONSTRAINT "entry_items_due" CHECK ("entry_items"."due_at" is null or "entry_items"."state" = 'active')
);
--> statement-breakpoint
CREATE TABLE "entry_uses" (
	"shop_id" uuid NOT NULL,
	"order_id" uuid NOT NULL,
	"entry_item_id" uuid NOT NULL,
	"product_id" uuid NOT NULL,
	"customer_id" uuid,
	"state" text NOT NULL,
	"loss_amount" bigint NOT NULL,
	"placed_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "entry_uses_shop_id_order_id_entry_item_id_pk" PRIMARY KEY("shop_id","order_id","entry_item_id"),
	CONSTRAINT "entry_uses_state" CHECK ("entry_uses"."state" in ('held', 'used', 'returned')),
	CONSTRAINT "entry_uses_loss" CHECK ("entry_uses"."loss_amount" > 0)
);
--> statement-breakpoint
ALTER TABLE "entry_budgets" ADD CONSTRAINT "entry_budgets_entry_item_fk" FOREIGN KEY ("shop_id","entry_item_id") REFERENCES "public"."entry_items"("shop_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "entry_items" ADD CONSTRAINT "entry_items_product_fk" FOREIGN KEY ("shop_id","product_id") REFERENCES "public"."products"("shop_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "entry_uses" ADD CONSTRAINT "entry_uses_entry_item_fk" FOREIGN KEY ("shop_id","entry_item_id") REFERENCES "public"."entry_items"("shop_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "entry_items_product_key" ON "entry_items" USING btree ("shop_id","product_id") WHERE "entry_items"."state" = 'active';--> statement-breakpoint
CREATE INDEX "entry_items_created_at_idx" ON "entry_items" USING btree ("shop_id","created_at","id");--> statement-breakpoint
CREATE INDEX "entry_items_product_idx" ON "entry_items" USING btree ("shop_id","product_id","created_at","id");--> statement-breakpoint
CREATE INDEX "entry_items_due_idx" ON "entry_items" USING btree ("shop_id","due_at") WHERE "entry_items"."due_at" is not null;--> statement-breakpoint
CREATE INDEX "entry_uses_buyer_idx" ON "entry_uses" USING btree ("shop_id","entry_item_id","customer_id","placed_at","order_id") WHERE "entry_uses"."customer_id" is not null and "entry_uses"."state" <> 'returned';--> statement-breakpoint
CREATE INDEX "entry_uses_entry_item_idx" ON "entry_uses" USING btree ("shop_id","entry_item_id","state");--> statement-breakpoint
CREATE INDEX "entry_uses_customer_idx" ON "entry_uses" USING btree ("shop_id","customer_id") WHERE "entry_uses"."customer_id" is not null;