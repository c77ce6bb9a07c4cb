import { Type } from '@sinclair/typebox';
import { model, ref, text, uuid } from '../../platform/http/schema.ts';
import type { OrderPromise } from './ports.ts';

export const PolicyWords = model('PolicyWords', 'A text for customers, made from a rule.', {
  en: Type.String({ description: 'In English.' }),
  zh: Type.String({ description: 'In Chinese.' }),
});
export const OrderPromiseModel = model(
  'OrderPromise',
  'What the shop promises about the price of an order.',
  {
    policyId: uuid('The price difference policy.'),
    name: text('What the shop calls it.', 100),
    ruleVersion: Type.Integer({
      description: 'The version of its rule: whatever becomes of the policy, the order keeps it.',
    }),
    words: ref(PolicyWords, { description: 'The promise in plain words.' }),
  },
);
export const OrderPromiseList = model('OrderPromiseList', 'What an order was promised when it was placed.', {
  data: Type.Array(ref(OrderPromiseModel), { description: 'The promises, the oldest policy first.' }),
});

export const presentPromise = ({ policyId, name, ruleVersion, words }: OrderPromise) => ({
  policyId,
  name,
  ruleVersion,
  words: { en: words.en, zh: words.zh },
});
