import { createHash } from 'node:crypto';
import { type Place, priceParcel, type PriceZone } from '../carriers/price-rules.ts';
import type { CarrierStatus } from '../carriers/states.ts';
import type { ExpectedDays } from '../carriers/transit-rules.ts';

export const RANKINGS = ['cost', 'speed', 'score'] as const;
export type Ranking = (typeof RANKINGS)[number];

/** Why an option stands where it stands. */
export const RANK_REASONS = [
  'trial_turn',
  'best',
  'tied',
  'behind',
  'few_cases',
  'no_figure',
  'trial_waits',
] as const;
export type RankReason = (typeof RANK_REASONS)[number];

/** What is known of a way to send something. */
export interface OptionFacts {
  readonly carrierId: string;
  readonly isOnTrial: boolean;
  readonly methodId: string;
  readonly amount: bigint;
  readonly expected: ExpectedDays;
  readonly scoreBps: number | null;
  /** Parcels of known fate behind the score. */
  readonly scoreCaseCount: number;
}

export interface RankedOption<T extends OptionFacts> {
  readonly option: T;
  /** From 1. */
  readonly rank: number;
  readonly reason: RankReason;
  readonly words: { readonly en: string; readonly zh: string };
}

type Compare = (a: OptionFacts, b: OptionFacts) => number;

const ascending = (a: bigint | number, b: bigint | number): number => (a < b ? -1 : a > b ? 1 : 0);
// What is not known comes last, whichever way is up.
const knownFirst = (
  a: number | null,
  b: number | null,
  compare: (a: number, b: number) => number,
): number => {
  if (a === null || b === null) return ascending(a === null ? 1 : 0, b === null ? 1 : 0);
  return compare(a, b);
};
const byCost: Compare = (a, b) => ascending(a.amount, b.amount);
const bySpeed: Compare = (a, b) => knownFirst(a.expected.expectedDays, b.expected.expectedDays, ascending);
const byScore: Compare = (a, b) => knownFirst(a.scoreBps, b.scoreBps, (x, y) => ascending(y, x));

// A score of a few parcels is drawn toward the shop's mean, and would still go before everyone who is behind that.
const byProof =
  (minimumCases: number): Compare =>
  (a, b) =>
    ascending(a.scoreCaseCount < minimumCases ? 1 : 0, b.scoreCaseCount < minimumCases ? 1 : 0);

// What was asked for, then the rest; two that are the same in all of it stand in the order in which they were added.
function comparisons(ranking: Ranking, minimumCases: number): readonly Compare[] {
  const score = [byProof(minimumCases), byScore];
  if (ranking === 'cost') return [byCost, ...score, bySpeed];
  return ranking === 'speed' ? [bySpeed, byCost, ...score] : [...score, byCost, bySpeed];
}

const FIGURES: Readonly<Record<Ranking, (option: OptionFacts) => bigint | number | null>> = {
  cost: ({ amount }) => amount,
  speed: ({ expected }) => expected.expectedDays,
  score: ({ scoreBps }) => scoreBps,
};

const ids = (a: OptionFacts, b: OptionFacts): number =>
  a.carrierId + a.methodId < b.carrierId + b.methodId ? -1 : 1;

/** A carrier on trial, with its share of the suggestions. */
export interface Trial {
  readonly carrierId: string;
  readonly shareBps: number;
}

const WHOLE_BPS = 10_000;

/**
 * Whose turn a basket is: its key and the shop's id give a number from 0 to 9,999, and the carriers on trial, in the order of their ids,
 * each own a stretch of these numbers as long as their share. With shares of 5 % and 10 %, 499 is the first one's, 500 the
 * second's and 1,500 nobody's. The same basket is always the same one's, however often it is asked for.
 */
export function trialTurn(shopId: string, key: string, trials: readonly Trial[]): string | undefined {
  const hash = createHash('sha256').update(`${shopId}:${key}`).digest();
  // Six bytes: that they are not a multiple of ten thousand shifts a share by less than one in ten thousand millions.
  const place = hash.readUIntBE(0, 6) % WHOLE_BPS;
  let end = 0;
  for (const { carrierId, shareBps } of trials.toSorted((a, b) => (a.carrierId < b.carrierId ? -1 : 1))) {
    end += shareBps;
    if (place < end) return carrierId;
  }
  return undefined;
}

/**
 * Ranks ways to send something, and says of each why it stands where it stands. The carrier on trial whose turn it is comes first
 * with its best option; whatever else is on trial comes after all others. By score, whoever has fewer than `minimumCases` parcels
 * comes behind those that have them.
 */
