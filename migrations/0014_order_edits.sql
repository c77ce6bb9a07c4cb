CREATE TABLE "order_edit_items" (
	"shop_id" uuid NOT NULL,
	"edit_id" uuid NOT NULL,
	"position" integer NOT NULL,
	"product_id" uuid NOT NULL,
	"product_name" text NOT NULL,
	"category" text,
	"quantity" integer NOT NULL,
	"list_unit_amount" bigint NOT NULL,
	"net_amount" bigint NOT NULL,
	"tax_rate_bps" integer NOT NULL,
	"tax_amount" bigint NOT NULL,
	"cost_unit_amount" bigint,
	CONSTRAINT "order_edit_items_shop_id_edit_id_position_pk" PRIMARY KEY("shop_id","edit_id","position"),
	CONSTRAINT "order_edit_items_amount" CHECK ("order_edit_items"."quantity" > 0 and "order_edit_items"."net_amount" = "order_edit_items"."list_unit_amount" * "order_edit_items"."quantity")
);
--> statement-breakpoint
CREATE TABLE "order_edit_units" (
	"shop_id" uuid NOT NULL,
	"edit_id" uuid NOT NULL,
	"line_id" uuid NOT NULL,
	"quantity" integer NOT NULL,
	"paid_amount" bigint NOT NULL,
	"settled_amount" bigint NOT NULL,
	"amount" bigint NOT NULL,
	"tax_amount" bigint NOT NULL,
	CONSTRAINT "order_edit_units_shop_id_edit_id_line_id_pk" PRIMARY KEY("shop_id","edit_id","line_id"),
	CONSTRAINT "order_edit_units_quantity" CHECK ("order_edit_units"."quantity" > 0)
);
--> statement-breakpoint
CREATE TABLE "order_edits" (
	"shop_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"order_id" uuid NOT NULL,
	"state" text NOT NULL,
	"credited_amount" bigint NOT NULL,
	"added_amount" bigint NOT NULL,
	"shipping_address" jsonb,
	"created_at" timestamp (3) with time zone NOT NULL,
	"applied_at" timestamp (3) with time zone,
	"version" integer DEFAULT 1 NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "order_edits_shop_id_id_pk" PRIMARY KEY("shop_id","id"),
	CONSTRAINT "order_edits_amounts" CHECK ("order_edits"."credited_amount" >= 0 and "order_edits"."added_amount" >= 0),
	CONSTRAINT "order_edits_applied" CHECK (("order_edits"."state" = 'applied') = ("order_edits"."applied_at" is not null))
);
--> statement-breakpoint
ALTER TABLE "order_edit_items" ADD CONSTRAINT "order_edit_items_edit_fk" FOREIGN KEY ("shop_id","edit_id") REFERENCES "public"."order_edits"("shop_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "order_edit_items" ADD CONSTRAINT "order_edit_items_product_fk" FOREIGN KEY ("shop_id","product_id") REFERENCES "public"."products"("shop_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "order_edit_units" ADD CONSTRAINT "order_edit_units_edit_fk" FOREIGN KEY ("shop_id","edit_id") REFERENCES "public"."order_edits"("shop_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "order_edit_units" ADD CONSTRAINT "order_edit_units_line_fk" FOREIGN KEY ("shop_id","line_id") REFERENCES "public"."order_lines"("shop_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "order_edits" ADD CONSTRAINT "order_edits_order_fk" FOREIGN KEY ("shop_id","order_id") REFERENCES "public"."orders"("shop_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "order_edits_order_idx" ON "order_edits" USING btree ("shop_id","order_id","id");--> statement-breakpoint
CREATE UNIQUE INDEX "order_edits_open_key" ON "order_edits" USING btree ("shop_id","order_id") WHERE "order_edits"."state" = 'open';--> statement-breakpoint
create trigger order_edit_units_insert_only before update or delete or truncate on order_edit_units
  for each statement execute function refuse_change();
--> statement-breakpoint
create trigger order_edit_items_insert_only before update or delete or truncate on order_edit_items
  for each statement execute function refuse_change();
