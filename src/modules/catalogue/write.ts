import type { Ctx } from '../../platform/context.ts';
import type { Tx } from '../../platform/db/client.ts';
import type { Problem } from '../../platform/errors.ts';
import { eventRow, type NewEvent } from '../../platform/events/define.ts';
import { appendEvents } from '../../platform/events/outbox.ts';
import { newId } from '../../platform/ids.ts';
import { toWire } from '../../platform/http/schema.ts';
import { catalogueErrors } from './errors.ts';
import { productCreated, productPriceChanged, productStockAdjusted, productUpdated } from './events.ts';
import { freightTemplates } from './ports.ts';
import { findReferenceFaults } from './prices/best-prior.ts';
import { insertPrices } from './prices/repository.ts';
import { insertProducts, updateProducts } from './repository.ts';
import {
  changedFields,
  fieldsAfter,
  fieldsOfNew,
  findProductFault,
  findStockFault,
  momentAfter,
  type NewProductInput,
  type ProductInput,
} from './rules.ts';
import { insertAdjustments, insertStock, lockStockRows, setStock } from './stock/repository.ts';
import type { PriceRow, ProductRow, StockAdjustmentRow, StockRow } from './tables.ts';

/** A product to add, or to change when `current` is its locked row. */
export type Want = { readonly onHandQuantity: number | undefined } & (
  | { readonly current: undefined; readonly input: NewProductInput }
  | { readonly current: ProductRow; readonly input: ProductInput }
);

/** What is to be written for one product, or why it may not be. */
export interface Draft {
  readonly current: ProductRow | undefined;
  readonly next: ProductRow;
  /** Fields that change; empty for a new product. */
  readonly changed: readonly string[];
  readonly stock: { readonly before: number; readonly after: number } | undefined;
  readonly problem: Problem | undefined;
}

/**
 * Decides what each product becomes; nothing is written. A thousand products take as many statements as one.
 * Problems: price_below_minimum, price_breaks_not_falling, insufficient_stock, reference_price_not_true,
 * freight_template_not_found.
 */
export async function draftProducts(tx: Tx, ctx: Ctx, wants: readonly Want[]): Promise<Draft[]> {
  const counted = wants.flatMap(({ current, onHandQuantity }) =>
    current && onHandQuantity !== undefined ? [current.id] : [],
  );
  const levels = await lockStockRows(tx, ctx.shop.id, counted);
  const drafts = wants.map((want) => draftProduct(ctx, want, want.current && levels.get(want.current.id)));
  const priced = drafts.filter(
    ({ current, changed }) => !current || changed.some((field) => PRICED.has(field)),
  );
  const faults = await findReferenceFaults(
    tx,
    ctx.shop,
    priced.map(({ next }) => next),
  );
  const freight = await findFreightFaults(tx, ctx, drafts);
  return drafts.map((draft) => ({
    ...draft,
    problem: draft.problem ?? faults.get(draft.next.id) ?? freight.get(draft.next.id),
  }));
}

const templateNotFound = (): Problem =>
  catalogueErrors.freight_template_not_found(undefined, { pointer: '/freightTemplateId' });

/** What is wrong with the freight templates that products begin to name. Those that are right stay so until they are written. */
async function findFreightFaults(
  tx: Tx,
  ctx: Ctx,
  drafts: readonly Draft[],
): Promise<ReadonlyMap<string, Problem>> {
  const naming = drafts.flatMap(({ current, next, changed }) =>
    next.freightTemplateId !== null && (!current || changed.includes('freightTemplateId'))
      ? [{ id: next.id, templateId: next.freightTemplateId }]
      : [],
  );
  if (naming.length === 0) return new Map();
  const ids = [...new Set(naming.map(({ templateId }) => templateId))];
  const usable = await freightTemplates.get().holdUsable(tx, ctx.shop.id, ids);
  const unknown = naming.filter(({ templateId }) => !usable.has(templateId));
  return new Map(unknown.map(({ id }) => [id, templateNotFound()]));
}

const PRICED = new Set(['priceAmount', 'referenceAmount']);

