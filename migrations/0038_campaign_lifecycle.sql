DROP INDEX "campaigns_start_due_idx";--> statement-breakpoint
DROP INDEX "campaigns_end_due_idx";--> statement-breakpoint
ALTER TABLE "campaigns" ADD COLUMN "end_reason" text;--> statement-breakpoint
ALTER TABLE "campaigns" ADD COLUMN "due_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "programmes" ADD COLUMN "started_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "programmes" ADD COLUMN "end_reason" text;--> statement-breakpoint
ALTER TABLE "programmes" ADD COLUMN "due_at" timestamp (3) with time zone;--> statement-breakpoint
CREATE INDEX "campaigns_due_idx" ON "campaigns" USING btree ("shop_id","due_at") WHERE "campaigns"."due_at" is not null;--> statement-breakpoint
CREATE INDEX "programmes_due_idx" ON "programmes" USING btree ("shop_id","due_at") WHERE "programmes"."due_at" is not null;--> statement-breakpoint
ALTER TABLE "campaigns" ADD CONSTRAINT "campaigns_due" CHECK ("campaigns"."due_at" is null or "campaigns"."state" in ('scheduled', 'running', 'paused'));--> statement-breakpoint
ALTER TABLE "programmes" ADD CONSTRAINT "programmes_due" CHECK ("programmes"."due_at" is null or "programmes"."state" = 'running');