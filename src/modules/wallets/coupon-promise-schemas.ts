import {
  enumeration,
  instantText,
  model,
  nullableInstant,
  nullableText,
  nullableUuid,
  instantOrNull,
  pageOf,
  PositiveAmount,
  ref,
  text,
  toWire,
  uuid,
} from '../../platform/http/schema.ts';
import { Currency } from '../../platform/shops/schemas.ts';
import { couponPromiseStates } from './states.ts';
import type { CouponPromise } from './tables.ts';

export const CouponPromiseStateName = enumeration(
  'CouponPromiseState',
  'Where a promise stands. `held`: a payment with it is on its way. `revoked`: its customer was erased.',
  couponPromiseStates.names,
);

const CouponPromiseModel = model('CouponPromise', 'An amount that a customer may have taken off once.', {
  id: uuid('The promise.'),
  customerId: uuid('Whose it is.'),
  state: ref(CouponPromiseStateName),
  amount: ref(PositiveAmount, { description: 'What it takes off, or took off. Minor units.' }),
  currency: ref(Currency),
  expiresAt: instantText('Until when it can be used.'),
  fromType: text('What it was promised for, such as `settlement`.', 40),
  fromId: uuid('Which one.'),
  restOfId: nullableUuid('The promise that was used in part, whose rest this is.'),
  usedForType: nullableText('What it is held or was used for, such as `settlement`.'),
  usedForId: nullableUuid('Which one.'),
  usedAt: nullableInstant('Since when it is held, or when it was used.'),
  createdAt: instantText('When it was promised, or when the rest was left.'),
  updatedAt: instantText('When it last changed.'),
});
export const CouponPromisePage = pageOf('CouponPromisePage', CouponPromiseModel);

export const presentCouponPromise = (row: CouponPromise) => ({
  id: row.id,
  customerId: row.customerId,
  state: row.state,
  amount: toWire(row.amount),
  currency: row.currency,
  expiresAt: row.expiresAt.toISOString(),
  fromType: row.fromType,
  fromId: row.fromId,
  restOfId: row.restOfId,
  usedForType: row.usedForType,
  usedForId: row.usedForId,
  usedAt: instantOrNull(row.usedAt),
  createdAt: row.createdAt.toISOString(),
  updatedAt: row.updatedAt.toISOString(),
});
