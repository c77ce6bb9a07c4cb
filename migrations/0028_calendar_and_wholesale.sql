CREATE TABLE "announcements" (
	"shop_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"audience" text NOT NULL,
	"channel" text,
	"texts" jsonb NOT NULL,
	"visible_from" timestamp (3) with time zone NOT NULL,
	"visible_until" timestamp (3) with time zone,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "announcements_shop_id_id_pk" PRIMARY KEY("shop_id","id"),
	CONSTRAINT "announcements_audience" CHECK ("announcements"."audience" in ('public', 'staff')),
	CONSTRAINT "announcements_visible" CHECK ("announcements"."visible_until" > "announcements"."visible_from")
);
--> statement-breakpoint
CREATE TABLE "business_hours" (
	"shop_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"in_force_on" text NOT NULL,
	"week" jsonb NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "business_hours_shop_id_id_pk" PRIMARY KEY("shop_id","id"),
	CONSTRAINT "business_hours_in_force_on" CHECK ("business_hours"."in_force_on" ~ '^\d{4}-\d\d-\d\d$')
);
--> statement-breakpoint
CREATE TABLE "calendars" (
	"shop_id" uuid NOT NULL,
	"version" integer NOT NULL,
	CONSTRAINT "calendars_shop_id_pk" PRIMARY KEY("shop_id")
);
--> statement-breakpoint
CREATE TABLE "holidays" (
	"shop_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"external_id" text,
	"name" text NOT NULL,
	"starts_on" text NOT NULL,
	"ends_on" text NOT NULL,
	"recurs_yearly" boolean NOT NULL,
	"openings" jsonb NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "holidays_shop_id_id_pk" PRIMARY KEY("shop_id","id"),
	CONSTRAINT "holidays_days" CHECK ("holidays"."starts_on" ~ '^\d{4}-\d\d-\d\d$' and "holidays"."ends_on" ~ '^\d{4}-\d\d-\d\d$'
        and "holidays"."starts_on"::date <= "holidays"."ends_on"::date)
);
--> statement-breakpoint
CREATE TABLE "customer_credits" (
	"shop_id" uuid NOT NULL,
	"customer_id" uuid NOT NULL,
	"is_agreed" boolean NOT NULL,
	"deposit_share_bps" integer NOT NULL,
	"net_days" integer NOT NULL,
	"net_from" text NOT NULL,
	"credit_limit_amount" bigint,
	"used_amount" bigint NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "customer_credits_shop_id_customer_id_pk" PRIMARY KEY("shop_id","customer_id"),
	CONSTRAINT "customer_credits_used_amount" CHECK ("customer_credits"."used_amount" >= 0),
	CONSTRAINT "customer_credits_terms" CHECK ("customer_credits"."deposit_share_bps" between 0 and 10000 and "customer_credits"."net_days" >= 0 and "customer_credits"."credit_limit_amount" >= 0
        and "customer_credits"."net_from" in ('placed', 'delivered'))
);
--> statement-breakpoint
CREATE TABLE "order_dues" (
	"shop_id" uuid NOT NULL,
	"order_id" uuid NOT NULL,
	"part" text NOT NULL,
	"amount" bigint NOT NULL,
	"net_days" integer NOT NULL,
	"remind_days" integer NOT NULL,
	"grace_days" integer NOT NULL,
	"due_at" timestamp (3) with time zone,
	"next_at" timestamp (3) with time zone,
	"reminded_at" timestamp (3) with time zone,
	"overdue_at" timestamp (3) with time zone,
	CONSTRAINT "order_dues_shop_id_order_id_part_pk" PRIMARY KEY("shop_id","order_id","part"),
	CONSTRAINT "order_dues_amount" CHECK ("order_dues"."amount" > 0),
	CONSTRAINT "order_dues_part" CHECK ("order_dues"."part" in ('deposit', 'rest'))
);
--> statement-breakpoint
CREATE TABLE "logo_request_items" (
	"shop_id" uuid NOT NULL,
	"request_id" uuid NOT NULL,
	"product_id" uuid NOT NULL,
	"quantity" integer NOT NULL,
	CONSTRAINT "logo_request_items_shop_id_request_id_product_id_pk" PRIMARY KEY("shop_id","request_id","product_id"),
	CONSTRAINT "logo_request_items_quantity" CHECK ("logo_request_items"."quantity" > 0)
);
--> statement-breakpoint
CREATE TABLE "logo_requests" (
	"shop_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"customer_id" uuid NOT NULL,
	"state" text NOT NULL,
	"note" text,
	"files" jsonb NOT NULL,
	"unit_amount" bigint,
	"setup_amount" bigint,
	"lead_time_days" integer,
	"reason" text,
	"quoted_at" timestamp (3) with time zone,
	"accepted_at" timestamp (3) with time zone,
	"started_at" timestamp (3) with time zone,
	"ended_at" timestamp (3) with time zone,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "logo_requests_shop_id_id_pk" PRIMARY KEY("shop_id","id"),
	CONSTRAINT "logo_requests_state" CHECK ("logo_requests"."state" in ('requested', 'quoted', 'accepted', 'in_production', 'done', 'declined', 'cancelled')),
	CONSTRAINT "logo_requests_amounts" CHECK ("logo_requests"."unit_amount" >= 0 and "logo_requests"."setup_amount" >= 0 and "logo_requests"."lead_time_days" >= 0),
	CONSTRAINT "logo_requests_quoted" CHECK ("logo_requests"."state" in ('requested', 'declined', 'cancelled')
        or ("logo_requests"."unit_amount" is not null and "logo_requests"."setup_amount" is not null and "logo_requests"."lead_time_days" is not null)),
	CONSTRAINT "logo_requests_ended" CHECK (("logo_requests"."ended_at" is not null) = ("logo_requests"."state" in ('done', 'declined', 'cancelled')))
);
--> statement-breakpoint
ALTER TABLE "products" ADD COLUMN "lead_time_days" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "products" ADD COLUMN "minimum_order_quantity" integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE "products" ADD COLUMN "order_multiple" integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE "products" ADD COLUMN "units_per_pack" integer;--> statement-breakpoint
ALTER TABLE "products" ADD COLUMN "packs_per_carton" integer;--> statement-breakpoint
ALTER TABLE "products" ADD COLUMN "carton_weight_grams" integer;--> statement-breakpoint
ALTER TABLE "products" ADD COLUMN "carton_length_mm" integer;--> statement-breakpoint
ALTER TABLE "products" ADD COLUMN "carton_width_mm" integer;--> statement-breakpoint
ALTER TABLE "products" ADD COLUMN "carton_height_mm" integer;--> statement-breakpoint
ALTER TABLE "order_lines" ADD COLUMN "price_breaks" jsonb DEFAULT '[]'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "order_lines" ADD COLUMN "break_minimum_quantity" integer;--> statement-breakpoint
ALTER TABLE "order_lines" ADD COLUMN "break_unit_amount" bigint;--> statement-breakpoint
ALTER TABLE "orders" ADD COLUMN "dispatch_on" text;--> statement-breakpoint
ALTER TABLE "orders" ADD COLUMN "arrival_earliest_on" text;--> statement-breakpoint
ALTER TABLE "orders" ADD COLUMN "arrival_latest_on" text;--> statement-breakpoint
ALTER TABLE "orders" ADD COLUMN "sender_address" jsonb;--> statement-breakpoint
ALTER TABLE "announcements" ADD CONSTRAINT "announcements_shop_id_shops_id_fk" FOREIGN KEY ("shop_id") REFERENCES "public"."shops"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "business_hours" ADD CONSTRAINT "business_hours_shop_id_shops_id_fk" FOREIGN KEY ("shop_id") REFERENCES "public"."shops"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "calendars" ADD CONSTRAINT "calendars_shop_id_shops_id_fk" FOREIGN KEY ("shop_id") REFERENCES "public"."shops"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "holidays" ADD CONSTRAINT "holidays_shop_id_shops_id_fk" FOREIGN KEY ("shop_id") REFERENCES "public"."shops"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "customer_credits" ADD CONSTRAINT "customer_credits_customer_fk" FOREIGN KEY ("shop_id","customer_id") REFERENCES "public"."customers"("shop_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "order_dues" ADD CONSTRAINT "order_dues_order_fk" FOREIGN KEY ("shop_id","order_id") REFERENCES "public"."orders"("shop_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "logo_request_items" ADD CONSTRAINT "logo_request_items_request_fk" FOREIGN KEY ("shop_id","request_id") REFERENCES "public"."logo_requests"("shop_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "logo_request_items" ADD CONSTRAINT "logo_request_items_product_fk" FOREIGN KEY ("shop_id","product_id") REFERENCES "public"."products"("shop_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "logo_requests" ADD CONSTRAINT "logo_requests_customer_fk" FOREIGN KEY ("shop_id","customer_id") REFERENCES "public"."customers"("shop_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "announcements_visible_idx" ON "announcements" USING btree ("shop_id","visible_from","id");--> statement-breakpoint
CREATE INDEX "announcements_audience_idx" ON "announcements" USING btree ("shop_id","audience","visible_from","id");--> statement-breakpoint
CREATE UNIQUE INDEX "business_hours_in_force_key" ON "business_hours" USING btree ("shop_id","in_force_on");--> statement-breakpoint
CREATE UNIQUE INDEX "holidays_external_id_key" ON "holidays" USING btree ("shop_id","external_id") WHERE "holidays"."external_id" is not null;--> statement-breakpoint
CREATE INDEX "holidays_starts_on_idx" ON "holidays" USING btree ("shop_id","starts_on","id");--> statement-breakpoint
CREATE INDEX "order_dues_next_idx" ON "order_dues" USING btree ("shop_id","next_at") WHERE "order_dues"."next_at" is not null;--> statement-breakpoint
CREATE INDEX "logo_requests_customer_idx" ON "logo_requests" USING btree ("shop_id","customer_id","id");--> statement-breakpoint
CREATE INDEX "logo_requests_state_idx" ON "logo_requests" USING btree ("shop_id","state","id");--> statement-breakpoint
CREATE INDEX "orders_on_account_idx" ON "orders" USING btree ("shop_id","customer_id","placed_at","id") WHERE "orders"."terms" = 'on_account' and "orders"."status" <> 'cancelled';--> statement-breakpoint
ALTER TABLE "products" ADD CONSTRAINT "products_trade" CHECK ("products"."lead_time_days" >= 0 and "products"."minimum_order_quantity" > 0 and "products"."order_multiple" > 0);--> statement-breakpoint
ALTER TABLE "order_lines" ADD CONSTRAINT "order_lines_break" CHECK (("order_lines"."break_minimum_quantity" is null) = ("order_lines"."break_unit_amount" is null)
        and "order_lines"."break_unit_amount" <= "order_lines"."list_unit_amount");--> statement-breakpoint
-- What is open of the orders on account that are there already: from here on every change of such an order keeps it right.
INSERT INTO "customer_credits" (shop_id, customer_id, is_agreed, deposit_share_bps, net_days, net_from, used_amount, created_at, updated_at)
SELECT shop_id, customer_id, false, 0, 0, 'placed',
  sum(CASE WHEN status = 'cancelled' THEN 0 ELSE greatest(0, total_amount + charged_amount - settled_refund_amount - credited_amount
    - paid_amount + refunded_amount) END), now(), now()
FROM "orders" WHERE terms = 'on_account' AND customer_id IS NOT NULL GROUP BY shop_id, customer_id;
