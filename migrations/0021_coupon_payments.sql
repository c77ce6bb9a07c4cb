ALTER TABLE "coupon_promises" DROP CONSTRAINT "coupon_promises_state";--> statement-breakpoint
ALTER TABLE "coupon_promises" DROP CONSTRAINT "coupon_promises_used";--> statement-breakpoint
CREATE INDEX "coupon_promises_used_for_idx" ON "coupon_promises" USING btree ("shop_id","used_for_id") WHERE "coupon_promises"."used_for_id" is not null;--> statement-breakpoint
ALTER TABLE "coupon_promises" ADD CONSTRAINT "coupon_promises_state" CHECK ("coupon_promises"."state" in ('issued', 'held', 'used', 'expired', 'revoked'));--> statement-breakpoint
ALTER TABLE "coupon_promises" ADD CONSTRAINT "coupon_promises_used" CHECK (("coupon_promises"."state" in ('held', 'used')) = ("coupon_promises"."used_at" is not null)
        and ("coupon_promises"."state" in ('held', 'used')) = ("coupon_promises"."used_for_type" is not null)
        and ("coupon_promises"."state" in ('held', 'used')) = ("coupon_promises"."used_for_id" is not null));