ALTER TABLE "loyalty_gifts" DROP CONSTRAINT "loyalty_gifts_quantities";--> statement-breakpoint
ALTER TABLE "loyalty_gifts" ADD COLUMN "price_amount" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "loyalty_gifts" ADD COLUMN "tax_rate_bps" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "redemptions" ADD COLUMN "unit_amount" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "redemptions" ADD COLUMN "tax_rate_bps" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "redemptions" ADD COLUMN "tax_amount" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "redemptions" ADD COLUMN "paid_amount" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "redemptions" ADD COLUMN "refunded_amount" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "loyalty_gifts" ADD CONSTRAINT "loyalty_gifts_quantities" CHECK ("loyalty_gifts"."price_points" > 0 and "loyalty_gifts"."price_amount" >= 0 and "loyalty_gifts"."tax_rate_bps" between 0 and 10000 and "loyalty_gifts"."left_quantity" between 0 and "loyalty_gifts"."stocked_quantity" and ("loyalty_gifts"."member_limit" is null or "loyalty_gifts"."member_limit" > 0));--> statement-breakpoint
ALTER TABLE "redemptions" ADD CONSTRAINT "redemptions_money" CHECK ("redemptions"."unit_amount" >= 0 and "redemptions"."tax_amount" between 0 and "redemptions"."unit_amount" * "redemptions"."quantity"
        and "redemptions"."refunded_amount" between 0 and "redemptions"."paid_amount");