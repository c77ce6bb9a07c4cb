CREATE TABLE "draw_changes" (
	"shop_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"activity_id" uuid NOT NULL,
	"state" text NOT NULL,
	"change" jsonb NOT NULL,
	"reason" text NOT NULL,
	"rule_version" integer,
	"requested_by" text NOT NULL,
	"decided_by" text,
	"decided_at" timestamp (3) with time zone,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "draw_changes_shop_id_id_pk" PRIMARY KEY("shop_id","id"),
	CONSTRAINT "draw_changes_state" CHECK ("draw_changes"."state" in ('requested', 'approved', 'refused')),
	CONSTRAINT "draw_changes_decided" CHECK (("draw_changes"."state" = 'requested') = ("draw_changes"."decided_at" is null)),
	CONSTRAINT "draw_changes_second" CHECK ("draw_changes"."state" <> 'approved' or "draw_changes"."decided_by" <> "draw_changes"."requested_by")
);
--> statement-breakpoint
CREATE TABLE "draw_prizes" (
	"shop_id" uuid NOT NULL,
	"activity_id" uuid NOT NULL,
	"key" text NOT NULL,
	"stock" integer,
	"given" integer NOT NULL,
	CONSTRAINT "draw_prizes_shop_id_activity_id_key_pk" PRIMARY KEY("shop_id","activity_id","key"),
	CONSTRAINT "draw_prizes_given" CHECK ("draw_prizes"."given" >= 0 and ("draw_prizes"."stock" is null or "draw_prizes"."given" <= "draw_prizes"."stock"))
);
--> statement-breakpoint
CREATE TABLE "draw_texts" (
	"shop_id" uuid NOT NULL,
	"activity_id" uuid NOT NULL,
	"number" integer NOT NULL,
	"text" text NOT NULL,
	"hash" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "draw_texts_shop_id_activity_id_number_pk" PRIMARY KEY("shop_id","activity_id","number")
);
--> statement-breakpoint
CREATE TABLE "draw_tickets" (
	"shop_id" uuid NOT NULL,
	"activity_id" uuid NOT NULL,
	"number" integer NOT NULL,
	"participant_id" uuid NOT NULL,
	"customer_id" uuid NOT NULL,
	"nonce" text NOT NULL,
	"rule_version" integer NOT NULL,
	"roll" bigint NOT NULL,
	"drawn_key" text NOT NULL,
	"prize_key" text NOT NULL,
	"reward_count" integer NOT NULL,
	"is_insider" boolean NOT NULL,
	"drawn_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "draw_tickets_shop_id_activity_id_number_pk" PRIMARY KEY("shop_id","activity_id","number"),
	CONSTRAINT "draw_tickets_nonce_key" UNIQUE("shop_id","participant_id","nonce"),
	CONSTRAINT "draw_tickets_number" CHECK ("draw_tickets"."number" > 0 and "draw_tickets"."roll" >= 0 and "draw_tickets"."reward_count" >= 0)
);
--> statement-breakpoint
CREATE TABLE "draws" (
	"shop_id" uuid NOT NULL,
	"activity_id" uuid NOT NULL,
	"sealed_seed" "bytea" NOT NULL,
	"commitment" text NOT NULL,
	"seed" text,
	"tickets" integer NOT NULL,
	"revealed_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "draws_shop_id_activity_id_pk" PRIMARY KEY("shop_id","activity_id"),
	CONSTRAINT "draws_tickets" CHECK ("draws"."tickets" >= 0),
	CONSTRAINT "draws_revealed" CHECK (("draws"."seed" is null) = ("draws"."revealed_at" is null))
);
--> statement-breakpoint
ALTER TABLE "draw_changes" ADD CONSTRAINT "draw_changes_draw_fk" FOREIGN KEY ("shop_id","activity_id") REFERENCES "public"."draws"("shop_id","activity_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "draw_prizes" ADD CONSTRAINT "draw_prizes_draw_fk" FOREIGN KEY ("shop_id","activity_id") REFERENCES "public"."draws"("shop_id","activity_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "draw_texts" ADD CONSTRAINT "draw_texts_draw_fk" FOREIGN KEY ("shop_id","activity_id") REFERENCES "public"."draws"("shop_id","activity_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "draw_tickets" ADD CONSTRAINT "draw_tickets_text_fk" FOREIGN KEY ("shop_id","activity_id","rule_version") REFERENCES "public"."draw_texts"("shop_id","activity_id","number") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "draw_tickets" ADD CONSTRAINT "draw_tickets_participant_fk" FOREIGN KEY ("shop_id","participant_id") REFERENCES "public"."participants"("shop_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "draws" ADD CONSTRAINT "draws_activity_fk" FOREIGN KEY ("shop_id","activity_id") REFERENCES "public"."activities"("shop_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "draw_changes_activity_idx" ON "draw_changes" USING btree ("shop_id","activity_id","id");--> statement-breakpoint
CREATE INDEX "draw_tickets_customer_idx" ON "draw_tickets" USING btree ("shop_id","customer_id","activity_id","number");--> statement-breakpoint
CREATE INDEX "draw_tickets_prize_idx" ON "draw_tickets" USING btree ("shop_id","activity_id","prize_key","number");--> statement-breakpoint
create trigger draw_texts_insert_only before update or delete or truncate on draw_texts for each statement execute function refuse_change();--> statement-breakpoint
create trigger draw_changes_version_rises before update on draw_changes for each row when (new.version <= old.version) execute function refuse_same_version();
