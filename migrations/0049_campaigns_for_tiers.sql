CREATE TABLE "campaign_notices" (
	"shop_id" uuid NOT NULL,
	"campaign_id" uuid NOT NULL,
	"starts_at" timestamp (3) with time zone NOT NULL,
	"tier_key" text NOT NULL,
	"told_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "campaign_notices_shop_id_campaign_id_starts_at_tier_key_pk" PRIMARY KEY("shop_id","campaign_id","starts_at","tier_key"),
	CONSTRAINT "campaign_notices_time" CHECK ("campaign_notices"."told_at" < "campaign_notices"."starts_at")
);
--> statement-breakpoint
ALTER TABLE "campaigns" ADD COLUMN "notice_due_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "campaign_notices" ADD CONSTRAINT "campaign_notices_campaign_fk" FOREIGN KEY ("shop_id","campaign_id") REFERENCES "public"."campaigns"("shop_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "campaigns_notice_due_idx" ON "campaigns" USING btree ("shop_id","notice_due_at") WHERE "campaigns"."notice_due_at" is not null;--> statement-breakpoint
ALTER TABLE "campaigns" ADD CONSTRAINT "campaigns_notice_due" CHECK ("campaigns"."notice_due_at" is null or "campaigns"."state" = 'scheduled');--> statement-breakpoint
create trigger campaign_notices_insert_only before update or delete or truncate on campaign_notices
  for each statement execute function refuse_change();--> statement-breakpoint
-- What campaigns said before is for everybody, whatever their tier.
update campaign_versions set rule = rule || '{"tierKeys": []}'::jsonb where not rule ? 'tierKeys';--> statement-breakpoint
update campaigns set notice_due_at = starts_at - interval '720 hours', version = version + 1 where state = 'scheduled' and starts_at is not null;
