import type { Ctx } from '../../../platform/context.ts';
import type { Reader } from '../../../platform/db/client.ts';
import type { Calendar } from '../../calendar/calendar-rules.ts';
import { loadCalendar } from '../../calendar/load.ts';
import { addDays, dayIn } from '../calendar-rules.ts';
import { placeOf } from '../carriers/places.ts';
import { type Place, priceParcel } from '../carriers/price-rules.ts';
import { carrierSettings } from '../carriers/settings.ts';
import { expectDays, promiseFor, type TransitHistory } from '../carriers/transit-rules.ts';
import { listTransitsTo } from '../scores/repository.ts';
import { type Candidate, listCandidates } from './repository.ts';
import { type OptionFacts, type RankedOption, type Ranking, rankOptions, trialTurn } from './rules.ts';

/** What is to be sent where, and what counts. */
export interface DeliveryWish {
  readonly country: string;
  readonly region: string | null;
  readonly weightGrams: number;
  readonly volumeMm3: number | null;
  readonly rankBy: Ranking;
  /** The day on which it leaves, in the time zone of the shop; today, when absent. */
  readonly leavesOn?: string;
  /** Of the basket or the order: the same key is always the same carrier's turn. Without one nobody on trial has a turn. */
  readonly key?: string;
}

/** A way to send it. */
export interface DeliveryOption extends OptionFacts {
  readonly candidate: Candidate;
  readonly chargedGrams: number;
  readonly zoneName: string;
  /** The day by which it is expected when it leaves on that day. */
  readonly expectedOn: string | null;
}

export const UNAVAILABLE_REASONS = ['no_price_list', 'not_served', 'too_heavy'] as const;

/** A way that does not do for it, and why. */
export interface UnavailableOption {
  readonly candidate: Candidate;
  readonly reason: (typeof UNAVAILABLE_REASONS)[number];
}

export interface DeliveryOptions {
  readonly rankBy: Ranking;
  readonly options: readonly RankedOption<DeliveryOption>[];
  readonly unavailable: readonly UnavailableOption[];
}

/** The ways to send something, ranked by what counts, each with why it stands where it stands. A building block for quotes. */
export async function listDeliveryOptions(
  on: Reader,
  ctx: Ctx,
  calendar: Calendar,
  wish: DeliveryWish,
): Promise<DeliveryOptions> {
  const candidates = await listCandidates(on, ctx.shop.id, ctx.now);
  const transits = await listTransitsTo(on, ctx.shop.id, wish.country);
  const historyOf = ({ carrier_id: carrierId, method_id: methodId }: Candidate): TransitHistory | undefined =>
    transits.find((row) => row.carrierId === carrierId && row.methodId === methodId);
  const place = await placeOf(
    wish,
    candidates.flatMap(({ zones }) => zones ?? []),
  );
  const leavesOn = wish.leavesOn ?? dayIn(ctx.shop.timezone, ctx.now);
  const { transitMinimumCases, scoreMinimumCases } = carrierSettings.of(ctx.shop);
  const options: DeliveryOption[] = [];
  const unavailable: UnavailableOption[] = [];
  for (const candidate of candidates) {
    const priced = priceOf(candidate, place, wish);
    if (typeof priced === 'string') {
      unavailable.push({ candidate, reason: priced });
      continue;
    }
    const promise = promiseFor(candidate.promises, wish.country);
    const expected = expectDays(
      calendar,
      leavesOn,
      historyOf(candidate),
      promise,
      candidate.day_kind,
      transitMinimumCases,
    );
    options.push({
      candidate,
      carrierId: candidate.carrier_id,
      methodId: candidate.method_id,
      isOnTrial: candidate.status === 'trial',
      scoreBps: candidate.score_bps,
      scoreCaseCount: candidate.score_cases ?? 0,
      ...priced,
      expected,
      expectedOn: expected.expectedDays === null ? null : addDays(leavesOn, expected.expectedDays),
    });
  }
  const turn = wish.key === undefined ? undefined : trialTurn(ctx.shop.id, wish.key, trialsOf(candidates));
  return {
    rankBy: wish.rankBy,
    options: rankOptions(options, wish.rankBy, turn, scoreMinimumCases),
    unavailable,
  };
}

/** The same by the shop's calendar of now. */
export const compareDeliveryOptions = async (ctx: Ctx, wish: DeliveryWish): Promise<DeliveryOptions> =>
  listDeliveryOptions(ctx.db, ctx, await loadCalendar(ctx.db, ctx.shop), wish);

function priceOf(candidate: Candidate, place: Place, wish: DeliveryWish) {
  const { zones, volumetric_divisor: volumetricDivisor } = candidate;
  if (zones === null) return 'no_price_list';
  const priced = priceParcel({ zones, volumetricDivisor }, place, wish.weightGrams, wish.volumeMm3);
  return 'fault' in priced ? priced.fault : priced;
}

/** Carriers on trial, also those that do not go there: a stretch of numbers is theirs whatever is sent. */
const trialsOf = (candidates: readonly Candidate[]) =>
  [...new Map(candidates.map((candidate) => [candidate.carrier_id, candidate])).values()]
    .filter(({ status }) => status === 'trial')
    .map(({ carrier_id: carrierId, trial_share_bps: shareBps }) => ({ carrierId, shareBps }));
