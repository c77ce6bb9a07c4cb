import { Type } from '@sinclair/typebox';
import { defineErrors } from '../../platform/errors.ts';
import { nullableRef, PositiveAmount } from '../../platform/http/schema.ts';

export const catalogueErrors = defineErrors({
  no_price_then: [404, 'The product had no price at that moment'],
  product_external_id_taken: [409, 'Another product of the shop has this externalId'],
  insufficient_stock: [409, 'There is not enough stock'],
  past_price_differs: [409, 'Another price is recorded for that moment'],
  price_below_minimum: [422, 'A price is below the minimum price of the product'],
  price_breaks_not_falling: [422, 'Price breaks must have rising quantities and falling prices'],
  reference_price_not_true: [
    422,
    'The reference price is above the best prior price',
    {
      rule: Type.String({ description: 'The rule that it breaks: that of the market.' }),
      basis: Type.String({ description: 'Which price was the best prior one, as in `BestPriorPrice`.' }),
      bestPriorAmount: nullableRef(
        PositiveAmount,
        'What the reference price may be at most; null when there was no price before.',
      ),
    },
  ],
  freight_template_not_found: [422, 'There is no such freight template, or it is archived'],
  past_price_too_late: [422, 'The moment is not before the first price that was recorded here'],
  stock_limit_exceeded: [422, 'The stock on hand would be larger than the API can carry'],
  duplicate_external_id: [422, 'An earlier item of the same request has this externalId'],
  bulk_refused: [422, 'An item was refused, so nothing was written'],
});
