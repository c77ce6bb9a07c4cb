CREATE TABLE "carrier_methods" (
	"shop_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"carrier_id" uuid NOT NULL,
	"code" text NOT NULL,
	"name" text NOT NULL,
	"day_kind" text NOT NULL,
	"promises" jsonb NOT NULL,
	"is_offered" boolean NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "carrier_methods_shop_id_id_pk" PRIMARY KEY("shop_id","id"),
	CONSTRAINT "carrier_methods_code_key" UNIQUE("shop_id","carrier_id","code"),
	CONSTRAINT "carrier_methods_day_kind" CHECK ("carrier_methods"."day_kind" in ('business', 'calendar'))
);
--> statement-breakpoint
CREATE TABLE "carrier_price_lists" (
	"shop_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"method_id" uuid NOT NULL,
	"volumetric_divisor" integer,
	"zones" jsonb NOT NULL,
	"valid_from" timestamp (3) with time zone NOT NULL,
	"valid_to" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "carrier_price_lists_shop_id_id_pk" PRIMARY KEY("shop_id","id"),
	CONSTRAINT "carrier_price_lists_from_key" UNIQUE("shop_id","method_id","valid_from"),
	CONSTRAINT "carrier_price_lists_validity" CHECK ("carrier_price_lists"."valid_to" > "carrier_price_lists"."valid_from"),
	CONSTRAINT "carrier_price_lists_divisor" CHECK ("carrier_price_lists"."volumetric_divisor" > 0)
);
--> statement-breakpoint
CREATE TABLE "carriers" (
	"shop_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"name" text NOT NULL,
	"external_id" text,
	"status" text NOT NULL,
	"trial_share_bps" integer NOT NULL,
	"metadata" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "carriers_shop_id_id_pk" PRIMARY KEY("shop_id","id"),
	CONSTRAINT "carriers_status" CHECK ("carriers"."status" in ('trial', 'active', 'paused', 'archived')),
	CONSTRAINT "carriers_trial_share" CHECK ("carriers"."trial_share_bps" between 0 and 10000)
);
--> statement-breakpoint
CREATE TABLE "delivery_ratings" (
	"shop_id" uuid NOT NULL,
	"parcel_id" uuid NOT NULL,
	"rating" integer NOT NULL,
	"rated_by" text NOT NULL,
	"rated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "delivery_ratings_shop_id_parcel_id_pk" PRIMARY KEY("shop_id","parcel_id"),
	CONSTRAINT "delivery_ratings_rating" CHECK ("delivery_ratings"."rating" between 1 and 5)
);
--> statement-breakpoint
CREATE TABLE "parcel_events" (
	"shop_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"parcel_id" uuid NOT NULL,
	"carrier_id" uuid NOT NULL,
	"source" text NOT NULL,
	"carrier_event_id" text,
	"kind" text NOT NULL,
	"occurred_at" timestamp (3) with time zone NOT NULL,
	"recorded_at" timestamp (3) with time zone NOT NULL,
	"place" text,
	"note" text,
	"signed_by" text,
	"photo_url" text,
	CONSTRAINT "parcel_events_shop_id_id_pk" PRIMARY KEY("shop_id","id"),
	CONSTRAINT "parcel_events_source" CHECK (("parcel_events"."carrier_event_id" is not null) = ("parcel_events"."source" = 'carrier'))
);
--> statement-breakpoint
CREATE TABLE "parcel_lines" (
	"shop_id" uuid NOT NULL,
	"parcel_id" uuid NOT NULL,
	"line_id" uuid NOT NULL,
	"quantity" integer NOT NULL,
	CONSTRAINT "parcel_lines_shop_id_parcel_id_line_id_pk" PRIMARY KEY("shop_id","parcel_id","line_id"),
	CONSTRAINT "parcel_lines_quantity" CHECK ("parcel_lines"."quantity" > 0)
);
--> statement-breakpoint
CREATE TABLE "parcels" (
	"shop_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"order_id" uuid NOT NULL,
	"shipment_id" uuid NOT NULL,
	"carrier_id" uuid NOT NULL,
	"method_id" uuid,
	"tracking_number" text,
	"state" text NOT NULL,
	"state_at" timestamp (3) with time zone NOT NULL,
	"weight_grams" integer,
	"length_mm" integer,
	"width_mm" integer,
	"height_mm" integer,
	"destination_country" text,
	"destination_region" text,
	"currency" text NOT NULL,
	"cost_amount" bigint,
	"cost_source" text NOT NULL,
	"price_list_id" uuid,
	"promised_on" text,
	"shipped_at" timestamp (3) with time zone NOT NULL,
	"delivered_at" timestamp (3) with time zone,
	"damaged_at" timestamp (3) with time zone,
	"signed_by" text,
	"photo_url" text,
	"proof_at" timestamp (3) with time zone,
	"is_nameless" boolean NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "parcels_shop_id_id_pk" PRIMARY KEY("shop_id","id"),
	CONSTRAINT "parcels_state" CHECK ("parcels"."state" in ('registered', 'in_transit', 'delivered', 'lost', 'damaged', 'returned')),
	CONSTRAINT "parcels_delivered" CHECK ("parcels"."state" <> 'delivered' or "parcels"."delivered_at" is not null),
	CONSTRAINT "parcels_damaged" CHECK ("parcels"."state" <> 'damaged' or "parcels"."damaged_at" is not null),
	CONSTRAINT "parcels_size" CHECK ("parcels"."weight_grams" > 0 and "parcels"."length_mm" > 0 and "parcels"."width_mm" > 0 and "parcels"."height_mm" > 0
        and ("parcels"."length_mm" is null) = ("parcels"."width_mm" is null) and ("parcels"."length_mm" is null) = ("parcels"."height_mm" is null)),
	CONSTRAINT "parcels_cost" CHECK ("parcels"."cost_amount" >= 0 and ("parcels"."cost_amount" is null) = ("parcels"."cost_source" = 'unknown')
        and ("parcels"."price_list_id" is not null) = ("parcels"."cost_source" = 'price_list')),
	CONSTRAINT "parcels_promised" CHECK ("parcels"."promised_on" ~ '^\d{4}-\d\d-\d\d$'),
	CONSTRAINT "parcels_nameless" CHECK (not "parcels"."is_nameless" or ("parcels"."signed_by" is null and "parcels"."photo_url" is null))
);
--> statement-breakpoint
CREATE TABLE "carrier_scores" (
	"shop_id" uuid NOT NULL,
	"carrier_id" uuid NOT NULL,
	"day" text NOT NULL,
	"window_days" integer NOT NULL,
	"prior_cases" integer NOT NULL,
	"parcel_count" integer NOT NULL,
	"promised_count" integer NOT NULL,
	"on_time_count" integer NOT NULL,
	"delivered_count" integer NOT NULL,
	"transit_days_sum" integer NOT NULL,
	"ended_count" integer NOT NULL,
	"lost_count" integer NOT NULL,
	"damaged_count" integer NOT NULL,
	"spoiled_count" integer NOT NULL,
	"rating_count" integer NOT NULL,
	"rating_sum" integer NOT NULL,
	"costed_count" integer NOT NULL,
	"cost_sum_amount" bigint NOT NULL,
	"on_time_bps" integer,
	"transit_centidays" integer,
	"spoiled_bps" integer,
	"rating_centistars" integer,
	"cost_amount" bigint,
	"score_bps" integer,
	"computed_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "carrier_scores_shop_id_carrier_id_day_pk" PRIMARY KEY("shop_id","carrier_id","day"),
	CONSTRAINT "carrier_scores_day" CHECK ("carrier_scores"."day" ~ '^\d{4}-\d\d-\d\d$'),
	CONSTRAINT "carrier_scores_score" CHECK ("carrier_scores"."score_bps" between 0 and 10000),
	CONSTRAINT "carrier_scores_counts" CHECK ("carrier_scores"."on_time_count" between 0 and "carrier_scores"."promised_count" and "carrier_scores"."delivered_count" <= "carrier_scores"."parcel_count"
        and "carrier_scores"."promised_count" <= "carrier_scores"."parcel_count" and "carrier_scores"."ended_count" <= "carrier_scores"."parcel_count"
        and "carrier_scores"."spoiled_count" between 0 and "carrier_scores"."ended_count" and "carrier_scores"."lost_count" <= "carrier_scores"."spoiled_count"
        and "carrier_scores"."damaged_count" <= "carrier_scores"."spoiled_count" and "carrier_scores"."rating_count" <= "carrier_scores"."parcel_count"
        and "carrier_scores"."rating_sum" between "carrier_scores"."rating_count" and 5 * "carrier_scores"."rating_count" and "carrier_scores"."costed_count" <= "carrier_scores"."parcel_count")
);
--> statement-breakpoint
CREATE TABLE "carrier_scoring" (
	"shop_id" uuid NOT NULL,
	"due_at" timestamp (3) with time zone,
	"scored_through_on" text,
	CONSTRAINT "carrier_scoring_shop_id_pk" PRIMARY KEY("shop_id"),
	CONSTRAINT "carrier_scoring_day" CHECK ("carrier_scoring"."scored_through_on" ~ '^\d{4}-\d\d-\d\d$')
);
--> statement-breakpoint
CREATE TABLE "carrier_transits" (
	"shop_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"carrier_id" uuid NOT NULL,
	"method_id" uuid,
	"country" text NOT NULL,
	"case_count" integer NOT NULL,
	"median_days" integer NOT NULL,
	"ninetieth_days" integer NOT NULL,
	"day" text NOT NULL,
	CONSTRAINT "carrier_transits_shop_id_id_pk" PRIMARY KEY("shop_id","id"),
	CONSTRAINT "carrier_transits_days" CHECK ("carrier_transits"."case_count" > 0 and "carrier_transits"."median_days" between 0 and "carrier_transits"."ninetieth_days")
);
--> statement-breakpoint
ALTER TABLE "carrier_methods" ADD CONSTRAINT "carrier_methods_shop_id_carrier_id_carriers_shop_id_id_fk" FOREIGN KEY ("shop_id","carrier_id") REFERENCES "public"."carriers"("shop_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "carrier_price_lists" ADD CONSTRAINT "carrier_price_lists_method_fk" FOREIGN KEY ("shop_id","method_id") REFERENCES "public"."carrier_methods"("shop_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "carriers" ADD CONSTRAINT "carriers_shop_id_shops_id_fk" FOREIGN KEY ("shop_id") REFERENCES "public"."shops"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "delivery_ratings" ADD CONSTRAINT "delivery_ratings_shop_id_parcel_id_parcels_shop_id_id_fk" FOREIGN KEY ("shop_id","parcel_id") REFERENCES "public"."parcels"("shop_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "parcel_events" ADD CONSTRAINT "parcel_events_shop_id_parcel_id_parcels_shop_id_id_fk" FOREIGN KEY ("shop_id","parcel_id") REFERENCES "public"."parcels"("shop_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "parcel_lines" ADD CONSTRAINT "parcel_lines_shop_id_parcel_id_parcels_shop_id_id_fk" FOREIGN KEY ("shop_id","parcel_id") REFERENCES "public"."parcels"("shop_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "parcels" ADD CONSTRAINT "parcels_shop_id_carrier_id_carriers_shop_id_id_fk" FOREIGN KEY ("shop_id","carrier_id") REFERENCES "public"."carriers"("shop_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "parcels" ADD CONSTRAINT "parcels_shop_id_method_id_carrier_methods_shop_id_id_fk" FOREIGN KEY ("shop_id","method_id") REFERENCES "public"."carrier_methods"("shop_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "carrier_scores" ADD CONSTRAINT "carrier_scores_shop_id_carrier_id_carriers_shop_id_id_fk" FOREIGN KEY ("shop_id","carrier_id") REFERENCES "public"."carriers"("shop_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "carrier_scoring" ADD CONSTRAINT "carrier_scoring_shop_id_shops_id_fk" FOREIGN KEY ("shop_id") REFERENCES "public"."shops"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "carrier_transits" ADD CONSTRAINT "carrier_transits_shop_id_carrier_id_carriers_shop_id_id_fk" FOREIGN KEY ("shop_id","carrier_id") REFERENCES "public"."carriers"("shop_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "carriers_external_id_key" ON "carriers" USING btree ("shop_id","external_id") WHERE "carriers"."external_id" is not null;--> statement-breakpoint
CREATE INDEX "carriers_status_idx" ON "carriers" USING btree ("shop_id","status","id");--> statement-breakpoint
CREATE UNIQUE INDEX "parcel_events_carrier_event_key" ON "parcel_events" USING btree ("shop_id","carrier_id","carrier_event_id") WHERE "parcel_events"."carrier_event_id" is not null;--> statement-breakpoint
CREATE INDEX "parcel_events_parcel_idx" ON "parcel_events" USING btree ("shop_id","parcel_id","occurred_at","id");--> statement-breakpoint
CREATE UNIQUE INDEX "parcels_tracking_number_key" ON "parcels" USING btree ("shop_id","carrier_id","tracking_number") WHERE "parcels"."tracking_number" is not null;--> statement-breakpoint
CREATE INDEX "parcels_order_idx" ON "parcels" USING btree ("shop_id","order_id","id");--> statement-breakpoint
CREATE INDEX "parcels_shipment_idx" ON "parcels" USING btree ("shop_id","shipment_id","id");--> statement-breakpoint
CREATE INDEX "parcels_state_idx" ON "parcels" USING btree ("shop_id","state","id");--> statement-breakpoint
CREATE INDEX "parcels_carrier_idx" ON "parcels" USING btree ("shop_id","carrier_id","id");--> statement-breakpoint
CREATE INDEX "parcels_carrier_state_idx" ON "parcels" USING btree ("shop_id","carrier_id","state","id");--> statement-breakpoint
CREATE INDEX "parcels_tracking_idx" ON "parcels" USING btree ("shop_id","tracking_number","id") WHERE "parcels"."tracking_number" is not null;--> statement-breakpoint
CREATE INDEX "parcels_shipped_at_idx" ON "parcels" USING btree ("shop_id","shipped_at");--> statement-breakpoint
CREATE INDEX "carrier_scores_day_idx" ON "carrier_scores" USING btree ("shop_id","day","carrier_id");--> statement-breakpoint
CREATE INDEX "carrier_scoring_due_idx" ON "carrier_scoring" USING btree ("shop_id","due_at") WHERE "carrier_scoring"."due_at" is not null;--> statement-breakpoint
CREATE INDEX "carrier_transits_carrier_idx" ON "carrier_transits" USING btree ("shop_id","carrier_id","country","id");--> statement-breakpoint
CREATE INDEX "carrier_transits_country_idx" ON "carrier_transits" USING btree ("shop_id","country");--> statement-breakpoint
create trigger carriers_version_rises before update on carriers
  for each row when (new.version <= old.version) execute function refuse_same_version();
--> statement-breakpoint
create trigger carrier_methods_version_rises before update on carrier_methods
  for each row when (new.version <= old.version) execute function refuse_same_version();
--> statement-breakpoint
create trigger parcels_version_rises before update on parcels
  for each row when (new.version <= old.version) execute function refuse_same_version();
--> statement-breakpoint
-- What was scored and what buyers said is not rewritten. What was told of parcels stays, too; only an erasure takes names out of it.
create trigger carrier_scores_insert_only before update or delete or truncate on carrier_scores
  for each statement execute function refuse_change();
--> statement-breakpoint
create trigger delivery_ratings_insert_only before update or delete or truncate on delivery_ratings
  for each statement execute function refuse_change();
--> statement-breakpoint
create trigger parcel_events_stay before delete or truncate on parcel_events
  for each statement execute function refuse_change();
