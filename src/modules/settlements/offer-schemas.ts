import { Type } from '@sinclair/typebox';
import {
  enumeration,
  inputModel,
  instantText,
  model,
  nullableInstant,
  nullableText,
  PositiveAmount,
  ref,
  text,
  toWire,
  uuid,
} from '../../platform/http/schema.ts';
import type { Link } from '../../platform/auth/tables.ts';
import { attemptFields, ProviderName } from '../payments/schemas.ts';
import { SIDES } from './offer-rules.ts';
import { PayoutMethodName } from './policy-schemas.ts';
import { Direction, SettlementReasonName } from './name-schemas.ts';
import { MOST_HOURS } from './settings.ts';
import type { SettlementOffer } from './tables.ts';

export const SideName = enumeration('SettlementSide', 'One of the two who settle.', SIDES);

const minorUnits = (description: string) =>
  Type.Integer({ minimum: 1, maximum: 999_999_999_999_999, description });
const message = Type.Optional(text('For the other side.', 1000));
const hours = (description: string) =>
  Type.Optional(Type.Integer({ minimum: 1, maximum: MOST_HOURS, description }));

const OfferLineCreate = model('SettlementOfferLineCreate', 'What is offered of a line.', {
  lineId: uuid('The line of the order.'),
  amount: minorUnits('What is asked for or given of it, in minor units.'),
  quantity: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 1_000_000, description: 'How many of its units; all, when absent.' }),
  ),
  comparedUnitAmount: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: 999_999_999_999,
      description: 'What a unit should cost, in minor units: the amount is at most the difference.',
    }),
  ),
});

export const SettlementOfferCreate = inputModel(
  'SettlementOfferCreate',
  'An offer of the shop: `lines`, or for freight and goodwill one `amount`. In the currency of the order.',
  {
    direction: ref(Direction, { description: 'Who would get the money.' }),
    reason: ref(SettlementReasonName, {
      description:
        'To the customer: price_error, promotion_missed, freight, coupon_unused, goodwill. From the customer: price_error, ' +
        'price_rise, freight, upgrade, exchange.',
    }),
    lines: Type.Optional(
      Type.Array(ref(OfferLineCreate), { minItems: 1, maxItems: 500, description: 'Each line once.' }),
    ),
    amount: Type.Optional(
      minorUnits(
        'Minor units. Freight is for no line; goodwill is spread over the lines by what is left of their price.',
      ),
    ),
    payoutMethod: Type.Optional(
      ref(PayoutMethodName, {
        description: 'How the customer would get it; the way they paid, when absent.',
      }),
    ),
    message,
    answerHours: hours('How long the customer has to answer, instead of what the shop’s settings say.'),
  },
);
export const SettlementCounter = inputModel('SettlementCounter', 'Another amount.', {
  amount: minorUnits('What you would settle it for, in all and in minor units.'),
  message,
});
export const SettlementPaymentCreate = model(
  'SettlementPaymentCreate',
  'An attempt to pay a settlement, always all of it.',
  {
    ...attemptFields,
    provider: Type.Optional(
      ref(ProviderName, { description: 'Who takes the money; not needed where a coupon pays all of it.' }),
    ),
  },
);

export const SettlementOfferModel = model('SettlementOffer', 'What one side offered in a round.', {
  round: Type.Integer({ description: '1 is the first offer; each counter-offer is one more.' }),
  side: ref(SideName, { description: 'Who offered it.' }),
  amount: ref(PositiveAmount, { description: 'What this side would settle it for, in all.' }),
  message: nullableText('What was said with it.'),
  createdAt: instantText('When it was made.'),
  expiresAt: instantText('Until when it can be answered.'),
});

export const presentOffer = (offer: SettlementOffer) => ({
  round: offer.round,
  side: offer.side,
  amount: toWire(offer.amount),
  message: offer.message,
  createdAt: offer.createdAt.toISOString(),
  expiresAt: offer.expiresAt.toISOString(),
});

export const LinkCreate = inputModel('SettlementLinkCreate', 'How long a link counts.', {
  validHours: hours('Real hours, instead of what the shop’s settings say.'),
});
const linkFields = {
  id: uuid('The link.'),
  createdAt: instantText('When it was made. Real time.'),
  expiresAt: instantText('Until when it counts. Real time.'),
  revokedAt: nullableInstant('When it was closed.'),
};
export const LinkModel = model('SettlementLink', 'A link to a settlement, without its token.', linkFields);
export const LinkList = model('SettlementLinkList', 'The links to a settlement, newest first.', {
  data: Type.Array(ref(LinkModel), { description: 'The links.' }),
});
export const LinkWithToken = model('SettlementLinkWithToken', 'A new link.', {
  ...linkFields,
  token: text('With it anybody can answer and pay the settlement. Shown once and never again.', 200),
});

export const presentLink = ({ id, createdAt, expiresAt, revokedAt }: Link) => ({
  id,
  createdAt: createdAt.toISOString(),
  expiresAt: expiresAt.toISOString(),
  revokedAt: revokedAt?.toISOString() ?? null,
});
