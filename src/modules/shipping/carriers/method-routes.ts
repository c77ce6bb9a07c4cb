import { Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { operation } from '../../../platform/http/operation.ts';
import { pageQuery } from '../../../platform/http/pagination.ts';
import { uuid } from '../../../platform/http/schema.ts';
import { carrierErrors as errors } from './errors.ts';
import { addCarrierMethod, updateCarrierMethod } from './methods.ts';
import { addCarrierPriceList, endCarrierPriceList, readCarrierPriceLists } from './price-lists.ts';
import {
  CarrierMethodCreate,
  CarrierMethodModel,
  CarrierMethodUpdate,
  CarrierPriceListCreate,
  CarrierPriceListEnd,
  CarrierPriceListModel,
  CarrierPriceListPage,
  presentMethod,
  presentPriceList,
} from './schemas.ts';
import type { CarrierPriceList } from './tables.ts';

const tag = 'Carriers';
const carrierId = uuid('The carrier.');
const methodId = uuid('The method.');
const methodParams = Type.Object({ carrierId, methodId });
const someId = '01890a5d-ac96-774b-bcce-b302099a8057';
const onMethod = { params: { carrierId: someId, methodId: someId } };
const present = (list: CarrierPriceList, ctx: { shop: { currency: string } }) =>
  presentPriceList(list, ctx.shop.currency);

/** Methods of carriers, and what they cost. */
export function methodRoutes(app: FastifyInstance): void {
  ofMethods(app);
  addingPriceLists(app);
  ofPriceLists(app);
}

function ofMethods(app: FastifyInstance): void {
  operation(app, {
    operationId: 'addCarrierMethod',
    method: 'POST',
    path: '/v1/carriers/{carrierId}/methods',
    tag,
    summary: 'Add a method to a carrier',
    description: 'With the days that it promises, by country. What it costs is in its price lists.',
    access: { secret: 'carriers:write' },
    params: Type.Object({ carrierId }),
    body: CarrierMethodCreate,
    success: { statuses: [201], schema: CarrierMethodModel, description: 'The method.' },
    errors: [errors.carrier_archived, errors.method_code_taken, errors.method_inconsistent],
    example: {
      params: { carrierId: someId },
      body: {
        code: 'express',
        name: 'Express',
        dayKind: 'business',
        promises: [
          { countries: ['DE', 'AT'], fromDays: 1, toDays: 2 },
          { fromDays: 3, toDays: 6 },
        ],
      },
    },
    run: (ctx, { params, body }) => addCarrierMethod(ctx, params.carrierId, body),
    present: presentMethod,
  });

  operation(app, {
    operationId: 'updateCarrierMethod',
    method: 'PATCH',
    path: '/v1/carriers/{carrierId}/methods/{methodId}',
    tag,
    summary: 'Change a method',
    description: 'For parcels from now on; what earlier ones were promised stays. Lists are replaced whole.',
    access: { secret: 'carriers:write' },
    versioned: true,
    params: methodParams,
    body: CarrierMethodUpdate,
    success: { statuses: [200], schema: CarrierMethodModel, description: 'The method as it is now.' },
    errors: [errors.carrier_archived, errors.method_inconsistent],
    example: { ...onMethod, body: { isOffered: false } },
    run: (ctx, { params, body }) => updateCarrierMethod(ctx, params, body),
    present: presentMethod,
  });
}

const zones = [
  {
    name: 'Germany and Austria',
    areas: [{ country: 'DE' }, { country: 'AT' }],
    steps: [
      {
        fromGrams: 0,
        toGrams: 30_000,
        firstWeightGrams: 500,
        firstAmount: 600,
        additionalWeightGrams: 500,
        additionalAmount: 150,
      },
    ],
  },
];

function addingPriceLists(app: FastifyInstance): void {
  operation(app, {
    operationId: 'addCarrierPriceList',
    method: 'POST',
    path: '/v1/carriers/{carrierId}/methods/{methodId}/price-lists',
    tag,
    summary: 'Add a price list to a method',
    description:
      'Zones of countries and regions, in each a ladder of weights without a gap. Places that are in two zones, gaps, and a time at ' +
      'which another list is valid are refused, with a pointer to each.',
    access: { secret: 'carriers:write' },
    params: methodParams,
    body: CarrierPriceListCreate,
    success: { statuses: [201], schema: CarrierPriceListModel, description: 'The price list.' },
    errors: [errors.carrier_archived, errors.price_list_inconsistent, errors.price_list_overlaps],
    example: { ...onMethod, body: { volumetricDivisor: 6000, zones } },
    run: (ctx, { params, body }) => addCarrierPriceList(ctx, params, body),
    present,
  });
}

function ofPriceLists(app: FastifyInstance): void {
  operation(app, {
    operationId: 'listCarrierPriceLists',
    method: 'GET',
    path: '/v1/carriers/{carrierId}/methods/{methodId}/price-lists',
    tag,
    summary: 'List the price lists of a method',
    description: 'Those that begin last first: what is to come, what is in force, what was.',
    access: { secret: 'carriers:read' },
    params: methodParams,
    query: Type.Object(pageQuery),
    success: { statuses: [200], schema: CarrierPriceListPage, description: 'A page of price lists.' },
    errors: [],
    example: onMethod,
    run: (ctx, { params, query }) => readCarrierPriceLists(ctx, params, query),
    present: ({ rows, nextCursor }, ctx) => ({ data: rows.map((list) => present(list, ctx)), nextCursor }),
  });

  operation(app, {
    operationId: 'endCarrierPriceList',
    method: 'POST',
    path: '/v1/carriers/{carrierId}/methods/{methodId}/price-lists/{priceListId}/end',
    tag,
    summary: 'End a price list',
    description: 'Now or later, so that another one can follow. What parcels cost up to then stays.',
    access: { secret: 'carriers:write' },
    params: Type.Object({ carrierId, methodId, priceListId: uuid('The price list.') }),
    body: CarrierPriceListEnd,
    success: { statuses: [200], schema: CarrierPriceListModel, description: 'The price list with its end.' },
    errors: [errors.price_list_ended, errors.price_list_inconsistent],
    example: {
      params: { ...onMethod.params, priceListId: someId },
      body: { validTo: '2099-12-31T23:00:00Z' },
    },
    run: (ctx, { params, body }) => endCarrierPriceList(ctx, params, body),
    present,
  });
}
