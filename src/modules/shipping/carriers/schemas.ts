import { type Static, Type } from '@sinclair/typebox';
import {
  countryCode,
  enumeration,
  externalId,
  instantOrNull,
  instantText,
  Metadata,
  MetadataUpdate,
  model,
  nullableInstant,
  pageOf,
  ref,
  text,
  uuid,
  versionNumber,
} from '../../../platform/http/schema.ts';
import { Currency } from '../../../platform/shops/schemas.ts';
import { MAX_GRAMS } from './price-rules.ts';
import type { WholeCarrier } from './repository.ts';
import { carrierStates, DAY_KINDS } from './states.ts';
import type { CarrierMethod, CarrierPriceList } from './tables.ts';

export const CarrierStatusName = enumeration(
  'CarrierStatus',
  '`trial`: gets its share of the suggestions. `active`: is ranked. `paused`: gets no parcels. `archived`: kept for the records.',
  carrierStates.names,
);
const DayKindName = enumeration(
  'DayKind',
  '`business`: Monday to Friday; holidays are not known. `calendar`: every day.',
  DAY_KINDS,
);
/** Text, because it is part of addresses and reports. */
export const methodCode = () =>
  Type.String({
    pattern: '^[a-z0-9][a-z0-9_-]{0,39}$',
    description: 'The method, as the carrier’s own word, such as `express`.',
  });

const days = (description: string) => Type.Integer({ minimum: 0, maximum: 365, description });
const TransitPromiseModel = model('TransitPromise', 'How long a method promises to take.', {
  countries: Type.Optional(
    Type.Array(countryCode(), {
      minItems: 1,
      maxItems: 250,
      description: 'Where; every country that no other promise names, when absent.',
    }),
  ),
  fromDays: days('At least so many days.'),
  toDays: days('At most so many days: the day that a parcel is promised for.'),
});

const methodFields = {
  name: text('What people read.', 200),
  dayKind: ref(DayKindName),
  promises: Type.Array(ref(TransitPromiseModel), {
    maxItems: 250,
    description: 'Transit days by country. A country is promised once.',
  }),
  isOffered: Type.Boolean({ description: 'It is suggested, and parcels are sent with it.' }),
};
export const CarrierMethodModel = model('CarrierMethod', 'A way in which a carrier carries.', {
  id: uuid('The method.'),
  carrierId: uuid('Its carrier.'),
  code: methodCode(),
  ...methodFields,
  createdAt: instantText('When it was added.'),
  updatedAt: instantText('When it last changed.'),
  version: versionNumber(),
});
const optionalMethod = Type.Partial(Type.Object(methodFields)).properties;
export const CarrierMethodCreate = model('CarrierMethodCreate', 'A method to add.', {
  ...optionalMethod,
  code: methodCode(),
  name: methodFields.name,
});
export const CarrierMethodUpdate = model('CarrierMethodUpdate', 'Changes to a method.', optionalMethod);

const trialShareBps = Type.Integer({
  minimum: 0,
  maximum: 10_000,
  description: 'The share of suggestions that it gets while it is on trial, in basis points.',
});
const carrierName = text('What people read.', 200);
export const CarrierModel = model('Carrier', 'Who carries parcels.', {
  id: uuid('The carrier.'),
  name: carrierName,
  externalId: externalId(),
  status: ref(CarrierStatusName),
  trialShareBps,
  methods: Type.Array(ref(CarrierMethodModel), { description: 'Its methods, in the order of their codes.' }),
  metadata: ref(Metadata),
  createdAt: instantText('When it was added.'),
  updatedAt: instantText('When it last changed; a method has a time of its own.'),
  version: versionNumber(),
});
export const CarrierPage = pageOf('CarrierPage', CarrierModel);
const FirstStatus = enumeration('CarrierFirstStatus', 'Where a new carrier begins.', ['trial', 'active']);
export const CarrierCreate = model('CarrierCreate', 'A carrier to add, or all that is to be said of one.', {
  name: carrierName,
  externalId: Type.Optional(externalId()),
  status: Type.Optional(
    ref(FirstStatus, { description: '`trial`, when absent. Only looked at when the carrier is new.' }),
  ),
  trialShareBps: Type.Optional(trialShareBps),
  metadata: Type.Optional(ref(Metadata)),
});
export const CarrierUpdate = model('CarrierUpdate', 'Changes to a carrier, as JSON merge patch.', {
  name: Type.Optional(carrierName),
  externalId: Type.Optional(externalId()),
  trialShareBps: Type.Optional(trialShareBps),
  metadata: Type.Optional(ref(MetadataUpdate)),
});

const grams = (minimum: number, description: string) =>
  Type.Integer({ minimum, maximum: MAX_GRAMS, description });
