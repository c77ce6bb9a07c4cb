CREATE TABLE "price_difference_policy_uses" (
	"shop_id" uuid NOT NULL,
	"policy_id" uuid NOT NULL,
	"holder_id" uuid NOT NULL,
	"year" integer NOT NULL,
	"used_amount" bigint NOT NULL,
	CONSTRAINT "price_difference_policy_uses_pk" PRIMARY KEY("shop_id","policy_id","holder_id","year"),
	CONSTRAINT "price_difference_policy_uses_amount" CHECK ("price_difference_policy_uses"."used_amount" >= 0)
);
--> statement-breakpoint
CREATE TABLE "settlement_lines" (
	"shop_id" uuid NOT NULL,
	"settlement_id" uuid NOT NULL,
	"line_id" uuid NOT NULL,
	"quantity" integer NOT NULL,
	"paid_net_amount" bigint NOT NULL,
	"compared_unit_amount" bigint,
	"difference_amount" bigint NOT NULL,
	"rate_bps" integer NOT NULL,
	"settled_amount" bigint NOT NULL,
	"amount" bigint NOT NULL,
	"cap" text,
	"is_open" boolean NOT NULL,
	CONSTRAINT "settlement_lines_shop_id_settlement_id_line_id_pk" PRIMARY KEY("shop_id","settlement_id","line_id"),
	CONSTRAINT "settlement_lines_amount" CHECK ("settlement_lines"."amount" > 0 and "settlement_lines"."amount" + "settlement_lines"."settled_amount" <= "settlement_lines"."paid_net_amount")
);
--> statement-breakpoint
CREATE TABLE "settlement_payouts" (
	"shop_id" uuid NOT NULL,
	"settlement_id" uuid NOT NULL,
	"refund_id" uuid NOT NULL,
	CONSTRAINT "settlement_payouts_shop_id_settlement_id_refund_id_pk" PRIMARY KEY("shop_id","settlement_id","refund_id"),
	CONSTRAINT "settlement_payouts_refund_key" UNIQUE("shop_id","refund_id")
);
--> statement-breakpoint
CREATE TABLE "settlements" (
	"shop_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"order_id" uuid NOT NULL,
	"customer_id" uuid,
	"direction" text NOT NULL,
	"reason" text NOT NULL,
	"state" text NOT NULL,
	"policy_id" uuid,
	"rule_version" integer,
	"payout_method" text NOT NULL,
	"amount" bigint NOT NULL,
	"currency" text NOT NULL,
	"message" text,
	"decline_reason" text,
	"cap_year" integer NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"accepted_at" timestamp (3) with time zone,
	"settled_at" timestamp (3) with time zone,
	"version" integer DEFAULT 1 NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "settlements_shop_id_id_pk" PRIMARY KEY("shop_id","id"),
	CONSTRAINT "settlements_amount" CHECK ("settlements"."amount" > 0),
	CONSTRAINT "settlements_promise" CHECK (("settlements"."policy_id" is null) = ("settlements"."rule_version" is null)),
	CONSTRAINT "settlements_settled" CHECK (("settlements"."state" = 'settled') = ("settlements"."settled_at" is not null)),
	CONSTRAINT "settlements_declined" CHECK (("settlements"."state" = 'declined') = ("settlements"."decline_reason" is not null))
);
--> statement-breakpoint
ALTER TABLE "order_lines" ADD COLUMN "settled_amount" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "orders" ADD COLUMN "settled_amount" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "orders" ADD COLUMN "goodwill_amount" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "orders" ADD COLUMN "settled_refund_amount" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "price_difference_policy_uses" ADD CONSTRAINT "price_difference_policy_uses_policy_fk" FOREIGN KEY ("shop_id","policy_id") REFERENCES "public"."price_difference_policies"("shop_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "settlement_lines" ADD CONSTRAINT "settlement_lines_settlement_fk" FOREIGN KEY ("shop_id","settlement_id") REFERENCES "public"."settlements"("shop_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "settlement_lines" ADD CONSTRAINT "settlement_lines_line_fk" FOREIGN KEY ("shop_id","line_id") REFERENCES "public"."order_lines"("shop_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "settlement_payouts" ADD CONSTRAINT "settlement_payouts_settlement_fk" FOREIGN KEY ("shop_id","settlement_id") REFERENCES "public"."settlements"("shop_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "settlement_payouts" ADD CONSTRAINT "settlement_payouts_refund_fk" FOREIGN KEY ("shop_id","refund_id") REFERENCES "public"."refunds"("shop_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "settlements" ADD CONSTRAINT "settlements_shop_id_shops_id_fk" FOREIGN KEY ("shop_id") REFERENCES "public"."shops"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "settlements" ADD CONSTRAINT "settlements_order_fk" FOREIGN KEY ("shop_id","order_id") REFERENCES "public"."orders"("shop_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "settlements" ADD CONSTRAINT "settlements_promise_fk" FOREIGN KEY ("shop_id","policy_id","rule_version") REFERENCES "public"."price_difference_policy_versions"("shop_id","policy_id","rule_version") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "settlement_lines_open_key" ON "settlement_lines" USING btree ("shop_id","line_id") WHERE "settlement_lines"."is_open";--> statement-breakpoint
CREATE INDEX "settlements_order_idx" ON "settlements" USING btree ("shop_id","order_id","id");--> statement-breakpoint
CREATE INDEX "settlements_state_idx" ON "settlements" USING btree ("shop_id","state","id");--> statement-breakpoint
CREATE INDEX "settlements_customer_idx" ON "settlements" USING btree ("shop_id","customer_id","id");--> statement-breakpoint
ALTER TABLE "order_lines" ADD CONSTRAINT "order_lines_settled" CHECK ("order_lines"."settled_amount" between 0 and "order_lines"."net_amount");--> statement-breakpoint
ALTER TABLE "orders" ADD CONSTRAINT "orders_settled" CHECK ("orders"."settled_amount" between 0 and "orders"."total_amount" and "orders"."goodwill_amount" between 0 and "orders"."settled_amount"
        and "orders"."settled_refund_amount" between 0 and least("orders"."settled_amount", "orders"."refunded_amount"));