import { Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { operation } from '../../../platform/http/operation.ts';
import { pageQuery } from '../../../platform/http/pagination.ts';
import { ref, uuid } from '../../../platform/http/schema.ts';
import { campaignErrors } from '../errors.ts';
import {
  createEntryItem,
  endEntryItem,
  listEntryItems,
  readEntryItem,
  updateEntryItem,
} from './entry-items.ts';
import { entryItemErrors as e } from './errors.ts';
import { readEntryItemReport } from './report.ts';
import { EntryItemReportModel, presentEntryItemReport } from './report-schemas.ts';
import {
  EntryItemCreate,
  EntryItemEnd,
  EntryItemModel,
  EntryItemPage,
  EntryItemStateName,
  EntryItemUpdate,
  presentEntryItem,
} from './schemas.ts';

const tag = 'Campaigns';
const params = Type.Object({ entryItemId: uuid('The entry item.') });
const EXAMPLE = { entryItemId: '01890a5d-ac96-774b-bcce-b302099a8057' };
const one = { statuses: [200] as const, schema: EntryItemModel, description: 'The entry item as it is now.' };

export function entryItemRoutes(app: FastifyInstance): void {
  createRoute(app);
  readRoutes(app);
  changeRoutes(app);
  reportRoute(app);
}

function createRoute(app: FastifyInstance): void {
  operation(app, {
    operationId: 'createEntryItem',
    method: 'POST',
    path: '/v1/entry-items',
    tag,
    summary: 'Mark a product as an entry item',
    description:
      'Campaigns may then take its price below the shop’s minimum margin, as far as the mark and its budget allow. A product has one such mark at a time.',
    access: { secret: 'campaigns:write' },
    body: EntryItemCreate,
    success: { statuses: [201], schema: EntryItemModel, description: 'The entry item.' },
    errors: [
      e.entry_item_product_not_found,
      e.entry_item_product_marked,
      e.entry_item_times_contradictory,
      e.entry_item_end_passed,
    ],
    example: {
      body: {
        productId: '01890a5d-ac96-774b-bcce-b302099a8057',
        minimumMarginBps: -2_000,
        reason: 'Wins customers for the winter range.',
        budgetAmount: 500_000,
      },
    },
    run: (ctx, { body }) => createEntryItem(ctx, body),
    present: presentEntryItem,
  });
}

function readRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'listEntryItems',
    method: 'GET',
    path: '/v1/entry-items',
    tag,
    summary: 'List entry items',
    description: 'Newest first, also those that have ended.',
    access: { secret: 'campaigns:read' },
    query: Type.Object({
      ...pageQuery,
      state: Type.Optional(ref(EntryItemStateName, { description: 'Only those in this state.' })),
      productId: Type.Optional(uuid('Only those of this product.')),
    }),
    success: { statuses: [200], schema: EntryItemPage, description: 'A page of entry items.' },
    errors: [],
    example: { query: { state: 'active', limit: 20 } },
    run: (ctx, { query }) => listEntryItems(ctx, query),
    present: ({ rows, nextCursor }) => ({ data: rows.map(presentEntryItem), nextCursor }),
  });

  operation(app, {
    operationId: 'getEntryItem',
    method: 'GET',
    path: '/v1/entry-items/{entryItemId}',
    tag,
    summary: 'Read an entry item',
    description: 'With what orders have lost on it so far.',
    access: { secret: 'campaigns:read' },
    params,
    success: one,
    errors: [],
    example: { params: EXAMPLE },
    run: (ctx, input) => readEntryItem(ctx, input.params.entryItemId),
    present: presentEntryItem,
  });
}

function changeRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'updateEntryItem',
    method: 'PATCH',
    path: '/v1/entry-items/{entryItemId}',
    tag,
    summary: 'Change an entry item',
    description:
      'JSON merge patch, for prices from now on. The budget does not fall below what orders have lost.',
    access: { secret: 'campaigns:write' },
    versioned: true,
    params,
    body: EntryItemUpdate,
    success: one,
    errors: [
      e.entry_item_ended,
      e.entry_item_times_contradictory,
      e.entry_item_end_passed,
      e.entry_item_budget_below_spent,
      campaignErrors.campaign_too_much_metadata,
    ],
    example: { params: EXAMPLE, body: { budgetAmount: 800_000 } },
    run: (ctx, input) => updateEntryItem(ctx, input.params.entryItemId, input.body),
    present: presentEntryItem,
  });

  operation(app, {
    operationId: 'endEntryItem',
    method: 'POST',
    path: '/v1/entry-items/{entryItemId}/end',
    tag,
    summary: 'End an entry item',
    description:
      'From now on the product has the shop’s minimum margin again. Orders, and quotes that hold a price, keep theirs. Done again, it changes nothing.',
    access: { secret: 'campaigns:write' },
    versioned: true,
    params,
    body: EntryItemEnd,
    success: one,
    errors: [],
    example: { params: EXAMPLE, body: { reason: 'The winter range is sold.' } },
    run: (ctx, input) => endEntryItem(ctx, input.params.entryItemId, input.body.reason),
    present: presentEntryItem,
  });
}

function reportRoute(app: FastifyInstance): void {
  operation(app, {
    operationId: 'getEntryItemReport',
    method: 'GET',
    path: '/v1/entry-items/{entryItemId}/report',
    tag,
    summary: 'Read what an entry item brought',
    description:
      'What was lost on it, and what customers bought after their first order with it, from their orders as they are now.',
    access: { secret: 'campaigns:read' },
    params,
    query: Type.Object({
      days: Type.Integer({
        minimum: 1,
        maximum: 730,
        default: 90,
        description: 'For how many days after that order.',
      }),
    }),
    success: { statuses: [200], schema: EntryItemReportModel, description: 'The report.' },
    errors: [],
    example: { params: EXAMPLE, query: { days: 90 } },
    run: (ctx, input) => readEntryItemReport(ctx, input.params.entryItemId, input.query.days),
    present: (report, ctx) => presentEntryItemReport(report, ctx.shop.currency),
  });
}
