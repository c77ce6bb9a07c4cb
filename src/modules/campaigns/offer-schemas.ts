import { Type } from '@sinclair/typebox';
import {
  model,
  nullableInstant,
  nullableRef,
  PositiveAmount,
  ref,
  text,
  toWire,
  uuid,
} from '../../platform/http/schema.ts';
import { Currency } from '../../platform/shops/schemas.ts';
import { reasonForCustomers } from './engine/reasons.ts';
import type { ProductOffer, ProductOffers } from './offers.ts';
import { RejectionReasonName } from './reason-schemas.ts';
import { CampaignTextModel, MechanicTypeName, StackingClassName } from './rule-schemas.ts';

const numberOrNull = (description: string) =>
  Type.Unsafe<number | null>({ type: ['integer', 'null'], description });

const ProductOfferModel = model('ProductOffer', 'A campaign that touches a product.', {
  campaignId: uuid('The campaign.'),
  campaignVersion: Type.Integer({ description: 'Its version.' }),
  name: text('Its name.', 200),
  mechanic: ref(MechanicTypeName),
  stackingClass: ref(StackingClassName),
  startsAt: nullableInstant('Since when; null: it was started by hand.'),
  endsAt: nullableInstant('Until when; null: until it is ended.'),
  texts: Type.Array(ref(CampaignTextModel), { description: 'What customers are told.' }),
  reason: nullableRef(
    RejectionReasonName,
    'Why it would do nothing for one unit alone, such as the amount that it takes; null when it would.',
  ),
  minimumAmount: nullableRef(PositiveAmount, 'What the goods that it covers have to come to; null: any.'),
  minimumQuantity: numberOrNull('How many units of them it takes; null: any.'),
  unitAmount: nullableRef(
    PositiveAmount,
    'What one unit costs with it alone. Null where it takes more than one unit, or shows itself only in the basket.',
  ),
  leftQuantity: numberOrNull('How many are left of a flash sale; null of others.'),
});
export const ProductOfferList = model('ProductOfferList', 'The offers that touch a product now.', {
  currency: ref(Currency),
  listUnitAmount: ref(PositiveAmount, { description: 'What one unit costs without them.' }),
  unitAmount: ref(PositiveAmount, {
    description:
      'What one unit costs with all that combine, for this customer; mystery prices are not in it.',
  }),
  data: Type.Array(ref(ProductOfferModel), { description: 'The offers.' }),
});

const presentOffer = ({ campaign, reason, unitAmount, leftQuantity }: ProductOffer) => {
  const { rule } = campaign;
  return {
    campaignId: campaign.id,
    campaignVersion: campaign.version,
    name: campaign.name,
    mechanic: rule.mechanic.type,
    stackingClass: rule.stackingClass,
    startsAt: rule.startsAt,
    endsAt: rule.endsAt,
    texts: [...rule.texts],
    reason: reason === undefined ? null : reasonForCustomers(reason),
    minimumAmount: rule.minimumAmount,
    minimumQuantity: rule.minimumQuantity,
    unitAmount: unitAmount === undefined ? null : toWire(unitAmount),
    leftQuantity: leftQuantity ?? null,
  };
};

/** The offers of a product, as they go out. */
export const presentOffers = ({ product, offers, unitAmount }: ProductOffers, currency: string) => ({
  currency,
  listUnitAmount: toWire(product.priceAmount),
  unitAmount: toWire(unitAmount),
  data: offers.map(presentOffer),
});
