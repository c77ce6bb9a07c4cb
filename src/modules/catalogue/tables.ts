import { sql } from 'drizzle-orm';
import {
  type AnyPgColumn,
  check,
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  unique,
  uuid,
} from 'drizzle-orm/pg-core';
import { amount, id, instant, metadata, rateBps, shopId, version } from '../../platform/db/columns.ts';

export type ProductStatus = 'active' | 'discontinued' | 'archived';
export type ProductCollection = 'new' | 'best_seller' | 'clearance';
/** From `minimumQuantity` pieces on, one piece costs `unitAmount`. */
export interface PriceBreak {
  readonly minimumQuantity: number;
  /** Minor units. A number, because JSON has no bigint; amounts stay far below 2^53. */
  readonly unitAmount: number;
}

/** One sellable SKU each. Stock is in a table of its own: placing an order never touches this wide row. */
export const products = pgTable(
  'products',
  {
    shopId: shopId(),
    id: id(),
    externalId: text('external_id'),
    name: text('name').notNull(),
    description: text('description'),
    /** Products that are variants of one thing share it and differ in `options`. */
    groupCode: text('group_code'),
    options: jsonb('options').$type<Record<string, string>>().notNull().default(sql`'{}'::jsonb`),
    category: text('category'),
    collections: text('collections')
      .array()
      .$type<ProductCollection[]>()
      .notNull()
      .default(sql`'{}'::text[]`),
    status: text('status').$type<ProductStatus>().notNull(),
    priceAmount: amount('price_amount').notNull(),
    /** When the price came into force: the moment of its row in the price history. */
    priceEffectiveAt: instant('price_effective_at').notNull(),
    /** The crossed-out price. */
    referenceAmount: amount('reference_amount'),
    costAmount: amount('cost_amount'),
    minimumPriceAmount: amount('minimum_price_amount'),
    taxRateBps: rateBps('tax_rate_bps').notNull(),
    weightGrams: integer('weight_grams'),
    /** The sides of one piece with its packing. */
    lengthMm: integer('length_mm'),
    widthMm: integer('width_mm'),
    heightMm: integer('height_mm'),
    /** What sending it is charged by; null: the shop's default. Shipping has the table and the foreign key. */
    freightTemplateId: uuid('freight_template_id'),
    priceBreaks: jsonb('price_breaks').$type<PriceBreak[]>().notNull().default(sql`'[]'::jsonb`),
    /** Working days until it can leave, beside the shop's own. */
    leadTimeDays: integer('lead_time_days').notNull().default(0),
    /** At least so many pieces, and only multiples of so many, over all lines of an order. */
    minimumOrderQuantity: integer('minimum_order_quantity').notNull().default(1),
    orderMultiple: integer('order_multiple').notNull().default(1),
    unitsPerPack: integer('units_per_pack'),
    packsPerCarton: integer('packs_per_carton'),
    cartonWeightGrams: integer('carton_weight_grams'),
    cartonLengthMm: integer('carton_length_mm'),
    cartonWidthMm: integer('carton_width_mm'),
    cartonHeightMm: integer('carton_height_mm'),
    /** Set: customers may not return it without a reason, and this is why. */
    returnExcludedReason: text('return_excluded_reason'),
    metadata: metadata(),
    version: version(),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.id] }),
    unique('products_external_id_key').on(t.shopId, t.externalId),
    index('products_created_at_idx').on(t.shopId, t.createdAt, t.id),
    index('products_updated_at_idx').on(t.shopId, t.updatedAt, t.id),
    index('products_name_idx').on(t.shopId, t.name, t.id),
    index('products_status_idx').on(t.shopId, t.status, t.createdAt, t.id),
    index('products_category_idx').on(t.shopId, t.category, t.createdAt, t.id),
    index('products_group_code_idx').on(t.shopId, t.groupCode).where(sql`${t.groupCode} is not null`),
    // Few products are in a collection: one small index serves the three of them.
    index('products_collections_idx').on(t.shopId, t.createdAt, t.id).where(sql`${t.collections} <> '{}'`),
    check('products_status', sql`${t.status} in ('active', 'discontinued', 'archived')`),
    check('products_collections', sql`${t.collections} <@ array['new', 'best_seller', 'clearance']`),
    check('products_price_amount', sql`${t.priceAmount} >= 0`),
    check('products_reference_amount', sql`${t.referenceAmount} >= 0`),
    check('products_cost_amount', sql`${t.costAmount} >= 0`),
    check('products_minimum_price_amount', sql`${t.minimumPriceAmount} >= 0`),
    check('products_tax_rate_bps', sql`${t.taxRateBps} between 0 and 10000`),
    check(
      'products_trade',
      sql`${t.leadTimeDays} >= 0 and ${t.minimumOrderQuantity} > 0 and ${t.orderMultiple} > 0`,
    ),
    index('products_freight_template_idx')
      .on(t.shopId, t.freightTemplateId)
      .where(sql`${t.freightTemplateId} is not null`),
    check('products_weight_grams', sql`${t.weightGrams} >= 0`),
    check('products_sides', sql`${t.lengthMm} > 0 and ${t.widthMm} > 0 and ${t.heightMm} > 0`),
  ],
);

