import { defineErrors } from '../../../platform/errors.ts';
import { enumeration, PositiveAmount, ref } from '../../../platform/http/schema.ts';
import { CARD_REFUSALS } from './kinds.ts';

const CardRefusalName = enumeration(
  'CardRefusal',
  'Why a card does not pay. `unknown`: no card has this code or id. `not_theirs`: a named card pays only what is its customer’s.',
  CARD_REFUSALS,
);

export const cardErrors = defineErrors({
  card_not_usable: [
    422,
    'The card does not pay for this',
    { cardRefusal: ref(CardRefusalName, { description: 'Why not.' }) },
  ],
  card_not_loadable: [409, 'A card that is frozen or closed is not loaded'],
  card_limit_exceeded: [
    422,
    'More would be on the card than may be',
    {
      cardLimitAmount: ref(PositiveAmount, {
        description: 'What may be on such a card with loads that wait for their payment.',
      }),
    },
  ],
  card_terms_missing: [409, 'The shop has no terms of cards yet'],
  card_terms_changed: [409, 'These are not the terms that hold now'],
  card_offer_changed: [409, 'This offer is not what the amount gets now'],
  card_offer_step_taken: [409, 'Another open offer begins at this amount'],
  card_offer_empty: [422, 'An offer has a bonus or gifts'],
  card_gift_product_not_found: [422, 'There is no such product'],
  card_owner_contradictory: [422, 'A named card has a customer, a bearer card has none'],
  card_state_conflict: [409, 'The card is in a state in which this cannot be done'],
  card_not_expiring: [409, 'A named card never expires'],
  promised_gift_not_owed: [409, 'This gift is not owed'],
  card_not_empty: [
    409,
    'The customer still has stored value on a card; it has to be paid back before',
    { cardBalanceAmount: ref(PositiveAmount, { description: 'What is on their cards.' }) },
  ],
});