export function rankOptions<T extends OptionFacts>(
  options: readonly T[],
  ranking: Ranking,
  turn: string | undefined,
  minimumCases: number,
): RankedOption<T>[] {
  const compared = comparisons(ranking, minimumCases);
  const compare = (a: T, b: T): number => {
    for (const by of compared) {
      const difference = by(a, b);
      if (difference !== 0) return difference;
    }
    return ids(a, b);
  };
  const sorted = options.toSorted(compare);
  const first = sorted.find(({ carrierId, isOnTrial }) => isOnTrial && carrierId === turn);
  const proven = sorted.filter(({ isOnTrial }) => !isOnTrial);
  const waiting = sorted.filter((option) => option.isOnTrial && option !== first);
  const reasons: [T, RankReason][] = [
    ...(first ? [[first, 'trial_turn'] as [T, RankReason]] : []),
    ...proven.map((option, at): [T, RankReason] => [
      option,
      reasonOf(option, proven[at - 1], ranking, minimumCases),
    ]),
    ...waiting.map((option): [T, RankReason] => [option, 'trial_waits']),
  ];
  return reasons.map(([option, reason], at) => ({
    option,
    rank: at + 1,
    reason,
    words: wordsOf(reason, ranking, at + 1, reasons.length, option),
  }));
}

function reasonOf(
  option: OptionFacts,
  above: OptionFacts | undefined,
  ranking: Ranking,
  minimumCases: number,
): RankReason {
  const figure = FIGURES[ranking](option);
  if (figure === null) return 'no_figure';
  if (ranking === 'score' && option.scoreCaseCount < minimumCases) return 'few_cases';
  if (above === undefined) return 'best';
  return figure === FIGURES[ranking](above) ? 'tied' : 'behind';
}

const EN: Readonly<Record<Ranking, string>> = { cost: 'cost', speed: 'speed', score: 'score' };
const ZH: Readonly<Record<Ranking, string>> = { cost: '价格', speed: '速度', score: '评分' };

function wordsOf(reason: RankReason, ranking: Ranking, rank: number, of: number, option: OptionFacts) {
  const days = daysInWords(option.expected);
  const cases = option.scoreCaseCount;
  const en: Record<RankReason, string> = {
    trial_turn: 'This carrier is on trial, and this basket is in its share.',
    best: `The best by ${EN[ranking]}.`,
    tied: `As good by ${EN[ranking]} as the one before; what else is known decided.`,
    behind: `Number ${rank} of ${of} by ${EN[ranking]}.`,
    few_cases: `Its score rests on ${cases} parcels only, so it stands behind those with enough.`,
    no_figure: `Nothing is known of its ${EN[ranking]} yet.`,
    trial_waits: 'This carrier is on trial, and this basket is not in its share.',
  };
  const zh: Record<RankReason, string> = {
    trial_turn: '该承运商处于试用期，本次订单属于其试用份额。',
    best: `按${ZH[ranking]}排名最优。`,
    tied: `${ZH[ranking]}与前一项相同，按其他指标排序。`,
    behind: `按${ZH[ranking]}在${of}项中排第${rank}。`,
    few_cases: `其评分仅依据${cases}个包裹，因此排在数据充足者之后。`,
    no_figure: `暂无其${ZH[ranking]}数据。`,
    trial_waits: '该承运商处于试用期，本次订单不属于其试用份额。',
  };
  return { en: `${en[reason]} ${days.en}`, zh: `${zh[reason]}${days.zh}` };
}

function daysInWords({ basis, expectedDays, caseCount }: ExpectedDays) {
  if (basis === 'history')
    return {
      en: `Expected in ${expectedDays} days, by ${caseCount} parcels of our own.`,
      zh: `预计${expectedDays}天送达，依据本店${caseCount}个包裹。`,
    };
  if (basis === 'promise')
    return {
      en: `The carrier promises ${expectedDays} days; of our own there are ${caseCount} parcels.`,
      zh: `承运商承诺${expectedDays}天送达；本店仅有${caseCount}个包裹记录。`,
    };
  return { en: 'How long it takes is not known.', zh: '送达时间未知。' };
}

/** Why a method that somebody chose does not do. */
export const CHOICE_FAULTS = [
  'unknown_method',
  'not_offered',
  'no_price_list',
  'not_served',
  'too_heavy',
  'destination_missing',
  'weight_unknown',
] as const;
export type ChoiceFault = (typeof CHOICE_FAULTS)[number];

/** What is known of a method that somebody chose. */
interface ChoiceFacts {
  readonly status: CarrierStatus;
  readonly is_offered: boolean;
  readonly zones: readonly PriceZone[] | null;
  readonly volumetric_divisor: number | null;
}

/** Why a method cannot be chosen for a parcel to a place: exactly when `listDeliveryOptions` would not suggest it. */
export function findChoiceFault(
  method: ChoiceFacts | undefined,
  place: Place,
  { weightGrams, volumeMm3 }: { readonly weightGrams: number; readonly volumeMm3: number | null },
): ChoiceFault | undefined {
  if (!method) return 'unknown_method';
  if (!method.is_offered || !['trial', 'active'].includes(method.status)) return 'not_offered';
  if (method.zones === null) return 'no_price_list';
  const list = { zones: method.zones, volumetricDivisor: method.volumetric_divisor };
  const priced = priceParcel(list, place, weightGrams, volumeMm3);
  return 'fault' in priced ? priced.fault : undefined;
}
