CREATE TABLE "freight_templates" (
	"shop_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"name" text NOT NULL,
	"origin" jsonb,
	"rule" jsonb NOT NULL,
	"fallback_id" uuid,
	"is_default" boolean NOT NULL,
	"archived_at" timestamp (3) with time zone,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "freight_templates_pkey" PRIMARY KEY("shop_id","id"),
	CONSTRAINT "freight_templates_archived" CHECK ("freight_templates"."archived_at" is null or not "freight_templates"."is_default"),
	CONSTRAINT "freight_templates_circle" CHECK ("freight_templates"."fallback_id" <> "freight_templates"."id")
);
--> statement-breakpoint
ALTER TABLE "products" ADD COLUMN "length_mm" integer;--> statement-breakpoint
ALTER TABLE "products" ADD COLUMN "width_mm" integer;--> statement-breakpoint
ALTER TABLE "products" ADD COLUMN "height_mm" integer;--> statement-breakpoint
ALTER TABLE "products" ADD COLUMN "freight_template_id" uuid;--> statement-breakpoint
ALTER TABLE "orders" ADD COLUMN "freight_parts" jsonb DEFAULT '[]'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "freight_templates" ADD CONSTRAINT "freight_templates_shop_id_shops_id_fk" FOREIGN KEY ("shop_id") REFERENCES "public"."shops"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "freight_templates" ADD CONSTRAINT "freight_templates_fallback_fk" FOREIGN KEY ("shop_id","fallback_id") REFERENCES "public"."freight_templates"("shop_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "freight_templates_name_key" ON "freight_templates" USING btree ("shop_id","name") WHERE "freight_templates"."archived_at" is null;--> statement-breakpoint
CREATE UNIQUE INDEX "freight_templates_default_key" ON "freight_templates" USING btree ("shop_id") WHERE "freight_templates"."is_default";--> statement-breakpoint
CREATE INDEX "freight_templates_fallback_idx" ON "freight_templates" USING btree ("shop_id","fallback_id") WHERE "freight_templates"."fallback_id" is not null;--> statement-breakpoint
CREATE INDEX "products_freight_template_idx" ON "products" USING btree ("shop_id","freight_template_id") WHERE "products"."freight_template_id" is not null;--> statement-breakpoint
ALTER TABLE "products" ADD CONSTRAINT "products_sides" CHECK ("products"."length_mm" > 0 and "products"."width_mm" > 0 and "products"."height_mm" > 0);--> statement-breakpoint
-- Shipping comes after the catalogue, whose tables cannot name this one.
ALTER TABLE "products" ADD CONSTRAINT "products_freight_template_fk" FOREIGN KEY ("shop_id","freight_template_id") REFERENCES "public"."freight_templates"("shop_id","id");
--> statement-breakpoint
-- The one rate that a shop had becomes its default template: the same for any number of pieces, free from the same amount.
INSERT INTO "freight_templates" ("shop_id", "id", "name", "rule", "is_default", "created_at", "updated_at")
SELECT s."id", gen_random_uuid(), 'Default', jsonb_build_object('chargedBy', 'piece', 'payer', 'buyer', 'oversize', null, 'zones',
    jsonb_build_array(jsonb_build_object('name', 'Everywhere', 'regions', '[]'::jsonb, 'isServed', true, 'notServedReason', null,
      'firstUnits', 1, 'firstAmount', (s."settings" -> 'shipping' ->> 'freightRateAmount')::int8, 'additionalUnits', 1,
      'additionalAmount', 0, 'freeFromQuantity', null,
      'freeFromAmount', nullif((s."settings" -> 'shipping' ->> 'freightFreeFromAmount')::int8, 0)))),
  true, now(), now()
FROM "shops" s WHERE (s."settings" -> 'shipping' ->> 'freightRateAmount')::int8 > 0;
--> statement-breakpoint
UPDATE "shops" SET "settings" = jsonb_set("settings", '{shipping}', ("settings" -> 'shipping') - 'freightRateAmount' - 'freightFreeFromAmount')
WHERE "settings" ? 'shipping';
