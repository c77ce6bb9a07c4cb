import { Type } from '@sinclair/typebox';
import {
  enumeration,
  instantText,
  model,
  nullableInstant,
  nullableRef,
  nullableText,
  pageOf,
  PositiveAmount,
  ref,
  text,
  toWireOrNull,
  instantOrNull,
  uuid,
  versionNumber,
} from '../../../platform/http/schema.ts';
import { Currency } from '../../../platform/shops/schemas.ts';
import type { WholeLogoRequest } from './repository.ts';
import { logoRequestStates } from './states.ts';

export const LogoRequestStateName = enumeration(
  'LogoRequestState',
  'Where a request for goods with a logo stands.',
  logoRequestStates.names,
);
const leadTimeDays = { minimum: 0, maximum: 365 };
const LogoFileModel = model('LogoFile', 'A file of a request, kept elsewhere.', {
  name: text('What it is called.', 200),
  url: Type.String({
    pattern: '^https://[^\\s]+$',
    maxLength: 2_000,
    description: 'Where it is kept; it is never fetched from here.',
  }),
});
const LogoItemModel = model('LogoRequestItem', 'A product and how many of it are to have the logo.', {
  productId: uuid('The product.'),
  quantity: Type.Integer({ minimum: 1, maximum: 1_000_000, description: 'Pieces.' }),
});
const LogoGoodsModel = model('LogoRequestGoods', 'A product of a request, and how much of it is ordered.', {
  productId: uuid('The product.'),
  quantity: Type.Integer({ description: 'Pieces that are to have the logo.' }),
  orderedQuantity: Type.Integer({
    description: 'Of them, those in orders; the others can still be ordered.',
  }),
});
const items = Type.Array(ref(LogoItemModel), {
  minItems: 1,
  maxItems: 50,
  description: 'The goods, each product once.',
});
const files = Type.Array(ref(LogoFileModel), {
  maxItems: 20,
  description: 'The logo and whatever shows what is wanted.',
});

export const LogoRequestCreate = model('LogoRequestCreate', 'A request for goods with a logo.', {
  customerId: Type.Optional(uuid('Whose request it is. With a customer token, always the customer.')),
  items,
  files: Type.Optional(files),
  note: Type.Optional(nullableText('What is wanted, in words.', { minLength: 1, maxLength: 2_000 })),
});
export const LogoRequestQuote = model('LogoRequestQuote', 'What the goods of a request cost with the logo.', {
  unitAmount: ref(PositiveAmount, { description: 'What each piece costs on top of its price.' }),
  setupAmount: ref(PositiveAmount, { description: 'What the tools cost, once.' }),
  leadTimeDays: Type.Integer({ ...leadTimeDays, description: 'How many working days it takes.' }),
});
export const LogoRequestEnd = model('LogoRequestEnd', 'Why a request ends.', {
  reason: Type.Optional(text('In words; the other side can read it.', 500)),
});
export const LogoRequestModel = model('LogoRequest', 'A customer wants goods with a logo of theirs.', {
  id: uuid('The request.'),
  customerId: uuid('Whose request it is.'),
  state: ref(LogoRequestStateName),
  currency: ref(Currency),
  items: Type.Array(ref(LogoGoodsModel), { description: 'The goods, each product once.' }),
  files,
  note: nullableText('What is wanted, in words.'),
  unitAmount: nullableRef(
    PositiveAmount,
    'What each piece costs on top of its price; null before it is quoted.',
  ),
  setupAmount: nullableRef(PositiveAmount, 'What the tools cost, once; null before it is quoted.'),
  leadTimeDays: Type.Unsafe<number | null>({
    type: ['integer', 'null'],
    ...leadTimeDays,
    description: 'How many working days it takes; null before it is quoted.',
  }),
  isSetupCharged: Type.Boolean({
    description: 'The price of the tools is in that of an order: the next one does not have it again.',
  }),
  reason: nullableText('Why it was declined or called off.'),
  quotedAt: nullableInstant('When it was quoted last.'),
  acceptedAt: nullableInstant('When the customer agreed.'),
  startedAt: nullableInstant('Since when it is being made.'),
  endedAt: nullableInstant('When it was done, declined or called off.'),
  createdAt: instantText('When it was asked for.'),
  updatedAt: instantText('When it was changed last.'),
  version: versionNumber(),
});
export const LogoRequestPage = pageOf('LogoRequestPage', LogoRequestModel);

export const presentLogoRequest = ({ request, items: goods }: WholeLogoRequest, currency: string) => ({
  id: request.id,
  customerId: request.customerId,
  state: request.state,
  currency,
  items: goods.map(({ productId, quantity, orderedQuantity }) => ({ productId, quantity, orderedQuantity })),
  files: request.files,
  note: request.note,
  unitAmount: toWireOrNull(request.unitAmount),
  setupAmount: toWireOrNull(request.setupAmount),
  leadTimeDays: request.leadTimeDays,
  isSetupCharged: request.isSetupCharged,
  reason: request.reason,
  quotedAt: instantOrNull(request.quotedAt),
  acceptedAt: instantOrNull(request.acceptedAt),
  startedAt: instantOrNull(request.startedAt),
  endedAt: instantOrNull(request.endedAt),
  createdAt: request.createdAt.toISOString(),
  updatedAt: request.updatedAt.toISOString(),
  version: request.version,
});