function draftProduct(ctx: Ctx, want: Want, level: StockRow | undefined): Draft {
  const { current, onHandQuantity } = want;
  const fields = current ? fieldsAfter(current, want.input) : fieldsOfNew(want.input);
  const changed = current ? changedFields(current, fields) : [];
  const problem = findProductFault(fields);
  if (!current) {
    const keys = { shopId: ctx.shop.id, id: newId(), version: 1 };
    const next = { ...fields, ...keys, priceEffectiveAt: ctx.now, createdAt: ctx.now, updatedAt: ctx.now };
    return { current, next, changed, stock: { before: 0, after: onHandQuantity ?? 0 }, problem };
  }
  const stock =
    level && onHandQuantity !== undefined && onHandQuantity !== level.onHand
      ? { before: level.onHand, after: onHandQuantity }
      : undefined;
  const short = level && stock && findStockFault(level, stock.after, '/onHandQuantity');
  if (changed.length === 0) return { current, next: current, changed, stock, problem: problem ?? short };
  const next = {
    ...current,
    ...fields,
    priceEffectiveAt: changed.includes('priceAmount')
      ? momentAfter(current.priceEffectiveAt, ctx.now)
      : current.priceEffectiveAt,
    version: current.version + 1,
    updatedAt: ctx.now > current.updatedAt ? ctx.now : current.updatedAt,
  };
  return { current, next, changed, stock, problem: problem ?? short };
}

/**
 * Writes drafts without a problem: products, stock, price history and events. Returns the drafts whose product
 * could not be added because another request has taken its external id meanwhile.
 */
export async function writeDrafts(tx: Tx, ctx: Ctx, drafts: readonly Draft[]): Promise<Draft[]> {
  const created = drafts.filter(({ current }) => current === undefined);
  const inserted = await insertProducts(
    tx,
    created.map(({ next }) => next),
  );
  const written = drafts.filter(({ current, next }) => current !== undefined || inserted.has(next.id));
  const updated = written.filter(({ current, changed }) => current !== undefined && changed.length > 0);
  await updateProducts(
    tx,
    updated.map(({ next }) => next),
  );

  const added = written.filter(({ current }) => current === undefined);
  const counted = written.filter(({ current, stock }) => current !== undefined && stock !== undefined);
  // They do not need each other's answers and share a round trip.
  await Promise.all([
    insertStock(tx, ctx.shop.id, added.map(onHandOf)),
    setStock(tx, ctx.shop.id, counted.map(onHandOf)),
    insertPrices(
      tx,
      written.flatMap((draft) => priceRow(ctx, draft)),
    ),
    insertAdjustments(
      tx,
      written.flatMap((draft) => adjustmentRow(ctx, draft)),
    ),
    appendEvents(
      tx,
      ctx,
      written.flatMap((draft) => eventsOf(ctx, draft)),
    ),
  ]);
  return created.filter(({ next }) => !inserted.has(next.id));
}

const onHandOf = ({ next, stock }: Draft) => ({ productId: next.id, onHand: stock?.after ?? 0 });

function priceRow(ctx: Ctx, { current, next }: Draft): PriceRow[] {
  if (current && current.priceAmount === next.priceAmount) return [];
  return [
    {
      shopId: ctx.shop.id,
      productId: next.id,
      effectiveAt: next.priceEffectiveAt,
      amount: next.priceAmount,
      source: current ? 'changed' : 'created',
      actorKind: ctx.actor.kind,
      actorId: ctx.actor.id,
    },
  ];
}

const COUNTED = 'stock on hand was set';
const OPENED = 'opening stock';

function adjustmentRow(ctx: Ctx, { current, next, stock }: Draft): StockAdjustmentRow[] {
  if (!stock || stock.after === stock.before) return [];
  return [
    {
      shopId: ctx.shop.id,
      productId: next.id,
      id: newId(),
      onHandChange: stock.after - stock.before,
      onHandAfter: stock.after,
      reason: current ? COUNTED : OPENED,
      actorKind: ctx.actor.kind,
      actorId: ctx.actor.id,
      adjustedAt: ctx.now,
    },
  ];
}

function eventsOf(ctx: Ctx, { current, next, changed, stock }: Draft): NewEvent[] {
  const { id, externalId, version } = next;
  const price = { amount: toWire(next.priceAmount), currency: ctx.shop.currency };
  if (!current) {
    const data = {
      externalId,
      priceAmount: price.amount,
      currency: price.currency,
      onHandQuantity: stock?.after ?? 0,
    };
    return [eventRow(ctx, productCreated, id, data)];
  }
  const events: NewEvent[] = [];
  if (changed.length > 0) {
    events.push(eventRow(ctx, productUpdated, id, { externalId, changedFields: [...changed], version }));
  }
  if (changed.includes('priceAmount')) {
    const previousAmount = toWire(current.priceAmount);
    const effectiveAt = next.priceEffectiveAt.toISOString();
    events.push(
      eventRow(ctx, productPriceChanged, id, { externalId, previousAmount, ...price, effectiveAt }),
    );
  }
  if (stock) {
    const onHandChange = stock.after - stock.before;
    const data = { externalId, onHandChange, onHandQuantity: stock.after, reason: COUNTED };
    events.push(eventRow(ctx, productStockAdjusted, id, data));
  }
  return events;
}
