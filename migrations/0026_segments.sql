CREATE TABLE "customer_rfm_scores" (
	"shop_id" uuid NOT NULL,
	"customer_id" uuid NOT NULL,
	"recency" smallint NOT NULL,
	"frequency" smallint NOT NULL,
	"monetary" smallint NOT NULL,
	CONSTRAINT "customer_rfm_scores_shop_id_customer_id_pk" PRIMARY KEY("shop_id","customer_id"),
	CONSTRAINT "customer_rfm_scores_range" CHECK ("customer_rfm_scores"."recency" between 1 and 5 and "customer_rfm_scores"."frequency" between 1 and 5 and "customer_rfm_scores"."monetary" between 1 and 5)
);
--> statement-breakpoint
CREATE TABLE "rfm_schedules" (
	"shop_id" uuid NOT NULL,
	"computed_at" timestamp (3) with time zone,
	"due_at" timestamp (3) with time zone,
	CONSTRAINT "rfm_schedules_shop_id_pk" PRIMARY KEY("shop_id")
);
--> statement-breakpoint
CREATE TABLE "segment_checks" (
	"shop_id" uuid NOT NULL,
	"customer_id" uuid NOT NULL,
	"due_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "segment_checks_shop_id_customer_id_pk" PRIMARY KEY("shop_id","customer_id")
);
--> statement-breakpoint
CREATE TABLE "segment_memberships" (
	"shop_id" uuid NOT NULL,
	"segment_id" uuid NOT NULL,
	"customer_id" uuid NOT NULL,
	"stay" integer NOT NULL,
	"entered_at" timestamp (3) with time zone NOT NULL,
	"entered_by" text NOT NULL,
	"left_at" timestamp (3) with time zone,
	"left_by" text,
	CONSTRAINT "segment_memberships_shop_id_segment_id_customer_id_stay_pk" PRIMARY KEY("shop_id","segment_id","customer_id","stay"),
	CONSTRAINT "segment_memberships_entered_by" CHECK ("segment_memberships"."entered_by" in ('rule', 'list')),
	CONSTRAINT "segment_memberships_left_by" CHECK ("segment_memberships"."left_by" in ('rule', 'list', 'merge', 'archived')),
	CONSTRAINT "segment_memberships_left" CHECK (("segment_memberships"."left_at" is null) = ("segment_memberships"."left_by" is null) and "segment_memberships"."left_at" >= "segment_memberships"."entered_at")
);
--> statement-breakpoint
CREATE TABLE "segment_versions" (
	"shop_id" uuid NOT NULL,
	"segment_id" uuid NOT NULL,
	"rule_version" integer NOT NULL,
	"rule" jsonb NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "segment_versions_shop_id_segment_id_rule_version_pk" PRIMARY KEY("shop_id","segment_id","rule_version")
);
--> statement-breakpoint
CREATE TABLE "segments" (
	"shop_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"name" text NOT NULL,
	"description" text,
	"kind" text NOT NULL,
	"rule_version" integer NOT NULL,
	"rule" jsonb,
	"member_count" integer DEFAULT 0 NOT NULL,
	"evaluated_at" timestamp (3) with time zone,
	"due_at" timestamp (3) with time zone,
	"archived_at" timestamp (3) with time zone,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "segments_shop_id_id_pk" PRIMARY KEY("shop_id","id"),
	CONSTRAINT "segments_kind" CHECK ("segments"."kind" in ('rule', 'list')),
	CONSTRAINT "segments_rule" CHECK (("segments"."kind" = 'rule') = ("segments"."rule" is not null and "segments"."rule_version" > 0)),
	CONSTRAINT "segments_member_count" CHECK ("segments"."member_count" >= 0),
	CONSTRAINT "segments_archived" CHECK ("segments"."archived_at" is null or ("segments"."member_count" = 0 and "segments"."due_at" is null))
);
--> statement-breakpoint
CREATE TABLE "service_times" (
	"shop_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"customer_id" uuid,
	"minutes" integer NOT NULL,
	"kind" text NOT NULL,
	"worked_at" timestamp (3) with time zone NOT NULL,
	"worked_by" text,
	"subject_type" text,
	"subject_id" uuid,
	"actor_kind" text NOT NULL,
	"actor_id" text NOT NULL,
	"voided_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "service_times_shop_id_id_pk" PRIMARY KEY("shop_id","id"),
	CONSTRAINT "service_times_minutes" CHECK ("service_times"."minutes" between 1 and 1440),
	CONSTRAINT "service_times_kind" CHECK ("service_times"."kind" in ('message', 'call', 'visit', 'order', 'complaint', 'other')),
	CONSTRAINT "service_times_subject" CHECK (("service_times"."subject_type" is null) = ("service_times"."subject_id" is null))
);
--> statement-breakpoint
ALTER TABLE "rfm_schedules" ADD CONSTRAINT "rfm_schedules_shop_id_shops_id_fk" FOREIGN KEY ("shop_id") REFERENCES "public"."shops"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "segment_versions" ADD CONSTRAINT "segment_versions_segment_fk" FOREIGN KEY ("shop_id","segment_id") REFERENCES "public"."segments"("shop_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "segments" ADD CONSTRAINT "segments_shop_id_shops_id_fk" FOREIGN KEY ("shop_id") REFERENCES "public"."shops"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "service_times" ADD CONSTRAINT "service_times_shop_id_shops_id_fk" FOREIGN KEY ("shop_id") REFERENCES "public"."shops"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "service_times" ADD CONSTRAINT "service_times_customer_fk" FOREIGN KEY ("shop_id","customer_id") REFERENCES "public"."customers"("shop_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "rfm_schedules_due_idx" ON "rfm_schedules" USING btree ("shop_id","due_at");--> statement-breakpoint
CREATE INDEX "segment_checks_due_idx" ON "segment_checks" USING btree ("shop_id","due_at","customer_id");--> statement-breakpoint
CREATE UNIQUE INDEX "segment_memberships_open_key" ON "segment_memberships" USING btree ("shop_id","segment_id","customer_id") WHERE "segment_memberships"."left_at" is null;--> statement-breakpoint
CREATE INDEX "segment_memberships_members_idx" ON "segment_memberships" USING btree ("shop_id","segment_id","entered_at","customer_id") WHERE "segment_memberships"."left_at" is null;--> statement-breakpoint
CREATE INDEX "segment_memberships_history_idx" ON "segment_memberships" USING btree ("shop_id","segment_id","entered_at","customer_id","stay");--> statement-breakpoint
CREATE INDEX "segment_memberships_customer_idx" ON "segment_memberships" USING btree ("shop_id","customer_id","entered_at","segment_id","stay");--> statement-breakpoint
CREATE INDEX "segments_due_idx" ON "segments" USING btree ("shop_id","due_at","id") WHERE "segments"."due_at" is not null;--> statement-breakpoint
CREATE INDEX "segments_live_idx" ON "segments" USING btree ("shop_id","kind","id") WHERE "segments"."archived_at" is null;--> statement-breakpoint
CREATE INDEX "service_times_worked_idx" ON "service_times" USING btree ("shop_id","worked_at","id");--> statement-breakpoint
CREATE INDEX "service_times_customer_idx" ON "service_times" USING btree ("shop_id","customer_id","worked_at","id");--> statement-breakpoint
create trigger segment_versions_insert_only before update or delete or truncate on segment_versions
  for each statement execute function refuse_change();
--> statement-breakpoint
-- A stay begins once and ends once. A merge gives it to the customer that stays, an erasure takes it away.
create function refuse_membership_change() returns trigger language plpgsql as $$
begin
  if (old.left_at is not null and (new.left_at, new.left_by) is distinct from (old.left_at, old.left_by))
    or (new.shop_id, new.segment_id, new.entered_at, new.entered_by)
      is distinct from (old.shop_id, old.segment_id, old.entered_at, old.entered_by)
    or (new.customer_id = old.customer_id and new.stay <> old.stay) then
    raise exception '% is insert-only', tg_table_name using errcode = 'integrity_constraint_violation';
  end if;
  return new;
end $$;
--> statement-breakpoint
create trigger segment_memberships_insert_only before update on segment_memberships
  for each row execute function refuse_membership_change();
--> statement-breakpoint
create trigger segment_memberships_kept before truncate on segment_memberships
  for each statement execute function refuse_change();
