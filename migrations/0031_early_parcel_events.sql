CREATE TABLE "early_parcel_events" (
	"shop_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"carrier_id" uuid NOT NULL,
	"tracking_number" text NOT NULL,
	"carrier_event_id" text NOT NULL,
	"kind" text NOT NULL,
	"occurred_at" timestamp (3) with time zone NOT NULL,
	"recorded_at" timestamp (3) with time zone NOT NULL,
	"place" text,
	"signed_by" text,
	"photo_url" text,
	"due_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "early_parcel_events_shop_id_id_pk" PRIMARY KEY("shop_id","id"),
	CONSTRAINT "early_parcel_events_event_key" UNIQUE("shop_id","carrier_id","carrier_event_id")
);
--> statement-breakpoint
ALTER TABLE "early_parcel_events" ADD CONSTRAINT "early_parcel_events_shop_id_carrier_id_carriers_shop_id_id_fk" FOREIGN KEY ("shop_id","carrier_id") REFERENCES "public"."carriers"("shop_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "early_parcel_events_number_idx" ON "early_parcel_events" USING btree ("shop_id","carrier_id","tracking_number");--> statement-breakpoint
CREATE INDEX "early_parcel_events_due_idx" ON "early_parcel_events" USING btree ("shop_id","due_at");