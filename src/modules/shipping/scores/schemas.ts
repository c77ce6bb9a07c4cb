import { type Static, Type } from '@sinclair/typebox';
import {
  instantText,
  model,
  nullableRef,
  nullableUuid,
  pageOf,
  PositiveAmount,
  ref,
  text,
  toWire,
  toWireOrNull,
  uuid,
} from '../../../platform/http/schema.ts';
import { Currency } from '../../../platform/shops/schemas.ts';
import type { CarrierScore, CarrierTransit } from './tables.ts';

const count = (description: string) => Type.Integer({ description });
const figure = (description: string) =>
  Type.Unsafe<number | null>({ type: ['integer', 'null'], description });
const day = (description: string) => Type.String({ format: 'date', description });

export const CarrierScoreModel = model(
  'CarrierScore',
  'What a carrier was worth at the end of a day: how many cases there are, and the figures drawn toward those of the shop.',
  {
    carrierId: uuid('The carrier.'),
    day: day('The day, in the time zone of the shop.'),
    scoreBps: figure('0 to 10,000; null while nothing is known in the whole shop.'),
    windowDays: count('Parcels that left in so many days up to this one are counted.'),
    priorCases: count('With how many average parcels of the shop the figures are damped.'),
    parcelCount: count('Parcels that left.'),
    promisedCount: count('Those whose promise can be judged: they arrived, or the promised day is over.'),
    onTimeCount: count('Those that arrived on the promised day at the latest.'),
    onTimeBps: figure('Their share, damped.'),
    deliveredCount: count('Those that arrived.'),
    transitDaysSum: count('How many calendar days these took together.'),
    transitCentidays: figure('How long one takes, damped, in hundredths of a day.'),
    endedCount: count('Those whose fate is known: arrived, lost, damaged or back.'),
    lostCount: count('Those that are lost.'),
    damagedCount: count('Those that were damaged, also where they arrived.'),
    spoiledCount: count('Those that are lost or were damaged.'),
    spoiledBps: figure('Their share, damped.'),
    ratingCount: count('Deliveries that buyers rated.'),
    ratingSum: count('Their ratings together, 1 to 5 each.'),
    ratingCentistars: figure('The mean rating, damped, in hundredths.'),
    costedCount: count('Parcels of which it is known what they cost.'),
    currency: ref(Currency),
    costSumAmount: ref(PositiveAmount, { description: 'What these cost together.' }),
    costAmount: nullableRef(PositiveAmount, 'What one costs, damped.'),
    computedAt: instantText('When it was computed.'),
  },
);
export const CarrierScorePage = pageOf('CarrierScorePage', CarrierScoreModel);
export const CarrierScoreList = model('CarrierScoreList', 'The carriers on a day, best first.', {
  data: Type.Array(ref(CarrierScoreModel), { description: 'One for each carrier.' }),
});

const CarrierTransitModel = model('CarrierTransit', "How long a carrier's parcels take, by own history.", {
  methodId: nullableUuid('The method; null for parcels that were sent without naming one.'),
  country: text('Where they went, ISO 3166-1 alpha-2.', 2),
  caseCount: count('How many arrived.'),
  tenthDays: count('One of ten of them took no longer, in calendar days.'),
  medianDays: count('Half of them took no longer, in calendar days.'),
  ninetiethDays: count('Nine of ten took no longer.'),
  day: day('As of the end of this day.'),
});
export const CarrierTransitList = model('CarrierTransitList', "How long a carrier's parcels take.", {
  data: Type.Array(ref(CarrierTransitModel), { description: 'By country and method.' }),
});

export const presentScore = (score: CarrierScore, currency: string): Static<typeof CarrierScoreModel> => {
  const { shopId: _shop, costSumAmount, costAmount, computedAt, ...figures } = score;
  return {
    ...figures,
    currency,
    costSumAmount: toWire(costSumAmount),
    costAmount: toWireOrNull(costAmount),
    computedAt: computedAt.toISOString(),
  };
};

export const presentTransit = ({
  methodId,
  country,
  caseCount,
  tenthDays,
  medianDays,
  ninetiethDays,
  day: measuredOn,
}: CarrierTransit) => ({
  methodId,
  country,
  caseCount,
  tenthDays,
  medianDays,
  ninetiethDays,
  day: measuredOn,
});
