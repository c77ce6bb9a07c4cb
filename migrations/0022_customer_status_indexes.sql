DROP INDEX "orders_customer_idx";--> statement-breakpoint
DROP INDEX "orders_customer_updated_at_idx";--> statement-breakpoint
CREATE INDEX "orders_customer_idx" ON "orders" USING btree ("shop_id","customer_id","placed_at","id","status");--> statement-breakpoint
CREATE INDEX "orders_customer_updated_at_idx" ON "orders" USING btree ("shop_id","customer_id","updated_at","id","status");