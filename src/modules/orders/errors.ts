import { Type } from '@sinclair/typebox';
import { defineErrors, platformErrors } from '../../platform/errors.ts';
import { CHOICE_FAULTS } from '../shipping/options/rules.ts';
import { RejectedCampaignModel } from './rejection-schemas.ts';
import { enumeration, PositiveAmount, ref, uuid } from '../../platform/http/schema.ts';

const DeliveryMethodFault = enumeration(
  'DeliveryMethodFault',
  'Why a method does not do: there is no such one; it or its carrier is not offered now; no price list is in force; the place is in none ' +
    'of its zones; the basket is too heavy; nobody said where it goes; a product does not tell its weight.',
  CHOICE_FAULTS,
);

export const orderErrors = {
  amount_too_large: platformErrors.amount_too_large,
  ...defineErrors({
    product_not_available: [422, 'A product does not exist or is not for sale'],
    below_minimum_quantity: [422, 'A product is only sold in larger quantities'],
    not_order_multiple: [422, 'A product is only sold in multiples of a quantity'],
    out_of_stock: [409, 'There is not enough stock'],
    quote_not_valid: [422, 'The quote token is not one of this shop for this customer'],
    quote_expired: [422, 'The quote no longer holds; ask for a new one'],
    quote_mismatch: [422, 'The quote token belongs to another basket'],
    region_not_served: [422, 'A line is not sent to this place'],
    region_required: [422, 'What freight costs depends on where the goods go'],
    region_unknown: [422, 'The country has no such region'],
    freight_facts_missing: [422, 'A product lacks the weight or the size that its freight goes by'],
    delivery_method_not_available: [
      422,
      'The order cannot be sent in the chosen way',
      { reason: ref(DeliveryMethodFault, { description: 'Why not.' }) },
    ],
    campaign_used_up: [
      409,
      'Nothing is left of a campaign that the quote was priced with; ask for a new one',
      {
        campaignIds: Type.Array(uuid('The campaign.'), {
          description: 'The campaigns of which nothing is left.',
        }),
      },
    ],
    coupon_not_applied: [
      422,
      'A code opens a campaign that does nothing for this basket',
      {
        campaignsNotApplied: Type.Array(ref(RejectedCampaignModel), {
          description:
            'The campaigns that codes open and that do nothing for this basket, each with the reason.',
        }),
      },
    ],
    total_changed: [
      409,
      'The order would cost another total than expected',
      { totalAmount: ref(PositiveAmount, { description: 'What it would cost.' }) },
    ],
    not_for_customers: [422, 'A customer cannot set this field'],
    external_id_taken: [409, 'Another order has this external id'],
    too_much_metadata: [422, 'A resource holds 50 keys of metadata at most'],
    number_taken: [409, 'Another order has this number'],
    credit_exceeded: [
      409,
      'The order would exceed the credit limit of the customer',
      { leftAmount: ref(PositiveAmount, { description: 'What is left of the limit.' }) },
    ],
    order_not_payable: [409, 'Nothing is due on the order'],
    payment_too_large: [
      422,
      'The payment is larger than what is due',
      { dueAmount: ref(PositiveAmount, { description: 'What is still to be paid.' }) },
    ],
    deposit_open: [
      409,
      'The deposit of the order is not paid',
      { openDepositAmount: ref(PositiveAmount, { description: 'What is open of the deposit.' }) },
    ],
    order_not_shippable: [409, 'The order cannot be shipped in its state'],
    shipment_too_large: [422, 'More units than are still to be shipped'],
    order_not_completable: [409, 'Only a delivered and paid order can be completed'],
    order_not_cancellable: [409, 'The order can no longer be cancelled'],
    order_not_repricable: [409, 'Only the price of an unpaid order can be lowered'],
    below_floor: [
      422,
      'The price would fall below the floor of a product',
      {
        largestReductionAmount: ref(PositiveAmount, {
          description: 'What the price can be lowered by at most.',
        }),
      },
    ],
    write_off_not_possible: [409, 'Only what is owed of goods that left the house can be written off'],
    write_off_too_large: [
      422,
      'More would be written off than is owed',
      { dueAmount: ref(PositiveAmount, { description: 'What is still to be paid.' }) },
    ],
    order_not_editable: [409, 'Only a paid order that has not been shipped whole can be edited'],
    order_in_edit: [
      409,
      'An edit of the order waits for its payment',
      { editId: uuid('The edit that is open: pay it, or give it up.') },
    ],
    edit_not_possible: [422, 'The order cannot be changed like this'],
    logo_request_inconsistent: [422, 'The request names nobody, or a product twice'],
    logo_request_not_found: [422, 'The customer of the goods has no such request for a logo'],
    logo_request_not_accepted: [409, 'What is agreed on, and has not ended, can be ordered with a logo'],
    logo_request_not_for_product: [422, 'The request for a logo is not about this product'],
    logo_request_used_up: [409, 'Fewer pieces are left of what was agreed on with the logo'],
    logo_request_ordered: [409, 'Goods of the request are ordered: cancel these first'],
    logo_request_not_open: [409, 'The request does not stand where this is possible'],
    import_conflict: [409, 'The order was imported before with other content'],
    import_inconsistent: [422, 'The dates or amounts of the imported order contradict each other'],
  }),
};
