import t from 'tap';
import { couponInvariants } from '../../../../src/modules/campaigns/coupons/invariants.ts';
import { inTransaction } from '../../../../src/platform/db/transaction.ts';
import { useCoupons } from '../../../../src/modules/campaigns/coupons/take.ts';
import { startApp } from '../../../support/app.ts';
import { makeCoupon, makeCouponBatch, makeCouponDefinition } from '../../../support/coupons-world.ts';
import { type Damages, findDamages } from '../../../support/damage.ts';
import { makeCustomer, must } from '../../../support/world.ts';
import { takeCodes } from './support.ts';

const app = await startApp(t);

/** Codes that are open, assigned, held, used and limited in every way. */
async function fill() {
  const maria = await makeCustomer(app);
  const [erased, merged] = [await makeCustomer(app), await makeCustomer(app)];
  await must(app.call(`POST /v1/customers/${erased.id}/erase`));
  await must(app.call(`POST /v1/customers/${maria.id}/merge`, { body: { duplicateCustomerId: merged.id } }));
  const batch = await makeCouponDefinition(app);
  await makeCouponBatch(app, batch.id);
  const limits = { usesPerCodeLimit: 5, usesPerCustomerLimit: 3, periodLimit: { uses: 3, per: 'month' } };
  const limited = await makeCoupon(app, limits);
  const held = await takeCodes(app, [limited.code], { customerId: maria.id });
  await takeCodes(app, [limited.code], { customerId: maria.id });
  const ctx = await app.ctx();
  await inTransaction(ctx, (tx) => useCoupons(tx, ctx, held));
  await makeCoupon(app, { assignment: 'assigned', validDays: 5 }, { customerId: maria.id });
}

const DAMAGES: Damages = {
  'a code with a limit counts the uses that orders have of it': [
    'update coupons set held = held - 1 where held > 0',
    'update coupons set used = used + 1 where used > 0',
    `delete from coupon_uses where state = 'held'`,
  ],
  'a customer has used codes as often as orders of theirs have them': [
    `update coupon_customer_counters set uses = uses - 1 where period = 'all'`,
    `delete from coupon_customer_counters where period <> 'all'`,
    `update coupon_uses set state = 'returned' where state = 'used'`,
  ],
  'a definition has issued as many codes as it counts, and a batch as many as it says': [
    'update coupon_definitions set codes_issued = codes_issued + 1',
    'update coupon_batches set quantity = quantity + 1',
    'delete from coupons where batch_id is not null',
  ],
  'a code that belongs to somebody and can be used is found when its time is over': [
    'update coupons set expire_due_at = null where customer_id is not null',
  ],
  'what can be used of codes belongs to nobody who was merged or erased': [
    'update coupons set customer_id = (select id from customers where erased_at is not null) where customer_id is not null',
    'update coupons set customer_id = (select id from customers where merged_into_id is not null) where customer_id is not null',
  ],
};

t.test('every check of coupons finds the damage that it is for', async (t) => {
  await fill();
  const checks = couponInvariants.map(({ name, check }) => ({ name, find: check }));
  await findDamages(t, app, checks, DAMAGES);
});
