import { type Static, type TProperties, Type } from '@sinclair/typebox';
import {
  countryCode,
  nullableCountryCode,
  enumeration,
  externalId,
  instantText,
  mapOf,
  Metadata,
  MetadataUpdate,
  model,
  nullableInstant,
  nullableRef,
  nullableText,
  pageOf,
  PositiveAmount,
  ProblemDetails,
  ref,
  text,
  toWire,
  toWireOrNull,
  uuid,
  versionNumber,
  instantOrNull,
} from '../../platform/http/schema.ts';
import { Currency } from '../../platform/shops/schemas.ts';
import { ProductBulkUpsert } from '../catalogue/schemas.ts';
import { averageAmount, type Figures } from './purchase-rules.ts';
import {
  type AddressEntry,
  type ContactEntry,
  type CustomerChanges,
  type CustomerView,
  type CustomerWhole,
  MAX_ADDRESSES,
  MAX_CONTACT_POINTS,
  MAX_MAP_KEYS,
  MAX_NOTE_LENGTH,
  type NewCustomerInput,
} from './rules.ts';
import { CONTACT_KINDS } from './tables.ts';

const optionalText = (description: string, maxLength: number) => Type.Optional(text(description, maxLength));

export const AddressModel = model('Address', 'A postal address.', {
  name: text('Who lives or works there.', 200),
  company: optionalText('The company.', 200),
  line1: text('Street and number.', 300),
  line2: optionalText('What else is needed to find it.', 300),
  city: text('City.', 200),
  region: optionalText('State or province.', 200),
  postalCode: optionalText('Postal code.', 40),
  country: countryCode(),
  regionCode: Type.Optional(
    Type.String({
      pattern: '^([A-Z]{2}-[A-Z0-9]{1,3}|[0-9]{6})$',
      description:
        'ISO 3166-2, such as `US-CA`; in China also the code of an administrative division, such as `440305`. Freight may ' +
        'depend on it.',
    }),
  ),
  phone: optionalText('For the carrier.', 60),
});

const ContactKind = enumeration('ContactKind', 'What a contact point is.', CONTACT_KINDS);
const ContactPointModel = model('ContactPoint', 'A way to reach a customer.', {
  kind: ref(ContactKind),
  value: text('The address, number or name.', 200),
  label: nullableText('What it is for, in words.'),
  isPrimary: Type.Boolean({ description: 'The first choice of its kind.' }),
});
const ContactPointInput = model('ContactPointInput', 'A way to reach a customer.', {
  kind: ref(ContactKind),
  value: text('The address, number or name.', 200),
  label: Type.Optional(nullableText('What it is for, in words.', { minLength: 1, maxLength: 100 })),
  isPrimary: Type.Optional(
    Type.Boolean({ description: 'The first choice of its kind; at most one of each.' }),
  ),
});
const CustomerAddressModel = model('CustomerAddress', 'Where parcels of a customer go.', {
  address: ref(AddressModel),
  isDefault: Type.Boolean({ description: 'The first choice.' }),
});
const CustomerAddressInput = model('CustomerAddressInput', 'Where parcels of a customer go.', {
  address: ref(AddressModel),
  isDefault: Type.Optional(Type.Boolean({ description: 'The first choice; at most one.' })),
});

const Preferences = mapOf<string>(
  'Preferences',
  'What a customer prefers, such as a size or a colour.',
  {
    type: 'string',
    maxLength: 500,
  },
  MAX_MAP_KEYS,
);
const PreferencesUpdate = mapOf<string | null>(
  'PreferencesUpdate',
  'Changes to preferences; null removes one.',
  {
    type: ['string', 'null'],
    maxLength: 500,
  },
  MAX_MAP_KEYS,
);
const name = text('What the customer is called.', 200);
const described = {
  company: nullableText('The company.', { minLength: 1, maxLength: 200 }),
  locale: nullableText('The language to write in, BCP 47, such as `de-CH`.', {
    pattern: '^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$',
    maxLength: 35,
  }),
  country: nullableCountryCode(),
};
const lists = {
  contactPoints: Type.Array(ref(ContactPointModel), { description: 'How to reach the customer.' }),
  addresses: Type.Array(ref(CustomerAddressModel), { description: 'Where parcels go.' }),
};
const listInputs = {
  contactPoints: Type.Array(ref(ContactPointInput), {
    maxItems: MAX_CONTACT_POINTS,
    description: 'How to reach the customer, as a whole list.',
  }),
  addresses: Type.Array(ref(CustomerAddressInput), {
    maxItems: MAX_ADDRESSES,
    description: 'Where parcels go, as a whole list.',
  }),
};
const staffNote = nullableText('For staff only. Never shown to customers.', {
  minLength: 1,
  maxLength: MAX_NOTE_LENGTH,
});
const times = {
  createdAt: instantText('When the customer was added.'),
  updatedAt: instantText('When the customer was last changed.'),
  version: versionNumber(),
};

const optional = <T extends TProperties>(properties: T) => Type.Partial(Type.Object(properties)).properties;

/** What customers see of themselves; the rest of the profile is the shop's. */
export const personal = {
  id: uuid('The customer.'),
  name,
  ...described,
  ...lists,
  preferences: ref(Preferences),
  ...times,
};
/** What customers may change about themselves. */
export const ownChanges = optional({
  name,
  locale: described.locale,
  ...listInputs,
  preferences: ref(PreferencesUpdate),
});

