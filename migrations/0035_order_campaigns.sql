CREATE TABLE "order_price_traces" (
	"shop_id" uuid NOT NULL,
	"order_id" uuid NOT NULL,
	"trace" jsonb NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "order_price_traces_shop_id_order_id_pk" PRIMARY KEY("shop_id","order_id")
);
--> statement-breakpoint
ALTER TABLE "orders" DROP CONSTRAINT "orders_amounts";--> statement-breakpoint
ALTER TABLE "campaign_uses" ADD COLUMN "is_counted" boolean NOT NULL;--> statement-breakpoint
ALTER TABLE "campaign_uses" ADD COLUMN "is_customer_counted" boolean NOT NULL;--> statement-breakpoint
ALTER TABLE "order_adjustments" ADD COLUMN "campaign_id" uuid;--> statement-breakpoint
ALTER TABLE "order_adjustments" ADD COLUMN "campaign_version" integer;--> statement-breakpoint
ALTER TABLE "order_lines" ADD COLUMN "gift_campaign_id" uuid;--> statement-breakpoint
ALTER TABLE "order_lines" ADD COLUMN "is_flash_sale" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "orders" ADD COLUMN "freight_discount_amount" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "orders" ADD COLUMN "campaigns" jsonb DEFAULT '[]'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "orders" ADD COLUMN "points_multiplier_bps" integer DEFAULT 10000 NOT NULL;--> statement-breakpoint
ALTER TABLE "order_price_traces" ADD CONSTRAINT "order_price_traces_shop_id_order_id_orders_shop_id_id_fk" FOREIGN KEY ("shop_id","order_id") REFERENCES "public"."orders"("shop_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "order_adjustments" ADD CONSTRAINT "order_adjustments_campaign" CHECK (("order_adjustments"."campaign_id" is not null) = ("order_adjustments"."kind" = 'campaign'));--> statement-breakpoint
ALTER TABLE "order_lines" ADD CONSTRAINT "order_lines_gift" CHECK ("order_lines"."gift_campaign_id" is null or "order_lines"."list_unit_amount" = 0);--> statement-breakpoint
ALTER TABLE "orders" ADD CONSTRAINT "orders_amounts" CHECK ("orders"."total_amount" >= 0 and "orders"."lines_amount" >= 0 and "orders"."discount_amount" between 0 and "orders"."lines_amount"
        and "orders"."freight_amount" >= 0 and "orders"."freight_discount_amount" >= 0 and "orders"."tax_amount" between 0 and "orders"."total_amount");