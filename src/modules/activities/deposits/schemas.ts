import { Type } from '@sinclair/typebox';
import type { Ctx } from '../../../platform/context.ts';
import {
  enumeration,
  inputModel,
  instantOrNull,
  instantText,
  model,
  nullableInstant,
  nullableText,
  pageOf,
  PositiveAmount,
  ref,
  toWire,
  uuid,
  versionNumber,
} from '../../../platform/http/schema.ts';
import { sumOf } from '../../../platform/money.ts';
import { Currency } from '../../../platform/shops/schemas.ts';
import { DAY_MS } from '../../../platform/time.ts';
import { attemptFields, PaymentResource, presentPayment } from '../../payments/schemas.ts';
import type { Payment } from '../../payments/tables.ts';
import { whereFields } from '../participants/schemas.ts';
import type { PlannedPart } from './deposit-rules.ts';
import type { DepositView } from './open.ts';
import type { DepositAgeing } from './read.ts';
import { giftDepositStates } from './states.ts';
import { type GiftDepositPart, PAYOUT_WAYS } from './tables.ts';

const { couponCode: _couponCode, cardId: _cardId, cardCode: _cardCode, ...payFields } = attemptFields;
export const DepositCreate = inputModel('GiftDepositCreate', 'Who pays a deposit, and how.', {
  customerId: uuid('The customer.'),
  ...whereFields,
  ...payFields,
});
export const OwnDepositCreate = inputModel(
  'OwnGiftDepositCreate',
  'How the customer who calls pays a deposit.',
  {
    ...whereFields,
    ...payFields,
  },
);

const CollectWayName = enumeration(
  'GiftDepositCollectWay',
  'Where what is due goes: to the customer’s wallet, or along the payment that the deposit came by.',
  ['wallet', 'payment'],
);
export const DepositCollect = inputModel('GiftDepositCollect', 'Where what is due goes.', {
  payoutWay: ref(CollectWayName),
});
export const DepositPayout = inputModel('GiftDepositPayout', 'To whom it is paid out at the counter.', {
  claimCode: Type.String({
    minLength: 1,
    maxLength: 100,
    description: 'What the customer shows. Spaces, hyphens and small letters do not matter.',
  }),
});
export const DepositSettle = inputModel('GiftDepositSettle', 'Why all of a deposit is due before its time.', {
  reason: Type.String({ minLength: 1, maxLength: 2_000, description: 'Such as: the goods came back.' }),
});

export const DepositStateName = enumeration(
  'GiftDepositState',
  'Pending until it is paid, active until all of it is back.',
  giftDepositStates.names,
);
const PayoutWayName = enumeration(
  'GiftDepositPayoutWay',
  'How a part was paid out: to the wallet, along the payment, or at the counter.',
  PAYOUT_WAYS,
);
const dueOn = () =>
  Type.String({ format: 'date', description: 'The day on which it is due: the last of a month.' });
const partAmount = () => ref(PositiveAmount, { description: 'How much it is, in minor units.' });
const number = () => Type.Integer({ minimum: 1, description: '1, 2, 3 …' });
const PartModel = model('GiftDepositPart', 'A part in which a deposit comes back.', {
  number: number(),
  partAmount: partAmount(),
  dueOn: dueOn(),
  collectableAt: instantText('From when on it can be collected; earlier where all was settled early.'),
  isDue: Type.Boolean({ description: 'Whether it can be collected now. It stays owed until it is.' }),
  collectedAt: nullableInstant('When it was collected.'),
  payoutWay: Type.Union([ref(PayoutWayName), Type.Null()], {
    description: 'How it was paid out; null: not yet.',
  }),
});
export const DepositModel = model(
  'GiftDeposit',
  'A deposit that comes back in monthly parts. Before it is paid its parts are those that it would have if it were paid now.',
  {
    id: uuid('The deposit.'),
    activityId: uuid('The activity.'),
    customerId: uuid('Whose it is.'),
    state: ref(DepositStateName),
    currency: ref(Currency),
    depositAmount: ref(PositiveAmount, { description: 'What is paid and comes back, in minor units.' }),
    returnedAmount: ref(PositiveAmount, { description: 'What of it is back.' }),
    dueAmount: ref(PositiveAmount, { description: 'What of it can be collected now.' }),
    instalments: Type.Integer({ minimum: 1, description: 'In how many parts it comes back.' }),
    parts: Type.Array(ref(PartModel), { description: 'The parts, in order.' }),
    payUntil: nullableInstant('Until when the place is held; null once it is paid or gone.'),
    paidAt: nullableInstant('When it was paid.'),
    settledEarlyAt: nullableInstant('When all of it became due before its time.'),
    settledEarlyReason: nullableText('Why.'),
    version: versionNumber(),
    createdAt: instantText('When the place was taken.'),
    updatedAt: instantText('When it last changed.'),
  },
);
export const DepositPage = pageOf('GiftDepositPage', DepositModel);
export const OpenedDepositModel = model('OpenedGiftDeposit', 'A deposit with the attempt to pay it.', {
  deposit: ref(DepositModel),
  payment: ref(PaymentResource),
});
export const DepositCodeModel = model('GiftDepositCode', 'What a customer shows at the counter.', {
  deposit: ref(DepositModel),
  claimCode: Type.String({ description: 'The code; it is told here and never again.' }),
});

