CREATE TABLE "point_spending_parts" (
	"shop_id" uuid NOT NULL,
	"spending_id" uuid NOT NULL,
	"position" integer NOT NULL,
	"lot_id" uuid NOT NULL,
	"points" bigint NOT NULL,
	CONSTRAINT "point_spending_parts_shop_id_spending_id_position_pk" PRIMARY KEY("shop_id","spending_id","position"),
	CONSTRAINT "point_spending_parts_points" CHECK ("point_spending_parts"."points" > 0 and "point_spending_parts"."position" > 0)
);
--> statement-breakpoint
CREATE TABLE "point_spendings" (
	"shop_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"customer_id" uuid NOT NULL,
	"points" bigint NOT NULL,
	"given_back_points" bigint DEFAULT 0 NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "point_spendings_shop_id_id_pk" PRIMARY KEY("shop_id","id"),
	CONSTRAINT "point_spendings_points" CHECK ("point_spendings"."points" > 0 and "point_spendings"."given_back_points" between 0 and "point_spendings"."points")
);
--> statement-breakpoint
ALTER TABLE "point_movements" DROP CONSTRAINT "point_movements_kind";--> statement-breakpoint
ALTER TABLE "point_movements" DROP CONSTRAINT "point_movements_points";--> statement-breakpoint
ALTER TABLE "point_spending_parts" ADD CONSTRAINT "point_spending_parts_spending_fk" FOREIGN KEY ("shop_id","spending_id") REFERENCES "public"."point_spendings"("shop_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "point_spendings" ADD CONSTRAINT "point_spendings_member_fk" FOREIGN KEY ("shop_id","customer_id") REFERENCES "public"."loyalty_members"("shop_id","customer_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "point_spendings_customer_idx" ON "point_spendings" USING btree ("shop_id","customer_id","id");--> statement-breakpoint
ALTER TABLE "point_movements" ADD CONSTRAINT "point_movements_kind" CHECK ("point_movements"."kind" in ('granted', 'expired', 'lapsed', 'taken_back', 'repaid', 'spent', 'given_back', 'merged_in', 'merged_out'));--> statement-breakpoint
ALTER TABLE "point_movements" ADD CONSTRAINT "point_movements_points" CHECK ("point_movements"."points" <> 0 and ("point_movements"."points" > 0) = ("point_movements"."kind" in ('granted', 'given_back', 'merged_in')));