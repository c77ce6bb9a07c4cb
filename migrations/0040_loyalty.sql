CREATE TABLE "loyalty_members" (
	"shop_id" uuid NOT NULL,
	"customer_id" uuid NOT NULL,
	"active_points" bigint NOT NULL,
	"pending_points" bigint NOT NULL,
	"movement_count" integer NOT NULL,
	"enrolled_at" timestamp (3) with time zone NOT NULL,
	"left_at" timestamp (3) with time zone,
	"due_at" timestamp (3) with time zone,
	"version" integer DEFAULT 1 NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "loyalty_members_shop_id_customer_id_pk" PRIMARY KEY("shop_id","customer_id"),
	CONSTRAINT "loyalty_members_points" CHECK ("loyalty_members"."active_points" >= 0 and "loyalty_members"."pending_points" >= 0),
	CONSTRAINT "loyalty_members_left" CHECK ("loyalty_members"."left_at" is null or ("loyalty_members"."active_points" = 0 and "loyalty_members"."pending_points" = 0 and "loyalty_members"."due_at" is null))
);
--> statement-breakpoint
CREATE TABLE "loyalty_programme_versions" (
	"shop_id" uuid NOT NULL,
	"number" integer NOT NULL,
	"rule" jsonb NOT NULL,
	"actor_kind" text NOT NULL,
	"actor_id" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "loyalty_programme_versions_shop_id_number_pk" PRIMARY KEY("shop_id","number")
);
--> statement-breakpoint
CREATE TABLE "loyalty_programmes" (
	"shop_id" uuid NOT NULL,
	"rule" jsonb NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "loyalty_programmes_shop_id_pk" PRIMARY KEY("shop_id")
);
--> statement-breakpoint
CREATE TABLE "point_grant_requests" (
	"shop_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"customer_id" uuid NOT NULL,
	"state" text NOT NULL,
	"points" bigint NOT NULL,
	"note" text,
	"pending_days" integer NOT NULL,
	"lot_id" uuid,
	"requested_by" text NOT NULL,
	"decided_by" text,
	"decided_at" timestamp (3) with time zone,
	"due_at" timestamp (3) with time zone,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "point_grant_requests_shop_id_id_pk" PRIMARY KEY("shop_id","id"),
	CONSTRAINT "point_grant_requests_state" CHECK ("point_grant_requests"."state" in ('requested', 'approved', 'refused', 'lapsed')),
	CONSTRAINT "point_grant_requests_points" CHECK ("point_grant_requests"."points" > 0),
	CONSTRAINT "point_grant_requests_decided" CHECK (("point_grant_requests"."state" = 'requested') = ("point_grant_requests"."decided_at" is null) and ("point_grant_requests"."state" = 'requested') = ("point_grant_requests"."due_at" is not null)
        and ("point_grant_requests"."state" = 'approved') = ("point_grant_requests"."lot_id" is not null)
        and ("point_grant_requests"."state" <> 'approved' or "point_grant_requests"."requested_by" <> "point_grant_requests"."decided_by"))
);
--> statement-breakpoint
CREATE TABLE "point_lots" (
	"shop_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"customer_id" uuid NOT NULL,
	"state" text NOT NULL,
	"source" text NOT NULL,
	"source_key" text NOT NULL,
	"note" text,
	"granted_points" bigint NOT NULL,
	"left_points" bigint NOT NULL,
	"priority" integer NOT NULL,
	"is_promotional" boolean NOT NULL,
	"programme_version" integer NOT NULL,
	"granted_at" timestamp (3) with time zone NOT NULL,
	"activates_at" timestamp (3) with time zone NOT NULL,
	"expires_at" timestamp (3) with time zone,
	CONSTRAINT "point_lots_shop_id_id_pk" PRIMARY KEY("shop_id","id"),
	CONSTRAINT "point_lots_source_key" UNIQUE("source_key","source","shop_id"),
	CONSTRAINT "point_lots_state" CHECK ("point_lots"."state" in ('pending', 'active', 'expired', 'lapsed')),
	CONSTRAINT "point_lots_source" CHECK ("point_lots"."source" in ('staff', 'sign_up')),
	CONSTRAINT "point_lots_points" CHECK ("point_lots"."granted_points" > 0 and "point_lots"."left_points" between 0 and "point_lots"."granted_points"
        and ("point_lots"."left_points" = 0 or "point_lots"."state" in ('pending', 'active'))),
	CONSTRAINT "point_lots_times" CHECK ("point_lots"."activates_at" >= "point_lots"."granted_at" and ("point_lots"."expires_at" is null or "point_lots"."expires_at" > "point_lots"."activates_at"))
);
--> statement-breakpoint
CREATE TABLE "point_movements" (
	"shop_id" uuid NOT NULL,
	"customer_id" uuid NOT NULL,
	"position" integer NOT NULL,
	"kind" text NOT NULL,
	"lot_id" uuid NOT NULL,
	"points" bigint NOT NULL,
	"balance_after" bigint NOT NULL,
	"operation_id" uuid NOT NULL,
	"actor_kind" text NOT NULL,
	"actor_id" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "point_movements_shop_id_customer_id_position_pk" PRIMARY KEY("shop_id","customer_id","position"),
	CONSTRAINT "point_movements_kind" CHECK ("point_movements"."kind" in ('granted', 'expired', 'lapsed', 'merged_in', 'merged_out')),
	CONSTRAINT "point_movements_points" CHECK ("point_movements"."points" <> 0 and ("point_movements"."points" > 0) = ("point_movements"."kind" in ('granted', 'merged_in'))),
	CONSTRAINT "point_movements_balance" CHECK ("point_movements"."balance_after" >= 0 and "point_movements"."position" > 0)
);
--> statement-breakpoint
ALTER TABLE "loyalty_members" ADD CONSTRAINT "loyalty_members_customer_fk" FOREIGN KEY ("shop_id","customer_id") REFERENCES "public"."customers"("shop_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "loyalty_programme_versions" ADD CONSTRAINT "loyalty_programme_versions_programme_fk" FOREIGN KEY ("shop_id") REFERENCES "public"."loyalty_programmes"("shop_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "loyalty_programmes" ADD CONSTRAINT "loyalty_programmes_shop_id_shops_id_fk" FOREIGN KEY ("shop_id") REFERENCES "public"."shops"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "point_grant_requests" ADD CONSTRAINT "point_grant_requests_member_fk" FOREIGN KEY ("shop_id","customer_id") REFERENCES "public"."loyalty_members"("shop_id","customer_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "point_lots" ADD CONSTRAINT "point_lots_member_fk" FOREIGN KEY ("shop_id","customer_id") REFERENCES "public"."loyalty_members"("shop_id","customer_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "loyalty_members_enrolled_at_idx" ON "loyalty_members" USING btree ("shop_id","enrolled_at","customer_id");--> statement-breakpoint
CREATE INDEX "loyalty_members_updated_at_idx" ON "loyalty_members" USING btree ("shop_id","updated_at","customer_id");--> statement-breakpoint
CREATE INDEX "loyalty_members_due_idx" ON "loyalty_members" USING btree ("shop_id","due_at","customer_id") WHERE "loyalty_members"."due_at" is not null;--> statement-breakpoint
CREATE INDEX "point_grant_requests_state_idx" ON "point_grant_requests" USING btree ("shop_id","state","id");--> statement-breakpoint
CREATE INDEX "point_grant_requests_customer_idx" ON "point_grant_requests" USING btree ("shop_id","customer_id","id");--> statement-breakpoint
CREATE INDEX "point_grant_requests_due_idx" ON "point_grant_requests" USING btree ("shop_id","due_at","id") WHERE "point_grant_requests"."due_at" is not null;--> statement-breakpoint
CREATE INDEX "point_lots_customer_idx" ON "point_lots" USING btree ("shop_id","customer_id","granted_at","id");--> statement-breakpoint
CREATE INDEX "point_lots_left_idx" ON "point_lots" USING btree ("shop_id","customer_id","expires_at","id") WHERE "point_lots"."left_points" > 0;