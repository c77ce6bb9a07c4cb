import { and, eq } from 'drizzle-orm';
import type { Reader, Tx } from '../../../platform/db/client.ts';
import { preparedSql } from '../../../platform/db/prepared.ts';
import { type ReferralPurchase, referralPurchases } from './tables.ts';

// What it comes to changes; when it was bought, and until when it can be returned, stays.
const keepStatement = preparedSql(
  'keep_referral_purchase',
  `insert into referral_purchases (shop_id, referral_id, source_type, source_id, purchase_amount, qualifies, returnable_until, bought_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8)
   on conflict (shop_id, referral_id, source_type, source_id)
   do update set purchase_amount = excluded.purchase_amount, qualifies = excluded.qualifies`,
);

/** What a friend bought, as it is now. */
export const keepPurchase = async (tx: Tx, row: ReferralPurchase): Promise<void> =>
  void (await keepStatement(tx, [
    row.shopId,
    row.referralId,
    row.sourceType,
    row.sourceId,
    row.purchaseAmount,
    row.qualifies,
    row.returnableUntil,
    row.boughtAt,
  ]));

/** Everything that a friend bought since they claimed. Along the primary key. */
export const listPurchases = (on: Reader, shopId: string, referralId: string): Promise<ReferralPurchase[]> =>
  on
    .select()
    .from(referralPurchases)
    .where(and(eq(referralPurchases.shopId, shopId), eq(referralPurchases.referralId, referralId)));
