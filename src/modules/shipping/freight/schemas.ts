import { type Static, type TProperties, Type } from '@sinclair/typebox';
import {
  countryCode,
  enumeration,
  inputModel,
  instantOrNull,
  instantText,
  model,
  nullableInstant,
  nullableRef,
  nullableText,
  nullableUuid,
  pageOf,
  ref,
  text,
  uuid,
  versionNumber,
} from '../../../platform/http/schema.ts';
import { CHARGE_BASES, FREIGHT_PAYERS } from './rules.ts';
import type { FreightTemplate } from './tables.ts';

export const ChargeBasisName = enumeration(
  'FreightChargeBasis',
  'What freight is counted by: pieces, grams, or cubic centimetres.',
  CHARGE_BASES,
);
export const PayerName = enumeration('FreightPayer', 'Who pays for sending.', FREIGHT_PAYERS);

export const regionCodeText = (description: string) =>
  Type.String({ pattern: '^([A-Z]{2}(-[A-Z0-9]{1,3})?|[0-9]{6})$', description });
const REGION =
  'ISO 3166-2, such as `US-CA`; in China also the code of an administrative division, such as `440305`.';
const nullableRegionCode = (description: string) =>
  nullableText(`${description} ${REGION}`, { pattern: '^([A-Z]{2}-[A-Z0-9]{1,3}|[0-9]{6})$' });

const Origin = model('FreightOrigin', 'From where goods are sent.', {
  country: countryCode(),
  regionCode: nullableRegionCode('The region.'),
});
export const DestinationModel = inputModel('FreightDestination', 'Where goods go to.', {
  country: countryCode(),
  regionCode: Type.Optional(nullableRegionCode('The region, as narrow as it is known.')),
});

const units = (description: string) => Type.Integer({ minimum: 1, maximum: 1_000_000_000, description });
const limit = (description: string, maximum: number) =>
  Type.Unsafe<number | null>({ type: ['integer', 'null'], minimum: 1, maximum, description });
const MOST_AMOUNT = 999_999_999_999_999;
const tariff = (description: string) =>
  Type.Integer({
    minimum: 0,
    maximum: 999_999_999,
    default: 0,
    description: `${description} Minor units, tax included.`,
  });

const zone = {
  name: text('What the shop calls it.', 100),
  regions: Type.Array(regionCodeText(`ISO 3166-1 (\`CN\`), or ${REGION}`), {
    maxItems: 1_000,
    uniqueItems: true,
    default: [],
    description: 'Its regions; the narrowest that holds the destination counts. None: everywhere else.',
  }),
  isServed: Type.Boolean({ default: true, description: 'Goods are sent there.' }),
  notServedReason: nullableText('Why not, for customers.', { minLength: 1, maxLength: 200, default: null }),
  firstUnits: { ...units('How many units the first price covers.'), default: 1 } as ReturnType<typeof units>,
  firstAmount: tariff('What the first units cost.'),
  additionalUnits: { ...units('How many units a further step has.'), default: 1 } as ReturnType<typeof units>,
  additionalAmount: tariff('What each further step costs, also one that is only begun.'),
  freeFromAmount: {
    ...limit(
      'Free from this much of the template’s goods on, after discounts. Minor units; null: never.',
      MOST_AMOUNT,
    ),
    default: null,
  } as ReturnType<typeof limit>,
  freeFromQuantity: {
    ...limit('Free from this many pieces of the template’s goods on; null: never.', 1_000_000_000),
    default: null,
  } as ReturnType<typeof limit>,
};
const FreightZoneInput = inputModel('FreightZoneInput', 'Where a template sends to, and for how much.', zone);
const withoutDefaults = <T extends TProperties>(properties: T): T =>
  Object.fromEntries(
    Object.entries(properties).map(([name, { default: _default, ...schema }]) => [name, schema]),
  ) as unknown as T;
const FreightZone = model(
  'FreightZone',
  'Where a template sends to, and for how much.',
  withoutDefaults(zone),
);

const Oversize = model('FreightOversize', 'Beyond one of these a piece is oversize.', {
  longestSideMm: limit('The longest of its sides, in millimetres; null: no limit.', 100_000),
  weightGrams: limit('Its weight, in grams; null: no limit.', 100_000_000),
  volumeCubicCm: limit('Its volume, in cubic centimetres; null: no limit.', 1_000_000_000),
  surchargeAmount: Type.Integer({
    minimum: 1,
    maximum: 999_999_999,
    description: 'What such a piece costs on top, also where freight is free. Minor units, tax included.',
  }),
});

const template = {
  name: text(
    'What the shop calls it; unique among those in use. Customers read it where freight is explained.',
    100,
  ),
  origin: nullableRef(Origin, 'From where it sends; null when it does not matter.'),
  chargedBy: ref(ChargeBasisName),
  payer: ref(PayerName, {
    description: 'Who pays. Where the seller does, the buyer sees what it would cost.',
  }),
  fallbackId: nullableUuid('Regions that no zone names are charged as by this template.'),
  isDefault: Type.Boolean({ description: 'Products that name no template have it. One in a shop.' }),
};
const zones = <T extends TProperties>(item: ReturnType<typeof model<T>>) =>
  Type.Array(ref(item), {
    minItems: 1,
    maxItems: 200,
    description: 'Where it sends to. No region is in two of them.',
  });
const oversize = nullableRef(Oversize, 'What oversize pieces cost on top; null: nothing.');

export const TemplateCreate = inputModel('FreightTemplateCreate', 'A freight template to make.', {
  name: template.name,
  origin: Type.Optional(template.origin),
  chargedBy: template.chargedBy,
  payer: Type.Optional(template.payer),
  fallbackId: Type.Optional(template.fallbackId),
  isDefault: Type.Optional(template.isDefault),
  zones: zones(FreightZoneInput),
  oversize: Type.Optional(oversize),
});
export const TemplateUpdate = model(
  'FreightTemplateUpdate',
  'What is to change about a template; zones as a whole.',
  {
    ...Type.Partial(Type.Object({ ...template, zones: zones(FreightZoneInput), oversize })).properties,
  },
);
export const TemplateModel = model('FreightTemplate', 'What sending costs, by region.', {
  id: uuid('Its id.'),
  ...template,
  zones: zones(FreightZone),
  oversize,
  archivedAt: nullableInstant('When it was archived.'),
  createdAt: instantText('When it was made.'),
  updatedAt: instantText('When it was changed last.'),
  version: versionNumber(),
});
export const TemplatePage = pageOf('FreightTemplatePage', TemplateModel);

/** What a new template has where nothing is said. */
export const TEMPLATE_DEFAULTS = {
  origin: null,
  payer: 'buyer',
  fallbackId: null,
  isDefault: false,
  oversize: null,
} as const;

export const presentTemplate = (row: FreightTemplate): Static<typeof TemplateModel> => ({
  id: row.id,
  name: row.name,
  origin: row.origin,
  chargedBy: row.rule.chargedBy,
  payer: row.rule.payer,
  fallbackId: row.fallbackId,
  isDefault: row.isDefault,
  zones: row.rule.zones.map((each) => ({ ...each, regions: [...each.regions] })),
  oversize: row.rule.oversize,
  archivedAt: instantOrNull(row.archivedAt),
  createdAt: row.createdAt.toISOString(),
  updatedAt: row.updatedAt.toISOString(),
  version: row.version,
});
