import { type Static, Type } from '@sinclair/typebox';
import {
  countryCode,
  enumeration,
  model,
  nullableText,
  PositiveAmount,
  ref,
  text,
  toWire,
  uuid,
} from '../../../platform/http/schema.ts';
import { Currency } from '../../../platform/shops/schemas.ts';
import { MAX_GRAMS } from '../carriers/price-rules.ts';
import { CarrierStatusName, methodCode } from '../carriers/schemas.ts';
import { EXPECTATION_BASES } from '../carriers/transit-rules.ts';
import { type DeliveryOptions, UNAVAILABLE_REASONS } from './list.ts';
import { RANK_REASONS, RANKINGS } from './rules.ts';

export const RankingName = enumeration('DeliveryRanking', 'What counts.', RANKINGS);
const ReasonName = enumeration(
  'DeliveryRankReason',
  '`trial_turn`: a carrier on trial in whose share the basket is. `best`, `tied`, `behind`: by what counts. `few_cases`: its score is of too few ' +
    'parcels to stand before others. `no_figure`: nothing is ' +
    'known of it. `trial_waits`: on trial, and not its turn.',
  RANK_REASONS,
);
const BasisName = enumeration(
  'ExpectationBasis',
  'Parcels of the shop’s own, the carrier’s promise where there are too few of them, or nothing.',
  EXPECTATION_BASES,
);
const UnavailableReasonName = enumeration(
  'DeliveryUnavailableReason',
  'No price list is in force, the place is in none of its zones, or it is heavier than the last step.',
  UNAVAILABLE_REASONS,
);
const WordsModel = model('DeliveryOptionWords', 'Why, in plain words.', {
  en: Type.String({ description: 'In English.' }),
  zh: Type.String({ description: 'In Chinese.' }),
});
const ExpectedModel = model('ExpectedTransit', 'How long it takes, and by what that is known.', {
  basis: ref(BasisName),
  caseCount: Type.Integer({
    description: 'Parcels of the shop’s own, also where they are too few to go by.',
  }),
  earliestDays: Type.Unsafe<number | null>({
    type: ['integer', 'null'],
    description: 'As quick as it may be: one of ten parcels, or the beginning of what is promised.',
  }),
  expectedDays: Type.Unsafe<number | null>({
    type: ['integer', 'null'],
    description: 'Calendar days: the median of own parcels, or the end of the promise.',
  }),
  latestDays: Type.Unsafe<number | null>({
    type: ['integer', 'null'],
    description: 'Nine of ten own parcels took no longer; or the end of the promise.',
  }),
  expectedOn: nullableText('The day, when it leaves today, in the time zone of the shop.', {
    format: 'date',
  }),
});
const names = {
  carrierId: uuid('The carrier.'),
  carrierName: text('Its name.', 200),
  carrierStatus: ref(CarrierStatusName),
  methodId: uuid('The method.'),
  method: methodCode(),
  methodName: text('Its name.', 200),
};
const OptionModel = model('DeliveryOption', 'A way to send something.', {
  rank: Type.Integer({ description: 'From 1.' }),
  reason: ref(ReasonName),
  words: ref(WordsModel),
  ...names,
  priceAmount: ref(PositiveAmount, { description: 'What the carrier takes for it.' }),
  chargedGrams: Type.Integer({ description: 'What is charged: the heavier of scales and size.' }),
  zoneName: text('The zone of the price list.', 100),
  expected: ref(ExpectedModel),
  scoreBps: Type.Unsafe<number | null>({
    type: ['integer', 'null'],
    description: 'The carrier’s newest score; null before the first one.',
  }),
  scoreParcelCount: Type.Integer({ description: 'How many parcels the score is of.' }),
  scoreCaseCount: Type.Integer({
    description:
      'Those whose fate is known. With fewer than `scoreMinimumCases` it stands behind others by score.',
  }),
});
// What a carrier takes is the shop's own business: quotes are for customers.
const QuotedOptionModel = model('QuotedDeliveryOption', 'A way in which the basket can be sent.', {
  rank: Type.Integer({ description: 'From 1.' }),
  reason: ref(ReasonName),
  words: ref(WordsModel),
  carrierName: names.carrierName,
  methodId: names.methodId,
  methodName: names.methodName,
  expected: ref(ExpectedModel),
});
export const QuotedOptions = model('QuotedDeliveryOptions', 'The ways in which the basket can be sent.', {
  rankBy: ref(RankingName),
  data: Type.Array(ref(QuotedOptionModel), { description: 'The ways, in their order.' }),
});

const UnavailableModel = model('UnavailableDeliveryOption', 'A way that does not do, and why.', {
  ...names,
  reason: ref(UnavailableReasonName),
});
export const DeliveryOptionList = model('DeliveryOptionList', 'The ways to send something, best first.', {
  rankBy: ref(RankingName),
  currency: ref(Currency),
  data: Type.Array(ref(OptionModel), { description: 'The ways, in their order.' }),
  unavailable: Type.Array(ref(UnavailableModel), { description: 'The ways that do not do.' }),
});
export const DeliveryOptionsQuery = model('DeliveryOptionsQuery', 'What is to be sent where.', {
  country: countryCode('Where it goes, ISO 3166-1 alpha-2.'),
  region: Type.Optional(
    nullableText(
      'The region, by its code in `GET /v1/regions`. What is no code counts as some part of the country.',
      {
        minLength: 1,
        maxLength: 200,
      },
    ),
  ),
  weightGrams: Type.Integer({
    minimum: 1,
    maximum: MAX_GRAMS,
    description: 'What it weighs with its packing.',
  }),
  volumeMm3: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 1_000_000_000_000_000,
      description:
        'Length times width times height, in cubic millimetres; only the scales count, when absent.',
    }),
  ),
  rankBy: Type.Optional(ref(RankingName, { description: 'What counts; the cost, when absent.' })),
  key: Type.Optional(
    text(
      'Of the basket or the order. By it the carriers on trial get their turns, always the same for the same key; without it none does.',
      200,
    ),
  ),
});

type Candidate = DeliveryOptions['unavailable'][number]['candidate'];
const presentNames = (candidate: Candidate) => ({
  carrierId: candidate.carrier_id,
  carrierName: candidate.carrier_name,
  carrierStatus: candidate.status,
  methodId: candidate.method_id,
  method: candidate.method_code,
  methodName: candidate.method_name,
});

export const presentOptions = (
  { rankBy, options, unavailable }: DeliveryOptions,
  currency: string,
): Static<typeof DeliveryOptionList> => ({
  rankBy,
  currency,
  data: options.map(({ option, rank, reason, words }) => ({
    rank,
    reason,
    words,
    ...presentNames(option.candidate),
    priceAmount: toWire(option.amount),
    chargedGrams: option.chargedGrams,
    zoneName: option.zoneName,
    expected: { ...option.expected, expectedOn: option.expectedOn },
    scoreBps: option.scoreBps,
    scoreParcelCount: option.candidate.score_parcels ?? 0,
    scoreCaseCount: option.scoreCaseCount,
  })),
  unavailable: unavailable.map(({ candidate, reason }) => ({ ...presentNames(candidate), reason })),
});

export const presentQuotedOptions = ({ rankBy, options }: DeliveryOptions): Static<typeof QuotedOptions> => ({
  rankBy,
  data: options.map(({ option, rank, reason, words }) => ({
    rank,
    reason,
    words,
    carrierName: option.candidate.carrier_name,
    methodId: option.methodId,
    methodName: option.candidate.method_name,
    expected: { ...option.expected, expectedOn: option.expectedOn },
  })),
});
