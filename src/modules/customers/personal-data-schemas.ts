import { type Static, Type } from '@sinclair/typebox';
import {
  instantText,
  instantOrNull,
  model,
  nullableInstant,
  PositiveAmount,
  ref,
  scalar,
  text,
  toWire,
  uuid,
} from '../../platform/http/schema.ts';
import { Currency } from '../../platform/shops/schemas.ts';
import { ConsentModel, presentConsent } from './consent-schemas.ts';
import type { Erasure, PersonalDataBundle } from './personal-data.ts';
import { Customer, presentCustomer } from './schemas.ts';

export const CustomerTokenCreate = model('CustomerTokenCreate', 'Whom a token is for, and for how long.', {
  customerId: uuid('The customer.'),
  ttlMinutes: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 1440,
      default: 60,
      description: 'For how many real minutes it counts.',
    }),
  ),
});
export const CustomerToken = model('CustomerToken', 'With it a customer sees and does what is theirs.', {
  token: Type.String({ description: 'Send it as `Authorization: Bearer …`.' }),
  expiresAt: instantText('Until when it counts; real time.'),
});
export const CustomerMergeInput = model('CustomerMerge', 'The customer that is to disappear.', {
  duplicateCustomerId: uuid('The duplicate. What it has goes to the customer of the path.'),
});

const CategoryAmounts = scalar<Record<string, number>>('CategoryAmounts', {
  type: 'object',
  description: 'Minor units per category of the catalogue.',
  additionalProperties: { type: 'integer' },
});
const CustomerPurchaseModel = model('CustomerPurchase', 'What one order counts in the figures.', {
  orderId: uuid('The order.'),
  placedAt: instantText('When it was placed.'),
  amount: ref(PositiveAmount, { description: 'What was paid, less what was given back.' }),
  currency: ref(Currency),
  categories: ref(CategoryAmounts),
});
const PersonalDataRecord = model(
  'PersonalDataRecord',
  'One record; its fields depend on the section.',
  {},
  { additionalProperties: true },
);
const PersonalDataSectionModel = model('PersonalDataSection', 'What one part of the shop holds.', {
  name: text('The part, such as `orders`.', 60),
  records: Type.Array(ref(PersonalDataRecord), { description: 'Its records.' }),
});
export const PersonalData = model('PersonalData', 'Everything that is held about a customer.', {
  exportedAt: instantText('When it was put together.'),
  customer: ref(Customer),
  consents: Type.Array(ref(ConsentModel), { description: 'Every decision, newest first.' }),
  purchases: Type.Array(ref(CustomerPurchaseModel), {
    description: 'What the figures are made of, oldest first.',
  }),
  sections: Type.Array(ref(PersonalDataSectionModel), {
    description: 'What the other parts of the shop hold.',
  }),
});

const KeptDataModel = model('KeptData', 'Something that stays, no longer tied to a person by name.', {
  what: text('What stays.', 200),
  why: text('The rule that asks for it.', 500),
  until: nullableInstant('Until when; null where no day can be named.'),
});
export const CustomerErasure = model('CustomerErasure', 'What an erasure did.', {
  customerId: uuid('The customer; the id stays and says nothing about the person.'),
  erasedAt: instantText('When the data was erased.'),
  kept: Type.Array(ref(KeptDataModel), { description: 'What stays, why and until when.' }),
});

export const presentPersonalData = (
  bundle: PersonalDataBundle,
  currency: string,
): Static<typeof PersonalData> => ({
  exportedAt: bundle.exportedAt.toISOString(),
  customer: presentCustomer(bundle.view, currency),
  consents: bundle.consents.map(presentConsent),
  purchases: bundle.purchases.map((purchase) => ({
    orderId: purchase.orderId,
    placedAt: purchase.placedAt.toISOString(),
    amount: toWire(purchase.amount),
    currency,
    categories: purchase.categories,
  })),
  sections: bundle.sections.map(({ name, records }) => ({ name, records })),
});

export const presentErasure = ({ customerId, erasedAt, kept }: Erasure): Static<typeof CustomerErasure> => ({
  customerId,
  erasedAt: erasedAt.toISOString(),
  kept: kept.map(({ what, why, until }) => ({ what, why, until: instantOrNull(until) })),
});
