import type { Ctx } from '../../platform/context.ts';
import type { Guard } from '../../platform/db/guards.ts';
import type { Calendar } from '../calendar/calendar-rules.ts';
import { type ExpectedDelivery, expectedDelivery } from '../calendar/lead-rules.ts';
import type { ProductTerms } from '../catalogue/sellables.ts';
import {
  appraiseMethod,
  type ChosenMethod,
  readMethod,
  recallMethod,
  requireMethod,
} from '../shipping/options/choice.ts';
import type { ChoiceFault } from '../shipping/options/rules.ts';
import { deliveryOf, type LeadLine } from './delivery.ts';
import { parcelOf, transitOf } from './delivery-options.ts';
import { orderErrors } from './errors.ts';
import type { ToldWays } from './quote-token.ts';
import type { Address, DeliveryMethod } from './tables.ts';

/** The way to send an order, and when it arrives. */
export interface ChosenDelivery {
  /** Null when that is beyond all calendars. */
  readonly delivery: ExpectedDelivery | null;
  /** Null: none was chosen. */
  readonly deliveryMethod: DeliveryMethod | null;
  /** What the statement that writes the order has to make sure of. */
  readonly guard?: Guard;
}

interface Choice {
  readonly deliveryMethodId?: string;
  readonly shippingAddress?: Address | null;
}
interface Item extends LeadLine {
  readonly quantity: number;
  readonly product: ProductTerms;
}

/**
 * The way to send an order that was chosen, and when it arrives by it: as its quote told, else as is expected now. Without a choice it
 * is only said when it leaves. By what this process remembers of the method, as long as that leads to an order. Refusal:
 * delivery_method_not_available.
 */
export async function chooseDelivery(
  ctx: Ctx,
  calendar: Calendar,
  { deliveryMethodId: methodId, shippingAddress }: Choice,
  items: readonly Item[],
  told: ToldWays | undefined,
): Promise<ChosenDelivery> {
  const plain = deliveryOf(ctx, calendar, items);
  if (methodId === undefined) return { delivery: plain, deliveryMethod: null };
  if (!shippingAddress) throw notAvailable('destination_missing');
  const parcel = parcelOf(items);
  if (!parcel) throw notAvailable('weight_unknown');
  const { country } = shippingAddress;
  const sending = {
    country,
    region: shippingAddress.regionCode ?? null,
    ...parcel,
    leavesOn: plain?.dispatchOn,
  };
  const appraise = async (chosen: ChosenMethod) => ({
    chosen,
    ...(await appraiseMethod(ctx, calendar, chosen, sending)),
  });
  const known = recallMethod(ctx.shop.id, methodId, country);
  let way = known && (await appraise(known));
  // A refusal is decided by what is in the database.
  if (!way || 'fault' in way) way = await appraise(await readMethod(ctx.db, ctx, methodId, country));
  if ('fault' in way) throw notAvailable(way.fault);
  const transit = told?.transits.get(methodId);
  const delivery =
    told && transit !== undefined
      ? expectedDelivery(told.dispatchOn, transit ?? undefined)
      : deliveryOf(ctx, calendar, items, transitOf(way.expected));
  return { delivery, deliveryMethod: namesOf(way.chosen), guard: requireMethod(ctx, way.chosen) };
}

const namesOf = ({ methodId, row }: ChosenMethod): DeliveryMethod | null =>
  row
    ? {
        carrierId: row.carrier_id,
        carrierName: row.carrier_name,
        methodId,
        methodName: row.method_name,
      }
    : null;

const WORDS: Readonly<Record<ChoiceFault, string>> = {
  unknown_method: 'There is no such method.',
  not_offered: 'The method or its carrier is not offered now.',
  no_price_list: 'The method has no price list in force.',
  not_served: 'The method does not go to this place.',
  too_heavy: 'The basket is too heavy for the method.',
  destination_missing: 'Nobody has said where the order goes.',
  weight_unknown: 'A product does not tell its weight.',
};

const notAvailable = (reason: ChoiceFault) =>
  orderErrors.delivery_method_not_available(WORDS[reason], {
    pointer: '/deliveryMethodId',
    extra: { reason },
  });
