import { preparedSql } from '../../../platform/db/prepared.ts';
import type { CustomerMove, PersonalDataSection } from '../../customers/ports.ts';
import { depositErrors } from './errors.ts';

// By gift_deposits_customer_idx.
const selectDeposits = preparedSql<{
  id: string;
  activity_id: string;
  state: string;
  deposit_amount: string;
  returned_amount: string;
  created_at: Date;
}>(
  'select_gift_deposits_of_customer',
  `select id, activity_id, state, deposit_amount::text, returned_amount::text, created_at from gift_deposits
   where shop_id = $1 and customer_id = $2 order by id`,
);
const selectOutstanding = preparedSql<{ amount: string }>(
  'sum_gift_deposits_of_customer',
  `select coalesce(sum(deposit_amount - returned_amount), 0)::text as amount from gift_deposits
   where shop_id = $1 and customer_id = $2 and state in ('pending', 'active')`,
);

/** The deposits of a customer. They stay in the books under the id that an erasure leaves. */
export const depositPersonalData: PersonalDataSection = {
  name: 'gift_deposits',
  export: async (on, ctx, customerId) =>
    (await selectDeposits(on, [ctx.shop.id, customerId])).map((row) => ({
      id: row.id,
      activityId: row.activity_id,
      state: row.state,
      depositAmount: Number(row.deposit_amount),
      returnedAmount: Number(row.returned_amount),
      createdAt: row.created_at.toISOString(),
    })),
  // Once nobody knows whose it is, it can be paid back to nobody.
  async checkErasable(tx, ctx, customerId) {
    const outstanding = BigInt((await selectOutstanding(tx, [ctx.shop.id, customerId]))[0]?.amount ?? 0);
    if (outstanding > 0n)
      throw depositErrors.gift_deposit_not_back(`${outstanding} is not back.`, {
        extra: { outstandingAmount: Number(outstanding) },
      });
  },
  erase: async () => ({ kept: [] }),
};

// After the participations: what one of them became a part of holds the places of both.
const moveRows = preparedSql<{ moved: number }>(
  'move_gift_deposits',
  `with moved as (
     update gift_deposits d set customer_id = $3::uuid, version = d.version + 1, updated_at = $4,
       participant_id = coalesce((select s.id from participants p join participants s on s.shop_id = $1
         and s.activity_id = p.activity_id and s.customer_id = $3::uuid and s.absorbed_at is null
         where p.shop_id = $1 and p.id = d.participant_id), d.participant_id)
     where d.shop_id = $1 and d.customer_id = $2::uuid returning 1
   ) select count(*)::int as moved from moved`,
);

/** The deposits of a duplicate come back to the survivor. */
export const depositCustomerMove: CustomerMove = {
  name: 'gift_deposits',
  move: async (tx, ctx, from, to) => (await moveRows(tx, [ctx.shop.id, from, to, ctx.now]))[0]?.moved ?? 0,
};
