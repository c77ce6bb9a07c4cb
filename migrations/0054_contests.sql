CREATE TABLE "contest_entries" (
	"shop_id" uuid NOT NULL,
	"activity_id" uuid NOT NULL,
	"number" integer NOT NULL,
	"participant_id" uuid NOT NULL,
	"customer_id" uuid NOT NULL,
	"option_key" text NOT NULL,
	"nonce" text NOT NULL,
	"is_insider" boolean NOT NULL,
	"is_winner" boolean NOT NULL,
	"voided_at" timestamp (3) with time zone,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "contest_entries_shop_id_activity_id_number_pk" PRIMARY KEY("shop_id","activity_id","number"),
	CONSTRAINT "contest_entries_number" CHECK ("contest_entries"."number" > 0)
);
--> statement-breakpoint
CREATE TABLE "contests" (
	"shop_id" uuid NOT NULL,
	"activity_id" uuid NOT NULL,
	"state" text NOT NULL,
	"sealed_seed" "bytea" NOT NULL,
	"commitment" text NOT NULL,
	"seed" text,
	"entries" integer NOT NULL,
	"result_key" text,
	"result_reason" text,
	"entered_by" text,
	"entered_at" timestamp (3) with time zone,
	"locked_by" text,
	"locked_at" timestamp (3) with time zone,
	"prize" jsonb,
	"right_entries" integer,
	"settled_entries" integer NOT NULL,
	"settled_number" integer NOT NULL,
	"due_at" timestamp (3) with time zone,
	"settled_at" timestamp (3) with time zone,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "contests_shop_id_activity_id_pk" PRIMARY KEY("shop_id","activity_id"),
	CONSTRAINT "contests_state" CHECK ("contests"."state" in ('open', 'entered', 'locked', 'settled')),
	CONSTRAINT "contests_result" CHECK (("contests"."state" = 'open') = ("contests"."entered_at" is null) and ("contests"."entered_at" is null) = ("contests"."entered_by" is null)
        and ("contests"."entered_at" is null) = ("contests"."result_reason" is null) and ("contests"."result_key" is null or "contests"."entered_at" is not null)),
	CONSTRAINT "contests_locked" CHECK (("contests"."state" in ('locked', 'settled')) = ("contests"."locked_at" is not null) and ("contests"."locked_at" is null) = ("contests"."locked_by" is null)
        and ("contests"."locked_at" is null) = ("contests"."right_entries" is null) and ("contests"."locked_by" is null or "contests"."locked_by" <> "contests"."entered_by")
        and ("contests"."locked_at" is null) = ("contests"."prize" is null)),
	CONSTRAINT "contests_settled" CHECK (("contests"."state" = 'settled') = ("contests"."settled_at" is not null) and ("contests"."settled_at" is null) = ("contests"."seed" is null)
        and ("contests"."state" = 'locked') = ("contests"."due_at" is not null)),
	CONSTRAINT "contests_counts" CHECK ("contests"."entries" >= 0 and "contests"."settled_number" between 0 and "contests"."entries" and "contests"."settled_entries" between 0 and coalesce("contests"."right_entries", 0))
);
--> statement-breakpoint
ALTER TABLE "contest_entries" ADD CONSTRAINT "contest_entries_contest_fk" FOREIGN KEY ("shop_id","activity_id") REFERENCES "public"."contests"("shop_id","activity_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "contest_entries" ADD CONSTRAINT "contest_entries_participant_fk" FOREIGN KEY ("shop_id","participant_id") REFERENCES "public"."participants"("shop_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "contests" ADD CONSTRAINT "contests_activity_fk" FOREIGN KEY ("shop_id","activity_id") REFERENCES "public"."activities"("shop_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "contest_entries_participant_key" ON "contest_entries" USING btree ("shop_id","participant_id") WHERE "contest_entries"."voided_at" is null;--> statement-breakpoint
CREATE INDEX "contest_entries_customer_idx" ON "contest_entries" USING btree ("shop_id","customer_id","activity_id","number");--> statement-breakpoint
CREATE INDEX "contest_entries_option_idx" ON "contest_entries" USING btree ("shop_id","activity_id","option_key","number");--> statement-breakpoint
CREATE INDEX "contests_due_idx" ON "contests" USING btree ("shop_id","due_at") WHERE "contests"."due_at" is not null;--> statement-breakpoint
create trigger contests_version_rises before update on contests for each row when (new.version <= old.version) execute function refuse_same_version();--> statement-breakpoint
create trigger contest_entries_version_rises before update on contest_entries for each row when (new.version <= old.version) execute function refuse_same_version();
