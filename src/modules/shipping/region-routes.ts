import { Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { operation } from '../../platform/http/operation.ts';
import { model, nullableText, ref, text } from '../../platform/http/schema.ts';
import { divisionCodeOf, loadRegions } from '../../platform/regions.ts';
import { regionCodeText } from './freight/schemas.ts';

const RegionModel = model('Region', 'A country or a part of one.', {
  code: text('ISO 3166-1, ISO 3166-2, or in China the code of an administrative division.', 10),
  name: text('Its name, as the list of its codes gives it.', 200),
  localName: nullableText(
    'What a Chinese province is called there; null where that is not known, or is the name.',
  ),
  divisionCode: nullableText(
    'The code of GB/T 2260 of a Chinese province, such as `440000`; either code may be told.',
  ),
  parentCode: nullableText('The region around it; null for a country.'),
});
const RegionList = model('RegionList', 'Regions, by code.', {
  data: Type.Array(ref(RegionModel), { description: 'All of them.' }),
});

export function regionRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'listRegions',
    method: 'GET',
    path: '/v1/regions',
    tag: 'Shipping',
    summary: 'List regions',
    description:
      'All countries, or the regions directly within one: provinces, then in China cities and districts. For forms that ask for an ' +
      'address; freight goes by these codes. Empty for a region without parts, or a code that there is none of.',
    access: { secret: 'shipping:read', publishable: true, customer: true },
    query: Type.Object({
      within: Type.Optional(regionCodeText('The region around them; all countries when absent.')),
    }),
    success: { statuses: [200], schema: RegionList, description: 'The regions.' },
    errors: [],
    example: { query: { within: 'CN' } },
    run: async (_ctx, { query }) => (await loadRegions()).within(query.within),
    present: (regions) => ({
      data: regions.map(({ code, name, localName, parent }) => ({
        code,
        name,
        localName: localName ?? null,
        divisionCode: divisionCodeOf(code) ?? null,
        parentCode: parent ?? null,
      })),
    }),
  });
}
