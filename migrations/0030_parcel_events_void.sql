ALTER TABLE "order_shipment_lines" DROP CONSTRAINT "order_shipment_lines_quantity";--> statement-breakpoint
ALTER TABLE "order_shipment_lines" ADD COLUMN "missing_quantity" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "parcel_events" ADD COLUMN "voided_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "parcel_events" ADD COLUMN "void_reason" text;--> statement-breakpoint
ALTER TABLE "parcel_events" ADD COLUMN "voided_by" text;--> statement-breakpoint
ALTER TABLE "order_shipment_lines" ADD CONSTRAINT "order_shipment_lines_quantity" CHECK ("order_shipment_lines"."quantity" > 0 and "order_shipment_lines"."missing_quantity" between 0 and "order_shipment_lines"."quantity");--> statement-breakpoint
ALTER TABLE "parcel_events" ADD CONSTRAINT "parcel_events_voided" CHECK (("parcel_events"."voided_at" is null) = ("parcel_events"."void_reason" is null) and ("parcel_events"."voided_at" is not null or "parcel_events"."voided_by" is null));