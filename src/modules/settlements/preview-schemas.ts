import { Type } from '@sinclair/typebox';
import {
  enumeration,
  inputModel,
  model,
  nullableRef,
  PositiveAmount,
  ref,
  text,
  toWire,
  uuid,
} from '../../platform/http/schema.ts';
import { Currency } from '../../platform/shops/schemas.ts';
import { CAPS } from './difference-rules.ts';
import { ClaimRefusalName } from './name-schemas.ts';
import { PolicyWords } from '../orders/promise-schemas.ts';
import { PayoutMethodName, PolicyReasonName } from './policy-schemas.ts';
import type { Preview } from './claims.ts';
import { explainLine, REFUSAL_WORDS } from './refusal-words-rules.ts';

export const CapName = enumeration('SettlementCap', 'What made an amount smaller than the difference.', CAPS);

export const PreviewCreate = inputModel('PriceDifferencePreviewCreate', 'What is asked for.', {
  reason: ref(PolicyReasonName),
  policyId: Type.Optional(uuid('By this policy; by the one that pays most, when absent.')),
  payoutMethod: Type.Optional(
    ref(PayoutMethodName, {
      description: 'Paid this way; when absent, as a claim would be that does not say how.',
    }),
  ),
});

const PreviewLine = model('PriceDifferencePreviewLine', 'What is paid for a line, and why.', {
  lineId: uuid('The line.'),
  productId: uuid('The product.'),
  quantity: Type.Integer({ description: 'Units that are still with the customer.' }),
  paidNetAmount: ref(PositiveAmount, {
    description: 'What was paid for them, net of their share of every discount.',
  }),
  comparedUnitAmount: ref(PositiveAmount, { description: 'What a unit costs now.' }),
  differenceAmount: Type.Integer({
    description: 'Paid net less the compared price; negative when it is dearer now.',
  }),
  rateBps: Type.Integer({ description: 'The share of the difference that is promised, in basis points.' }),
  settledAmount: ref(PositiveAmount, { description: 'What was settled before.' }),
  amount: ref(PositiveAmount, { description: 'What is paid now.' }),
  cap: nullableRef(CapName, 'What made it smaller.'),
  refusal: nullableRef(ClaimRefusalName, 'Why nothing is paid.'),
  explanation: ref(PolicyWords, { description: 'The arithmetic, in words.' }),
});

const PreviewPolicy = model('PriceDifferencePreviewPolicy', 'The promise that it goes by.', {
  policyId: uuid('The policy.'),
  name: text('What the shop calls it.', 100),
  ruleVersion: Type.Integer({ description: 'The version that was in force when the order was placed.' }),
  words: ref(PolicyWords, { description: 'The promise in plain words.' }),
});

export const PreviewModel = model('PriceDifferencePreview', 'What the shop’s promises pay for an order.', {
  orderId: uuid('The order.'),
  reason: ref(PolicyReasonName),
  policy: nullableRef(
    PreviewPolicy,
    'The promise; null when the order was promised nothing for this reason.',
  ),
  payoutMethod: nullableRef(
    PayoutMethodName,
    'How it would be paid: as asked, or as the promise usually is. A coupon has to be asked for.',
  ),
  currency: ref(Currency),
  amount: ref(PositiveAmount, { description: 'What is paid now, in all.' }),
  refusal: nullableRef(ClaimRefusalName, 'Why the whole claim is refused.'),
  refusalWords: nullableRef(PolicyWords, 'The same in plain words.'),
  lines: Type.Array(ref(PreviewLine), { description: 'Every line of the order, or none without a promise.' }),
});

/** A preview as it goes out. */
export function presentPreview({ order, lines, reason, best }: Preview) {
  const refusal = best === undefined ? 'reason_not_covered' : best.decision.refusal;
  const productOf = new Map(lines.map((line) => [line.id, line.productId]));
  return {
    orderId: order.id,
    reason,
    policy:
      best === undefined
        ? null
        : {
            policyId: best.promised.policyId,
            name: best.promised.name,
            ruleVersion: best.promised.ruleVersion,
            words: best.promised.words,
          },
    payoutMethod: best?.payoutMethod ?? null,
    currency: order.currency,
    amount: toWire(best?.decision.amount ?? 0n),
    refusal,
    refusalWords: refusal && REFUSAL_WORDS[refusal],
    lines: (best?.decision.lines ?? []).map((line) => ({
      lineId: line.lineId,
      productId: productOf.get(line.lineId) ?? '',
      quantity: line.quantity,
      paidNetAmount: toWire(line.paidNetAmount),
      comparedUnitAmount: toWire(line.comparedUnitAmount),
      differenceAmount: toWire(line.differenceAmount),
      rateBps: line.rateBps,
      settledAmount: toWire(line.settledAmount),
      amount: toWire(line.amount),
      cap: line.cap,
      refusal: line.refusal,
      explanation: explainLine(line, order.currency),
    })),
  };
}