export const CustomerCreate = model(
  'CustomerCreate',
  'A customer to add, or all that is to be said about one.',
  {
    name,
    ...optional({
      externalId: externalId(),
      ...described,
      ...listInputs,
      preferences: ref(Preferences),
      staffNote,
      metadata: ref(Metadata),
    }),
  },
);
export const CustomerUpdate = model('CustomerUpdate', 'Changes to a customer, as JSON merge patch.', {
  ...ownChanges,
  ...optional({ externalId: externalId(), ...described, staffNote, metadata: ref(MetadataUpdate) }),
});

const CustomerFigures = model(
  'CustomerFigures',
  'What a customer bought. Orders of which nothing was kept do not count.',
  {
    firstPurchaseAt: nullableInstant('When the first order was placed.'),
    lastPurchaseAt: nullableInstant('When the last order was placed.'),
    purchaseCount: Type.Integer({ description: 'How many orders.' }),
    totalAmount: ref(PositiveAmount, { description: 'What was paid for them, less what was given back.' }),
    averageAmount: nullableRef(PositiveAmount, 'Per order; null without one.'),
    favouriteCategories: Type.Array(text('A category of the catalogue.', 100), {
      description: 'The three on which most was spent, the first one first.',
    }),
    currency: ref(Currency),
  },
);
export const Customer = model('Customer', 'Somebody who buys.', {
  ...personal,
  externalId: externalId(),
  staffNote,
  metadata: ref(Metadata),
  figures: ref(CustomerFigures),
  erasedAt: nullableInstant('Since then nothing personal is known; only the id stays.'),
});
export const CustomerPage = pageOf('CustomerPage', Customer);
export const CustomerSort = enumeration('CustomerSort', 'A leading minus sorts downwards.', [
  'createdAt',
  '-createdAt',
  'updatedAt',
  '-updatedAt',
]);

const CustomerBulkItem = model(
  'CustomerBulkItem',
  'A customer to add, or to change if its externalId is known.',
  {
    ...CustomerCreate.properties,
    externalId: text('The id in your own system.', 200),
  },
);
export const CustomerBulkUpsert = model('CustomerBulkUpsert', 'Customers to add or change.', {
  mode: ProductBulkUpsert.properties.mode,
  items: Type.Array(ref(CustomerBulkItem), { minItems: 1, maxItems: 1000, description: 'The customers.' }),
});
const CustomerBulkOutcome = model('CustomerBulkOutcome', 'What became of one item.', {
  index: Type.Integer({ description: 'Its place in the request, from 0.' }),
  status: Type.Integer({
    description: '201: added. 200: changed, or as it was. Else the status of the refusal.',
  }),
  id: Type.Optional(uuid('The customer.')),
  error: Type.Optional(
    ref(ProblemDetails, { description: 'Why it was refused; pointers start at the item.' }),
  ),
});
export const CustomerBulkResult = model('CustomerBulkResult', 'What became of each item.', {
  results: Type.Array(ref(CustomerBulkOutcome), { description: 'In the order of the request.' }),
});

interface ListInputs {
  readonly contactPoints?: readonly Static<typeof ContactPointInput>[];
  readonly addresses?: readonly Static<typeof CustomerAddressInput>[];
}

const readLists = ({ contactPoints, addresses }: ListInputs) => ({
  ...(contactPoints && {
    contactPoints: contactPoints.map(
      ({ kind, value, label, isPrimary }): ContactEntry => ({
        kind,
        value,
        label: label ?? null,
        isPrimary: isPrimary ?? false,
      }),
    ),
  }),
  ...(addresses && {
    addresses: addresses.map(
      ({ address, isDefault }): AddressEntry => ({ address, isDefault: isDefault ?? false }),
    ),
  }),
});

/** A whole customer as it came in. */
export const readCustomer = <T extends Static<typeof CustomerCreate>>(body: T): T & NewCustomerInput => ({
  ...body,
  ...readLists(body),
});

/** A merge patch of a customer as it came in, by staff or by the customer. */
export const readChanges = (body: Static<typeof CustomerUpdate>): CustomerChanges => {
  const { contactPoints: _c, addresses: _a, ...rest } = body;
  return { ...rest, ...readLists(body) };
};

/** What customers see of themselves. */
export const presentPersonal = ({ customer, contactPoints, addresses }: CustomerWhole) => ({
  id: customer.id,
  name: customer.name,
  company: customer.company,
  locale: customer.locale,
  country: customer.country,
  contactPoints: [...contactPoints],
  addresses: [...addresses],
  preferences: customer.preferences,
  createdAt: customer.createdAt.toISOString(),
  updatedAt: customer.updatedAt.toISOString(),
  version: customer.version,
});

/** A customer as staff sees it. */
export const presentCustomer = (view: CustomerView, currency: string): Static<typeof Customer> => ({
  ...presentPersonal(view),
  externalId: view.customer.externalId,
  staffNote: view.customer.staffNote,
  metadata: view.customer.metadata,
  figures: presentFigures(view.figures, currency),
  erasedAt: instantOrNull(view.customer.erasedAt),
});

const presentFigures = (figures: Figures, currency: string): Static<typeof CustomerFigures> => ({
  firstPurchaseAt: instantOrNull(figures.firstPurchaseAt),
  lastPurchaseAt: instantOrNull(figures.lastPurchaseAt),
  purchaseCount: figures.purchaseCount,
  totalAmount: toWire(figures.totalAmount),
  averageAmount: toWireOrNull(averageAmount(figures)),
  favouriteCategories: [...figures.favouriteCategories],
  currency,
});
