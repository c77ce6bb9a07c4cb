CREATE TABLE "campaign_counters" (
	"shop_id" uuid NOT NULL,
	"campaign_id" uuid NOT NULL,
	"uses" integer NOT NULL,
	"spent_amount" bigint NOT NULL,
	CONSTRAINT "campaign_counters_shop_id_campaign_id_pk" PRIMARY KEY("shop_id","campaign_id"),
	CONSTRAINT "campaign_counters_range" CHECK ("campaign_counters"."uses" >= 0 and "campaign_counters"."spent_amount" >= 0)
);
--> statement-breakpoint
CREATE TABLE "campaign_customer_counters" (
	"shop_id" uuid NOT NULL,
	"campaign_id" uuid NOT NULL,
	"customer_id" uuid NOT NULL,
	"period" text NOT NULL,
	"uses" integer NOT NULL,
	CONSTRAINT "campaign_customer_counters_pk" PRIMARY KEY("shop_id","campaign_id","customer_id","period"),
	CONSTRAINT "campaign_customer_counters_range" CHECK ("campaign_customer_counters"."uses" >= 0)
);
--> statement-breakpoint
CREATE TABLE "campaign_shelves" (
	"shop_id" uuid NOT NULL,
	"revision" integer NOT NULL,
	CONSTRAINT "campaign_shelves_shop_id_pk" PRIMARY KEY("shop_id")
);
--> statement-breakpoint
CREATE TABLE "campaign_units" (
	"shop_id" uuid NOT NULL,
	"campaign_id" uuid NOT NULL,
	"product_id" uuid NOT NULL,
	"customer_id" uuid NOT NULL,
	"taken" integer NOT NULL,
	CONSTRAINT "campaign_units_shop_id_campaign_id_product_id_customer_id_pk" PRIMARY KEY("shop_id","campaign_id","product_id","customer_id"),
	CONSTRAINT "campaign_units_range" CHECK ("campaign_units"."taken" >= 0)
);
--> statement-breakpoint
CREATE TABLE "campaign_uses" (
	"shop_id" uuid NOT NULL,
	"order_id" uuid NOT NULL,
	"campaign_id" uuid NOT NULL,
	"campaign_version" integer NOT NULL,
	"customer_id" uuid,
	"channel" text NOT NULL,
	"state" text NOT NULL,
	"discount_amount" bigint NOT NULL,
	"freight_amount" bigint NOT NULL,
	"gift_cost_amount" bigint NOT NULL,
	"points_multiplier_bps" integer,
	"units" jsonb NOT NULL,
	"period" text,
	"coupon_id" uuid,
	"placed_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "campaign_uses_shop_id_order_id_campaign_id_pk" PRIMARY KEY("shop_id","order_id","campaign_id"),
	CONSTRAINT "campaign_uses_state" CHECK ("campaign_uses"."state" in ('held', 'used', 'returned')),
	CONSTRAINT "campaign_uses_amounts" CHECK ("campaign_uses"."discount_amount" >= 0 and "campaign_uses"."freight_amount" >= 0 and "campaign_uses"."gift_cost_amount" >= 0)
);
--> statement-breakpoint
CREATE TABLE "campaign_versions" (
	"shop_id" uuid NOT NULL,
	"campaign_id" uuid NOT NULL,
	"number" integer NOT NULL,
	"rule" jsonb NOT NULL,
	"actor_kind" text NOT NULL,
	"actor_id" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "campaign_versions_shop_id_campaign_id_number_pk" PRIMARY KEY("shop_id","campaign_id","number"),
	CONSTRAINT "campaign_versions_number" CHECK ("campaign_versions"."number" > 0)
);
--> statement-breakpoint
CREATE TABLE "campaigns" (
	"shop_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"external_id" text,
	"name" text NOT NULL,
	"state" text NOT NULL,
	"programme_id" uuid,
	"preset" text,
	"rule_version" integer DEFAULT 1 NOT NULL,
	"starts_at" timestamp (3) with time zone,
	"ends_at" timestamp (3) with time zone,
	"plan" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"started_at" timestamp (3) with time zone,
	"ended_at" timestamp (3) with time zone,
	"metadata" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "campaigns_shop_id_id_pk" PRIMARY KEY("shop_id","id"),
	CONSTRAINT "campaigns_state" CHECK ("campaigns"."state" in ('draft', 'scheduled', 'running', 'paused', 'ended')),
	CONSTRAINT "campaigns_times" CHECK ("campaigns"."ends_at" > "campaigns"."starts_at"),
	CONSTRAINT "campaigns_ended" CHECK (("campaigns"."state" = 'ended') = ("campaigns"."ended_at" is not null)),
	CONSTRAINT "campaigns_started" CHECK ("campaigns"."started_at" is not null or "campaigns"."state" <> 'running')
);
--> statement-breakpoint
CREATE TABLE "programmes" (
	"shop_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"external_id" text,
	"name" text NOT NULL,
	"state" text NOT NULL,
	"starts_at" timestamp (3) with time zone,
	"ends_at" timestamp (3) with time zone,
	"plan" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"ended_at" timestamp (3) with time zone,
	"metadata" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "programmes_shop_id_id_pk" PRIMARY KEY("shop_id","id"),
	CONSTRAINT "programmes_state" CHECK ("programmes"."state" in ('draft', 'running', 'ended')),
	CONSTRAINT "programmes_times" CHECK ("programmes"."ends_at" > "programmes"."starts_at"),
	CONSTRAINT "programmes_ended" CHECK (("programmes"."state" = 'ended') = ("programmes"."ended_at" is not null))
);
--> statement-breakpoint
ALTER TABLE "campaign_counters" ADD CONSTRAINT "campaign_counters_campaign_fk" FOREIGN KEY ("shop_id","campaign_id") REFERENCES "public"."campaigns"("shop_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "campaign_shelves" ADD CONSTRAINT "campaign_shelves_shop_id_shops_id_fk" FOREIGN KEY ("shop_id") REFERENCES "public"."shops"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "campaign_uses" ADD CONSTRAINT "campaign_uses_campaign_fk" FOREIGN KEY ("shop_id","campaign_id") REFERENCES "public"."campaigns"("shop_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "campaign_versions" ADD CONSTRAINT "campaign_versions_campaign_fk" FOREIGN KEY ("shop_id","campaign_id") REFERENCES "public"."campaigns"("shop_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "campaigns" ADD CONSTRAINT "campaigns_shop_id_shops_id_fk" FOREIGN KEY ("shop_id") REFERENCES "public"."shops"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "campaigns" ADD CONSTRAINT "campaigns_programme_fk" FOREIGN KEY ("shop_id","programme_id") REFERENCES "public"."programmes"("shop_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "programmes" ADD CONSTRAINT "programmes_shop_id_shops_id_fk" FOREIGN KEY ("shop_id") REFERENCES "public"."shops"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "campaign_uses_campaign_idx" ON "campaign_uses" USING btree ("shop_id","campaign_id","placed_at","order_id");--> statement-breakpoint
CREATE INDEX "campaign_uses_customer_idx" ON "campaign_uses" USING btree ("shop_id","customer_id","campaign_id") WHERE "campaign_uses"."customer_id" is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "campaigns_external_id_key" ON "campaigns" USING btree ("shop_id","external_id") WHERE "campaigns"."external_id" is not null;--> statement-breakpoint
CREATE INDEX "campaigns_created_at_idx" ON "campaigns" USING btree ("shop_id","created_at","id");--> statement-breakpoint
CREATE INDEX "campaigns_state_idx" ON "campaigns" USING btree ("shop_id","state","created_at","id");--> statement-breakpoint
CREATE INDEX "campaigns_updated_at_idx" ON "campaigns" USING btree ("shop_id","updated_at","id");--> statement-breakpoint
CREATE INDEX "campaigns_programme_idx" ON "campaigns" USING btree ("shop_id","programme_id","created_at","id") WHERE "campaigns"."programme_id" is not null;--> statement-breakpoint
CREATE INDEX "campaigns_start_due_idx" ON "campaigns" USING btree ("shop_id","starts_at") WHERE "campaigns"."state" = 'scheduled';--> statement-breakpoint
CREATE INDEX "campaigns_end_due_idx" ON "campaigns" USING btree ("shop_id","ends_at") WHERE "campaigns"."state" in ('scheduled', 'running', 'paused');--> statement-breakpoint
CREATE UNIQUE INDEX "programmes_external_id_key" ON "programmes" USING btree ("shop_id","external_id") WHERE "programmes"."external_id" is not null;--> statement-breakpoint
CREATE INDEX "programmes_created_at_idx" ON "programmes" USING btree ("shop_id","created_at","id");