// So large that no parcel cost it, and so small that no sum of it leaves what the API can carry.
const price = (description: string) => Type.Integer({ minimum: 0, maximum: 99_999_999, description });
const PriceStepModel = model('CarrierPriceStep', 'What parcels of some weights cost.', {
  fromGrams: grams(
    0,
    'Above this weight; the first step begins at 0, each other one where the one before ends.',
  ),
  toGrams: Type.Unsafe<number | null>({
    type: ['integer', 'null'],
    minimum: 1,
    maximum: MAX_GRAMS,
    description: 'Up to and with this weight. Null: as heavy as it may be. What is heavier is not carried.',
  }),
  firstWeightGrams: grams(1, 'What the first price is for, counted from 0.'),
  firstAmount: price('What the first weight costs, in minor units.'),
  additionalWeightGrams: grams(1, 'Each further weight that is begun.'),
  additionalAmount: price('What each of them costs, in minor units.'),
});
const PriceAreaModel = model('CarrierPriceArea', 'A country, whole or only some of its regions.', {
  country: countryCode(),
  regions: Type.Optional(
    Type.Array(
      text(
        'A code of `GET /v1/regions`, or what addresses say; `US-CA` and `CA` are the same in the US.',
        100,
      ),
      {
        minItems: 1,
        maxItems: 500,
        description:
          'The narrowest region that a zone names counts, and its whole country last. Absent: the whole country.',
      },
    ),
  ),
});
const PriceZoneModel = model('CarrierPriceZone', 'Places that cost the same.', {
  name: text('What people read.', 100),
  areas: Type.Array(ref(PriceAreaModel), {
    minItems: 1,
    maxItems: 250,
    description: 'Where. No place is in two zones.',
  }),
  steps: Type.Array(ref(PriceStepModel), {
    minItems: 1,
    maxItems: 50,
    description: 'By weight, without a gap.',
  }),
});
const listFields = {
  volumetricDivisor: Type.Unsafe<number | null>({
    type: ['integer', 'null'],
    minimum: 100,
    maximum: 100_000,
    description:
      'Cubic centimetres that are charged as a kilogram, such as 6000; null: only the scales count.',
  }),
  zones: Type.Array(ref(PriceZoneModel), { minItems: 1, maxItems: 100, description: 'Prices by place.' }),
};
export const CarrierPriceListModel = model('CarrierPriceList', 'What a method costs from when to when.', {
  id: uuid('The price list.'),
  methodId: uuid('The method.'),
  currency: ref(Currency),
  ...listFields,
  validFrom: instantText('From when it counts.'),
  validTo: nullableInstant('When it ends; null: until it is ended.'),
  createdAt: instantText('When it was added.'),
});
export const CarrierPriceListPage = pageOf('CarrierPriceListPage', CarrierPriceListModel);
export const CarrierPriceListCreate = model('CarrierPriceListCreate', 'A price list to add.', {
  volumetricDivisor: Type.Optional(listFields.volumetricDivisor),
  zones: listFields.zones,
  validFrom: Type.Optional(instantText('From when it counts; now, when absent.')),
  validTo: Type.Optional(nullableInstant('When it ends; until it is ended, when absent.')),
});
export const CarrierPriceListEnd = model('CarrierPriceListEnd', 'When a price list ends.', {
  validTo: Type.Optional(instantText('Not in the past; now, when absent.')),
});

export const presentMethod = (method: CarrierMethod): Static<typeof CarrierMethodModel> => ({
  id: method.id,
  carrierId: method.carrierId,
  code: method.code,
  name: method.name,
  dayKind: method.dayKind,
  promises: method.promises.map(({ countries, fromDays, toDays }) => ({
    ...(countries ? { countries: [...countries] } : {}),
    fromDays,
    toDays,
  })),
  isOffered: method.isOffered,
  createdAt: method.createdAt.toISOString(),
  updatedAt: method.updatedAt.toISOString(),
  version: method.version,
});

export const presentCarrier = ({ carrier, methods }: WholeCarrier): Static<typeof CarrierModel> => ({
  id: carrier.id,
  name: carrier.name,
  externalId: carrier.externalId,
  status: carrier.status,
  trialShareBps: carrier.trialShareBps,
  methods: methods.map(presentMethod),
  metadata: carrier.metadata,
  createdAt: carrier.createdAt.toISOString(),
  updatedAt: carrier.updatedAt.toISOString(),
  version: carrier.version,
});

export const presentPriceList = (
  list: CarrierPriceList,
  currency: string,
): Static<typeof CarrierPriceListModel> => ({
  id: list.id,
  methodId: list.methodId,
  currency,
  volumetricDivisor: list.volumetricDivisor,
  zones: list.zones.map(({ name, areas, steps }) => ({
    name,
    areas: areas.map((area) => ({
      country: area.country,
      ...(area.regions ? { regions: [...area.regions] } : {}),
    })),
    steps: [...steps],
  })),
  validFrom: list.validFrom.toISOString(),
  validTo: instantOrNull(list.validTo),
  createdAt: list.createdAt.toISOString(),
});
