import { type TProperties, Type } from '@sinclair/typebox';
import { model, ref, uuid } from '../../platform/http/schema.ts';

export const MAX_LINES = 500;
export const quantity = () => Type.Integer({ minimum: 1, maximum: 1_000_000, description: 'Units.' });
export const linesOf = <T extends TProperties>(item: ReturnType<typeof model<T>>) =>
  Type.Array(ref(item), {
    minItems: 1,
    maxItems: MAX_LINES,
    description: 'The lines. A product may be named more than once.',
  });

const BasketLineModel = model('BasketLine', 'A product and how many of it.', {
  productId: uuid('The product.'),
  quantity: quantity(),
  logoRequestId: Type.Optional(
    uuid('The request for a logo of the customer, that was accepted: the goods are made with it.'),
  ),
});

/** The lines of a basket. */
export const basketLines = () => linesOf(BasketLineModel);

export const channelField = {
  channel: Type.String({
    pattern: '^[a-z0-9][a-z0-9_-]{0,39}$',
    default: 'web',
    description: 'Where the order will be placed: campaigns may be for some channels only.',
  }),
};
