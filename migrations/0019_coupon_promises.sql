CREATE TABLE "coupon_promises" (
	"shop_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"customer_id" uuid NOT NULL,
	"from_type" text NOT NULL,
	"from_id" uuid NOT NULL,
	"rest_of_id" uuid,
	"amount" bigint NOT NULL,
	"currency" text NOT NULL,
	"state" text NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"expire_due_at" timestamp (3) with time zone,
	"used_for_type" text,
	"used_for_id" uuid,
	"used_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "coupon_promises_shop_id_id_pk" PRIMARY KEY("shop_id","id"),
	CONSTRAINT "coupon_promises_state" CHECK ("coupon_promises"."state" in ('issued', 'used', 'expired', 'revoked')),
	CONSTRAINT "coupon_promises_amount" CHECK ("coupon_promises"."amount" > 0),
	CONSTRAINT "coupon_promises_used" CHECK (("coupon_promises"."state" = 'used') = ("coupon_promises"."used_at" is not null) and ("coupon_promises"."state" = 'used') = ("coupon_promises"."used_for_type" is not null)
        and ("coupon_promises"."state" = 'used') = ("coupon_promises"."used_for_id" is not null)),
	CONSTRAINT "coupon_promises_due" CHECK (("coupon_promises"."state" = 'issued') = ("coupon_promises"."expire_due_at" is not null))
);
--> statement-breakpoint
ALTER TABLE "settlements" ADD COLUMN "agreed_by" text;--> statement-breakpoint
CREATE UNIQUE INDEX "coupon_promises_from_key" ON "coupon_promises" USING btree ("shop_id","from_type","from_id") WHERE "coupon_promises"."rest_of_id" is null;--> statement-breakpoint
CREATE INDEX "coupon_promises_customer_idx" ON "coupon_promises" USING btree ("shop_id","customer_id","id");--> statement-breakpoint
CREATE INDEX "coupon_promises_expire_due_idx" ON "coupon_promises" USING btree ("shop_id","expire_due_at","id") WHERE "coupon_promises"."expire_due_at" is not null;--> statement-breakpoint
ALTER TABLE "settlements" ADD CONSTRAINT "settlements_agreed" CHECK (("settlements"."payout_method" is not distinct from 'coupon') = ("settlements"."agreed_by" is not null));
--> statement-breakpoint
create trigger coupon_promises_kept before delete or truncate on coupon_promises
  for each statement execute function refuse_change();
