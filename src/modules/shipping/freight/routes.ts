import { Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { operation } from '../../../platform/http/operation.ts';
import { pageQuery } from '../../../platform/http/pagination.ts';
import { uuid } from '../../../platform/http/schema.ts';
import { catalogueErrors } from '../../catalogue/errors.ts';
import { shippingErrors as e } from '../errors.ts';
import {
  presentTemplate,
  TEMPLATE_DEFAULTS,
  TemplateCreate,
  TemplateModel,
  TemplatePage,
  TemplateUpdate,
} from './schemas.ts';
import { archiveTemplate, createTemplate, readTemplate, readTemplates, updateTemplate } from './templates.ts';

const tag = 'Shipping';
const params = Type.Object({ templateId: uuid('The template.') });
const some = { templateId: '01890a5d-ac96-774b-bcce-b302099a8057' };
const WRITE_ERRORS = [
  e.freight_template_inconsistent,
  e.freight_template_circular,
  catalogueErrors.freight_template_not_found,
  e.freight_template_name_taken,
];

export function freightTemplateRoutes(app: FastifyInstance): void {
  readRoutes(app);
  makeRoute(app);
  changeRoutes(app);
}

function readRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'listFreightTemplates',
    method: 'GET',
    path: '/v1/freight-templates',
    tag,
    summary: 'List freight templates',
    description: 'What sending costs, by region. Newest first, also archived ones.',
    access: { secret: 'shipping:read' },
    query: Type.Object(pageQuery),
    success: { statuses: [200], schema: TemplatePage, description: 'A page of templates.' },
    errors: [],
    example: { query: { limit: 20 } },
    run: (ctx, { query }) => readTemplates(ctx, query),
    present: ({ rows, nextCursor }) => ({ data: rows.map(presentTemplate), nextCursor }),
  });

  operation(app, {
    operationId: 'getFreightTemplate',
    method: 'GET',
    path: '/v1/freight-templates/{templateId}',
    tag,
    summary: 'Read a freight template',
    description: 'With its zones, each region under the one code that it goes by.',
    access: { secret: 'shipping:read' },
    params,
    success: { statuses: [200], schema: TemplateModel, description: 'The template.' },
    errors: [],
    example: { params: some },
    run: (ctx, input) => readTemplate(ctx, input.params.templateId),
    present: presentTemplate,
  });
}

function makeRoute(app: FastifyInstance): void {
  operation(app, {
    operationId: 'createFreightTemplate',
    method: 'POST',
    path: '/v1/freight-templates',
    tag,
    summary: 'Make a freight template',
    description:
      'Charged by piece, weight or volume: the first units, then each further step. Products name their template; those that name ' +
      'none have the default one. A basket over several templates pays each for its own lines.',
    access: { secret: 'shipping:write' },
    body: TemplateCreate,
    success: { statuses: [201], schema: TemplateModel, description: 'The template.' },
    errors: WRITE_ERRORS,
    example: {
      body: {
        name: 'Parcels',
        chargedBy: 'weight',
        zones: [
          {
            name: 'Guangdong',
            regions: ['CN-GD'],
            firstUnits: 1000,
            firstAmount: 600,
            additionalUnits: 500,
            additionalAmount: 100,
          },
          { name: 'Xinjiang', regions: ['CN-XJ'], isServed: false, notServedReason: 'No carrier takes it.' },
          {
            name: 'Elsewhere',
            firstUnits: 1000,
            firstAmount: 1000,
            additionalUnits: 500,
            additionalAmount: 300,
            freeFromAmount: 20000,
          },
        ],
      },
    },
    run: (ctx, { body }) => createTemplate(ctx, { ...TEMPLATE_DEFAULTS, ...body }),
    present: presentTemplate,
  });
}

function changeRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'updateFreightTemplate',
    method: 'PATCH',
    path: '/v1/freight-templates/{templateId}',
    tag,
    summary: 'Change a freight template',
    description:
      'For baskets from now on. Orders keep what they were charged, and so do quotes that are held.',
    access: { secret: 'shipping:write' },
    versioned: true,
    params,
    body: TemplateUpdate,
    success: { statuses: [200], schema: TemplateModel, description: 'The template.' },
    errors: [...WRITE_ERRORS, e.freight_template_archived],
    example: { params: some, body: { payer: 'seller' } },
    run: (ctx, input) =>
      updateTemplate(ctx, input.params.templateId, input.body as Parameters<typeof updateTemplate>[2]),
    present: presentTemplate,
  });

  operation(app, {
    operationId: 'archiveFreightTemplate',
    method: 'POST',
    path: '/v1/freight-templates/{templateId}/archive',
    tag,
    summary: 'Archive a freight template',
    description: 'Refused while it is the default, or products or other templates name it.',
    access: { secret: 'shipping:write' },
    versioned: true,
    params,
    success: { statuses: [200], schema: TemplateModel, description: 'The template.' },
    errors: [e.freight_template_in_use],
    example: { params: some },
    run: (ctx, input) => archiveTemplate(ctx, input.params.templateId),
    present: presentTemplate,
  });
}
