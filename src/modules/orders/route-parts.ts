import { Type } from '@sinclair/typebox';
import { uuid } from '../../platform/http/schema.ts';
import { customersErrors } from '../customers/errors.ts';
import { orderErrors as e } from './errors.ts';

export const orderParams = Type.Object({ orderId: uuid('The order.') });

/** Why a customer whom staff names cannot buy. */
export const buyerErrors = [
  customersErrors.customer_not_found,
  customersErrors.customer_merged,
  customersErrors.customer_erased,
];

/** What pricing a basket refuses. */
export const pricingErrors = [
  e.product_not_available,
  e.below_minimum_quantity,
  e.not_order_multiple,
  e.logo_request_not_found,
  e.logo_request_not_accepted,
  e.logo_request_not_for_product,
  e.logo_request_used_up,
  e.amount_too_large,
  e.region_not_served,
  e.region_required,
  e.region_unknown,
  e.freight_facts_missing,
];
