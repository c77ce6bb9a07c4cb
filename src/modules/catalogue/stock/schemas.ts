import { type Static, Type } from '@sinclair/typebox';
import { instantText, model, pageOf, text, uuid, versionNumber } from '../../../platform/http/schema.ts';
import { MAX_QUANTITY } from '../rules.ts';
import type { StockAdjustmentRow, StockRow } from '../tables.ts';

export const StockLevel = model('StockLevel', 'How many pieces of a product there are.', {
  productId: uuid('The product.'),
  onHandQuantity: Type.Integer({ description: 'Pieces in the warehouse.' }),
  reservedQuantity: Type.Integer({ description: 'The part of them that is promised to orders.' }),
  availableQuantity: Type.Integer({ description: 'The part of them that can still be sold.' }),
  version: versionNumber(),
});
export const StockLevelPage = pageOf('StockLevelPage', StockLevel);

const reason = text('Why, for the records.', 200);
export const StockAdjustmentCreate = model('StockAdjustmentCreate', 'Pieces that came in or went out.', {
  onHandChange: Type.Integer({
    minimum: -MAX_QUANTITY,
    maximum: MAX_QUANTITY,
    description: 'Positive: pieces came in. Negative: pieces are gone.',
  }),
  reason,
});
export const StockAdjustment = model(
  'StockAdjustment',
  'Who changed the stock on hand other than by selling or taking back.',
  {
    id: uuid('The adjustment.'),
    productId: uuid('The product.'),
    onHandChange: Type.Integer({ description: 'Positive: pieces came in.' }),
    onHandQuantity: Type.Integer({ description: 'The stock on hand after it.' }),
    reason,
    actorKind: text('api_key or system.', 40),
    actorId: text('The key, or the name of the system part.', 100),
    adjustedAt: instantText('When.'),
  },
);
export const StockAdjustmentPage = pageOf('StockAdjustmentPage', StockAdjustment);

export const presentStock = (row: StockRow): Static<typeof StockLevel> => ({
  productId: row.productId,
  onHandQuantity: row.onHand,
  reservedQuantity: row.reserved,
  availableQuantity: row.onHand - row.reserved,
  version: row.version,
});

export const presentAdjustment = (row: StockAdjustmentRow): Static<typeof StockAdjustment> => ({
  id: row.id,
  productId: row.productId,
  onHandChange: row.onHandChange,
  onHandQuantity: row.onHandAfter,
  reason: row.reason,
  actorKind: row.actorKind,
  actorId: row.actorId,
  adjustedAt: row.adjustedAt.toISOString(),
});
