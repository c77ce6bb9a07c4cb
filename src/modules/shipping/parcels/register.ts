import type { Ctx } from '../../../platform/context.ts';
import type { Reader, Tx } from '../../../platform/db/client.ts';
import type { Violation } from '../../../platform/errors.ts';
import { eventRow } from '../../../platform/events/define.ts';
import { appendEvents } from '../../../platform/events/outbox.ts';
import { newId } from '../../../platform/ids.ts';
import type { Calendar } from '../../calendar/calendar-rules.ts';
import { loadCalendar } from '../../calendar/load.ts';
import { dayIn } from '../calendar-rules.ts';
import { placeOf } from '../carriers/places.ts';
import { type Destination, type Place, priceParcel } from '../carriers/price-rules.ts';
import { findCarrier, getMethodRow } from '../carriers/repository.ts';
import type { Carrier, CarrierMethod, CarrierPriceList } from '../carriers/tables.ts';
import { promiseFor, promisedDay } from '../carriers/transit-rules.ts';
import { keepScoring } from '../scores/turn.ts';
import { tellEarlyEvents } from './early.ts';
import { holdNumbers } from './early-repository.ts';
import { parcelErrors } from './errors.ts';
import { parcelEventKinds } from './events.ts';
import {
  findOfferedMethod,
  findPriceListAt,
  findTakenNumbers,
  insertParcelEvents,
  insertParcels,
} from './repository.ts';
import { eventOf, parcelData } from './stories.ts';
import type { Parcel, ParcelLine } from './tables.ts';
import { volumeOf } from './tracking-rules.ts';

/** One parcel as it is handed over. */
export interface ParcelInput {
  readonly trackingNumber?: string;
  readonly weightGrams?: number;
  readonly lengthMm?: number;
  readonly widthMm?: number;
  readonly heightMm?: number;
  /** What the carrier takes for it, where that is known better than by the price list. */
  readonly costAmount?: number;
  readonly lines: readonly { readonly lineId: string; readonly quantity: number }[];
}

/** How parcels are handed over. */
export interface HandOver {
  readonly carrierId: string;
  /** The code of a method of the carrier. */
  readonly method?: string;
  /** One that was promised before, where no code is said: it counts also when it is offered no more. */
  readonly methodId?: string;
  /** The day that was promised, where another one than the method's was. */
  readonly promisedOn?: string;
  readonly parcels: readonly ParcelInput[];
}

/** What the parcels belong to. */
export interface Consignment {
  readonly orderId: string;
  readonly shipmentId: string;
  readonly destination: Destination | null;
  readonly shippedAt: Date;
  /** Whose order it is was erased. */
  readonly isNameless: boolean;
  /** Of an order that is taken in: it happened before, so nothing is told, and a carrier that rests is as good as any. */
  readonly past?: { readonly deliveredAt: Date | null };
}

/** A carrier that parcels may be handed to, or the refusal: carrier_not_found, carrier_not_available. */
export async function requireCarrier(
  on: Reader,
  ctx: Ctx,
  carrierId: string,
  isPast = false,
): Promise<Carrier> {
  const carrier = await findCarrier(on, ctx.shop.id, carrierId);
  if (!carrier) throw parcelErrors.carrier_not_found(undefined, { pointer: '/carrierId' });
  if (!isPast && ['paused', 'archived'].includes(carrier.status))
    throw parcelErrors.carrier_not_available(`The carrier is ${carrier.status}.`, { pointer: '/carrierId' });
  return carrier;
}

/**
 * Hands the parcels of a shipment over to a carrier: what each costs by the price list in force and the day it is promised for are
 * written down with it. The caller has locked the order. Refusals: carrier_not_found, carrier_not_available,
 * carrier_method_not_found, tracking_number_taken.
 */
export async function registerParcels(
  tx: Tx,
  ctx: Ctx,
  consignment: Consignment,
  input: HandOver,
): Promise<readonly Parcel[]> {
  const { past } = consignment;
  await requireCarrier(tx, ctx, input.carrierId, past !== undefined);
  const method = await requireMethod(tx, ctx, input);
  const numbers = input.parcels.flatMap(({ trackingNumber }) => trackingNumber ?? []);
  await holdNumbers(tx, ctx.shop.id, input.carrierId, numbers);
  await refuseTakenNumbers(tx, ctx, input);
  const list = method && (await findPriceListAt(tx, ctx.shop.id, method.id, consignment.shippedAt));
  const { destination } = consignment;
  const place = list && destination ? await placeOf(destination, list.zones) : undefined;
  const calendar = await loadCalendar(tx, ctx.shop);
  const terms = { method, list, place, calendar };
  const rows = input.parcels.map((parcel) => parcelRow(ctx, consignment, input, parcel, terms));
  await insertParcels(tx, rows, linesOf(rows, input));
  await keepScoring(tx, ctx);
  if (past?.deliveredAt) {
    const telling = { kind: 'delivered', source: 'import', occurredAt: past.deliveredAt } as const;
    await insertParcelEvents(
      tx,
      rows.map((row) => eventOf(ctx, row, telling)),
    );
  }
  if (!past)
    await appendEvents(
      tx,
      ctx,
      rows.map((row) => eventRow(ctx, parcelEventKinds.registered, row.id, parcelData(row))),
    );
  return tellEarlyEvents(tx, ctx, input.carrierId, rows);
}

