CREATE TABLE "ledger_accounts" (
	"shop_id" uuid NOT NULL,
	"account" text NOT NULL,
	"owner_id" uuid NOT NULL,
	"unit" text NOT NULL,
	"balance" bigint NOT NULL,
	"held" bigint NOT NULL,
	"floor" bigint NOT NULL,
	"version" integer NOT NULL,
	CONSTRAINT "ledger_accounts_shop_id_account_owner_id_pk" PRIMARY KEY("shop_id","account","owner_id"),
	CONSTRAINT "ledger_accounts_floor" CHECK ("ledger_accounts"."balance" - "ledger_accounts"."held" >= "ledger_accounts"."floor"),
	CONSTRAINT "ledger_accounts_held" CHECK ("ledger_accounts"."held" >= 0)
);
--> statement-breakpoint
CREATE TABLE "ledger_entries" (
	"shop_id" uuid NOT NULL,
	"transfer_id" uuid NOT NULL,
	"position" integer NOT NULL,
	"account" text NOT NULL,
	"owner_id" uuid,
	"amount" bigint NOT NULL,
	"balance_after" bigint,
	"account_version" integer,
	CONSTRAINT "ledger_entries_shop_id_transfer_id_position_pk" PRIMARY KEY("shop_id","transfer_id","position"),
	CONSTRAINT "ledger_entries_amount" CHECK ("ledger_entries"."amount" <> 0),
	CONSTRAINT "ledger_entries_versioned" CHECK (("ledger_entries"."account_version" is null) = ("ledger_entries"."balance_after" is null))
);
--> statement-breakpoint
CREATE TABLE "ledger_holds" (
	"shop_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"account" text NOT NULL,
	"owner_id" uuid NOT NULL,
	"amount" bigint NOT NULL,
	"reference" text NOT NULL,
	"state" text NOT NULL,
	"captured_amount" bigint NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"expire_due_at" timestamp (3) with time zone,
	"ended_at" timestamp (3) with time zone,
	CONSTRAINT "ledger_holds_shop_id_id_pk" PRIMARY KEY("shop_id","id"),
	CONSTRAINT "ledger_holds_reference_key" UNIQUE("shop_id","reference"),
	CONSTRAINT "ledger_holds_amount" CHECK ("ledger_holds"."amount" > 0 and "ledger_holds"."captured_amount" between 0 and "ledger_holds"."amount"),
	CONSTRAINT "ledger_holds_state" CHECK ("ledger_holds"."state" in ('active', 'captured', 'released', 'expired')),
	CONSTRAINT "ledger_holds_ended" CHECK (("ledger_holds"."state" = 'active') = ("ledger_holds"."ended_at" is null) and ("ledger_holds"."state" = 'active') = ("ledger_holds"."expire_due_at" is not null))
);
--> statement-breakpoint
CREATE TABLE "ledger_transfers" (
	"shop_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"kind" text NOT NULL,
	"reference" text NOT NULL,
	"unit" text NOT NULL,
	"reverses_id" uuid,
	"effective_at" timestamp (3) with time zone NOT NULL,
	"recorded_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "ledger_transfers_shop_id_id_pk" PRIMARY KEY("shop_id","id"),
	CONSTRAINT "ledger_transfers_reference_key" UNIQUE("reference","shop_id")
);
--> statement-breakpoint
ALTER TABLE "ledger_accounts" ADD CONSTRAINT "ledger_accounts_shop_id_shops_id_fk" FOREIGN KEY ("shop_id") REFERENCES "public"."shops"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ledger_entries" ADD CONSTRAINT "ledger_entries_transfer_fk" FOREIGN KEY ("shop_id","transfer_id") REFERENCES "public"."ledger_transfers"("shop_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ledger_holds" ADD CONSTRAINT "ledger_holds_account_fk" FOREIGN KEY ("shop_id","account","owner_id") REFERENCES "public"."ledger_accounts"("shop_id","account","owner_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ledger_transfers" ADD CONSTRAINT "ledger_transfers_shop_id_shops_id_fk" FOREIGN KEY ("shop_id") REFERENCES "public"."shops"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ledger_transfers" ADD CONSTRAINT "ledger_transfers_reverses_fk" FOREIGN KEY ("shop_id","reverses_id") REFERENCES "public"."ledger_transfers"("shop_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "ledger_entries_account_idx" ON "ledger_entries" USING btree ("shop_id","account","owner_id","transfer_id");--> statement-breakpoint
CREATE UNIQUE INDEX "ledger_entries_version_key" ON "ledger_entries" USING btree ("shop_id","account","owner_id","account_version") WHERE "ledger_entries"."account_version" is not null;--> statement-breakpoint
CREATE INDEX "ledger_holds_expire_due_idx" ON "ledger_holds" USING btree ("shop_id","expire_due_at","id") WHERE "ledger_holds"."expire_due_at" is not null;--> statement-breakpoint
CREATE INDEX "ledger_holds_account_idx" ON "ledger_holds" USING btree ("shop_id","account","owner_id","id");--> statement-breakpoint
CREATE UNIQUE INDEX "ledger_transfers_reverses_key" ON "ledger_transfers" USING btree ("shop_id","reverses_id") WHERE "ledger_transfers"."reverses_id" is not null;