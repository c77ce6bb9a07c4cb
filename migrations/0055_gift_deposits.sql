CREATE TABLE "gift_deposit_exposures" (
	"shop_id" uuid NOT NULL,
	"exposed_amount" bigint NOT NULL,
	CONSTRAINT "gift_deposit_exposures_shop_id_pk" PRIMARY KEY("shop_id"),
	CONSTRAINT "gift_deposit_exposures_amount" CHECK ("gift_deposit_exposures"."exposed_amount" >= 0)
);
--> statement-breakpoint
CREATE TABLE "gift_deposit_parts" (
	"shop_id" uuid NOT NULL,
	"gift_deposit_id" uuid NOT NULL,
	"number" integer NOT NULL,
	"part_amount" bigint NOT NULL,
	"due_day" integer NOT NULL,
	"collectable_at" timestamp (3) with time zone NOT NULL,
	"notice_at" timestamp (3) with time zone,
	"collected_at" timestamp (3) with time zone,
	"payout_way" text,
	"payout_id" uuid,
	CONSTRAINT "gift_deposit_parts_shop_id_gift_deposit_id_number_pk" PRIMARY KEY("shop_id","gift_deposit_id","number"),
	CONSTRAINT "gift_deposit_parts_amount" CHECK ("gift_deposit_parts"."number" > 0 and "gift_deposit_parts"."part_amount" > 0),
	CONSTRAINT "gift_deposit_parts_collected" CHECK (("gift_deposit_parts"."collected_at" is null) = ("gift_deposit_parts"."payout_way" is null) and ("gift_deposit_parts"."collected_at" is null) = ("gift_deposit_parts"."payout_id" is null) and ("gift_deposit_parts"."collected_at" is null or "gift_deposit_parts"."notice_at" is null)
        and "gift_deposit_parts"."collected_at" >= "gift_deposit_parts"."collectable_at" and "gift_deposit_parts"."payout_way" in ('wallet', 'payment', 'counter'))
);
--> statement-breakpoint
CREATE TABLE "gift_deposits" (
	"shop_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"activity_id" uuid NOT NULL,
	"customer_id" uuid NOT NULL,
	"participant_id" uuid,
	"state" text NOT NULL,
	"deposit_amount" bigint NOT NULL,
	"instalments" integer NOT NULL,
	"rule_version" integer NOT NULL,
	"returned_amount" bigint NOT NULL,
	"claim_code_hash" text,
	"due_at" timestamp (3) with time zone,
	"paid_at" timestamp (3) with time zone,
	"settled_early_at" timestamp (3) with time zone,
	"settled_early_reason" text,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "gift_deposits_shop_id_id_pk" PRIMARY KEY("shop_id","id"),
	CONSTRAINT "gift_deposits_state" CHECK ("gift_deposits"."state" in ('pending', 'active', 'settled', 'cancelled')),
	CONSTRAINT "gift_deposits_times" CHECK (("gift_deposits"."state" = 'pending') = ("gift_deposits"."due_at" is not null) and ("gift_deposits"."state" in ('active', 'settled')) = ("gift_deposits"."paid_at" is not null)
        and ("gift_deposits"."state" = 'cancelled') = ("gift_deposits"."participant_id" is null)
        and ("gift_deposits"."settled_early_at" is null) = ("gift_deposits"."settled_early_reason" is null)),
	CONSTRAINT "gift_deposits_amounts" CHECK ("gift_deposits"."deposit_amount" > 0 and "gift_deposits"."instalments" > 0 and "gift_deposits"."returned_amount" between 0 and "gift_deposits"."deposit_amount"
        and ("gift_deposits"."state" = 'settled') = ("gift_deposits"."returned_amount" = "gift_deposits"."deposit_amount") and ("gift_deposits"."state" <> 'pending' or "gift_deposits"."returned_amount" = 0)),
	CONSTRAINT "gift_deposits_code" CHECK ("gift_deposits"."claim_code_hash" is null or "gift_deposits"."state" = 'active')
);
--> statement-breakpoint
ALTER TABLE "gift_deposit_parts" ADD CONSTRAINT "gift_deposit_parts_deposit_fk" FOREIGN KEY ("shop_id","gift_deposit_id") REFERENCES "public"."gift_deposits"("shop_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "gift_deposits" ADD CONSTRAINT "gift_deposits_activity_fk" FOREIGN KEY ("shop_id","activity_id") REFERENCES "public"."activities"("shop_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "gift_deposits" ADD CONSTRAINT "gift_deposits_customer_fk" FOREIGN KEY ("shop_id","customer_id") REFERENCES "public"."customers"("shop_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "gift_deposit_parts_notice_idx" ON "gift_deposit_parts" USING btree ("shop_id","notice_at") WHERE "gift_deposit_parts"."notice_at" is not null;--> statement-breakpoint
CREATE INDEX "gift_deposit_parts_owed_idx" ON "gift_deposit_parts" USING btree ("shop_id","collectable_at") WHERE "gift_deposit_parts"."collected_at" is null;--> statement-breakpoint
CREATE INDEX "gift_deposits_activity_idx" ON "gift_deposits" USING btree ("shop_id","activity_id","id");--> statement-breakpoint
CREATE INDEX "gift_deposits_customer_idx" ON "gift_deposits" USING btree ("shop_id","customer_id","id");--> statement-breakpoint
CREATE INDEX "gift_deposits_due_idx" ON "gift_deposits" USING btree ("shop_id","due_at","id") WHERE "gift_deposits"."due_at" is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "gift_deposits_claim_code_key" ON "gift_deposits" USING btree ("shop_id","claim_code_hash") WHERE "gift_deposits"."claim_code_hash" is not null;--> statement-breakpoint
create trigger gift_deposits_version_rises before update on gift_deposits for each row when (new.version <= old.version) execute function refuse_same_version();
