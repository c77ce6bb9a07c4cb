CREATE TABLE "tier_changes" (
	"shop_id" uuid NOT NULL,
	"customer_id" uuid NOT NULL,
	"position" integer NOT NULL,
	"from_tier_key" text,
	"to_tier_key" text,
	"counted_quantity" bigint NOT NULL,
	"programme_version" integer NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "tier_changes_shop_id_customer_id_position_pk" PRIMARY KEY("shop_id","customer_id","position"),
	CONSTRAINT "tier_changes_change" CHECK ("tier_changes"."from_tier_key" is distinct from "tier_changes"."to_tier_key" and "tier_changes"."position" > 0 and "tier_changes"."counted_quantity" >= 0)
);
--> statement-breakpoint
CREATE TABLE "tier_rounds" (
	"shop_id" uuid NOT NULL,
	"programme_version" integer NOT NULL,
	"due_at" timestamp (3) with time zone,
	CONSTRAINT "tier_rounds_shop_id_pk" PRIMARY KEY("shop_id")
);
--> statement-breakpoint
ALTER TABLE "loyalty_members" ADD COLUMN "tier_key" text;--> statement-breakpoint
ALTER TABLE "loyalty_members" ADD COLUMN "tier_change_count" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "loyalty_members" ADD COLUMN "tier_version" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "loyalty_members" ADD COLUMN "tier_due_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "tier_changes" ADD CONSTRAINT "tier_changes_member_fk" FOREIGN KEY ("shop_id","customer_id") REFERENCES "public"."loyalty_members"("shop_id","customer_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "tier_rounds" ADD CONSTRAINT "tier_rounds_programme_fk" FOREIGN KEY ("shop_id") REFERENCES "public"."loyalty_programmes"("shop_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "tier_rounds_due_idx" ON "tier_rounds" USING btree ("shop_id","due_at") WHERE "tier_rounds"."due_at" is not null;--> statement-breakpoint
CREATE INDEX "loyalty_members_tier_due_idx" ON "loyalty_members" USING btree ("shop_id","tier_due_at","customer_id") WHERE "loyalty_members"."tier_due_at" is not null;--> statement-breakpoint
CREATE INDEX "loyalty_members_tier_version_idx" ON "loyalty_members" USING btree ("shop_id","tier_version","customer_id");--> statement-breakpoint
CREATE INDEX "loyalty_members_tier_idx" ON "loyalty_members" USING btree ("shop_id","tier_key","enrolled_at","customer_id");--> statement-breakpoint
UPDATE "loyalty_programmes" SET "rule" = '{"tierBasis":"points","tierPeriodMonths":12,"tiers":[]}'::jsonb || "rule";--> statement-breakpoint
UPDATE "loyalty_programme_versions" SET "rule" = '{"tierBasis":"points","tierPeriodMonths":12,"tiers":[]}'::jsonb || "rule";
--> statement-breakpoint
create trigger loyalty_programmes_version_rises before update on loyalty_programmes
  for each row when (new.version <= old.version) execute function refuse_same_version();
--> statement-breakpoint
create trigger loyalty_members_version_rises before update on loyalty_members
  for each row when (new.version <= old.version) execute function refuse_same_version();
--> statement-breakpoint
create trigger point_accruals_version_rises before update on point_accruals
  for each row when (new.version <= old.version) execute function refuse_same_version();
--> statement-breakpoint
create trigger point_spendings_version_rises before update on point_spendings
  for each row when (new.version <= old.version) execute function refuse_same_version();
--> statement-breakpoint
create trigger point_grant_requests_version_rises before update on point_grant_requests
  for each row when (new.version <= old.version) execute function refuse_same_version();
--> statement-breakpoint
create trigger loyalty_programme_versions_insert_only before update or delete or truncate on loyalty_programme_versions
  for each statement execute function refuse_change();
--> statement-breakpoint
create trigger point_movements_insert_only before update or delete or truncate on point_movements
  for each statement execute function refuse_change();
--> statement-breakpoint
create trigger point_spending_parts_insert_only before update or delete or truncate on point_spending_parts
  for each statement execute function refuse_change();
--> statement-breakpoint
create trigger tier_changes_insert_only before update or delete or truncate on tier_changes
  for each statement execute function refuse_change();