async function requireMethod(tx: Tx, ctx: Ctx, { carrierId, method: code, methodId }: HandOver) {
  if (code === undefined)
    return methodId === undefined ? undefined : getMethodRow(tx, ctx.shop.id, carrierId, methodId);
  const method = await findOfferedMethod(tx, ctx.shop.id, carrierId, code);
  if (!method) throw parcelErrors.carrier_method_not_found(undefined, { pointer: '/method' });
  return method;
}

async function refuseTakenNumbers(tx: Tx, ctx: Ctx, { carrierId, parcels }: HandOver): Promise<void> {
  const numbers = parcels.map(({ trackingNumber }) => trackingNumber);
  const given = numbers.filter((number) => number !== undefined);
  const taken = await findTakenNumbers(tx, ctx.shop.id, carrierId, given);
  const violations = numbers.flatMap((number, at): Violation[] => {
    const isTwice = number !== undefined && numbers.indexOf(number) < at;
    if (number === undefined || (!isTwice && !taken.has(number))) return [];
    const detail = isTwice
      ? 'An earlier parcel has this number.'
      : 'The carrier has a parcel with this number.';
    const pointer = `/parcels/${at}/trackingNumber`;
    return [{ in: 'body', pointer, code: 'tracking_number_taken', detail }];
  });
  if (violations.length > 0) throw parcelErrors.tracking_number_taken(undefined, { violations });
}

interface Terms {
  readonly method: CarrierMethod | undefined;
  readonly list: CarrierPriceList | undefined;
  readonly place: Place | undefined;
  readonly calendar: Calendar;
}

function parcelRow(
  ctx: Ctx,
  { orderId, shipmentId, destination, shippedAt, isNameless, past }: Consignment,
  { carrierId, promisedOn }: HandOver,
  input: ParcelInput,
  { method, list, place, calendar }: Terms,
): Parcel {
  const deliveredAt = past?.deliveredAt ?? null;
  const box = {
    lengthMm: input.lengthMm ?? null,
    widthMm: input.widthMm ?? null,
    heightMm: input.heightMm ?? null,
  };
  const weightGrams = input.weightGrams ?? null;
  return {
    shopId: ctx.shop.id,
    id: newId(),
    orderId,
    shipmentId,
    carrierId,
    methodId: method?.id ?? null,
    trackingNumber: input.trackingNumber ?? null,
    state: deliveredAt ? 'delivered' : 'registered',
    stateAt: deliveredAt ?? shippedAt,
    weightGrams,
    ...box,
    destinationCountry: destination?.country ?? null,
    destinationRegion: destination?.region ?? null,
    currency: ctx.shop.currency,
    ...costOf(input.costAmount, list, place, weightGrams, volumeOf(box)),
    promisedOn: promisedOn ?? promiseOf(ctx, calendar, method, destination, shippedAt),
    shippedAt,
    deliveredAt,
    damagedAt: null,
    signedBy: null,
    photoUrl: null,
    proofAt: null,
    isNameless,
    version: 1,
    createdAt: ctx.now,
    updatedAt: ctx.now,
  };
}

const UNKNOWN = { costAmount: null, costSource: 'unknown', priceListId: null } as const;

/** What somebody says it costs; else what the price list says; else nobody knows, and the parcel leaves all the same. */
function costOf(
  stated: number | undefined,
  list: CarrierPriceList | undefined,
  place: Place | undefined,
  weightGrams: number | null,
  volumeMm3: number | null,
): Pick<Parcel, 'costAmount' | 'costSource' | 'priceListId'> {
  if (stated !== undefined) return { costAmount: BigInt(stated), costSource: 'stated', priceListId: null };
  if (!list || !place || weightGrams === null) return UNKNOWN;
  const priced = priceParcel(list, place, weightGrams, volumeMm3);
  if ('fault' in priced) return UNKNOWN;
  return { costAmount: priced.amount, costSource: 'price_list', priceListId: list.id };
}

function promiseOf(
  ctx: Ctx,
  calendar: Calendar,
  method: CarrierMethod | undefined,
  destination: Destination | null,
  shippedAt: Date,
): string | null {
  const promise = method && destination ? promiseFor(method.promises, destination.country) : undefined;
  if (!method || !promise) return null;
  return promisedDay(calendar, dayIn(ctx.shop.timezone, shippedAt), promise, method.dayKind) ?? null;
}

const linesOf = (rows: readonly Parcel[], { parcels }: HandOver): ParcelLine[] =>
  rows.flatMap(({ shopId, id }, at) =>
    (parcels[at]?.lines ?? []).map(({ lineId, quantity }) => ({ shopId, parcelId: id, lineId, quantity })),
  );
