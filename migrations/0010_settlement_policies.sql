CREATE TABLE "price_difference_policies" (
	"shop_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"name" text NOT NULL,
	"rule_version" integer NOT NULL,
	"archived_at" timestamp (3) with time zone,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "price_difference_policies_shop_id_id_pk" PRIMARY KEY("shop_id","id"),
	CONSTRAINT "price_difference_policies_rule_version" CHECK ("price_difference_policies"."rule_version" > 0)
);
--> statement-breakpoint
CREATE TABLE "price_difference_policy_versions" (
	"shop_id" uuid NOT NULL,
	"policy_id" uuid NOT NULL,
	"rule_version" integer NOT NULL,
	"rule" jsonb NOT NULL,
	"words" jsonb NOT NULL,
	"in_force_from" timestamp (3) with time zone NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "price_difference_policy_versions_shop_id_policy_id_rule_version_pk" PRIMARY KEY("shop_id","policy_id","rule_version")
);
--> statement-breakpoint
ALTER TABLE "price_difference_policies" ADD CONSTRAINT "price_difference_policies_shop_id_shops_id_fk" FOREIGN KEY ("shop_id") REFERENCES "public"."shops"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "price_difference_policy_versions" ADD CONSTRAINT "price_difference_policy_versions_policy_fk" FOREIGN KEY ("shop_id","policy_id") REFERENCES "public"."price_difference_policies"("shop_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "price_difference_policy_versions_force_idx" ON "price_difference_policy_versions" USING btree ("shop_id","in_force_from","policy_id");
--> statement-breakpoint
create trigger price_difference_policy_versions_insert_only before update or delete or truncate on price_difference_policy_versions
  for each statement execute function refuse_change();
