ALTER TABLE "order_edit_items" DROP CONSTRAINT "order_edit_items_amount";--> statement-breakpoint
ALTER TABLE "logo_request_items" DROP CONSTRAINT "logo_request_items_quantity";--> statement-breakpoint
ALTER TABLE "order_lines" DROP CONSTRAINT "order_lines_net";--> statement-breakpoint
ALTER TABLE "order_edit_items" ADD COLUMN "discount_amount" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "order_edit_items" ADD COLUMN "price_breaks" jsonb DEFAULT '[]'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "order_edit_items" ADD COLUMN "break_minimum_quantity" integer;--> statement-breakpoint
ALTER TABLE "order_edit_items" ADD COLUMN "break_unit_amount" bigint;--> statement-breakpoint
ALTER TABLE "order_edit_items" ADD COLUMN "logo_request_id" uuid;--> statement-breakpoint
ALTER TABLE "order_edit_items" ADD COLUMN "logo_unit_amount" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "order_edit_items" ADD COLUMN "logo_setup_amount" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "logo_request_items" ADD COLUMN "ordered_quantity" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "logo_requests" ADD COLUMN "is_setup_charged" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "order_lines" ADD COLUMN "logo_request_id" uuid;--> statement-breakpoint
ALTER TABLE "order_lines" ADD COLUMN "logo_unit_amount" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "order_lines" ADD COLUMN "logo_setup_amount" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "orders" ADD COLUMN "written_off_amount" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "order_edit_items" ADD CONSTRAINT "order_edit_items_logo_request_fk" FOREIGN KEY ("shop_id","logo_request_id") REFERENCES "public"."logo_requests"("shop_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "order_lines" ADD CONSTRAINT "order_lines_logo_request_fk" FOREIGN KEY ("shop_id","logo_request_id") REFERENCES "public"."logo_requests"("shop_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "order_edit_items" ADD CONSTRAINT "order_edit_items_amount" CHECK ("order_edit_items"."quantity" > 0 and "order_edit_items"."discount_amount" >= 0 and "order_edit_items"."logo_unit_amount" >= 0 and "order_edit_items"."logo_setup_amount" >= 0
        and "order_edit_items"."net_amount" = ("order_edit_items"."list_unit_amount" + "order_edit_items"."logo_unit_amount") * "order_edit_items"."quantity" + "order_edit_items"."logo_setup_amount" - "order_edit_items"."discount_amount");--> statement-breakpoint
ALTER TABLE "logo_request_items" ADD CONSTRAINT "logo_request_items_quantity" CHECK ("logo_request_items"."quantity" > 0 and "logo_request_items"."ordered_quantity" between 0 and "logo_request_items"."quantity");--> statement-breakpoint
ALTER TABLE "order_lines" ADD CONSTRAINT "order_lines_logo" CHECK ("order_lines"."logo_unit_amount" >= 0 and "order_lines"."logo_setup_amount" >= 0
        and ("order_lines"."logo_request_id" is not null or "order_lines"."logo_unit_amount" + "order_lines"."logo_setup_amount" = 0));--> statement-breakpoint
ALTER TABLE "order_lines" ADD CONSTRAINT "order_lines_net" CHECK ("order_lines"."net_amount" = ("order_lines"."list_unit_amount" + "order_lines"."logo_unit_amount") * "order_lines"."quantity" + "order_lines"."logo_setup_amount" - "order_lines"."discount_amount");--> statement-breakpoint
ALTER TABLE "orders" ADD CONSTRAINT "orders_written_off" CHECK ("orders"."written_off_amount" >= 0 and ("orders"."written_off_amount" = 0 or "orders"."written_off_amount" <= "orders"."total_amount"
        + "orders"."charged_amount" - "orders"."settled_refund_amount" - "orders"."credited_amount" - "orders"."paid_amount" + "orders"."refunded_amount"));