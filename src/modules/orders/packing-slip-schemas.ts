import { type Static, Type } from '@sinclair/typebox';
import {
  instantOrNull,
  instantText,
  model,
  nullableInstant,
  nullableRef,
  nullableText,
  nullableUuid,
  ref,
  text,
  uuid,
} from '../../platform/http/schema.ts';
import { AddressModel } from '../customers/schemas.ts';
import { OrderDeliveryMethod } from './schemas.ts';
import type { PackedOrder } from './packing-slip.ts';
import { unitsToShip } from './rules.ts';

const PackingSlipLine = model('PackingSlipLine', 'A line of a packing slip. It names no price.', {
  lineId: uuid('The line of the order.'),
  productId: uuid('The product.'),
  productExternalId: nullableText("The product's id in the shop's own system."),
  productName: text('Its name when the order was placed.', 300),
  logoRequestId: nullableUuid('The request for a logo that the goods were made by; null: they have none.'),
  quantity: Type.Integer({ description: 'Units ordered, less those that were cancelled.' }),
  shippedQuantity: Type.Integer({ description: 'Units that left.' }),
  toShipQuantity: Type.Integer({ description: 'Units that have still to leave.' }),
});
const PackingSlipCoupon = model('PackingSlipCoupon', 'A code for the next order that goes with the parcel.', {
  code: text('The code.', 40),
  name: text('What it is.', 200),
  validUntil: nullableInstant('Until when it can be used; without an end when null.'),
});
export const PackingSlip = model(
  'PackingSlip',
  'What goes into the parcels of an order, without any amount.',
  {
    orderId: uuid('The order.'),
    number: text('The number that people use.', 60),
    placedAt: instantText('When it was placed.'),
    senderName: text('In whose name it goes out: the sender, or the shop.', 200),
    senderAddress: nullableRef(AddressModel, "The sender; null: the shop's own."),
    shippingAddress: nullableRef(AddressModel, 'Where it goes.'),
    deliveryMethod: nullableRef(
      OrderDeliveryMethod,
      'The way to send it that was chosen; null: the shop chooses.',
    ),
    coupons: Type.Array(ref(PackingSlipCoupon), {
      description: 'The codes for the next order that go with it. Made when the first parcel leaves.',
    }),
    lines: Type.Array(ref(PackingSlipLine), { description: 'The lines, without those that were cancelled.' }),
  },
);

// Nothing of the order is spread in here: a field that is added to it later must not bring an amount along.
export const presentPackingSlip = ({
  whole: { order, lines },
  externalIds,
  shopName,
  coupons,
}: PackedOrder): Static<typeof PackingSlip> => ({
  orderId: order.id,
  number: order.number,
  placedAt: order.placedAt.toISOString(),
  senderName: order.senderAddress?.company ?? order.senderAddress?.name ?? shopName,
  senderAddress: order.senderAddress,
  shippingAddress: order.shippingAddress,
  deliveryMethod: order.deliveryMethod,
  coupons: coupons.map(({ code, name, validUntil }) => ({
    code,
    name,
    validUntil: instantOrNull(validUntil),
  })),
  lines: lines
    .filter(({ quantity, cancelledQuantity }) => quantity > cancelledQuantity)
    .map((line) => ({
      lineId: line.id,
      productId: line.productId,
      productExternalId: externalIds.get(line.productId) ?? null,
      productName: line.productName,
      logoRequestId: line.logoRequestId,
      quantity: line.quantity - line.cancelledQuantity,
      shippedQuantity: line.shippedQuantity,
      toShipQuantity: unitsToShip(line),
    })),
});
