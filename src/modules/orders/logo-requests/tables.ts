import { sql } from 'drizzle-orm';
import {
  boolean,
  check,
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uuid,
} from 'drizzle-orm/pg-core';
import { amount, id, instant, shopId, version } from '../../../platform/db/columns.ts';
import { products } from '../../catalogue/tables.ts';
import { customers } from '../../customers/tables.ts';
import type { LogoRequestState } from './states.ts';

/** A file that the customer has put somewhere, such as the logo as a drawing. */
export interface LogoFile {
  readonly name: string;
  readonly url: string;
}

/** A customer wants goods with a logo of theirs. */
export const logoRequests = pgTable(
  'logo_requests',
  {
    shopId: shopId(),
    id: id(),
    customerId: id('customer_id'),
    state: text('state').$type<LogoRequestState>().notNull(),
    /** What is wanted, in the customer's words. */
    note: text('note'),
    files: jsonb('files').$type<LogoFile[]>().notNull(),
    /** What the shop asks for each piece on top of its price, once for the tools, and how many working days it takes. */
    unitAmount: amount('unit_amount'),
    setupAmount: amount('setup_amount'),
    leadTimeDays: integer('lead_time_days'),
    /** The price of the tools is in that of an order, or of an edit that waits for its payment: no other one has it. */
    isSetupCharged: boolean('is_setup_charged').notNull().default(false),
    /** Why it was declined or called off. */
    reason: text('reason'),
    quotedAt: instant('quoted_at'),
    acceptedAt: instant('accepted_at'),
    startedAt: instant('started_at'),
    endedAt: instant('ended_at'),
    version: version(),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.id] }),
    foreignKey({
      name: 'logo_requests_customer_fk',
      columns: [t.shopId, t.customerId],
      foreignColumns: [customers.shopId, customers.id],
    }),
    index('logo_requests_customer_idx').on(t.shopId, t.customerId, t.id),
    index('logo_requests_state_idx').on(t.shopId, t.state, t.id),
    check(
      'logo_requests_state',
      sql`${t.state} in ('requested', 'quoted', 'accepted', 'in_production', 'done', 'declined', 'cancelled')`,
    ),
    check(
      'logo_requests_amounts',
      sql`${t.unitAmount} >= 0 and ${t.setupAmount} >= 0 and ${t.leadTimeDays} >= 0`,
    ),
    check(
      'logo_requests_quoted',
      sql`${t.state} in ('requested', 'declined', 'cancelled')
        or (${t.unitAmount} is not null and ${t.setupAmount} is not null and ${t.leadTimeDays} is not null)`,
    ),
    check(
      'logo_requests_ended',
      sql`(${t.endedAt} is not null) = (${t.state} in ('done', 'declined', 'cancelled'))`,
    ),
  ],
);

export type LogoRequest = typeof logoRequests.$inferSelect;

/** The goods that a request is about. */
export const logoRequestItems = pgTable(
  'logo_request_items',
  {
    shopId: shopId(),
    requestId: id('request_id'),
    productId: id('product_id'),
    quantity: integer('quantity').notNull(),
    /** How many of them are in orders that were not cancelled, and in edits that wait for their payment. */
    orderedQuantity: integer('ordered_quantity').notNull().default(0),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.requestId, t.productId] }),
    check(
      'logo_request_items_quantity',
      sql`${t.quantity} > 0 and ${t.orderedQuantity} between 0 and ${t.quantity}`,
    ),
    foreignKey({
      name: 'logo_request_items_request_fk',
      columns: [t.shopId, t.requestId],
      foreignColumns: [logoRequests.shopId, logoRequests.id],
    }),
    foreignKey({
      name: 'logo_request_items_product_fk',
      columns: [t.shopId, t.productId],
      foreignColumns: [products.shopId, products.id],
    }),
  ],
);

export type LogoRequestItem = typeof logoRequestItems.$inferSelect;

/** What a line has to say of its logo: by which request it is made, and what that costs on top, each piece and once. */
export const logoColumns = () => ({
  logoRequestId: uuid('logo_request_id'),
  logoUnitAmount: amount('logo_unit_amount').notNull().default(sql`0`),
  logoSetupAmount: amount('logo_setup_amount').notNull().default(sql`0`),
});
