CREATE TABLE "activities" (
	"shop_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"external_id" text,
	"name" text NOT NULL,
	"type" text NOT NULL,
	"state" text NOT NULL,
	"programme_id" uuid,
	"rule_version" integer DEFAULT 1 NOT NULL,
	"starts_at" timestamp (3) with time zone,
	"ends_at" timestamp (3) with time zone,
	"plan" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"started_at" timestamp (3) with time zone,
	"ended_at" timestamp (3) with time zone,
	"end_reason" text,
	"due_at" timestamp (3) with time zone,
	"metadata" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "activities_shop_id_id_pk" PRIMARY KEY("shop_id","id"),
	CONSTRAINT "activities_state" CHECK ("activities"."state" in ('draft', 'scheduled', 'running', 'paused', 'ended')),
	CONSTRAINT "activities_times" CHECK ("activities"."ends_at" > "activities"."starts_at"),
	CONSTRAINT "activities_ended" CHECK (("activities"."state" = 'ended') = ("activities"."ended_at" is not null)),
	CONSTRAINT "activities_due" CHECK ("activities"."due_at" is null or "activities"."state" in ('scheduled', 'running', 'paused')),
	CONSTRAINT "activities_started" CHECK ("activities"."started_at" is not null or "activities"."state" <> 'running')
);
--> statement-breakpoint
CREATE TABLE "activity_counters" (
	"shop_id" uuid NOT NULL,
	"activity_id" uuid NOT NULL,
	"participants" integer NOT NULL,
	"promised_amount" bigint NOT NULL,
	CONSTRAINT "activity_counters_shop_id_activity_id_pk" PRIMARY KEY("shop_id","activity_id"),
	CONSTRAINT "activity_counters_range" CHECK ("activity_counters"."participants" >= 0 and "activity_counters"."promised_amount" >= 0)
);
--> statement-breakpoint
CREATE TABLE "activity_rewards" (
	"shop_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"activity_id" uuid NOT NULL,
	"participant_id" uuid NOT NULL,
	"customer_id" uuid NOT NULL,
	"earned_by" text NOT NULL,
	"position" integer NOT NULL,
	"kind" text NOT NULL,
	"reward" jsonb NOT NULL,
	"value_amount" bigint NOT NULL,
	"state" text NOT NULL,
	"owed_count" integer NOT NULL,
	"held_reason" text,
	"due_at" timestamp (3) with time zone,
	"given_id" uuid,
	"given_at" timestamp (3) with time zone,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "activity_rewards_shop_id_id_pk" PRIMARY KEY("shop_id","id"),
	CONSTRAINT "activity_rewards_earned_key" UNIQUE("shop_id","participant_id","earned_by","position"),
	CONSTRAINT "activity_rewards_kind" CHECK ("activity_rewards"."kind" in ('points', 'coupon', 'stored_value', 'goods')),
	CONSTRAINT "activity_rewards_state" CHECK ("activity_rewards"."state" in ('owed', 'given', 'withdrawn')),
	CONSTRAINT "activity_rewards_due" CHECK (("activity_rewards"."state" = 'owed') = ("activity_rewards"."due_at" is not null)),
	CONSTRAINT "activity_rewards_given" CHECK (("activity_rewards"."given_at" is null) = ("activity_rewards"."given_id" is null) and ("activity_rewards"."state" <> 'given' or "activity_rewards"."given_at" is not null)
        and ("activity_rewards"."state" <> 'owed' or "activity_rewards"."given_at" is null) and ("activity_rewards"."state" = 'owed' or "activity_rewards"."held_reason" is null))
);
--> statement-breakpoint
CREATE TABLE "activity_versions" (
	"shop_id" uuid NOT NULL,
	"activity_id" uuid NOT NULL,
	"number" integer NOT NULL,
	"rule" jsonb NOT NULL,
	"actor_kind" text NOT NULL,
	"actor_id" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "activity_versions_shop_id_activity_id_number_pk" PRIMARY KEY("shop_id","activity_id","number"),
	CONSTRAINT "activity_versions_number" CHECK ("activity_versions"."number" > 0)
);
--> statement-breakpoint
CREATE TABLE "participant_counts" (
	"shop_id" uuid NOT NULL,
	"activity_id" uuid NOT NULL,
	"source_type" text NOT NULL,
	"source_id" uuid NOT NULL,
	"participant_id" uuid NOT NULL,
	"counted_units" integer NOT NULL,
	"units" integer NOT NULL,
	"source_amount" bigint NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "participant_counts_shop_id_source_type_source_id_activity_id_pk" PRIMARY KEY("shop_id","source_type","source_id","activity_id"),
	CONSTRAINT "participant_counts_source" CHECK ("participant_counts"."source_type" in ('order', 'card_load', 'help', 'referral')),
	CONSTRAINT "participant_counts_units" CHECK ("participant_counts"."counted_units" >= 0 and "participant_counts"."units" >= 0 and "participant_counts"."source_amount" >= 0)
);
--> statement-breakpoint
CREATE TABLE "participants" (
	"shop_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"activity_id" uuid NOT NULL,
	"customer_id" uuid NOT NULL,
	"channel" text NOT NULL,
	"source" text,
	"progress" integer NOT NULL,
	"used" integer NOT NULL,
	"promised_amount" bigint NOT NULL,
	"joined_at" timestamp (3) with time zone NOT NULL,
	"closes_at" timestamp (3) with time zone,
	"absorbed_at" timestamp (3) with time zone,
	"version" integer DEFAULT 1 NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "participants_shop_id_id_pk" PRIMARY KEY("shop_id","id"),
	CONSTRAINT "participants_progress" CHECK ("participants"."progress" >= 0 and "participants"."used" between 0 and "participants"."progress" and "participants"."promised_amount" >= 0),
	CONSTRAINT "participants_times" CHECK ("participants"."closes_at" > "participants"."joined_at")
);
--> statement-breakpoint
ALTER TABLE "point_lots" DROP CONSTRAINT "point_lots_source";--> statement-breakpoint
ALTER TABLE "point_movements" DROP CONSTRAINT "point_movements_kind";--> statement-breakpoint
ALTER TABLE "wallet_movements" DROP CONSTRAINT "wallet_movements_reason";--> statement-breakpoint
ALTER TABLE "activities" ADD CONSTRAINT "activities_shop_id_shops_id_fk" FOREIGN KEY ("shop_id") REFERENCES "public"."shops"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "activities" ADD CONSTRAINT "activities_programme_fk" FOREIGN KEY ("shop_id","programme_id") REFERENCES "public"."programmes"("shop_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "activity_counters" ADD CONSTRAINT "activity_counters_activity_fk" FOREIGN KEY ("shop_id","activity_id") REFERENCES "public"."activities"("shop_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "activity_rewards" ADD CONSTRAINT "activity_rewards_participant_fk" FOREIGN KEY ("shop_id","participant_id") REFERENCES "public"."participants"("shop_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "activity_versions" ADD CONSTRAINT "activity_versions_activity_fk" FOREIGN KEY ("shop_id","activity_id") REFERENCES "public"."activities"("shop_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "participant_counts" ADD CONSTRAINT "participant_counts_participant_fk" FOREIGN KEY ("shop_id","participant_id") REFERENCES "public"."participants"("shop_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "participants" ADD CONSTRAINT "participants_activity_fk" FOREIGN KEY ("shop_id","activity_id") REFERENCES "public"."activities"("shop_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "participants" ADD CONSTRAINT "participants_customer_fk" FOREIGN KEY ("shop_id","customer_id") REFERENCES "public"."customers"("shop_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "activities_external_id_key" ON "activities" USING btree ("shop_id","external_id") WHERE "activities"."external_id" is not null;--> statement-breakpoint
CREATE INDEX "activities_created_at_idx" ON "activities" USING btree ("shop_id","created_at","id");--> statement-breakpoint
CREATE INDEX "activities_state_idx" ON "activities" USING btree ("shop_id","state","created_at","id");--> statement-breakpoint
CREATE INDEX "activities_updated_at_idx" ON "activities" USING btree ("shop_id","updated_at","id");--> statement-breakpoint
CREATE INDEX "activities_programme_idx" ON "activities" USING btree ("shop_id","programme_id","created_at","id") WHERE "activities"."programme_id" is not null;--> statement-breakpoint
CREATE INDEX "activities_ended_at_idx" ON "activities" USING btree ("shop_id","ended_at","id") WHERE "activities"."ended_at" is not null;--> statement-breakpoint
CREATE INDEX "activities_due_idx" ON "activities" USING btree ("shop_id","due_at") WHERE "activities"."due_at" is not null;--> statement-breakpoint
CREATE INDEX "activity_rewards_activity_idx" ON "activity_rewards" USING btree ("shop_id","activity_id","id");--> statement-breakpoint
CREATE INDEX "activity_rewards_customer_idx" ON "activity_rewards" USING btree ("shop_id","customer_id","id");--> statement-breakpoint
CREATE INDEX "activity_rewards_due_idx" ON "activity_rewards" USING btree ("shop_id","due_at","id") WHERE "activity_rewards"."due_at" is not null;--> statement-breakpoint
CREATE INDEX "participant_counts_participant_idx" ON "participant_counts" USING btree ("shop_id","participant_id","created_at","source_id");--> statement-breakpoint
CREATE UNIQUE INDEX "participants_customer_key" ON "participants" USING btree ("shop_id","activity_id","customer_id") WHERE "participants"."absorbed_at" is null;--> statement-breakpoint
CREATE INDEX "participants_activity_idx" ON "participants" USING btree ("shop_id","activity_id","joined_at","id");--> statement-breakpoint
CREATE INDEX "participants_customer_idx" ON "participants" USING btree ("shop_id","customer_id","joined_at","id");--> statement-breakpoint
ALTER TABLE "point_lots" ADD CONSTRAINT "point_lots_source" CHECK ("point_lots"."source" in ('staff', 'sign_up', 'order', 'review', 'birthday', 'referral', 'activity')
        and ("point_lots"."source" = 'order') = ("point_lots"."order_id" is not null));--> statement-breakpoint
ALTER TABLE "point_movements" ADD CONSTRAINT "point_movements_kind" CHECK ("point_movements"."kind" in ('granted', 'expired', 'lapsed', 'taken_back', 'withdrawn', 'repaid', 'spent', 'given_back', 'merged_in', 'merged_out'));--> statement-breakpoint
ALTER TABLE "wallet_movements" ADD CONSTRAINT "wallet_movements_reason" CHECK (("wallet_movements"."kind" = 'credited') = ("wallet_movements"."reason" is not null)
        and "wallet_movements"."reason" in ('goodwill', 'cash', 'price_difference', 'reward'));--> statement-breakpoint
create trigger activities_version_rises before update on activities for each row when (new.version <= old.version) execute function refuse_same_version();
--> statement-breakpoint
create trigger participants_version_rises before update on participants for each row when (new.version <= old.version) execute function refuse_same_version();
--> statement-breakpoint
create trigger activity_rewards_version_rises before update on activity_rewards for each row when (new.version <= old.version) execute function refuse_same_version();