const PlannedPartModel = model('GiftDepositPlannedPart', 'A part in which a deposit would come back.', {
  number: number(),
  partAmount: partAmount(),
  dueOn: dueOn(),
});
export const DepositPlanModel = model('GiftDepositPlan', 'How a deposit comes back that is paid now.', {
  currency: ref(Currency),
  depositAmount: ref(PositiveAmount, { description: 'What is paid, and the sum of the parts.' }),
  parts: Type.Array(ref(PlannedPartModel), { description: 'The parts, in order.' }),
});

const AGES = ['not_due', 'days_0_to_30', 'days_31_to_60', 'days_61_to_90', 'days_over_90'] as const;
const AgeName = enumeration('GiftDepositAge', 'For how long something has been due.', AGES);
const AgeModel = model('GiftDepositAgeSum', 'What is owed that has been due for so long.', {
  age: ref(AgeName),
  parts: Type.Integer({ minimum: 0, description: 'How many parts.' }),
  deposits: Type.Integer({ minimum: 0, description: 'Of how many deposits.' }),
  owedAmount: ref(PositiveAmount, { description: 'What they come to, in minor units.' }),
});
export const DepositAgeingModel = model('GiftDepositAgeing', 'What the shop owes for deposits with gifts.', {
  currency: ref(Currency),
  exposedAmount: ref(PositiveAmount, { description: 'What is deposited, or about to be, and not back.' }),
  limitAmount: ref(PositiveAmount, { description: 'How much that may be: `giftDepositLimitAmount`.' }),
  ages: Type.Array(ref(AgeModel), { description: 'Every age, also of which there is nothing.' }),
});

const dateOf = (day: number): string => new Date(day * DAY_MS).toISOString().slice(0, 10);
const isDue = (part: GiftDepositPart, { now }: Pick<Ctx, 'now'>): boolean =>
  part.collectedAt === null && part.collectableAt <= now;

export function presentDeposit({ deposit, parts }: DepositView, ctx: Ctx) {
  const due = parts.filter((part) => deposit.state === 'active' && isDue(part, ctx));
  return {
    id: deposit.id,
    activityId: deposit.activityId,
    customerId: deposit.customerId,
    state: deposit.state,
    currency: ctx.shop.currency,
    depositAmount: toWire(deposit.depositAmount),
    returnedAmount: toWire(deposit.returnedAmount),
    dueAmount: toWire(sumOf(due.map((part) => part.partAmount))),
    instalments: deposit.instalments,
    parts: parts.map((part) => ({
      ...presentPart(part),
      collectableAt: part.collectableAt.toISOString(),
      isDue: due.includes(part),
      collectedAt: instantOrNull(part.collectedAt),
      payoutWay: part.payoutWay,
    })),
    payUntil: instantOrNull(deposit.dueAt),
    paidAt: instantOrNull(deposit.paidAt),
    settledEarlyAt: instantOrNull(deposit.settledEarlyAt),
    settledEarlyReason: deposit.settledEarlyReason,
    version: deposit.version,
    createdAt: deposit.createdAt.toISOString(),
    updatedAt: deposit.updatedAt.toISOString(),
  };
}

const presentPart = (part: PlannedPart) => ({
  number: part.number,
  partAmount: toWire(part.partAmount),
  dueOn: dateOf(part.dueDay),
});

export const presentOpened = (opened: DepositView & { readonly payment: Payment }, ctx: Ctx) => ({
  deposit: presentDeposit(opened, ctx),
  payment: presentPayment(opened.payment),
});

export const presentPlan = (parts: readonly PlannedPart[], { shop }: Ctx) => ({
  currency: shop.currency,
  depositAmount: toWire(sumOf(parts.map((part) => part.partAmount))),
  parts: parts.map(presentPart),
});

export const presentAgeing = ({ ages, exposedAmount, limitAmount }: DepositAgeing, { shop }: Ctx) => ({
  currency: shop.currency,
  exposedAmount: toWire(exposedAmount),
  limitAmount: toWire(limitAmount),
  ages: AGES.map((age) => {
    const found = ages.find(({ bucket }) => bucket === age);
    const { parts = 0, deposits = 0, amount = 0n } = found ?? {};
    return { age, parts, deposits, owedAmount: toWire(amount) };
  }),
});
