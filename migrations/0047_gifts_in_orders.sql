ALTER TABLE "gift_grants" DROP CONSTRAINT "gift_grants_state";--> statement-breakpoint
ALTER TABLE "order_lines" DROP CONSTRAINT "order_lines_gift";--> statement-breakpoint
ALTER TABLE "gift_grants" ADD COLUMN "order_id" uuid;--> statement-breakpoint
ALTER TABLE "order_lines" ADD COLUMN "gift_grant_id" uuid;--> statement-breakpoint
ALTER TABLE "order_lines" ADD CONSTRAINT "order_lines_gift_grant_fk" FOREIGN KEY ("shop_id","gift_grant_id") REFERENCES "public"."gift_grants"("shop_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "gift_grants_order_idx" ON "gift_grants" USING btree ("shop_id","order_id","id") WHERE "gift_grants"."order_id" is not null;--> statement-breakpoint
ALTER TABLE "gift_grants" ADD CONSTRAINT "gift_grants_order" CHECK (("gift_grants"."state" in ('in_order', 'shipped')) = ("gift_grants"."order_id" is not null)
        and ("gift_grants"."order_id" is null or ("gift_grants"."product_id" is not null and "gift_grants"."claim_code_hash" is null)));--> statement-breakpoint
ALTER TABLE "gift_grants" ADD CONSTRAINT "gift_grants_state" CHECK ("gift_grants"."state" in ('open', 'in_order', 'shipped', 'handed_over', 'cancelled'));--> statement-breakpoint
ALTER TABLE "order_lines" ADD CONSTRAINT "order_lines_gift" CHECK (("order_lines"."gift_campaign_id" is null and "order_lines"."gift_grant_id" is null)
        or ("order_lines"."list_unit_amount" = 0 and ("order_lines"."gift_campaign_id" is null or "order_lines"."gift_grant_id" is null)));