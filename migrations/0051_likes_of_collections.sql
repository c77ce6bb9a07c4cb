CREATE TABLE "help_days" (
	"shop_id" uuid NOT NULL,
	"activity_id" uuid NOT NULL,
	"fingerprint" text NOT NULL,
	"day" integer NOT NULL,
	"helps" integer NOT NULL,
	CONSTRAINT "help_days_shop_id_activity_id_fingerprint_day_pk" PRIMARY KEY("shop_id","activity_id","fingerprint","day"),
	CONSTRAINT "help_days_helps" CHECK ("help_days"."helps" > 0)
);
--> statement-breakpoint
CREATE TABLE "help_identifiers" (
	"shop_id" uuid NOT NULL,
	"participant_id" uuid NOT NULL,
	"fingerprint" text NOT NULL,
	"help_id" uuid NOT NULL,
	CONSTRAINT "help_identifiers_shop_id_participant_id_fingerprint_pk" PRIMARY KEY("shop_id","participant_id","fingerprint")
);
--> statement-breakpoint
CREATE TABLE "helps" (
	"shop_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"activity_id" uuid NOT NULL,
	"participant_id" uuid NOT NULL,
	"helper_customer_id" uuid,
	"channel" text NOT NULL,
	"voided_at" timestamp (3) with time zone,
	"void_reason" text,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "helps_shop_id_id_pk" PRIMARY KEY("shop_id","id"),
	CONSTRAINT "helps_voided" CHECK (("helps"."voided_at" is null) = ("helps"."void_reason" is null))
);
--> statement-breakpoint
CREATE TABLE "identifier_forgets" (
	"shop_id" uuid NOT NULL,
	"activity_id" uuid NOT NULL,
	"due_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "identifier_forgets_shop_id_activity_id_pk" PRIMARY KEY("shop_id","activity_id")
);
--> statement-breakpoint
CREATE TABLE "participant_identifiers" (
	"shop_id" uuid NOT NULL,
	"activity_id" uuid NOT NULL,
	"fingerprint" text NOT NULL,
	"participant_id" uuid NOT NULL,
	CONSTRAINT "participant_identifiers_pk" PRIMARY KEY("shop_id","activity_id","fingerprint","participant_id")
);
--> statement-breakpoint
ALTER TABLE "help_days" ADD CONSTRAINT "help_days_activity_fk" FOREIGN KEY ("shop_id","activity_id") REFERENCES "public"."activities"("shop_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "help_identifiers" ADD CONSTRAINT "help_identifiers_help_fk" FOREIGN KEY ("shop_id","help_id") REFERENCES "public"."helps"("shop_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "helps" ADD CONSTRAINT "helps_participant_fk" FOREIGN KEY ("shop_id","participant_id") REFERENCES "public"."participants"("shop_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "participant_identifiers" ADD CONSTRAINT "participant_identifiers_participant_fk" FOREIGN KEY ("shop_id","participant_id") REFERENCES "public"."participants"("shop_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "help_identifiers_help_idx" ON "help_identifiers" USING btree ("shop_id","help_id");--> statement-breakpoint
CREATE INDEX "helps_participant_idx" ON "helps" USING btree ("shop_id","participant_id","id");--> statement-breakpoint
CREATE INDEX "helps_helper_idx" ON "helps" USING btree ("shop_id","helper_customer_id","activity_id") WHERE "helps"."helper_customer_id" is not null;--> statement-breakpoint
CREATE INDEX "identifier_forgets_due_idx" ON "identifier_forgets" USING btree ("shop_id","due_at");--> statement-breakpoint
CREATE INDEX "participant_identifiers_participant_idx" ON "participant_identifiers" USING btree ("shop_id","participant_id");--> statement-breakpoint
-- Of two open offers at one amount the newer one was given: it stays.
UPDATE "card_offers" o SET "is_open" = false, "version" = o."version" + 1, "updated_at" = now() WHERE o."is_open" AND EXISTS (SELECT 1 FROM "card_offers" n WHERE n."shop_id" = o."shop_id" AND n."is_open" AND n."paid_amount" = o."paid_amount" AND n."id" > o."id");--> statement-breakpoint
CREATE UNIQUE INDEX "card_offers_open_step" ON "card_offers" USING btree ("shop_id","paid_amount") WHERE "card_offers"."is_open";