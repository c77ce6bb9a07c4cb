CREATE TABLE "referral_codes" (
	"shop_id" uuid NOT NULL,
	"code" text NOT NULL,
	"activity_id" uuid NOT NULL,
	"participant_id" uuid NOT NULL,
	CONSTRAINT "referral_codes_shop_id_code_pk" PRIMARY KEY("shop_id","code")
);
--> statement-breakpoint
CREATE TABLE "referral_identifiers" (
	"shop_id" uuid NOT NULL,
	"activity_id" uuid NOT NULL,
	"fingerprint" text NOT NULL,
	"referral_id" uuid NOT NULL,
	CONSTRAINT "referral_identifiers_shop_id_activity_id_fingerprint_pk" PRIMARY KEY("shop_id","activity_id","fingerprint")
);
--> statement-breakpoint
CREATE TABLE "referral_purchases" (
	"shop_id" uuid NOT NULL,
	"referral_id" uuid NOT NULL,
	"source_type" text NOT NULL,
	"source_id" uuid NOT NULL,
	"purchase_amount" bigint NOT NULL,
	"qualifies" boolean NOT NULL,
	"returnable_until" timestamp (3) with time zone NOT NULL,
	"bought_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "referral_purchases_pk" PRIMARY KEY("shop_id","referral_id","source_type","source_id"),
	CONSTRAINT "referral_purchases_source" CHECK ("referral_purchases"."source_type" in ('order', 'card_load')),
	CONSTRAINT "referral_purchases_times" CHECK ("referral_purchases"."returnable_until" > "referral_purchases"."bought_at" and "referral_purchases"."purchase_amount" >= 0)
);
--> statement-breakpoint
CREATE TABLE "referrals" (
	"shop_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"activity_id" uuid NOT NULL,
	"participant_id" uuid NOT NULL,
	"state" text NOT NULL,
	"code" text,
	"referred_customer_id" uuid,
	"channel" text,
	"day" integer NOT NULL,
	"due_at" timestamp (3) with time zone,
	"claimed_at" timestamp (3) with time zone,
	"qualified_at" timestamp (3) with time zone,
	"cancel_reason" text,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "referrals_shop_id_id_pk" PRIMARY KEY("shop_id","id"),
	CONSTRAINT "referrals_state" CHECK ("referrals"."state" in ('invited', 'claimed', 'qualified', 'rewarded', 'taken_back', 'expired', 'cancelled')),
	CONSTRAINT "referrals_claimed" CHECK (("referrals"."claimed_at" is null) = ("referrals"."channel" is null)
        and ("referrals"."claimed_at" is not null or "referrals"."state" in ('invited', 'expired', 'cancelled'))
        and ("referrals"."state" <> 'invited' or ("referrals"."claimed_at" is null and "referrals"."code" is not null))),
	CONSTRAINT "referrals_qualified" CHECK (("referrals"."qualified_at" is not null) = ("referrals"."state" in ('qualified', 'rewarded'))),
	CONSTRAINT "referrals_cancelled" CHECK (("referrals"."state" = 'cancelled') = ("referrals"."cancel_reason" is not null)),
	CONSTRAINT "referrals_due" CHECK ("referrals"."due_at" is null or "referrals"."state" in ('invited', 'claimed'))
);
--> statement-breakpoint
ALTER TABLE "referral_codes" ADD CONSTRAINT "referral_codes_participant_fk" FOREIGN KEY ("shop_id","participant_id") REFERENCES "public"."participants"("shop_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "referral_identifiers" ADD CONSTRAINT "referral_identifiers_referral_fk" FOREIGN KEY ("shop_id","referral_id") REFERENCES "public"."referrals"("shop_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "referral_purchases" ADD CONSTRAINT "referral_purchases_referral_fk" FOREIGN KEY ("shop_id","referral_id") REFERENCES "public"."referrals"("shop_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "referrals" ADD CONSTRAINT "referrals_participant_fk" FOREIGN KEY ("shop_id","participant_id") REFERENCES "public"."participants"("shop_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "referrals" ADD CONSTRAINT "referrals_referred_fk" FOREIGN KEY ("shop_id","referred_customer_id") REFERENCES "public"."customers"("shop_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "referral_codes_participant_idx" ON "referral_codes" USING btree ("shop_id","participant_id","code");--> statement-breakpoint
CREATE INDEX "referral_identifiers_referral_idx" ON "referral_identifiers" USING btree ("shop_id","referral_id");--> statement-breakpoint
CREATE INDEX "referrals_activity_idx" ON "referrals" USING btree ("shop_id","activity_id","id");--> statement-breakpoint
CREATE INDEX "referrals_participant_idx" ON "referrals" USING btree ("shop_id","participant_id","id");--> statement-breakpoint
CREATE UNIQUE INDEX "referrals_referred_key" ON "referrals" USING btree ("shop_id","referred_customer_id","activity_id") WHERE "referrals"."referred_customer_id" is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "referrals_code_key" ON "referrals" USING btree ("shop_id","code") WHERE "referrals"."code" is not null;--> statement-breakpoint
CREATE INDEX "referrals_due_idx" ON "referrals" USING btree ("shop_id","due_at","id") WHERE "referrals"."due_at" is not null;--> statement-breakpoint
create trigger referrals_version_rises before update on referrals for each row when (new.version <= old.version) execute function refuse_same_version();
