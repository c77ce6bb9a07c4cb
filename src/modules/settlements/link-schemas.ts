import { Type } from '@sinclair/typebox';
import {
  model,
  nullableInstant,
  nullableRef,
  nullableText,
  PositiveAmount,
  ref,
  text,
  toWire,
  toWireOrNull,
  versionNumber,
} from '../../platform/http/schema.ts';
import { ProviderName } from '../payments/schemas.ts';
import { Currency } from '../../platform/shops/schemas.ts';
import { decideTurn } from './offer-rules.ts';
import { SideName, SettlementOfferModel, presentOffer } from './offer-schemas.ts';
import { explainEdit, type ExplainedGoods } from './edit-words-rules.ts';
import { explainOffer } from './offer-words-rules.ts';
import { Direction, SettlementReasonName } from './name-schemas.ts';
import { PolicyWords } from '../orders/promise-schemas.ts';
import { PayoutMethodName } from './policy-schemas.ts';
import { presentWays, SettlementStateName } from './settlement-schemas.ts';
import type { SettlementView } from './view.ts';

const LinkedLine = model('LinkedSettlementLine', 'What is settled of a line, for who holds the link.', {
  productName: text('What was bought.', 500),
  quantity: Type.Integer({ description: 'Units.' }),
  paidNetAmount: ref(PositiveAmount, { description: 'What was paid for them, net of discounts.' }),
  comparedUnitAmount: Type.Unsafe<number | null>({
    type: ['integer', 'null'],
    description: 'What a unit should cost; null where nothing is compared.',
  }),
  differenceAmount: ref(PositiveAmount, { description: 'The difference between the two.' }),
  amount: ref(PositiveAmount, { description: 'What is offered of it now.' }),
  words: ref(PolicyWords, { description: 'The arithmetic in words.' }),
});

const LinkedGoods = model('LinkedEditGoods', 'Goods that go or come with an edit of the order.', {
  productName: text('What it is.', 500),
  quantity: Type.Integer({ description: 'Units.' }),
  amount: ref(PositiveAmount, {
    description: 'What comes off the price with them, or what they cost, all units together.',
  }),
});
const LinkedEdit = model('LinkedEdit', 'What the customer pays for, where it is an edit of the order.', {
  goes: Type.Array(ref(LinkedGoods), { description: 'What goes.' }),
  comes: Type.Array(ref(LinkedGoods), { description: 'What comes.' }),
  words: ref(PolicyWords, { description: 'The arithmetic in words.' }),
});

export const LinkedSettlement = model('LinkedSettlement', 'A settlement as the holder of a link sees it.', {
  shopName: text('Who offers it.', 200),
  orderNumber: text('The order that it is about.', 200),
  direction: ref(Direction),
  reason: ref(SettlementReasonName),
  state: ref(SettlementStateName),
  turn: nullableRef(SideName, 'Who answers next; null when nobody does.'),
  amount: ref(PositiveAmount, { description: 'What changes hands, freight included: the newest offer.' }),
  freightAmount: ref(PositiveAmount, { description: 'The part of it that is for freight.' }),
  currency: ref(Currency),
  message: nullableText('What was said with the newest offer.'),
  payoutMethod: nullableRef(PayoutMethodName, 'How the customer gets it; null when the customer pays.'),
  waysToPay: Type.Array(ref(ProviderName), { description: 'The providers by which the holder can pay it.' }),
  dueAt: nullableInstant('Until when it is to be answered, or paid.'),
  lines: Type.Array(ref(LinkedLine), {
    description: 'The lines that it is about; none for freight and for an edit.',
  }),
  edit: nullableRef(LinkedEdit, 'The edit that it pays for, such as an upgrade; null for anything else.'),
  offers: Type.Array(ref(SettlementOfferModel), { description: 'What was offered, oldest first.' }),
  version: versionNumber(),
});

/** A settlement as the holder of a link sees it: no id, and nothing of who made the offers. */
export function presentLinked(view: SettlementView, { shop }: { readonly shop: { readonly name: string } }) {
  const { settlement, lines, offers, names } = view;
  return {
    shopName: shop.name,
    orderNumber: names.orderNumber,
    direction: settlement.direction,
    reason: settlement.reason,
    state: settlement.state,
    turn: decideTurn(settlement.state, offers.at(-1)) ?? null,
    amount: toWire(settlement.amount),
    freightAmount: toWire(settlement.freightAmount),
    currency: settlement.currency,
    message: offers.at(-1)?.message ?? null,
    payoutMethod: settlement.payoutMethod,
    waysToPay: presentWays(view),
    dueAt: settlement.dueAt?.toISOString() ?? null,
    lines: lines.map((line) => ({
      productName: names.products.get(line.lineId) ?? '',
      quantity: line.quantity,
      paidNetAmount: toWire(line.paidNetAmount),
      comparedUnitAmount: toWireOrNull(line.comparedUnitAmount),
      differenceAmount: toWire(line.differenceAmount),
      amount: toWire(line.amount),
      words: explainOffer(line, settlement.currency),
    })),
    edit: presentLinkedEdit(view),
    offers: offers.map(presentOffer),
    version: settlement.version,
  };
}

const onWire = (goods: ExplainedGoods) => ({ ...goods, amount: toWire(goods.amount) });

function presentLinkedEdit({ edit, names, settlement }: SettlementView) {
  if (edit === null) return null;
  const goes = edit.units.map(({ lineId, quantity, amount }) => ({
    productName: names.products.get(lineId) ?? '',
    quantity,
    amount,
  }));
  const comes = edit.items.map(({ productName, quantity, netAmount: amount }) => ({
    productName,
    quantity,
    amount,
  }));
  return {
    goes: goes.map(onWire),
    comes: comes.map(onWire),
    words: explainEdit(goes, comes, settlement.amount, settlement.currency),
  };
}
