import { Type } from '@sinclair/typebox';
import {
  enumeration,
  inputModel,
  instantOrNull,
  instantText,
  model,
  nullableInstant,
  nullableUuid,
  pageOf,
  PositiveAmount,
  ref,
  toWire,
  uuid,
  versionNumber,
} from '../../../platform/http/schema.ts';
import { sumOf } from '../../../platform/money.ts';
import { Currency } from '../../../platform/shops/schemas.ts';
import { PolicyReasonName } from '../policy-schemas.ts';
import type { SettlementState } from '../states.ts';
import type { StateCount } from './repository.ts';
import type { WholeSweep } from './requests.ts';
import { SWEEP_REFUSALS } from './rules.ts';
import { priceProtectionSweepStates } from './states.ts';
import { type PriceProtectionSweep, SWEEP_CAUSES } from './tables.ts';

export const SweepStateName = enumeration(
  'PriceProtectionSweepState',
  'Where a sweep stands.',
  priceProtectionSweepStates.names,
);
const SweepCause = enumeration(
  'PriceProtectionSweepCause',
  'Why it was made: somebody asked for it, or the price of a product fell.',
  SWEEP_CAUSES,
);
const SweepRefusalName = enumeration(
  'PriceProtectionRefusal',
  'Why a sweep opens nothing for a line.',
  SWEEP_REFUSALS,
);

const count = (description: string) => Type.Integer({ minimum: 0, description });
const someProducts = (description: string) =>
  Type.Array(uuid('A product.'), { minItems: 1, maxItems: 1_000, description });

export const SweepCreate = inputModel('PriceProtectionSweepCreate', 'What to sweep.', {
  reason: { ...ref(PolicyReasonName, { description: 'The promise that is kept.' }), default: 'price_drop' },
  isDryRun: Type.Boolean({
    default: false,
    description:
      'Count what would be opened, and open nothing. The figures are those of a run at that moment.',
  }),
  productIds: Type.Optional(someProducts('Only lines of these products; of all, when absent.')),
});

const Refused = model('PriceProtectionRefusedLines', 'Lines for which nothing is opened, by the reason.', {
  refusal: ref(SweepRefusalName),
  lineCount: count('How many.'),
});

const headFields = {
  id: uuid('The sweep.'),
  reason: ref(PolicyReasonName),
  cause: ref(SweepCause),
  isDryRun: Type.Boolean({ description: 'It opens nothing.' }),
  state: ref(SweepStateName),
  orderCount: count('Orders to look at; known once it runs.'),
  doneOrderCount: count('Orders that were looked at.'),
  foundLineCount: count('Lines that were looked at: each was opened, waits or was refused.'),
  openedLineCount: count('Lines with something to pay.'),
  waitingLineCount: count('Lines that are busy in another settlement. They are swept again when it ends.'),
  openedCount: count('Settlements: one for an order.'),
  customerCount: count('Customers with something to get; each order of a guest counts as one.'),
  openedAmount: ref(PositiveAmount, { description: 'What the settlements come to.' }),
  currency: ref(Currency),
  createdAt: instantText('When it was made: the windows of that moment count.'),
  startedAt: nullableInstant('When it began.'),
  finishedAt: nullableInstant('When it ended.'),
  version: versionNumber(),
  updatedAt: instantText('When it last changed.'),
};

const SweepHead = model(
  'PriceProtectionSweepHead',
  'A sweep of price protection, as lists show it.',
  headFields,
);
export const SweepHeadPage = pageOf('PriceProtectionSweepList', SweepHead);

export const SweepModel = model(
  'PriceProtectionSweep',
  'A search for every order line that fallen prices promise something for.',
  {
    ...headFields,
    productIds: Type.Unsafe<string[] | null>({
      type: ['array', 'null'],
      items: { type: 'string', format: 'uuid' },
      description: 'Only lines of these products; null for all.',
    }),
    refusals: Type.Array(ref(Refused), { description: 'Lines for which nothing is opened.' }),
    cursorOrderId: nullableUuid('The last order that was looked at.'),
    draftCount: count('Settlements that wait for a person.'),
    acceptedCount: count('Settlements whose money is about to be sent.'),
    paidCount: count('Settlements whose money is on its way or has arrived.'),
    paidAmount: ref(PositiveAmount, { description: 'What those come to.' }),
  },
);

export const presentSweepHead = (sweep: PriceProtectionSweep, currency: string) => ({
  id: sweep.id,
  reason: sweep.reason,
  cause: sweep.cause,
  isDryRun: sweep.isDryRun,
  state: sweep.state,
  orderCount: sweep.orderCount,
  doneOrderCount: sweep.doneOrderCount,
  foundLineCount: sweep.foundLineCount,
  openedLineCount: sweep.openedLineCount,
  waitingLineCount: sweep.waitingLineCount,
  openedCount: sweep.openedCount,
  customerCount: sweep.customerCount,
  openedAmount: toWire(sweep.openedAmount),
  currency,
  createdAt: sweep.createdAt.toISOString(),
  startedAt: instantOrNull(sweep.startedAt),
  finishedAt: instantOrNull(sweep.finishedAt),
  version: sweep.version,
  updatedAt: sweep.updatedAt.toISOString(),
});

export function presentSweep({ sweep, settlements }: WholeSweep, currency: string) {
  const paid = inStates(settlements, ['paying', 'settled']);
  return {
    ...presentSweepHead(sweep, currency),
    productIds: sweep.productIds,
    refusals: SWEEP_REFUSALS.flatMap((refusal) => {
      const lineCount = sweep.refusedLineCounts[refusal] ?? 0;
      return lineCount === 0 ? [] : [{ refusal, lineCount }];
    }),
    cursorOrderId: sweep.cursorOrderId,
    draftCount: countOf(inStates(settlements, ['draft', 'offered', 'countered'])),
    acceptedCount: countOf(inStates(settlements, ['accepted'])),
    paidCount: countOf(paid),
    paidAmount: toWire(sumOf(paid.map(({ amount }) => amount))),
  };
}

const inStates = (counts: readonly StateCount[], states: readonly SettlementState[]) =>
  counts.filter(({ state }) => states.includes(state));
const countOf = (counts: readonly StateCount[]): number => counts.reduce((sum, one) => sum + one.count, 0);