export type ProductRow = typeof products.$inferSelect;

const ofProduct = (t: { shopId: AnyPgColumn; productId: AnyPgColumn }) =>
  foreignKey({ columns: [t.shopId, t.productId], foreignColumns: [products.shopId, products.id] });

/** One row per product. `reserved` is the part of `on_hand` that is promised to orders. */
export const stockItems = pgTable(
  'stock_items',
  {
    shopId: shopId(),
    productId: id('product_id'),
    onHand: integer('on_hand').notNull(),
    reserved: integer('reserved').notNull().default(0),
    version: version(),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.productId] }),
    ofProduct(t),
    check('stock_items_on_hand', sql`${t.onHand} >= 0`),
    check('stock_items_reserved', sql`${t.reserved} >= 0 and ${t.reserved} <= ${t.onHand}`),
  ],
);

export type StockRow = typeof stockItems.$inferSelect;

/** Who changed the stock on hand other than by selling or taking back. Insert-only. */
export const stockAdjustments = pgTable(
  'stock_adjustments',
  {
    shopId: shopId(),
    productId: id('product_id'),
    id: id(),
    /** Positive: pieces came in. */
    onHandChange: integer('on_hand_change').notNull(),
    onHandAfter: integer('on_hand_after').notNull(),
    reason: text('reason').notNull(),
    actorKind: text('actor_kind').notNull(),
    actorId: text('actor_id').notNull(),
    adjustedAt: instant('adjusted_at').notNull(),
  },
  // Listed newest first along the primary key: ids rise with time.
  (t) => [primaryKey({ columns: [t.shopId, t.productId, t.id] }), ofProduct(t)],
);

export type StockAdjustmentRow = typeof stockAdjustments.$inferSelect;

export const PRICE_SOURCES = ['created', 'changed', 'imported'] as const;

/** Every price that was in force, from when on. Insert-only: best prior prices are proved from it. */
export const priceHistory = pgTable(
  'price_history',
  {
    shopId: shopId(),
    productId: uuid('product_id').notNull(),
    /** Unique per product: a later price takes effect at least one millisecond later. */
    effectiveAt: instant('effective_at').notNull(),
    amount: amount('amount').notNull(),
    source: text('source').$type<(typeof PRICE_SOURCES)[number]>().notNull(),
    actorKind: text('actor_kind').notNull(),
    actorId: text('actor_id').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.productId, t.effectiveAt] }),
    ofProduct(t),
    check('price_history_amount', sql`${t.amount} >= 0`),
    check('price_history_source', sql`${t.source} in ('created', 'changed', 'imported')`),
  ],
);

export type PriceRow = typeof priceHistory.$inferSelect;
