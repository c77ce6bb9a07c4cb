import type { Sweep } from '../../platform/jobs/sweeps.ts';
import { expireCouponPromises } from './coupon-promises.ts';
import { couponPromises } from './tables.ts';

export const walletSweeps: readonly Sweep[] = [
  { name: 'wallets.expireCouponPromises', due: couponPromises.expireDueAt, run: expireCouponPromises },
];
