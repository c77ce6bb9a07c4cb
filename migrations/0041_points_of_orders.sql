CREATE TABLE "point_accrual_lines" (
	"shop_id" uuid NOT NULL,
	"order_id" uuid NOT NULL,
	"line_id" uuid NOT NULL,
	"basis_amount" bigint NOT NULL,
	"kept_amount" bigint NOT NULL,
	"earned_points" bigint NOT NULL,
	"unearned_points" bigint DEFAULT 0 NOT NULL,
	CONSTRAINT "point_accrual_lines_shop_id_order_id_line_id_pk" PRIMARY KEY("shop_id","order_id","line_id"),
	CONSTRAINT "point_accrual_lines_points" CHECK ("point_accrual_lines"."earned_points" >= 0 and "point_accrual_lines"."unearned_points" between 0 and "point_accrual_lines"."earned_points"
        and "point_accrual_lines"."basis_amount" >= 0 and "point_accrual_lines"."kept_amount" between 0 and "point_accrual_lines"."basis_amount")
);
--> statement-breakpoint
CREATE TABLE "point_accruals" (
	"shop_id" uuid NOT NULL,
	"order_id" uuid NOT NULL,
	"customer_id" uuid NOT NULL,
	"programme_version" integer NOT NULL,
	"tier_multiplier_bps" integer NOT NULL,
	"campaign_multiplier_bps" integer NOT NULL,
	"earned_points" bigint NOT NULL,
	"unearned_points" bigint DEFAULT 0 NOT NULL,
	"forgiven_points" bigint DEFAULT 0 NOT NULL,
	"kept_amount" bigint NOT NULL,
	"earned_at" timestamp (3) with time zone NOT NULL,
	"follow_due_at" timestamp (3) with time zone,
	"version" integer DEFAULT 1 NOT NULL,
	CONSTRAINT "point_accruals_shop_id_order_id_pk" PRIMARY KEY("shop_id","order_id"),
	CONSTRAINT "point_accruals_points" CHECK ("point_accruals"."earned_points" >= 0 and "point_accruals"."unearned_points" between 0 and "point_accruals"."earned_points"
        and "point_accruals"."forgiven_points" between 0 and "point_accruals"."unearned_points" and "point_accruals"."kept_amount" >= 0),
	CONSTRAINT "point_accruals_multipliers" CHECK ("point_accruals"."tier_multiplier_bps" >= 0 and "point_accruals"."campaign_multiplier_bps" >= 0)
);
--> statement-breakpoint
ALTER TABLE "loyalty_members" DROP CONSTRAINT "loyalty_members_points";--> statement-breakpoint
ALTER TABLE "point_lots" DROP CONSTRAINT "point_lots_source";--> statement-breakpoint
ALTER TABLE "point_movements" DROP CONSTRAINT "point_movements_kind";--> statement-breakpoint
ALTER TABLE "loyalty_members" ADD COLUMN "debt_points" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "point_lots" ADD COLUMN "order_id" uuid;--> statement-breakpoint
ALTER TABLE "point_accrual_lines" ADD CONSTRAINT "point_accrual_lines_accrual_fk" FOREIGN KEY ("shop_id","order_id") REFERENCES "public"."point_accruals"("shop_id","order_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "point_accruals" ADD CONSTRAINT "point_accruals_member_fk" FOREIGN KEY ("shop_id","customer_id") REFERENCES "public"."loyalty_members"("shop_id","customer_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "point_accruals_customer_idx" ON "point_accruals" USING btree ("shop_id","customer_id","earned_at");--> statement-breakpoint
CREATE INDEX "point_accruals_follow_idx" ON "point_accruals" USING btree ("shop_id","follow_due_at","order_id") WHERE "point_accruals"."follow_due_at" is not null;--> statement-breakpoint
CREATE INDEX "point_lots_order_idx" ON "point_lots" USING btree ("shop_id","order_id","id") WHERE "point_lots"."order_id" is not null;--> statement-breakpoint
ALTER TABLE "loyalty_members" ADD CONSTRAINT "loyalty_members_points" CHECK ("loyalty_members"."active_points" >= 0 and "loyalty_members"."pending_points" >= 0 and "loyalty_members"."debt_points" >= 0);--> statement-breakpoint
ALTER TABLE "point_lots" ADD CONSTRAINT "point_lots_source" CHECK ("point_lots"."source" in ('staff', 'sign_up', 'order', 'review', 'birthday', 'referral')
        and ("point_lots"."source" = 'order') = ("point_lots"."order_id" is not null));--> statement-breakpoint
ALTER TABLE "point_movements" ADD CONSTRAINT "point_movements_kind" CHECK ("point_movements"."kind" in ('granted', 'expired', 'lapsed', 'taken_back', 'repaid', 'merged_in', 'merged_out'));--> statement-breakpoint
UPDATE "loyalty_programmes" SET "rule" = '{"earning":null,"productPoints":[],"excludedCategories":[],"pendingDays":7,"latestPendingDays":60,"orderLimitPoints":null,"periodLimit":null,"clawback":"within_balance","reviewPoints":0,"birthdayPoints":0,"referralPoints":0}'::jsonb || "rule";--> statement-breakpoint
UPDATE "loyalty_programme_versions" SET "rule" = '{"earning":null,"productPoints":[],"excludedCategories":[],"pendingDays":7,"latestPendingDays":60,"orderLimitPoints":null,"periodLimit":null,"clawback":"within_balance","reviewPoints":0,"birthdayPoints":0,"referralPoints":0}'::jsonb || "rule";
