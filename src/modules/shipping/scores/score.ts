import type { Ctx } from '../../../platform/context.ts';
import type { Tx } from '../../../platform/db/client.ts';
import { inTransaction } from '../../../platform/db/transaction.ts';
import type { Page } from '../../../platform/http/pagination.ts';
import { newId } from '../../../platform/ids.ts';
import { addDays, type Day, dayIn, startOfDay } from '../calendar-rules.ts';
import { getCarrierRow } from '../carriers/repository.ts';
import { carrierSettings } from '../carriers/settings.ts';
import {
  findScoredDay,
  hasParcelsSince,
  listScoreRows,
  listScoresOn,
  listTransitsOf,
  lockScoringAlone,
  measureTransits,
  replaceTransits,
  type Stretch,
  tallyCarriers,
  writeScores,
} from './repository.ts';
import { scoreCarrier, type ScoreWeights, sumTallies } from './rules.ts';
import type { CarrierScore, CarrierTransit } from './tables.ts';
import { endOfDay } from './turn.ts';
import { takeTurn, writeScoring } from './turn-repository.ts';

const MILLISECOND = 1;

/**
 * Scores the carriers at the end of a day that is over in the shop, when it has not been done. Days that nobody was there for are made up
 * one by one. Returns how many days it scored.
 */
export const scoreDueDay = (ctx: Ctx): Promise<number> =>
  inTransaction(ctx, async (tx) => {
    const { dueAt } = await takeTurn(tx, ctx.shop.id);
    if (dueAt === null || dueAt > ctx.now) return 0;
    const { timezone } = ctx.shop;
    const day = dayIn(timezone, new Date(dueAt.getTime() - MILLISECOND));
    await scoreDay(tx, ctx, day);
    const isQuiet = !(await hasWork(tx, ctx, day)) && (await staysQuiet(tx, ctx, day));
    const next = isQuiet ? null : endOfDay(timezone, dueAt);
    await writeScoring(tx, ctx.shop.id, { dueAt: next, scoredThroughOn: day });
    return 1;
  });

/**
 * Scores the carriers as of the end of a day, for data that was taken in: the sweep does it day by day. A shop that has come so far stays
 * as it is.
 */
export const scoreCarriersOn = (ctx: Ctx, day: Day): Promise<void> =>
  inTransaction(ctx, async (tx) => {
    const { dueAt, scoredThroughOn } = await takeTurn(tx, ctx.shop.id);
    if (scoredThroughOn !== null && scoredThroughOn >= day) return;
    await scoreDay(tx, ctx, day);
    await writeScoring(tx, ctx.shop.id, { dueAt, scoredThroughOn: day });
  });

const stretchOf = (timezone: string, day: Day, days: number): Stretch => ({
  timezone,
  day,
  from: startOfDay(timezone, addDays(day, 1 - days)),
  to: startOfDay(timezone, addDays(day, 1)),
});

/** Something was counted, so that the next day may come to something else. How long parcels took stays as it was measured last. */
const hasWork = (tx: Tx, ctx: Ctx, day: Day): Promise<boolean> =>
  hasParcelsSince(
    tx,
    ctx.shop.id,
    stretchOf(ctx.shop.timezone, day, carrierSettings.of(ctx.shop).scoreWindowDays).from,
  );

/** The same once nobody is handing over a parcel at this moment: a parcel must not miss the scores that fall asleep. */
async function staysQuiet(tx: Tx, ctx: Ctx, day: Day): Promise<boolean> {
  await lockScoringAlone(tx, ctx.shop.id);
  return !(await hasWork(tx, ctx, day));
}

async function scoreDay(tx: Tx, ctx: Ctx, day: Day): Promise<void> {
  const { shop, now } = ctx;
  const settings = carrierSettings.of(shop);
  const { scoreWindowDays: windowDays, scorePriorCases: priorCases } = settings;
  const tallies = await tallyCarriers(tx, shop.id, stretchOf(shop.timezone, day, windowDays));
  const all = sumTallies([...tallies.values()]);
  const weights = weightsOf(settings);
  const rows = [...tallies].map(
    ([carrierId, tally]): CarrierScore => ({
      shopId: shop.id,
      carrierId,
      day,
      windowDays,
      priorCases,
      ...tally,
      ...scoreCarrier(tally, all, priorCases, weights),
      computedAt: now,
    }),
  );
  await writeScores(tx, rows);
  await measure(tx, ctx, day, settings.transitWindowDays);
}

async function measure(tx: Tx, { shop }: Ctx, day: Day, days: number): Promise<void> {
  const measured = await measureTransits(tx, shop.id, stretchOf(shop.timezone, day, days));
  const rows = measured.map(
    (row): CarrierTransit => ({
      shopId: shop.id,
      id: newId(),
      carrierId: row.carrier_id,
      methodId: row.method_id,
      country: row.country,
      caseCount: row.cases,
      tenthDays: row.tenth,
      medianDays: row.median,
      ninetiethDays: row.ninetieth,
      day,
    }),
  );
  await replaceTransits(tx, shop.id, rows);
}

const weightsOf = (settings: ReturnType<typeof carrierSettings.of>): ScoreWeights => ({
  onTime: settings.scoreWeightOnTime,
  speed: settings.scoreWeightSpeed,
  safety: settings.scoreWeightSafety,
  rating: settings.scoreWeightRating,
  cost: settings.scoreWeightCost,
});

/** The scores of a day, best first; of the last day that was scored, when none is named. */
export async function readCarrierScores(ctx: Ctx, day?: Day): Promise<CarrierScore[]> {
  const found = day ?? (await findScoredDay(ctx.db, ctx.shop.id));
  return found === undefined ? [] : listScoresOn(ctx.db, ctx.shop.id, found);
}

/** How a carrier's score came to be, newest day first. Refusal: not_found. */
export async function readCarrierScoreHistory(
  ctx: Ctx,
  carrierId: string,
  page: { readonly limit: number; readonly cursor?: string },
): Promise<Page<CarrierScore>> {
  await getCarrierRow(ctx.db, ctx.shop.id, carrierId);
  return listScoreRows(ctx.db, ctx.shop.id, carrierId, page);
}

/** How long a carrier's parcels take, by country and method. Refusal: not_found. */
export async function readCarrierTransits(ctx: Ctx, carrierId: string): Promise<CarrierTransit[]> {
  await getCarrierRow(ctx.db, ctx.shop.id, carrierId);
  return listTransitsOf(ctx.db, ctx.shop.id, carrierId);
}
