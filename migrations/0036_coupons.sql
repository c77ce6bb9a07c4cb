CREATE TABLE "coupon_batches" (
	"shop_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"definition_id" uuid NOT NULL,
	"name" text NOT NULL,
	"quantity" integer NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "coupon_batches_shop_id_id_pk" PRIMARY KEY("shop_id","id"),
	CONSTRAINT "coupon_batches_quantity" CHECK ("coupon_batches"."quantity" > 0)
);
--> statement-breakpoint
CREATE TABLE "coupon_customer_counters" (
	"shop_id" uuid NOT NULL,
	"definition_id" uuid NOT NULL,
	"customer_id" uuid NOT NULL,
	"period" text NOT NULL,
	"uses" integer NOT NULL,
	CONSTRAINT "coupon_customer_counters_pk" PRIMARY KEY("shop_id","definition_id","customer_id","period"),
	CONSTRAINT "coupon_customer_counters_range" CHECK ("coupon_customer_counters"."uses" >= 0)
);
--> statement-breakpoint
CREATE TABLE "coupon_definitions" (
	"shop_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"external_id" text,
	"name" text NOT NULL,
	"kind" text NOT NULL,
	"campaign_id" uuid,
	"state" text NOT NULL,
	"assignment" text NOT NULL,
	"prefix" text NOT NULL,
	"valid_from" timestamp (3) with time zone,
	"valid_until" timestamp (3) with time zone,
	"valid_days" integer,
	"uses_per_code" integer,
	"uses_per_customer" integer,
	"period_uses" integer,
	"period_unit" text,
	"codes_limit" integer,
	"codes_issued" integer DEFAULT 0 NOT NULL,
	"goes_with_parcel" boolean NOT NULL,
	"parcel_minimum_amount" bigint,
	"metadata" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "coupon_definitions_shop_id_id_pk" PRIMARY KEY("shop_id","id"),
	CONSTRAINT "coupon_definitions_kind" CHECK (("coupon_definitions"."kind" = 'discount') = ("coupon_definitions"."campaign_id" is not null) and "coupon_definitions"."kind" in ('discount', 'value')),
	CONSTRAINT "coupon_definitions_state" CHECK ("coupon_definitions"."state" in ('active', 'paused', 'archived')),
	CONSTRAINT "coupon_definitions_assignment" CHECK ("coupon_definitions"."assignment" in ('open', 'assigned')),
	CONSTRAINT "coupon_definitions_validity" CHECK ("coupon_definitions"."valid_until" > "coupon_definitions"."valid_from" and ("coupon_definitions"."valid_days" is null or ("coupon_definitions"."valid_from" is null and "coupon_definitions"."valid_until" is null and "coupon_definitions"."valid_days" > 0))),
	CONSTRAINT "coupon_definitions_limits" CHECK ("coupon_definitions"."uses_per_code" > 0 and "coupon_definitions"."uses_per_customer" > 0 and "coupon_definitions"."period_uses" > 0 and ("coupon_definitions"."period_uses" is null) = ("coupon_definitions"."period_unit" is null)
        and "coupon_definitions"."period_unit" in ('day', 'week', 'month', 'year')),
	CONSTRAINT "coupon_definitions_codes" CHECK ("coupon_definitions"."codes_issued" >= 0 and ("coupon_definitions"."codes_limit" is null or "coupon_definitions"."codes_issued" <= "coupon_definitions"."codes_limit")),
	CONSTRAINT "coupon_definitions_parcel" CHECK ("coupon_definitions"."parcel_minimum_amount" >= 0)
);
--> statement-breakpoint
CREATE TABLE "coupon_uses" (
	"shop_id" uuid NOT NULL,
	"order_id" uuid NOT NULL,
	"coupon_id" uuid NOT NULL,
	"definition_id" uuid NOT NULL,
	"customer_id" uuid,
	"state" text NOT NULL,
	"period" text,
	"is_counted" boolean NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "coupon_uses_shop_id_order_id_coupon_id_pk" PRIMARY KEY("shop_id","order_id","coupon_id"),
	CONSTRAINT "coupon_uses_state" CHECK ("coupon_uses"."state" in ('held', 'used', 'returned'))
);
--> statement-breakpoint
CREATE TABLE "coupons" (
	"shop_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"definition_id" uuid NOT NULL,
	"batch_id" uuid,
	"code" text NOT NULL,
	"customer_id" uuid,
	"state" text NOT NULL,
	"valid_from" timestamp (3) with time zone,
	"valid_until" timestamp (3) with time zone,
	"expire_due_at" timestamp (3) with time zone,
	"uses_limit" integer,
	"held" integer DEFAULT 0 NOT NULL,
	"used" integer DEFAULT 0 NOT NULL,
	"parcel_order_id" uuid,
	"amount" bigint,
	"from_type" text,
	"from_id" uuid,
	"rest_of_id" uuid,
	"taken_for_type" text,
	"taken_for_id" uuid,
	"taken_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "coupons_shop_id_id_pk" PRIMARY KEY("shop_id","id"),
	CONSTRAINT "coupons_state" CHECK ("coupons"."state" in ('active', 'revoked', 'expired')),
	CONSTRAINT "coupons_code" CHECK ("coupons"."code" ~ '^[A-Z0-9]{4,40}$'),
	CONSTRAINT "coupons_validity" CHECK ("coupons"."valid_until" > "coupons"."valid_from"),
	CONSTRAINT "coupons_uses" CHECK ("coupons"."held" >= 0 and "coupons"."used" >= 0 and "coupons"."held" + "coupons"."used" <= "coupons"."uses_limit"),
	CONSTRAINT "coupons_due" CHECK ("coupons"."expire_due_at" is null or ("coupons"."state" = 'active' and "coupons"."customer_id" is not null and "coupons"."expire_due_at" = "coupons"."valid_until")),
	CONSTRAINT "coupons_amount" CHECK (("coupons"."amount" is null) = ("coupons"."from_id" is null) and ("coupons"."amount" is null) = ("coupons"."from_type" is null)
        and ("coupons"."amount" is null or ("coupons"."amount" > 0 and "coupons"."uses_limit" = 1 and "coupons"."customer_id" is not null and "coupons"."valid_until" is not null
          and ("coupons"."held" + "coupons"."used" = 0 or "coupons"."state" = 'active')))),
	CONSTRAINT "coupons_taken" CHECK (("coupons"."taken_for_id" is null) = ("coupons"."taken_for_type" is null) and ("coupons"."taken_for_id" is null) = ("coupons"."taken_at" is null)
        and ("coupons"."taken_for_id" is not null) = ("coupons"."amount" is not null and "coupons"."held" + "coupons"."used" > 0))
);
--> statement-breakpoint
ALTER TABLE "coupon_batches" ADD CONSTRAINT "coupon_batches_definition_fk" FOREIGN KEY ("shop_id","definition_id") REFERENCES "public"."coupon_definitions"("shop_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "coupon_customer_counters" ADD CONSTRAINT "coupon_customer_counters_definition_fk" FOREIGN KEY ("shop_id","definition_id") REFERENCES "public"."coupon_definitions"("shop_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "coupon_definitions" ADD CONSTRAINT "coupon_definitions_shop_id_shops_id_fk" FOREIGN KEY ("shop_id") REFERENCES "public"."shops"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "coupon_definitions" ADD CONSTRAINT "coupon_definitions_campaign_fk" FOREIGN KEY ("shop_id","campaign_id") REFERENCES "public"."campaigns"("shop_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "coupon_uses" ADD CONSTRAINT "coupon_uses_coupon_fk" FOREIGN KEY ("shop_id","coupon_id") REFERENCES "public"."coupons"("shop_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "coupons" ADD CONSTRAINT "coupons_definition_fk" FOREIGN KEY ("shop_id","definition_id") REFERENCES "public"."coupon_definitions"("shop_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "coupons" ADD CONSTRAINT "coupons_batch_fk" FOREIGN KEY ("shop_id","batch_id") REFERENCES "public"."coupon_batches"("shop_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "coupon_batches_definition_idx" ON "coupon_batches" USING btree ("shop_id","definition_id","id");--> statement-breakpoint
CREATE INDEX "coupon_customer_counters_customer_idx" ON "coupon_customer_counters" USING btree ("shop_id","customer_id");--> statement-breakpoint
CREATE UNIQUE INDEX "coupon_definitions_external_id_key" ON "coupon_definitions" USING btree ("shop_id","external_id") WHERE "coupon_definitions"."external_id" is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "coupon_definitions_value_key" ON "coupon_definitions" USING btree ("shop_id") WHERE "coupon_definitions"."kind" = 'value';--> statement-breakpoint
CREATE INDEX "coupon_definitions_campaign_idx" ON "coupon_definitions" USING btree ("shop_id","campaign_id","id") WHERE "coupon_definitions"."campaign_id" is not null;--> statement-breakpoint
CREATE INDEX "coupon_definitions_state_idx" ON "coupon_definitions" USING btree ("shop_id","state","id");--> statement-breakpoint
CREATE INDEX "coupon_definitions_parcel_idx" ON "coupon_definitions" USING btree ("shop_id","id") WHERE "coupon_definitions"."goes_with_parcel" and "coupon_definitions"."state" = 'active';--> statement-breakpoint
CREATE INDEX "coupon_uses_coupon_idx" ON "coupon_uses" USING btree ("shop_id","coupon_id","order_id");--> statement-breakpoint
CREATE INDEX "coupon_uses_customer_idx" ON "coupon_uses" USING btree ("shop_id","customer_id","order_id") WHERE "coupon_uses"."customer_id" is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "coupons_code_key" ON "coupons" USING btree ("shop_id","code");--> statement-breakpoint
CREATE INDEX "coupons_definition_idx" ON "coupons" USING btree ("shop_id","definition_id","id");--> statement-breakpoint
CREATE INDEX "coupons_batch_idx" ON "coupons" USING btree ("shop_id","batch_id","id") WHERE "coupons"."batch_id" is not null;--> statement-breakpoint
CREATE INDEX "coupons_customer_idx" ON "coupons" USING btree ("shop_id","customer_id","id") WHERE "coupons"."customer_id" is not null;--> statement-breakpoint
CREATE INDEX "coupons_expire_due_idx" ON "coupons" USING btree ("shop_id","expire_due_at","id") WHERE "coupons"."expire_due_at" is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "coupons_parcel_key" ON "coupons" USING btree ("shop_id","parcel_order_id","definition_id") WHERE "coupons"."parcel_order_id" is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "coupons_from_key" ON "coupons" USING btree ("shop_id","from_type","from_id") WHERE "coupons"."from_id" is not null and "coupons"."rest_of_id" is null;--> statement-breakpoint
CREATE INDEX "coupons_taken_for_idx" ON "coupons" USING btree ("shop_id","taken_for_id") WHERE "coupons"."taken_for_id" is not null;