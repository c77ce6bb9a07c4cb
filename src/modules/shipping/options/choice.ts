import { putBounded } from '../../../platform/bounded-map.ts';
import type { Ctx } from '../../../platform/context.ts';
import type { Reader } from '../../../platform/db/client.ts';
import { type Guard, whenStale } from '../../../platform/db/guards.ts';
import type { Calendar } from '../../calendar/calendar-rules.ts';
import { dayIn } from '../calendar-rules.ts';
import { placeOf } from '../carriers/places.ts';
import { carrierSettings } from '../carriers/settings.ts';
import { type ExpectedDays, expectDays, promiseFor } from '../carriers/transit-rules.ts';
import { findChoiceRow, type ChoiceRow, choicePart } from './choice-repository.ts';
import { type ChoiceFault, findChoiceFault } from './rules.ts';

/** A method that somebody chose for a country, with the price list in force and what is known of its parcels, as they were read. */
export interface ChosenMethod {
  readonly methodId: string;
  readonly country: string;
  /** Undefined: there is no such method. */
  readonly row: ChoiceRow | undefined;
}

const MOST_REMEMBERED = 5_000;
const remembered = new Map<string, ChosenMethod>();
const nameOf = (shopId: string, methodId: string, country: string): string =>
  `${shopId}/${methodId}/${country}`;

/**
 * What this process last read of a method for a country. It may have changed since: what is decided by it counts only when the
 * statement that carries it out holds `requireMethod`.
 */
export const recallMethod = (shopId: string, methodId: string, country: string): ChosenMethod | undefined =>
  remembered.get(nameOf(shopId, methodId, country));

/** Reads a method for a country and remembers it. */
export async function readMethod(
  on: Reader,
  ctx: Ctx,
  methodId: string,
  country: string,
): Promise<ChosenMethod> {
  const row = await findChoiceRow(on, ctx.shop.id, methodId, country, ctx.now);
  const chosen = { methodId, country, row };
  if (row) putBounded(remembered, MOST_REMEMBERED, nameOf(ctx.shop.id, methodId, country), chosen);
  return chosen;
}

/** What is to be sent where, and when it leaves; today, when nobody knows. */
export interface Sending {
  readonly country: string;
  readonly region: string | null;
  readonly weightGrams: number;
  readonly volumeMm3: number | null;
  readonly leavesOn: string | undefined;
}

/** How long it takes by a chosen method, or why that cannot be. The same as `listDeliveryOptions` says of it. */
export async function appraiseMethod(
  ctx: Ctx,
  calendar: Calendar,
  { row }: ChosenMethod,
  sending: Sending,
): Promise<{ readonly expected: ExpectedDays } | { readonly fault: ChoiceFault }> {
  const place = await placeOf(sending, row?.zones ?? []);
  const fault = findChoiceFault(row, place, sending);
  if (!row || fault) return { fault: fault ?? 'unknown_method' };
  const expected = expectDays(
    calendar,
    sending.leavesOn ?? dayIn(ctx.shop.timezone, ctx.now),
    row.case_count === null
      ? undefined
      : {
          caseCount: row.case_count,
          tenthDays: row.tenth_days ?? 0,
          medianDays: row.median_days ?? 0,
          ninetiethDays: row.ninetieth_days ?? 0,
        },
    promiseFor(row.promises, sending.country),
    row.day_kind,
    carrierSettings.of(ctx.shop).transitMinimumCases,
  );
  return { expected };
}

/** Makes sure that a method, its carrier, its price list and what is known of its parcels are as they were read; else they are read again. */
export function requireMethod(ctx: Ctx, { methodId, country, row }: ChosenMethod): Guard {
  const forget = () => void remembered.delete(nameOf(ctx.shop.id, methodId, country));
  return {
    part: choicePart(ctx.shop.id, methodId, country, row, ctx.now),
    toError: whenStale('delivery_method_changed', forget),
  };
}
