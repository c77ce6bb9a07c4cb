CREATE TABLE "price_history" (
	"shop_id" uuid NOT NULL,
	"product_id" uuid NOT NULL,
	"effective_at" timestamp (3) with time zone NOT NULL,
	"amount" bigint NOT NULL,
	"source" text NOT NULL,
	"actor_kind" text NOT NULL,
	"actor_id" text NOT NULL,
	CONSTRAINT "price_history_shop_id_product_id_effective_at_pk" PRIMARY KEY("shop_id","product_id","effective_at"),
	CONSTRAINT "price_history_amount" CHECK ("price_history"."amount" >= 0),
	CONSTRAINT "price_history_source" CHECK ("price_history"."source" in ('created', 'changed', 'imported'))
);
--> statement-breakpoint
CREATE TABLE "products" (
	"shop_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"external_id" text,
	"name" text NOT NULL,
	"description" text,
	"group_code" text,
	"options" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"category" text,
	"collections" text[] DEFAULT '{}'::text[] NOT NULL,
	"status" text NOT NULL,
	"price_amount" bigint NOT NULL,
	"price_effective_at" timestamp (3) with time zone NOT NULL,
	"reference_amount" bigint,
	"cost_amount" bigint,
	"minimum_price_amount" bigint,
	"tax_rate_bps" integer NOT NULL,
	"weight_grams" integer,
	"price_breaks" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"return_excluded_reason" text,
	"metadata" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "products_shop_id_id_pk" PRIMARY KEY("shop_id","id"),
	CONSTRAINT "products_external_id_key" UNIQUE("shop_id","external_id"),
	CONSTRAINT "products_status" CHECK ("products"."status" in ('active', 'discontinued', 'archived')),
	CONSTRAINT "products_collections" CHECK ("products"."collections" <@ array['new', 'best_seller', 'clearance']),
	CONSTRAINT "products_price_amount" CHECK ("products"."price_amount" >= 0),
	CONSTRAINT "products_reference_amount" CHECK ("products"."reference_amount" >= 0),
	CONSTRAINT "products_cost_amount" CHECK ("products"."cost_amount" >= 0),
	CONSTRAINT "products_minimum_price_amount" CHECK ("products"."minimum_price_amount" >= 0),
	CONSTRAINT "products_tax_rate_bps" CHECK ("products"."tax_rate_bps" between 0 and 10000),
	CONSTRAINT "products_weight_grams" CHECK ("products"."weight_grams" >= 0)
);
--> statement-breakpoint
CREATE TABLE "stock_adjustments" (
	"shop_id" uuid NOT NULL,
	"product_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"on_hand_change" integer NOT NULL,
	"on_hand_after" integer NOT NULL,
	"reason" text NOT NULL,
	"actor_kind" text NOT NULL,
	"actor_id" text NOT NULL,
	"adjusted_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "stock_adjustments_shop_id_product_id_id_pk" PRIMARY KEY("shop_id","product_id","id")
);
--> statement-breakpoint
CREATE TABLE "stock_items" (
	"shop_id" uuid NOT NULL,
	"product_id" uuid NOT NULL,
	"on_hand" integer NOT NULL,
	"reserved" integer DEFAULT 0 NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	CONSTRAINT "stock_items_shop_id_product_id_pk" PRIMARY KEY("shop_id","product_id"),
	CONSTRAINT "stock_items_on_hand" CHECK ("stock_items"."on_hand" >= 0),
	CONSTRAINT "stock_items_reserved" CHECK ("stock_items"."reserved" >= 0 and "stock_items"."reserved" <= "stock_items"."on_hand")
);
--> statement-breakpoint
CREATE TABLE "consents" (
	"shop_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"customer_id" uuid NOT NULL,
	"position" integer NOT NULL,
	"purpose" text NOT NULL,
	"channel" text NOT NULL,
	"decision" text NOT NULL,
	"source" text NOT NULL,
	"decided_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "consents_shop_id_id_pk" PRIMARY KEY("shop_id","id"),
	CONSTRAINT "consents_position_key" UNIQUE("shop_id","customer_id","position"),
	CONSTRAINT "consents_purpose" CHECK ("consents"."purpose" in ('marketing', 'service', 'profiling')),
	CONSTRAINT "consents_channel" CHECK ("consents"."channel" in ('email', 'sms', 'phone', 'post', 'chat')),
	CONSTRAINT "consents_decision" CHECK ("consents"."decision" in ('granted', 'refused'))
);
--> statement-breakpoint
CREATE TABLE "contact_points" (
	"shop_id" uuid NOT NULL,
	"customer_id" uuid NOT NULL,
	"position" integer NOT NULL,
	"kind" text NOT NULL,
	"value" text NOT NULL,
	"label" text,
	"is_primary" boolean NOT NULL,
	CONSTRAINT "contact_points_shop_id_customer_id_position_pk" PRIMARY KEY("shop_id","customer_id","position"),
	CONSTRAINT "contact_points_kind" CHECK ("contact_points"."kind" in ('email', 'mobile', 'landline', 'wechat', 'other'))
);
--> statement-breakpoint
CREATE TABLE "customer_addresses" (
	"shop_id" uuid NOT NULL,
	"customer_id" uuid NOT NULL,
	"position" integer NOT NULL,
	"address" jsonb NOT NULL,
	"is_default" boolean NOT NULL,
	CONSTRAINT "customer_addresses_shop_id_customer_id_position_pk" PRIMARY KEY("shop_id","customer_id","position")
);
--> statement-breakpoint
CREATE TABLE "customer_purchases" (
	"shop_id" uuid NOT NULL,
	"customer_id" uuid NOT NULL,
	"order_id" uuid NOT NULL,
	"amount" bigint NOT NULL,
	"placed_at" timestamp (3) with time zone NOT NULL,
	"categories" jsonb NOT NULL,
	"position" bigint NOT NULL,
	CONSTRAINT "customer_purchases_shop_id_customer_id_order_id_pk" PRIMARY KEY("shop_id","customer_id","order_id"),
	CONSTRAINT "customer_purchases_order_key" UNIQUE("shop_id","order_id"),
	CONSTRAINT "customer_purchases_amount" CHECK ("customer_purchases"."amount" >= 0)
);
--> statement-breakpoint
CREATE TABLE "customers" (
	"shop_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"external_id" text,
	"name" text NOT NULL,
	"company" text,
	"locale" text,
	"country" text,
	"preferences" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"staff_note" text,
	"metadata" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"erased_at" timestamp (3) with time zone,
	"merged_into_id" uuid,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "customers_pkey" PRIMARY KEY("shop_id","id"),
	CONSTRAINT "customers_erased" CHECK ("customers"."erased_at" is null or ("customers"."external_id" is null and "customers"."company" is null and "customers"."locale" is null
        and "customers"."country" is null and "customers"."staff_note" is null and "customers"."preferences" = '{}' and "customers"."metadata" = '{}')),
	CONSTRAINT "customers_merged" CHECK ("customers"."merged_into_id" <> "customers"."id")
);
--> statement-breakpoint
CREATE TABLE "order_adjustments" (
	"shop_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"order_id" uuid NOT NULL,
	"line_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"reason" text NOT NULL,
	"amount" bigint NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "order_adjustments_shop_id_id_pk" PRIMARY KEY("shop_id","id"),
	CONSTRAINT "order_adjustments_amount" CHECK ("order_adjustments"."amount" > 0)
);
--> statement-breakpoint
CREATE TABLE "order_lines" (
	"shop_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"order_id" uuid NOT NULL,
	"position" integer NOT NULL,
	"product_id" uuid NOT NULL,
	"product_name" text NOT NULL,
	"category" text,
	"quantity" integer NOT NULL,
	"list_unit_amount" bigint NOT NULL,
	"discount_amount" bigint NOT NULL,
	"net_amount" bigint NOT NULL,
	"tax_rate_bps" integer NOT NULL,
	"tax_amount" bigint NOT NULL,
	"cost_unit_amount" bigint,
	"shipped_quantity" integer DEFAULT 0 NOT NULL,
	"delivered_quantity" integer DEFAULT 0 NOT NULL,
	"placed_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "order_lines_shop_id_id_pk" PRIMARY KEY("shop_id","id"),
	CONSTRAINT "order_lines_position_key" UNIQUE("shop_id","order_id","position"),
	CONSTRAINT "order_lines_net" CHECK ("order_lines"."net_amount" = "order_lines"."list_unit_amount" * "order_lines"."quantity" - "order_lines"."discount_amount"),
	CONSTRAINT "order_lines_amounts" CHECK ("order_lines"."net_amount" >= 0 and "order_lines"."discount_amount" >= 0 and "order_lines"."list_unit_amount" >= 0),
	CONSTRAINT "order_lines_quantity" CHECK ("order_lines"."quantity" > 0 and "order_lines"."shipped_quantity" between 0 and "order_lines"."quantity"
        and "order_lines"."delivered_quantity" between 0 and "order_lines"."shipped_quantity")
);
--> statement-breakpoint
CREATE TABLE "order_shipment_lines" (
	"shop_id" uuid NOT NULL,
	"shipment_id" uuid NOT NULL,
	"line_id" uuid NOT NULL,
	"quantity" integer NOT NULL,
	CONSTRAINT "order_shipment_lines_shop_id_shipment_id_line_id_pk" PRIMARY KEY("shop_id","shipment_id","line_id"),
	CONSTRAINT "order_shipment_lines_quantity" CHECK ("order_shipment_lines"."quantity" > 0)
);
--> statement-breakpoint
CREATE TABLE "order_shipments" (
	"shop_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"order_id" uuid NOT NULL,
	"carrier" text,
	"tracking_number" text,
	"shipped_at" timestamp (3) with time zone NOT NULL,
	"delivered_at" timestamp (3) with time zone,
	CONSTRAINT "order_shipments_shop_id_id_pk" PRIMARY KEY("shop_id","id")
);
--> statement-breakpoint
CREATE TABLE "order_timeline" (
	"shop_id" uuid NOT NULL,
	"order_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"kind" text NOT NULL,
	"actor_kind" text NOT NULL,
	"actor_id" text NOT NULL,
	"is_public" boolean NOT NULL,
	"details" jsonb NOT NULL,
	"occurred_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "order_timeline_shop_id_order_id_occurred_at_id_pk" PRIMARY KEY("shop_id","order_id","occurred_at","id")
);
--> statement-breakpoint
CREATE TABLE "orders" (
	"shop_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"number" text NOT NULL,
	"external_id" text,
	"customer_id" uuid,
	"channel" text NOT NULL,
	"origin" text NOT NULL,
	"terms" text NOT NULL,
	"status" text NOT NULL,
	"payment_state" text NOT NULL,
	"fulfilment_state" text NOT NULL,
	"currency" text NOT NULL,
	"lines_amount" bigint NOT NULL,
	"discount_amount" bigint NOT NULL,
	"freight_amount" bigint NOT NULL,
	"freight_tax_rate_bps" integer NOT NULL,
	"freight_tax_amount" bigint NOT NULL,
	"tax_amount" bigint NOT NULL,
	"total_amount" bigint NOT NULL,
	"paid_amount" bigint DEFAULT 0 NOT NULL,
	"refunded_amount" bigint DEFAULT 0 NOT NULL,
	"shipping_address" jsonb,
	"staff_note" text,
	"metadata" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"import_hash" text,
	"cancel_reason" text,
	"placed_at" timestamp (3) with time zone NOT NULL,
	"paid_at" timestamp (3) with time zone,
	"shipped_at" timestamp (3) with time zone,
	"delivered_at" timestamp (3) with time zone,
	"completed_at" timestamp (3) with time zone,
	"cancelled_at" timestamp (3) with time zone,
	"reminder_due_at" timestamp (3) with time zone,
	"reminders_sent" integer DEFAULT 0 NOT NULL,
	"lapse_due_at" timestamp (3) with time zone,
	"complete_due_at" timestamp (3) with time zone,
	"version" integer DEFAULT 1 NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "orders_shop_id_id_pk" PRIMARY KEY("shop_id","id"),
	CONSTRAINT "orders_number_key" UNIQUE("shop_id","number"),
	CONSTRAINT "orders_total" CHECK ("orders"."total_amount" = "orders"."lines_amount" - "orders"."discount_amount" + "orders"."freight_amount"),
	CONSTRAINT "orders_amounts" CHECK ("orders"."total_amount" >= 0 and "orders"."lines_amount" >= 0 and "orders"."discount_amount" between 0 and "orders"."lines_amount"
        and "orders"."freight_amount" >= 0 and "orders"."tax_amount" between 0 and "orders"."total_amount"),
	CONSTRAINT "orders_refunded" CHECK ("orders"."paid_amount" >= 0 and "orders"."refunded_amount" between 0 and "orders"."paid_amount"),
	CONSTRAINT "orders_status" CHECK ("orders"."status" in ('pending', 'paid', 'shipped', 'delivered', 'completed', 'cancelled')),
	CONSTRAINT "orders_cancelled" CHECK (("orders"."status" = 'cancelled') = ("orders"."cancelled_at" is not null)),
	CONSTRAINT "orders_due" CHECK ("orders"."status" = 'pending' or ("orders"."reminder_due_at" is null and "orders"."lapse_due_at" is null))
);
--> statement-breakpoint
CREATE TABLE "payment_events" (
	"shop_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"payment_id" uuid NOT NULL,
	"provider" text NOT NULL,
	"provider_event_id" text NOT NULL,
	"kind" text NOT NULL,
	"reference" text,
	"failure_code" text,
	"received_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "payment_events_shop_id_id_pk" PRIMARY KEY("shop_id","id"),
	CONSTRAINT "payment_events_provider_event_key" UNIQUE("shop_id","provider","provider_event_id")
);
--> statement-breakpoint
CREATE TABLE "payments" (
	"shop_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"subject_type" text NOT NULL,
	"subject_id" uuid NOT NULL,
	"attempt_number" integer NOT NULL,
	"provider" text NOT NULL,
	"state" text NOT NULL,
	"amount" bigint NOT NULL,
	"refunded_amount" bigint DEFAULT 0 NOT NULL,
	"currency" text NOT NULL,
	"reference" text,
	"failure_code" text,
	"options" jsonb NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"succeeded_at" timestamp (3) with time zone,
	"version" integer DEFAULT 1 NOT NULL,
	CONSTRAINT "payments_shop_id_id_pk" PRIMARY KEY("shop_id","id"),
	CONSTRAINT "payments_attempt_key" UNIQUE("shop_id","subject_type","subject_id","attempt_number"),
	CONSTRAINT "payments_amount" CHECK ("payments"."amount" > 0),
	CONSTRAINT "payments_refunded" CHECK ("payments"."refunded_amount" >= 0 and "payments"."refunded_amount" <= "payments"."amount"),
	CONSTRAINT "payments_refund_needs_success" CHECK ("payments"."refunded_amount" = 0 or "payments"."state" = 'succeeded'),
	CONSTRAINT "payments_state" CHECK ("payments"."state" in ('created', 'processing', 'succeeded', 'failed', 'cancelled'))
);
--> statement-breakpoint
CREATE TABLE "refunds" (
	"shop_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"payment_id" uuid NOT NULL,
	"subject_type" text NOT NULL,
	"subject_id" uuid NOT NULL,
	"amount" bigint NOT NULL,
	"currency" text NOT NULL,
	"reason" text NOT NULL,
	"state" text NOT NULL,
	"reference" text,
	"created_at" timestamp (3) with time zone NOT NULL,
	"finished_at" timestamp (3) with time zone,
	"version" integer DEFAULT 1 NOT NULL,
	CONSTRAINT "refunds_shop_id_id_pk" PRIMARY KEY("shop_id","id"),
	CONSTRAINT "refunds_amount" CHECK ("refunds"."amount" > 0),
	CONSTRAINT "refunds_state" CHECK ("refunds"."state" in ('pending', 'succeeded', 'failed'))
);
--> statement-breakpoint
CREATE TABLE "simulator_charges" (
	"shop_id" uuid NOT NULL,
	"key" text NOT NULL,
	"moved_amount" bigint NOT NULL,
	"calls" integer NOT NULL,
	CONSTRAINT "simulator_charges_shop_id_key_pk" PRIMARY KEY("shop_id","key")
);
--> statement-breakpoint
CREATE TABLE "audit_entries" (
	"shop_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"action" text NOT NULL,
	"actor_kind" text NOT NULL,
	"actor_id" text NOT NULL,
	"subject_type" text NOT NULL,
	"subject_id" uuid NOT NULL,
	"details" jsonb NOT NULL,
	"request_id" text NOT NULL,
	"recorded_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "audit_entries_shop_id_id_pk" PRIMARY KEY("shop_id","id")
);
--> statement-breakpoint
CREATE TABLE "api_keys" (
	"shop_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"kind" text NOT NULL,
	"name" text NOT NULL,
	"hash" "bytea" NOT NULL,
	"hint" text NOT NULL,
	"scopes" text[] NOT NULL,
	"expires_at" timestamp (3) with time zone,
	"revoked_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "api_keys_shop_id_id_pk" PRIMARY KEY("shop_id","id"),
	CONSTRAINT "api_keys_hash_key" UNIQUE("shop_id","hash"),
	CONSTRAINT "api_keys_kind" CHECK ("api_keys"."kind" in ('secret', 'publishable'))
);
--> statement-breakpoint
CREATE TABLE "idempotency_keys" (
	"shop_id" uuid NOT NULL,
	"credential_id" uuid NOT NULL,
	"key" text NOT NULL,
	"request_hash" "bytea" NOT NULL,
	"status" integer NOT NULL,
	"headers" text NOT NULL,
	"body" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "idempotency_keys_pkey" PRIMARY KEY("shop_id","credential_id","key")
);
--> statement-breakpoint
CREATE TABLE "revoked_customers" (
	"shop_id" uuid NOT NULL,
	"customer_id" uuid NOT NULL,
	"revoked_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "revoked_customers_shop_id_customer_id_pk" PRIMARY KEY("shop_id","customer_id")
);
--> statement-breakpoint
CREATE TABLE "feed_heads" (
	"shop_id" uuid PRIMARY KEY NOT NULL,
	"position" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "outbox" (
	"shop_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"position" bigint,
	"type" text NOT NULL,
	"subject_type" text NOT NULL,
	"subject_id" uuid NOT NULL,
	"data" jsonb NOT NULL,
	"actor_kind" text NOT NULL,
	"actor_id" text NOT NULL,
	"occurred_at" timestamp (3) with time zone NOT NULL,
	"recorded_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "outbox_shop_id_id_pk" PRIMARY KEY("shop_id","id")
);
--> statement-breakpoint
CREATE TABLE "subscriber_cursors" (
	"shop_id" uuid NOT NULL,
	"subscriber" text NOT NULL,
	"position" bigint NOT NULL,
	CONSTRAINT "subscriber_cursors_shop_id_subscriber_pk" PRIMARY KEY("shop_id","subscriber")
);
--> statement-breakpoint
CREATE TABLE "subscriber_failures" (
	"shop_id" uuid NOT NULL,
	"subscriber" text NOT NULL,
	"event_id" uuid NOT NULL,
	"attempts" integer NOT NULL,
	"last_error" text NOT NULL,
	"next_attempt_at" timestamp (3) with time zone NOT NULL,
	"parked_at" timestamp (3) with time zone,
	CONSTRAINT "subscriber_failures_shop_id_subscriber_event_id_pk" PRIMARY KEY("shop_id","subscriber","event_id")
);
--> statement-breakpoint
CREATE TABLE "shops" (
	"id" uuid PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"currency" text NOT NULL,
	"timezone" text NOT NULL,
	"country_profile" text NOT NULL,
	"mode" text NOT NULL,
	"clock_offset_ms" bigint DEFAULT 0 NOT NULL,
	"settings" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "shops_mode" CHECK ("shops"."mode" in ('live', 'test')),
	CONSTRAINT "shops_country_profile" CHECK ("shops"."country_profile" in ('CN', 'EU', 'US', 'OTHER')),
	CONSTRAINT "shops_live_clock" CHECK ("shops"."mode" = 'test' or "shops"."clock_offset_ms" = 0),
	CONSTRAINT "shops_currency" CHECK ("shops"."currency" ~ '^[A-Z]{3}$')
);
--> statement-breakpoint
ALTER TABLE "price_history" ADD CONSTRAINT "price_history_shop_id_product_id_products_shop_id_id_fk" FOREIGN KEY ("shop_id","product_id") REFERENCES "public"."products"("shop_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "stock_adjustments" ADD CONSTRAINT "stock_adjustments_shop_id_product_id_products_shop_id_id_fk" FOREIGN KEY ("shop_id","product_id") REFERENCES "public"."products"("shop_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "stock_items" ADD CONSTRAINT "stock_items_shop_id_product_id_products_shop_id_id_fk" FOREIGN KEY ("shop_id","product_id") REFERENCES "public"."products"("shop_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "consents" ADD CONSTRAINT "consents_shop_id_customer_id_customers_shop_id_id_fk" FOREIGN KEY ("shop_id","customer_id") REFERENCES "public"."customers"("shop_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "contact_points" ADD CONSTRAINT "contact_points_shop_id_customer_id_customers_shop_id_id_fk" FOREIGN KEY ("shop_id","customer_id") REFERENCES "public"."customers"("shop_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "customer_addresses" ADD CONSTRAINT "customer_addresses_shop_id_customer_id_customers_shop_id_id_fk" FOREIGN KEY ("shop_id","customer_id") REFERENCES "public"."customers"("shop_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "customer_purchases" ADD CONSTRAINT "customer_purchases_shop_id_customer_id_customers_shop_id_id_fk" FOREIGN KEY ("shop_id","customer_id") REFERENCES "public"."customers"("shop_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "customers" ADD CONSTRAINT "customers_shop_id_shops_id_fk" FOREIGN KEY ("shop_id") REFERENCES "public"."shops"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "customers" ADD CONSTRAINT "customers_merged_into_fk" FOREIGN KEY ("shop_id","merged_into_id") REFERENCES "public"."customers"("shop_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "order_adjustments" ADD CONSTRAINT "order_adjustments_shop_id_line_id_order_lines_shop_id_id_fk" FOREIGN KEY ("shop_id","line_id") REFERENCES "public"."order_lines"("shop_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "order_lines" ADD CONSTRAINT "order_lines_shop_id_order_id_orders_shop_id_id_fk" FOREIGN KEY ("shop_id","order_id") REFERENCES "public"."orders"("shop_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "order_lines" ADD CONSTRAINT "order_lines_shop_id_product_id_products_shop_id_id_fk" FOREIGN KEY ("shop_id","product_id") REFERENCES "public"."products"("shop_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "order_shipment_lines" ADD CONSTRAINT "order_shipment_lines_shipment_fk" FOREIGN KEY ("shop_id","shipment_id") REFERENCES "public"."order_shipments"("shop_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "order_shipment_lines" ADD CONSTRAINT "order_shipment_lines_line_fk" FOREIGN KEY ("shop_id","line_id") REFERENCES "public"."order_lines"("shop_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "order_shipments" ADD CONSTRAINT "order_shipments_shop_id_order_id_orders_shop_id_id_fk" FOREIGN KEY ("shop_id","order_id") REFERENCES "public"."orders"("shop_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "order_timeline" ADD CONSTRAINT "order_timeline_shop_id_order_id_orders_shop_id_id_fk" FOREIGN KEY ("shop_id","order_id") REFERENCES "public"."orders"("shop_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "orders" ADD CONSTRAINT "orders_shop_id_shops_id_fk" FOREIGN KEY ("shop_id") REFERENCES "public"."shops"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "orders" ADD CONSTRAINT "orders_customer_fk" FOREIGN KEY ("shop_id","customer_id") REFERENCES "public"."customers"("shop_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "payment_events" ADD CONSTRAINT "payment_events_shop_id_payment_id_payments_shop_id_id_fk" FOREIGN KEY ("shop_id","payment_id") REFERENCES "public"."payments"("shop_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "payments" ADD CONSTRAINT "payments_shop_id_shops_id_fk" FOREIGN KEY ("shop_id") REFERENCES "public"."shops"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "refunds" ADD CONSTRAINT "refunds_shop_id_payment_id_payments_shop_id_id_fk" FOREIGN KEY ("shop_id","payment_id") REFERENCES "public"."payments"("shop_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "products_created_at_idx" ON "products" USING btree ("shop_id","created_at","id");--> statement-breakpoint
CREATE INDEX "products_updated_at_idx" ON "products" USING btree ("shop_id","updated_at","id");--> statement-breakpoint
CREATE INDEX "products_name_idx" ON "products" USING btree ("shop_id","name","id");--> statement-breakpoint
CREATE INDEX "products_status_idx" ON "products" USING btree ("shop_id","status","created_at","id");--> statement-breakpoint
CREATE INDEX "products_category_idx" ON "products" USING btree ("shop_id","category","created_at","id");--> statement-breakpoint
CREATE INDEX "products_group_code_idx" ON "products" USING btree ("shop_id","group_code") WHERE "products"."group_code" is not null;--> statement-breakpoint
CREATE INDEX "products_collections_idx" ON "products" USING btree ("shop_id","created_at","id") WHERE "products"."collections" <> '{}';--> statement-breakpoint
CREATE INDEX "contact_points_value_idx" ON "contact_points" USING btree ("shop_id","value");--> statement-breakpoint
CREATE UNIQUE INDEX "contact_points_primary_key" ON "contact_points" USING btree ("shop_id","customer_id","kind") WHERE "contact_points"."is_primary";--> statement-breakpoint
CREATE UNIQUE INDEX "customer_addresses_default_key" ON "customer_addresses" USING btree ("shop_id","customer_id") WHERE "customer_addresses"."is_default";--> statement-breakpoint
CREATE UNIQUE INDEX "customers_external_id_key" ON "customers" USING btree ("shop_id","external_id") WHERE "customers"."external_id" is not null;--> statement-breakpoint
CREATE INDEX "customers_updated_at_idx" ON "customers" USING btree ("shop_id","updated_at","id") WHERE "customers"."merged_into_id" is null;--> statement-breakpoint
CREATE INDEX "customers_created_at_idx" ON "customers" USING btree ("shop_id","created_at","id") WHERE "customers"."merged_into_id" is null;--> statement-breakpoint
CREATE INDEX "customers_country_idx" ON "customers" USING btree ("shop_id","country","created_at","id") WHERE "customers"."merged_into_id" is null;--> statement-breakpoint
CREATE INDEX "customers_merged_into_idx" ON "customers" USING btree ("shop_id","merged_into_id") WHERE "customers"."merged_into_id" is not null;--> statement-breakpoint
CREATE INDEX "order_adjustments_order_idx" ON "order_adjustments" USING btree ("shop_id","order_id","id");--> statement-breakpoint
CREATE INDEX "order_lines_product_idx" ON "order_lines" USING btree ("shop_id","product_id","placed_at");--> statement-breakpoint
CREATE INDEX "order_shipments_order_idx" ON "order_shipments" USING btree ("shop_id","order_id","id");--> statement-breakpoint
CREATE UNIQUE INDEX "orders_external_id_key" ON "orders" USING btree ("shop_id","external_id") WHERE "orders"."external_id" is not null;--> statement-breakpoint
CREATE INDEX "orders_placed_at_idx" ON "orders" USING btree ("shop_id","placed_at","id");--> statement-breakpoint
CREATE INDEX "orders_status_idx" ON "orders" USING btree ("shop_id","status","placed_at","id");--> statement-breakpoint
CREATE INDEX "orders_customer_idx" ON "orders" USING btree ("shop_id","customer_id","placed_at","id");--> statement-breakpoint
CREATE INDEX "orders_updated_at_idx" ON "orders" USING btree ("shop_id","updated_at","id");--> statement-breakpoint
CREATE INDEX "orders_reminder_due_idx" ON "orders" USING btree ("shop_id","reminder_due_at") WHERE "orders"."reminder_due_at" is not null;--> statement-breakpoint
CREATE INDEX "orders_lapse_due_idx" ON "orders" USING btree ("shop_id","lapse_due_at") WHERE "orders"."lapse_due_at" is not null;--> statement-breakpoint
CREATE INDEX "orders_complete_due_idx" ON "orders" USING btree ("shop_id","complete_due_at") WHERE "orders"."complete_due_at" is not null;--> statement-breakpoint
CREATE INDEX "payment_events_payment_idx" ON "payment_events" USING btree ("shop_id","payment_id","id");--> statement-breakpoint
CREATE INDEX "payments_created_at_idx" ON "payments" USING btree ("shop_id","created_at","id");--> statement-breakpoint
CREATE INDEX "refunds_payment_idx" ON "refunds" USING btree ("shop_id","payment_id");--> statement-breakpoint
CREATE INDEX "refunds_subject_idx" ON "refunds" USING btree ("shop_id","subject_type","subject_id","id");--> statement-breakpoint
CREATE INDEX "idempotency_keys_created_at_idx" ON "idempotency_keys" USING btree ("created_at");--> statement-breakpoint
CREATE UNIQUE INDEX "outbox_position_key" ON "outbox" USING btree ("shop_id","position") WHERE "outbox"."position" is not null;--> statement-breakpoint
CREATE INDEX "outbox_waiting_idx" ON "outbox" USING btree ("recorded_at","id") WHERE "outbox"."position" is null;