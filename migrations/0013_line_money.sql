CREATE TABLE "order_credits" (
	"shop_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"order_id" uuid NOT NULL,
	"line_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"quantity" integer NOT NULL,
	"paid_amount" bigint NOT NULL,
	"settled_amount" bigint NOT NULL,
	"amount" bigint NOT NULL,
	"tax_amount" bigint NOT NULL,
	"cause_type" text NOT NULL,
	"cause_id" uuid NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "order_credits_shop_id_id_pk" PRIMARY KEY("shop_id","id"),
	CONSTRAINT "order_credits_cause_key" UNIQUE("shop_id","cause_id","line_id"),
	CONSTRAINT "order_credits_amount" CHECK ("order_credits"."quantity" > 0 and "order_credits"."amount" >= 0 and "order_credits"."amount" = "order_credits"."paid_amount" - "order_credits"."settled_amount"
        and "order_credits"."tax_amount" between 0 and "order_credits"."amount")
);
--> statement-breakpoint
ALTER TABLE "order_lines" DROP CONSTRAINT "order_lines_settled";--> statement-breakpoint
ALTER TABLE "order_lines" DROP CONSTRAINT "order_lines_quantity";--> statement-breakpoint
ALTER TABLE "orders" DROP CONSTRAINT "orders_settled";--> statement-breakpoint
ALTER TABLE "order_lines" ADD COLUMN "charged_amount" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "order_lines" ADD COLUMN "credited_amount" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "order_lines" ADD COLUMN "cancelled_quantity" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "order_lines" ADD COLUMN "returned_quantity" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "order_lines" ADD COLUMN "valued_quantity" integer;--> statement-breakpoint
ALTER TABLE "order_lines" ADD COLUMN "valued_amount" bigint;--> statement-breakpoint
ALTER TABLE "orders" ADD COLUMN "settling_amount" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "orders" ADD COLUMN "settled_freight_amount" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "orders" ADD COLUMN "charged_amount" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "orders" ADD COLUMN "charged_freight_amount" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "orders" ADD COLUMN "credited_amount" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "orders" ADD COLUMN "credited_freight_amount" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "settlement_lines" ADD COLUMN "tax_amount" bigint;--> statement-breakpoint
-- The tax in what was settled before: its part of the line's tax.
update "settlement_lines" s set "tax_amount" = case when l."net_amount" = 0 then 0
    else round(l."tax_amount"::numeric * s."amount" / l."net_amount") end
  from "order_lines" l where l."shop_id" = s."shop_id" and l."id" = s."line_id";--> statement-breakpoint
ALTER TABLE "settlement_lines" ALTER COLUMN "tax_amount" SET NOT NULL;--> statement-breakpoint
-- What lines are worth after what was settled of them.
update "order_lines" set "valued_quantity" = "quantity", "valued_amount" = "net_amount" - "settled_amount"
  where "settled_amount" > 0;--> statement-breakpoint
-- All that was left of a paid order went off its price when it was cancelled.
insert into "order_credits" select l."shop_id", l."id", l."order_id", l."id", 'cancelled', l."quantity", l."net_amount",
    l."settled_amount", l."net_amount" - l."settled_amount",
    case when l."net_amount" = 0 then 0 else
      round(l."tax_amount"::numeric * (l."net_amount" - l."settled_amount") / l."net_amount") end,
    'order', l."order_id", o."cancelled_at"
  from "order_lines" l join "orders" o on o."shop_id" = l."shop_id" and o."id" = l."order_id"
  where o."status" = 'cancelled' and o."paid_at" is not null;--> statement-breakpoint
update "order_lines" l set "cancelled_quantity" = c."quantity", "credited_amount" = c."amount"
  from "order_credits" c where c."shop_id" = l."shop_id" and c."line_id" = l."id";--> statement-breakpoint
update "orders" set "credited_amount" = "total_amount" - "settled_amount", "credited_freight_amount" = "freight_amount",
    "version" = "version" + 1
  where "status" = 'cancelled' and "paid_at" is not null;--> statement-breakpoint
ALTER TABLE "order_credits" ADD CONSTRAINT "order_credits_line_fk" FOREIGN KEY ("shop_id","line_id") REFERENCES "public"."order_lines"("shop_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "order_credits_order_idx" ON "order_credits" USING btree ("shop_id","order_id","id");--> statement-breakpoint
ALTER TABLE "order_lines" ADD CONSTRAINT "order_lines_valued" CHECK (("order_lines"."valued_quantity" is null) = ("order_lines"."valued_amount" is null) and "order_lines"."valued_amount" >= 0
        and "order_lines"."valued_quantity" between 1 and "order_lines"."quantity");--> statement-breakpoint
ALTER TABLE "order_lines" ADD CONSTRAINT "order_lines_settled" CHECK ("order_lines"."settled_amount" >= 0 and "order_lines"."charged_amount" >= 0 and "order_lines"."credited_amount" >= 0
        and "order_lines"."settled_amount" + "order_lines"."credited_amount" <= "order_lines"."net_amount" + "order_lines"."charged_amount");--> statement-breakpoint
ALTER TABLE "order_lines" ADD CONSTRAINT "order_lines_quantity" CHECK ("order_lines"."quantity" > 0 and "order_lines"."cancelled_quantity" >= 0
        and "order_lines"."shipped_quantity" between 0 and "order_lines"."quantity" - "order_lines"."cancelled_quantity"
        and "order_lines"."delivered_quantity" between 0 and "order_lines"."shipped_quantity"
        and "order_lines"."returned_quantity" between 0 and "order_lines"."shipped_quantity");--> statement-breakpoint
ALTER TABLE "orders" ADD CONSTRAINT "orders_credited" CHECK ("orders"."charged_freight_amount" between 0 and "orders"."charged_amount"
        and "orders"."credited_freight_amount" between 0 and "orders"."credited_amount"
        and "orders"."settled_freight_amount" + "orders"."credited_freight_amount" <= "orders"."freight_amount" + "orders"."charged_freight_amount");--> statement-breakpoint
ALTER TABLE "orders" ADD CONSTRAINT "orders_settled" CHECK ("orders"."settled_amount" between 0 and "orders"."total_amount" + "orders"."charged_amount" - "orders"."credited_amount"
        and "orders"."goodwill_amount" between 0 and "orders"."settled_amount" and "orders"."settled_refund_amount" between 0 and "orders"."refunded_amount"
        and "orders"."settling_amount" between 0 and "orders"."settled_amount" - "orders"."settled_refund_amount"
        and "orders"."settled_freight_amount" between 0 and "orders"."settled_amount");
--> statement-breakpoint
create trigger order_credits_insert_only before update or delete or truncate on order_credits
  for each statement execute function refuse_change();
