CREATE TABLE "price_protection_holders" (
	"shop_id" uuid NOT NULL,
	"sweep_id" uuid NOT NULL,
	"holder_id" uuid NOT NULL,
	CONSTRAINT "price_protection_holders_shop_id_sweep_id_holder_id_pk" PRIMARY KEY("shop_id","sweep_id","holder_id")
);
--> statement-breakpoint
CREATE TABLE "price_protection_orders" (
	"shop_id" uuid NOT NULL,
	"sweep_id" uuid NOT NULL,
	"order_id" uuid NOT NULL,
	CONSTRAINT "price_protection_orders_shop_id_sweep_id_order_id_pk" PRIMARY KEY("shop_id","sweep_id","order_id")
);
--> statement-breakpoint
CREATE TABLE "price_protection_sweeps" (
	"shop_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"reason" text NOT NULL,
	"cause" text NOT NULL,
	"is_dry_run" boolean NOT NULL,
	"product_ids" uuid[],
	"state" text NOT NULL,
	"due_at" timestamp (3) with time zone,
	"cursor_order_id" uuid,
	"order_count" integer NOT NULL,
	"done_order_count" integer NOT NULL,
	"found_line_count" integer NOT NULL,
	"opened_line_count" integer NOT NULL,
	"waiting_line_count" integer NOT NULL,
	"refused_line_counts" jsonb NOT NULL,
	"opened_count" integer NOT NULL,
	"customer_count" integer NOT NULL,
	"opened_amount" bigint NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"started_at" timestamp (3) with time zone,
	"finished_at" timestamp (3) with time zone,
	"version" integer DEFAULT 1 NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "price_protection_sweeps_shop_id_id_pk" PRIMARY KEY("shop_id","id"),
	CONSTRAINT "price_protection_sweeps_state" CHECK ("price_protection_sweeps"."state" in ('queued', 'running', 'finished', 'cancelled')),
	CONSTRAINT "price_protection_sweeps_ended" CHECK (("price_protection_sweeps"."state" in ('finished', 'cancelled')) = ("price_protection_sweeps"."finished_at" is not null)
        and ("price_protection_sweeps"."state" in ('queued', 'running')) = ("price_protection_sweeps"."due_at" is not null)),
	CONSTRAINT "price_protection_sweeps_counts" CHECK ("price_protection_sweeps"."done_order_count" between 0 and "price_protection_sweeps"."order_count" and "price_protection_sweeps"."opened_count" <= "price_protection_sweeps"."opened_line_count"
        and "price_protection_sweeps"."opened_line_count" + "price_protection_sweeps"."waiting_line_count" <= "price_protection_sweeps"."found_line_count" and "price_protection_sweeps"."waiting_line_count" >= 0
        and "price_protection_sweeps"."opened_amount" >= "price_protection_sweeps"."opened_count")
);
--> statement-breakpoint
CREATE TABLE "price_protection_uses" (
	"shop_id" uuid NOT NULL,
	"sweep_id" uuid NOT NULL,
	"policy_id" uuid NOT NULL,
	"holder_id" uuid NOT NULL,
	"year" integer NOT NULL,
	"used_amount" bigint NOT NULL,
	CONSTRAINT "price_protection_uses_pk" PRIMARY KEY("shop_id","sweep_id","policy_id","holder_id","year"),
	CONSTRAINT "price_protection_uses_amount" CHECK ("price_protection_uses"."used_amount" > 0)
);
--> statement-breakpoint
CREATE TABLE "price_protection_waits" (
	"shop_id" uuid NOT NULL,
	"sweep_id" uuid NOT NULL,
	"line_id" uuid NOT NULL,
	"order_id" uuid NOT NULL,
	"due_at" timestamp (3) with time zone,
	CONSTRAINT "price_protection_waits_shop_id_sweep_id_line_id_pk" PRIMARY KEY("shop_id","sweep_id","line_id")
);
--> statement-breakpoint
ALTER TABLE "settlements" ADD COLUMN "sweep_id" uuid;--> statement-breakpoint
ALTER TABLE "settlements" ADD COLUMN "payout_due_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "price_protection_sweeps" ADD CONSTRAINT "price_protection_sweeps_shop_id_shops_id_fk" FOREIGN KEY ("shop_id") REFERENCES "public"."shops"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "price_protection_waits" ADD CONSTRAINT "price_protection_waits_sweep_fk" FOREIGN KEY ("shop_id","sweep_id") REFERENCES "public"."price_protection_sweeps"("shop_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "price_protection_waits" ADD CONSTRAINT "price_protection_waits_line_fk" FOREIGN KEY ("shop_id","line_id") REFERENCES "public"."order_lines"("shop_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "price_protection_sweeps_due_idx" ON "price_protection_sweeps" USING btree ("shop_id","due_at","id") WHERE "price_protection_sweeps"."due_at" is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "price_protection_sweeps_queued_key" ON "price_protection_sweeps" USING btree ("shop_id","reason") WHERE "price_protection_sweeps"."state" = 'queued' and "price_protection_sweeps"."cause" = 'price_changed';--> statement-breakpoint
CREATE INDEX "price_protection_waits_order_idx" ON "price_protection_waits" USING btree ("shop_id","order_id");--> statement-breakpoint
CREATE INDEX "price_protection_waits_due_idx" ON "price_protection_waits" USING btree ("shop_id","due_at","sweep_id") WHERE "price_protection_waits"."due_at" is not null;--> statement-breakpoint
ALTER TABLE "settlements" ADD CONSTRAINT "settlements_sweep_fk" FOREIGN KEY ("shop_id","sweep_id") REFERENCES "public"."price_protection_sweeps"("shop_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "settlements_sweep_idx" ON "settlements" USING btree ("shop_id","sweep_id","state") WHERE "settlements"."sweep_id" is not null;--> statement-breakpoint
CREATE INDEX "settlements_payout_due_idx" ON "settlements" USING btree ("shop_id","payout_due_at","id") WHERE "settlements"."payout_due_at" is not null;--> statement-breakpoint
ALTER TABLE "settlements" ADD CONSTRAINT "settlements_payout_due" CHECK ("settlements"."payout_due_at" is null or "settlements"."state" = 'accepted');