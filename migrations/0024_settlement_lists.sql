CREATE INDEX "refunds_order_idx" ON "refunds" USING btree ("shop_id","order_id","id");--> statement-breakpoint
CREATE INDEX "refunds_state_idx" ON "refunds" USING btree ("shop_id","state","id");--> statement-breakpoint
CREATE INDEX "settlements_updated_at_idx" ON "settlements" USING btree ("shop_id","updated_at","id");--> statement-breakpoint
CREATE INDEX "settlements_state_updated_at_idx" ON "settlements" USING btree ("shop_id","state","updated_at","id");