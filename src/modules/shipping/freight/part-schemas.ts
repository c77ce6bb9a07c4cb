import { type Static, Type } from '@sinclair/typebox';
import {
  enumeration,
  model,
  nullableRef,
  PositiveAmount,
  ref,
  text,
  uuid,
} from '../../../platform/http/schema.ts';
import type { FreightPart } from './rules.ts';
import { ChargeBasisName, PayerName } from './schemas.ts';

const FreeBy = enumeration(
  'FreightFreeBy',
  'What made freight free: the amount of the goods, or their quantity.',
  ['amount', 'quantity'],
);

export const FreightPartModel = model(
  'FreightPart',
  'What one freight template takes: first units, further steps and oversize pieces.',
  {
    templateId: uuid('The template.'),
    templateName: text('What the shop called it.', 100),
    tariffTemplateId: uuid('The template whose tariff it is: the same, or the one that it falls back on.'),
    tariffTemplateName: text('What the shop called that one.', 100),
    zoneName: text('The zone of the destination.', 100),
    chargedBy: ref(ChargeBasisName),
    payer: ref(PayerName),
    linePositions: Type.Array(Type.Integer({ minimum: 1 }), {
      description: 'The lines that it sends, from 1.',
    }),
    quantity: Type.Integer({ description: 'Pieces.' }),
    unitCount: Type.Integer({ description: 'Pieces, grams or cubic centimetres, by `chargedBy`.' }),
    firstAmount: ref(PositiveAmount, { description: 'What the first units cost.' }),
    additionalSteps: Type.Integer({ description: 'Steps beyond the first units.' }),
    additionalAmount: ref(PositiveAmount, { description: 'What they cost.' }),
    oversizeQuantity: Type.Integer({ description: 'Pieces that are oversize.' }),
    oversizeAmount: ref(PositiveAmount, { description: 'What they cost on top.' }),
    freeBy: nullableRef(FreeBy, 'Why the first units and the steps cost nothing.'),
    tariffAmount: ref(PositiveAmount, { description: 'First units, steps and oversize pieces in all.' }),
    amount: ref(PositiveAmount, { description: 'What the buyer pays of it: nothing where the seller pays.' }),
  },
);

/** A part as it is stored with an order and goes out. */
export type StoredFreightPart = Static<typeof FreightPartModel>;

export const storedPart = (part: FreightPart): StoredFreightPart => ({
  templateId: part.templateId,
  templateName: part.templateName,
  tariffTemplateId: part.tariffTemplateId,
  tariffTemplateName: part.tariffTemplateName,
  zoneName: part.zoneName,
  chargedBy: part.chargedBy,
  payer: part.payer,
  linePositions: part.lines.map((index) => index + 1),
  quantity: part.quantity,
  unitCount: Number(part.units),
  firstAmount: Number(part.firstAmount),
  additionalSteps: Number(part.additionalSteps),
  additionalAmount: Number(part.additionalAmount),
  oversizeQuantity: part.oversizeQuantity,
  oversizeAmount: Number(part.oversizeAmount),
  freeBy: part.freeBy,
  tariffAmount: Number(part.tariffAmount),
  amount: Number(part.amount),
});
