import { instantOrNull } from '../../platform/http/schema.ts';
import type { PersonalDataSection } from '../customers/ports.ts';
import { eraseParcelNames, trackParcelsOf } from '../shipping/parcels/read.ts';
import { listOrdersOf } from './customer-repository.ts';

/**
 * What parcels hold about a customer: where they went, who signed for them, and what the customer says of it. Parcels belong to
 * orders, so a merge moves them with these.
 */
export const parcelPersonalData: PersonalDataSection = {
  name: 'parcels',
  async export(on, ctx, customerId) {
    const orders = await listOrdersOf(on, ctx.shop.id, customerId);
    const tracked = await trackParcelsOf(
      on,
      ctx.shop.id,
      orders.map(({ id }) => id),
    );
    return tracked.map(({ parcel, rating, events }) => ({
      id: parcel.id,
      orderId: parcel.orderId,
      trackingNumber: parcel.trackingNumber,
      state: parcel.state,
      destinationCountry: parcel.destinationCountry,
      destinationRegion: parcel.destinationRegion,
      shippedAt: parcel.shippedAt.toISOString(),
      deliveredAt: instantOrNull(parcel.deliveredAt),
      signedBy: parcel.signedBy,
      photoUrl: parcel.photoUrl,
      rating,
      events: events.map(({ kind, occurredAt, place, note, signedBy, photoUrl, voidedAt, voidReason }) => ({
        kind,
        occurredAt: occurredAt.toISOString(),
        place,
        note,
        signedBy,
        photoUrl,
        voidedAt: instantOrNull(voidedAt),
        voidReason,
      })),
    }));
  },
  // The orders say until when they are kept; parcels are part of them.
  async erase(tx, ctx, customerId) {
    const orders = await listOrdersOf(tx, ctx.shop.id, customerId);
    await eraseParcelNames(
      tx,
      ctx,
      orders.map(({ id }) => id),
    );
    return { kept: [] };
  },
};
