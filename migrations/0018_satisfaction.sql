ALTER TABLE "settlements" ADD COLUMN "satisfaction_due_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "settlements" ADD COLUMN "satisfaction_asked_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "settlements" ADD COLUMN "is_satisfied" boolean;--> statement-breakpoint
ALTER TABLE "settlements" ADD COLUMN "satisfaction_comment" text;--> statement-breakpoint
ALTER TABLE "settlements" ADD COLUMN "satisfaction_answered_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "settlements" ADD COLUMN "satisfaction_actor_kind" text;--> statement-breakpoint
ALTER TABLE "settlements" ADD COLUMN "satisfaction_actor_id" text;--> statement-breakpoint
CREATE INDEX "settlements_satisfaction_due_idx" ON "settlements" USING btree ("shop_id","satisfaction_due_at","id") WHERE "settlements"."satisfaction_due_at" is not null;--> statement-breakpoint
ALTER TABLE "settlements" ADD CONSTRAINT "settlements_satisfaction" CHECK (("settlements"."state" = 'settled' or ("settlements"."satisfaction_due_at" is null and "settlements"."satisfaction_asked_at" is null
          and "settlements"."is_satisfied" is null))
        and ("settlements"."satisfaction_due_at" is null or ("settlements"."satisfaction_asked_at" is null and "settlements"."is_satisfied" is null))
        and ("settlements"."is_satisfied" is null) = ("settlements"."satisfaction_answered_at" is null)
        and ("settlements"."is_satisfied" is null) = ("settlements"."satisfaction_actor_kind" is null)
        and ("settlements"."is_satisfied" is null) = ("settlements"."satisfaction_actor_id" is null)
        and ("settlements"."satisfaction_comment" is null or "settlements"."is_satisfied" is not null));