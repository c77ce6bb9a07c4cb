import { Type } from '@sinclair/typebox';
import {
  enumeration,
  externalId,
  inputModel,
  instantOrNull,
  instantText,
  Metadata,
  MetadataUpdate,
  model,
  nullableInstant,
  nullableRef,
  nullableText,
  nullableUuid,
  pageOf,
  PositiveAmount,
  ref,
  text,
  toWireOrNull,
  uuid,
  versionNumber,
} from '../../../platform/http/schema.ts';
import { Currency } from '../../../platform/shops/schemas.ts';
import { PeriodLimit } from '../rule-schemas.ts';
import { MAX_PREFIX } from './code-rules.ts';
import { couponDefinitionStates, couponStates } from './states.ts';
import {
  COUPON_ASSIGNMENTS,
  COUPON_KINDS,
  type Coupon,
  type CouponBatch,
  type CouponDefinition,
} from './tables.ts';

export const CouponKindName = enumeration(
  'CouponKind',
  '`discount`: a code opens a campaign, which takes off what it says. `value`: a code stands for an amount that it pays once.',
  COUPON_KINDS,
);
const CouponAssignmentName = enumeration(
  'CouponAssignment',
  '`open`: whoever has the code can use it. `assigned`: each belongs to a customer, and only they can.',
  COUPON_ASSIGNMENTS,
);
export const CouponDefinitionStateName = enumeration(
  'CouponDefinitionState',
  'Where a definition stands. Only of an active one codes are issued and taken.',
  couponDefinitionStates.names,
);
export const CouponStateName = enumeration(
  'CouponState',
  'Where a code stands. An open one stays `active` after its end, which then says that it is over.',
  couponStates.names,
);

const limit = (maximum: number, description: string, value?: { readonly default: number | null }) =>
  Type.Unsafe<number | null>({ type: ['integer', 'null'], minimum: 1, maximum, description, ...value });
const noDefault = { default: null } as const;
const periodLimit = nullableRef(
  PeriodLimit,
  'How often a customer may use codes of it within a calendar period; then only known customers can. Null: any number.',
);
const parcelMinimumAmount = nullableRef(
  PositiveAmount,
  'What an order has to come to for a code to go with its parcel, in minor units. Null: any order.',
);
const prefix = Type.String({
  pattern: '^[A-Z0-9]*$',
  maxLength: MAX_PREFIX,
  description: 'What the codes that are generated begin with.',
});
const validity = {
  validFrom: nullableInstant('From when on codes can be used; at once when null.'),
  validUntil: nullableInstant('Until when; without an end when null.'),
  validDays: limit(
    3650,
    'For so many days from the issue of each code, instead of fixed times. Null: as the times say.',
  ),
};
const codesLimit = limit(1_000_000_000, 'How many codes it issues in all. Null: any number.');
const uses = {
  usesPerCodeLimit: (value?: { readonly default: number | null }) =>
    limit(1_000_000_000, 'In how many orders a code can be used. Null: in any number.', value),
  usesPerCustomerLimit: (value?: { readonly default: number | null }) =>
    limit(
      1_000_000,
      'In how many orders of one customer codes of it can be used; then only known customers can. Null: in any number.',
      value,
    ),
};
const goesWithParcel = Type.Boolean({
  description: 'A code of it goes with the parcel of an order, for the next one.',
});

export const CouponDefinitionCreate = inputModel('CouponDefinitionCreate', 'Codes to define.', {
  name: text('What the shop calls it.', 200),
  externalId: Type.Optional(externalId()),
  campaignId: uuid('The campaign that its codes open. It has to ask for a coupon.'),
  assignment: Type.Unsafe<(typeof COUPON_ASSIGNMENTS)[number]>({
    ...ref(CouponAssignmentName, { description: 'Whether codes belong to somebody.' }),
    default: 'open',
  }),
  prefix: Type.Optional(prefix),
  validFrom: Type.Optional(validity.validFrom),
  validUntil: Type.Optional(validity.validUntil),
  validDays: Type.Optional(validity.validDays),
  usesPerCodeLimit: uses.usesPerCodeLimit({ default: 1 }),
  usesPerCustomerLimit: uses.usesPerCustomerLimit(noDefault),
  periodLimit: Type.Optional(periodLimit),
  codesLimit: Type.Optional(codesLimit),
  goesWithParcel: Type.Optional(goesWithParcel),
  parcelMinimumAmount: Type.Optional(parcelMinimumAmount),
  metadata: Type.Optional(ref(Metadata)),
});

export const CouponDefinitionUpdate = inputModel(
  'CouponDefinitionUpdate',
  'What the next codes of a definition are; those that were issued stay as they are.',
  {
    name: Type.Optional(text('What the shop calls it.', 200)),
    externalId: Type.Optional(externalId()),
    prefix: Type.Optional(prefix),
    validFrom: Type.Optional(validity.validFrom),
    validUntil: Type.Optional(validity.validUntil),
    validDays: Type.Optional(validity.validDays),
    codesLimit: Type.Optional(codesLimit),
    goesWithParcel: Type.Optional(goesWithParcel),
    parcelMinimumAmount: Type.Optional(parcelMinimumAmount),
    metadata: Type.Optional(ref(MetadataUpdate)),
  },
);

