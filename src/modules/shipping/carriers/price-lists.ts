import type { Ctx } from '../../../platform/context.ts';
import { inTransaction } from '../../../platform/db/transaction.ts';
import { platformErrors } from '../../../platform/errors.ts';
import type { Page } from '../../../platform/http/pagination.ts';
import { newId } from '../../../platform/ids.ts';
import { tellCarrier } from './carriers.ts';
import { carrierErrors } from './errors.ts';
import { carrierEvents } from './events.ts';
import { lockOpen } from './methods.ts';
import { findUnknownRegions } from './places.ts';
import { areOverlapping, type Fault, findPriceListFaults, type PriceZone } from './price-rules.ts';
import {
  endPriceListRow,
  getMethodRow,
  insertPriceList,
  listAllPriceLists,
  listPriceListRows,
  lockCarrier,
  lockMethod,
} from './repository.ts';
import type { CarrierPriceList } from './tables.ts';

interface MethodName {
  readonly carrierId: string;
  readonly methodId: string;
}

export interface PriceListInput {
  readonly volumetricDivisor?: number | null;
  readonly zones: readonly PriceZone[];
  /** Now, when absent. */
  readonly validFrom?: string;
  readonly validTo?: string | null;
}

/**
 * Adds what a method costs from when to when. Refusals: carrier_archived, price_list_inconsistent, price_list_overlaps.
 */
export async function addCarrierPriceList(
  ctx: Ctx,
  { carrierId, methodId }: MethodName,
  input: PriceListInput,
): Promise<CarrierPriceList> {
  const validity = {
    validFrom: input.validFrom === undefined ? ctx.now : new Date(input.validFrom),
    validTo: input.validTo == null ? null : new Date(input.validTo),
  };
  await refuseFaults(input, validity);
  return inTransaction(ctx, async (tx) => {
    const carrier = await lockOpen(tx, ctx, carrierId);
    // Of two lists that are added at once the second one sees the first: its method is locked.
    await lockMethod(tx, ctx.shop.id, carrierId, methodId);
    const others = await listAllPriceLists(tx, ctx.shop.id, methodId);
    const other = others.find((candidate) => areOverlapping(candidate, validity));
    if (other) throw overlaps(other, validity);
    const list: CarrierPriceList = {
      shopId: ctx.shop.id,
      id: newId(),
      methodId,
      volumetricDivisor: input.volumetricDivisor ?? null,
      zones: input.zones,
      ...validity,
      createdAt: ctx.now,
    };
    await insertPriceList(tx, list);
    await tellCarrier(tx, ctx, carrierEvents.changed, carrier);
    return list;
  });
}

/** An open list that began before ends by `end`, a later one that is in the way by its beginning. */
function overlaps(other: CarrierPriceList, validity: { validFrom: Date; validTo: Date | null }) {
  const until = other.validTo?.toISOString() ?? 'further notice';
  const pointer = other.validFrom > validity.validFrom ? '/validTo' : '/validFrom';
  return carrierErrors.price_list_overlaps(
    `A price list is valid from ${other.validFrom.toISOString()} until ${until}.`,
    { pointer, extra: { priceListId: other.id } },
  );
}

async function refuseFaults(
  input: PriceListInput,
  { validFrom, validTo }: { validFrom: Date; validTo: Date | null },
): Promise<void> {
  const faults: Fault[] = [...findPriceListFaults(input), ...(await findUnknownRegions(input.zones))];
  if (validTo !== null && validTo <= validFrom)
    faults.push({ pointer: '/validTo', detail: 'It ends before it begins.' });
  if (faults.length === 0) return;
  const violations = faults.map((fault) => ({
    in: 'body' as const,
    code: 'price_list_inconsistent',
    ...fault,
  }));
  throw carrierErrors.price_list_inconsistent(undefined, { violations });
}

/**
 * Ends a price list, now or later, so that another one can follow. What parcels cost up to then stays. Refusals:
 * price_list_ended, price_list_inconsistent.
 */
export async function endCarrierPriceList(
  ctx: Ctx,
  { carrierId, methodId, priceListId }: MethodName & { readonly priceListId: string },
  input: { readonly validTo?: string },
): Promise<CarrierPriceList> {
  return inTransaction(ctx, async (tx) => {
    const carrier = await lockCarrier(tx, ctx.shop.id, carrierId);
    await lockMethod(tx, ctx.shop.id, carrierId, methodId);
    const lists = await listAllPriceLists(tx, ctx.shop.id, methodId);
    const current = lists.find(({ id }) => id === priceListId);
    if (!current) throw platformErrors.not_found();
    const validTo = input.validTo === undefined ? ctx.now : new Date(input.validTo);
    if (current.validTo?.getTime() === validTo.getTime()) return current;
    if (current.validTo !== null && current.validTo <= ctx.now) throw carrierErrors.price_list_ended();
    const fault = findEndFault(current, validTo, ctx.now);
    if (fault !== undefined) throw carrierErrors.price_list_inconsistent(fault, { pointer: '/validTo' });
    await endPriceListRow(tx, current, validTo);
    await tellCarrier(tx, ctx, carrierEvents.changed, carrier);
    return { ...current, validTo };
  });
}

/** It may end earlier than it would, but not in the past, where parcels were priced by it. */
function findEndFault({ validFrom, validTo }: CarrierPriceList, end: Date, now: Date): string | undefined {
  if (end <= validFrom) return 'It ends before it begins.';
  if (end < now) return 'Parcels may have been priced by it since then.';
  return validTo !== null && end > validTo ? 'It would be valid for longer: add another list.' : undefined;
}

/** The price lists of a method, those that begin last first. */
export async function readCarrierPriceLists(
  ctx: Ctx,
  { carrierId, methodId }: MethodName,
  query: { readonly limit: number; readonly cursor?: string },
): Promise<Page<CarrierPriceList>> {
  await getMethodRow(ctx.db, ctx.shop.id, carrierId, methodId);
  return listPriceListRows(ctx.db, ctx.shop.id, methodId, query);
}
