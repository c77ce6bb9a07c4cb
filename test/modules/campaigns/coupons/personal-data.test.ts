import t from 'tap';
import { returnCoupons } from '../../../../src/modules/campaigns/coupons/take.ts';
import { inTransaction } from '../../../../src/platform/db/transaction.ts';
import { startApp } from '../../../support/app.ts';
import { issueCoupon, makeCoupon, makeCouponDefinition } from '../../../support/coupons-world.ts';
import { makeCustomer, must } from '../../../support/world.ts';
import { checkInvariants } from '../../orders/support.ts';
import { takeCodes } from './support.ts';

const app = await startApp(t);
const giveBack = async (orderId: string) => {
  const ctx = await app.ctx();
  await inTransaction(ctx, (tx) => returnCoupons(tx, ctx, orderId));
};

t.test('a merge moves codes and how often they were used', async (t) => {
  const [one, two] = [await makeCustomer(app), await makeCustomer(app)];
  const limited = await makeCoupon(app, { usesPerCodeLimit: null, usesPerCustomerLimit: 2 });
  const orderId = await takeCodes(app, [limited.code], { customerId: one.id });
  await takeCodes(app, [limited.code], { customerId: two.id });
  const own = await makeCoupon(app, { assignment: 'assigned' }, { customerId: two.id });
  await must(app.call(`POST /v1/customers/${one.id}/merge`, { body: { duplicateCustomerId: two.id } }));
  t.equal((await must(app.call(`GET /v1/coupons/${own.id}`))).customerId, one.id);
  const check = () =>
    must(
      app.call('POST /v1/coupons/check', { body: { codes: [limited.code, own.code], customerId: one.id } }),
    );
  t.match(await check(), { data: [{ reason: 'customer_limit_reached' }, { reason: null }] });
  await giveBack(orderId);
  t.match(await check(), { data: [{ reason: null }, { reason: null }] });
  await checkInvariants(t, app);
});

t.test('an export has codes and their uses; an erasure ends and forgets them', async (t) => {
  const maria = await makeCustomer(app);
  const { id } = await makeCouponDefinition(app, {
    assignment: 'assigned',
    usesPerCustomerLimit: 2,
    validDays: 9,
  });
  const [held, open] = [
    await issueCoupon(app, id, { customerId: maria.id }),
    await issueCoupon(app, id, { customerId: maria.id }),
  ];
  const orderId = await takeCodes(app, [held.code], { customerId: maria.id });
  const { sections } = await must(app.call(`GET /v1/customers/${maria.id}/personal-data`));
  const text = JSON.stringify(
    sections ?? (await must(app.call(`GET /v1/customers/${maria.id}/personal-data`))),
  );
  for (const known of [held.code, open.code, orderId]) t.ok(text.includes(known));
  await must(app.call(`POST /v1/customers/${maria.id}/erase`));
  for (const coupon of [held, open])
    t.equal((await must(app.call(`GET /v1/coupons/${coupon.id}`))).state, 'revoked');
  await giveBack(orderId);
  t.match(await must(app.call(`GET /v1/coupons/${held.id}`)), { state: 'revoked', heldCount: 0 });
  const { rows } = await app.deps.db.$client.query(
    'select customer_id from coupon_uses where order_id = $1 union all select customer_id from coupon_customer_counters where customer_id = $2',
    [orderId, maria.id],
  );
  t.same(rows, [{ customer_id: null }]);
  await checkInvariants(t, app);
});