export const CouponDefinitionModel = model('CouponDefinition', 'What codes of one kind are.', {
  id: uuid('The definition.'),
  externalId: externalId(),
  name: text('What the shop calls it.', 200),
  kind: ref(CouponKindName),
  campaignId: nullableUuid('The campaign that its codes open; null of a value.'),
  state: ref(CouponDefinitionStateName),
  assignment: ref(CouponAssignmentName),
  prefix,
  ...validity,
  usesPerCodeLimit: uses.usesPerCodeLimit(),
  usesPerCustomerLimit: uses.usesPerCustomerLimit(),
  periodLimit,
  codesLimit,
  codesIssuedCount: Type.Integer({ minimum: 0, description: 'How many codes it has issued.' }),
  goesWithParcel,
  parcelMinimumAmount,
  metadata: ref(Metadata),
  version: versionNumber(),
  createdAt: instantText('When it was made.'),
  updatedAt: instantText('When it last changed.'),
});
export const CouponDefinitionPage = pageOf('CouponDefinitionPage', CouponDefinitionModel);

export const presentDefinition = (row: CouponDefinition) => ({
  id: row.id,
  externalId: row.externalId,
  name: row.name,
  kind: row.kind,
  campaignId: row.campaignId,
  state: row.state,
  assignment: row.assignment,
  prefix: row.prefix,
  validFrom: instantOrNull(row.validFrom),
  validUntil: instantOrNull(row.validUntil),
  validDays: row.validDays,
  usesPerCodeLimit: row.usesPerCode,
  usesPerCustomerLimit: row.usesPerCustomer,
  periodLimit:
    row.periodUses === null || row.periodUnit === null ? null : { uses: row.periodUses, per: row.periodUnit },
  codesLimit: row.codesLimit,
  codesIssuedCount: row.codesIssued,
  goesWithParcel: row.goesWithParcel,
  parcelMinimumAmount: toWireOrNull(row.parcelMinimumAmount),
  metadata: row.metadata,
  version: row.version,
  createdAt: row.createdAt.toISOString(),
  updatedAt: row.updatedAt.toISOString(),
});

export const CouponBatchModel = model('CouponBatch', 'Codes that were issued together.', {
  id: uuid('The batch.'),
  definitionId: uuid('Of which definition.'),
  name: text('What the shop calls it.', 200),
  quantity: Type.Integer({ minimum: 1, maximum: 100_000, description: 'How many codes.' }),
  createdAt: instantText('When they were issued.'),
});
export const CouponBatchPage = pageOf('CouponBatchPage', CouponBatchModel);
export const presentBatch = ({ id, definitionId, name, quantity, createdAt }: CouponBatch) => ({
  id,
  definitionId,
  name,
  quantity,
  createdAt: createdAt.toISOString(),
});

const countedOrNull = (words: string) =>
  Type.Unsafe<number | null>({ type: ['integer', 'null'], minimum: 0, description: words });
export const CouponModel = model('Coupon', 'A code that was issued.', {
  id: uuid('The coupon.'),
  definitionId: uuid('What it is.'),
  batchId: nullableUuid('The batch that it was issued with.'),
  code: text('Its code. Customers may write it in small letters, with spaces and dashes.', 40),
  customerId: nullableUuid('Whose it is; null of an open one.'),
  state: ref(CouponStateName),
  validFrom: nullableInstant('From when on it can be used; at once when null.'),
  validUntil: nullableInstant('Until when; without an end when null.'),
  usesLimit: limit(1_000_000_000, 'In how many orders it can be used. Null: in any number.'),
  heldCount: countedOrNull(
    'How many of its uses are held, by what is not paid yet. Null where there is no limit.',
  ),
  usedCount: countedOrNull('How often it was used. Null where there is no limit.'),
  parcelOrderId: nullableUuid('The order with whose parcel it goes.'),
  amount: nullableRef(
    PositiveAmount,
    'Of a value: what it takes off, or took off, in minor units. Else null.',
  ),
  currency: ref(Currency),
  fromType: nullableText('Of a value: what it was given for, such as `settlement`.'),
  fromId: nullableUuid('Which one.'),
  restOfId: nullableUuid('Of a value: the coupon that was used in part, whose rest this is.'),
  takenForType: nullableText('Of a value: what it is held or was used for, such as `order`.'),
  takenForId: nullableUuid('Which one.'),
  takenAt: nullableInstant('Since when it is held, or when it was used.'),
  createdAt: instantText('When it was issued.'),
  updatedAt: instantText('When it last changed.'),
});
export const CouponPage = pageOf('CouponPage', CouponModel);

export const presentCoupon = (row: Coupon, currency: string) => ({
  id: row.id,
  definitionId: row.definitionId,
  batchId: row.batchId,
  code: row.code,
  customerId: row.customerId,
  state: row.state,
  validFrom: instantOrNull(row.validFrom),
  validUntil: instantOrNull(row.validUntil),
  usesLimit: row.usesLimit,
  heldCount: row.usesLimit === null ? null : row.held,
  usedCount: row.usesLimit === null ? null : row.used,
  parcelOrderId: row.parcelOrderId,
  amount: toWireOrNull(row.amount),
  currency,
  fromType: row.fromType,
  fromId: row.fromId,
  restOfId: row.restOfId,
  takenForType: row.takenForType,
  takenForId: row.takenForId,
  takenAt: instantOrNull(row.takenAt),
  createdAt: row.createdAt.toISOString(),
  updatedAt: row.updatedAt.toISOString(),
});
