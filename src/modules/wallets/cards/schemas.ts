import { Type } from '@sinclair/typebox';
import {
  enumeration,
  instantText,
  instantOrNull,
  model,
  nullableInstant,
  nullableText,
  nullableUuid,
  pageOf,
  PositiveAmount,
  ref,
  text,
  toWire,
  uuid,
  versionNumber,
} from '../../../platform/http/schema.ts';
import { Currency } from '../../../platform/shops/schemas.ts';
import type { IssuedCard } from './issue.ts';
import { CARD_KINDS, CARD_MOVEMENT_KINDS, LOT_KINDS } from './kinds.ts';
import { cardStates } from './states.ts';
import type { Card } from './tables.ts';
import type { CardMovement } from './value/tables.ts';

const CardKindName = enumeration(
  'CardKind',
  '`named`: belongs to a customer and never expires. `bearer`: belongs to whoever has its code.',
  CARD_KINDS,
);
export const CardStateName = enumeration(
  'CardState',
  'Where a card stands. It is `pending` until its first load is paid.',
  cardStates.names,
);
const CardMovementKindName = enumeration(
  'CardMovementKind',
  'What happened. `refunded`: what the card had paid came back. `paid_back` and `forfeited`: the card ended. `reissued_out` and ' +
    '`reissued_in`: another card took its place.',
  CARD_MOVEMENT_KINDS,
);
const CardLotKindName = enumeration(
  'CardLotKind',
  'What was paid for, or what the shop gave on top.',
  LOT_KINDS,
);

export const CardCreate = model('CardCreate', 'A stored-value card.', {
  kind: ref(CardKindName),
  customerId: Type.Optional(uuid('Whose a named card is.')),
});
export const CardTransfer = model('CardTransfer', 'Who gets a card.', {
  customerId: uuid('The customer.'),
});
export const CardFreeze = model('CardFreeze', 'Why a card is frozen.', {
  note: text('What the customer may read about it.', 500),
});
export const CardCodeInput = model('CardCodeInput', 'A bearer card by its code.', {
  cardCode: text('The code, however it is written.', 80),
});

const card = {
  id: uuid('The card.'),
  kind: ref(CardKindName),
  lastFour: nullableText('The end of a bearer card’s code; null of a named one.'),
  state: ref(CardStateName),
  balanceAmount: ref(PositiveAmount, { description: 'What is on the card. Minor units.' }),
  principalAmount: ref(PositiveAmount, { description: 'What of it was paid for.' }),
  bonusAmount: ref(PositiveAmount, { description: 'What of it the shop gave on top.' }),
  currency: ref(Currency),
  expiresAt: nullableInstant(
    'From when on a bearer card pays nothing until staff reactivates it; null: never. Its balance stays.',
  ),
  createdAt: instantText('When it was issued.'),
};
/** What whoever has a card may know of it. */
export const HeldCardModel = model('HeldCard', 'A stored-value card as who holds it sees it.', card);
export const HeldCardPage = pageOf('HeldCardPage', HeldCardModel);
const whole = {
  ...card,
  customerId: nullableUuid('Whose it is; null of a bearer card.'),
  replacedById: nullableUuid('The card that took its place.'),
  note: nullableText('Why it is frozen.'),
  version: versionNumber(),
  updatedAt: instantText('When something of it last changed.'),
};
export const CardModel = model('Card', 'A stored-value card.', whole);
export const CardPage = pageOf('CardPage', CardModel);
export const IssuedCardModel = model('IssuedCard', 'A stored-value card with its code.', {
  ...whole,
  code: nullableText('The code of a bearer card. It is shown here and never again; null of a named card.'),
});

const CardMovementModel = model('CardMovement', 'What happened to value of one lot of a card.', {
  position: Type.Integer({
    minimum: 1,
    description: 'Counts the movements of the card, from 1 without a gap.',
  }),
  kind: ref(CardMovementKindName),
  lotId: uuid('The lot.'),
  lotKind: ref(CardLotKindName),
  amount: Type.Integer({ description: 'Minor units. What came in is positive, what left negative.' }),
  balanceAfterAmount: ref(PositiveAmount, { description: 'What was on the card then.' }),
  subjectType: text('What it was for, such as `order`.', 40),
  subjectId: uuid('Which one.'),
  createdAt: instantText('When it happened.'),
});
export const CardMovementPage = pageOf('CardMovementPage', CardMovementModel);

export const presentHeldCard = (row: Card) => ({
  id: row.id,
  kind: row.kind,
  lastFour: row.lastFour,
  state: row.state,
  balanceAmount: toWire(row.principalAmount + row.bonusAmount),
  principalAmount: toWire(row.principalAmount),
  bonusAmount: toWire(row.bonusAmount),
  currency: row.currency,
  expiresAt: instantOrNull(row.expiresAt),
  createdAt: row.createdAt.toISOString(),
});
export const presentCard = (row: Card) => ({
  ...presentHeldCard(row),
  customerId: row.customerId,
  replacedById: row.replacedById,
  note: row.note,
  version: row.version,
  updatedAt: row.updatedAt.toISOString(),
});
export const presentIssuedCard = ({ card: row, code }: IssuedCard) => ({ ...presentCard(row), code });
export const presentCardMovement = (row: CardMovement) => ({
  position: row.position,
  kind: row.kind,
  lotId: row.lotId,
  lotKind: row.lotKind,
  amount: toWire(row.amount),
  balanceAfterAmount: toWire(row.balanceAfter),
  subjectType: row.subjectType,
  subjectId: row.subjectId,
  createdAt: row.createdAt.toISOString(),
});
