import t from 'tap';
import { isResolved, resolveCoupons } from '../../../../src/modules/campaigns/coupons/resolve.ts';
import { requireCoupons, returnCoupons, useCoupons } from '../../../../src/modules/campaigns/coupons/take.ts';
import { explainFailure } from '../../../../src/platform/db/guards.ts';
import { inOneStatement, inTransaction } from '../../../../src/platform/db/transaction.ts';
import { Problem } from '../../../../src/platform/errors.ts';
import { newId } from '../../../../src/platform/ids.ts';
import { startApp, type TestShop } from '../../../support/app.ts';
import { makeCoupon } from '../../../support/coupons-world.ts';
import { makeCustomer, must } from '../../../support/world.ts';
import { takeCodes } from './support.ts';

const app = await startApp(t, { poolSize: 20 });
const couponOf = (id: string) => must(app.call(`GET /v1/coupons/${id}`));
const countsOf = async (id: string) => {
  const { heldCount, usedCount } = await couponOf(id);
  return [heldCount, usedCount];
};
const use = async (orderId: string, shop: TestShop = app) => {
  const ctx = await shop.ctx();
  await inTransaction(ctx, (tx) => useCoupons(tx, ctx, orderId));
};
const giveBack = async (orderId: string, shop: TestShop = app) => {
  const ctx = await shop.ctx();
  await inTransaction(ctx, (tx) => returnCoupons(tx, ctx, orderId));
};
const reasonsOf = (error: unknown) => (error instanceof Problem ? error.extra['refusedCoupons'] : error);
const eventsOf = async (id: string) => {
  const { rows } = await app.deps.db.$client.query<{ type: string }>(
    'select type from outbox where subject_id = $1 order by id',
    [id],
  );
  return rows.map(({ type }) => type);
};

t.test('held, used, and each only once', async (t) => {
  const coupon = await makeCoupon(app);
  const orderId = await takeCodes(app, [coupon.code]);
  t.same(await countsOf(coupon.id), [1, 0]);
  await use(orderId);
  await use(orderId);
  t.same(await countsOf(coupon.id), [0, 1]);
  await giveBack(orderId);
  await giveBack(orderId);
  t.same(await countsOf(coupon.id), [0, 0], 'back, also after it was used');
  await use(orderId);
  t.same(await countsOf(coupon.id), [0, 0], 'what was given back is not used');
  t.same(await eventsOf(coupon.id), ['coupon.issued', 'coupon.held', 'coupon.used', 'coupon.returned']);
  await takeCodes(app, [coupon.code], { isPaid: true });
  t.same(await countsOf(coupon.id), [0, 1], 'an order that costs nothing has used it');
});

t.test('of 50 orders for one code one has it, and each of the others is told why', async (t) => {
  const coupon = await makeCoupon(app);
  const ctx = await app.ctx();
  // All of them have looked before the first one took it.
  const buyer = { codes: [coupon.code], customerId: null, channel: 'web', now: ctx.now };
  const resolved = (await resolveCoupons(ctx.db, ctx.shop, buyer)).filter(isResolved);
  const results = await Promise.allSettled(
    Array.from({ length: 50 }, async () => {
      const order = {
        shopId: app.shopId,
        orderId: newId(),
        customerId: null,
        channel: 'web',
        placedAt: ctx.now,
        isPaid: false,
      };
      const guard = requireCoupons(ctx, order, resolved);
      if (!guard) throw new Error('no guard');
      await inOneStatement(ctx, undefined, [guard.part]).catch(async (error: unknown) => {
        throw await explainFailure(error, [guard]);
      });
    }),
  );
  const failed = results.flatMap((result) =>
    result.status === 'rejected' ? [result.reason as unknown] : [],
  );
  t.equal(failed.length, 49);
  for (const error of failed) t.same(reasonsOf(error), [{ code: coupon.code, reason: 'code_held' }]);
  t.same(await countsOf(coupon.id), [1, 0]);
});

t.test('a code with ten uses has ten of 50 orders, and what is given back can be had again', async (t) => {
  const coupon = await makeCoupon(app, { usesPerCodeLimit: 10 });
  const take = () => takeCodes(app, [coupon.code]).catch(() => undefined);
  const orders = (await Promise.all(Array.from({ length: 50 }, take))).flatMap((id) => id ?? []);
  t.equal(orders.length, 10);
  t.same(await countsOf(coupon.id), [10, 0]);
  const [first = '', second = ''] = orders;
  await Promise.all([use(first), giveBack(second), giveBack(second), use(second)]);
  const [held, used] = await countsOf(coupon.id);
  t.same([held, used], [8, 1]);
  t.ok(await take());
});

t.test('paid and given back at once, in whichever order: the counts come out', async (t) => {
  for (let round = 0; round < 40; round++) {
    const coupon = await makeCoupon(app, { usesPerCodeLimit: 2 });
    const first = await takeCodes(app, [coupon.code]);
    const second = await takeCodes(app, [coupon.code]);
    await Promise.all([use(first), use(second), giveBack(second), giveBack(second)]);
    t.same(await countsOf(coupon.id), [0, 1], `round ${round}`);
  }
});

t.test('a customer has as many uses as the definition says, whichever codes they give', async (t) => {
  const maria = await makeCustomer(app);
  const coupon = await makeCoupon(app, {
    usesPerCodeLimit: null,
    usesPerCustomerLimit: 3,
    periodLimit: { uses: 2, per: 'year' },
  });
  const take = () => takeCodes(app, [coupon.code], { customerId: maria.id }).catch(() => undefined);
  const orders = (await Promise.all(Array.from({ length: 20 }, take))).flatMap((id) => id ?? []);
  t.equal(orders.length, 2, 'in a year');
  await giveBack(orders[0] ?? '');
  t.ok(await take());
  t.notOk(await take());
  const other = await makeCustomer(app);
  t.ok(await takeCodes(app, [coupon.code], { customerId: other.id }));
  const { rows } = await app.deps.db.$client.query(
    `select uses from coupon_customer_counters where customer_id = $1 order by period`,
    [maria.id],
  );
  t.same(rows, [{ uses: 2 }, { uses: 2 }]);
});

t.test('of two codes one that is gone takes the other with it', async (t) => {
  const [gone, there] = [await makeCoupon(app), await makeCoupon(app)];
  const ctx = await app.ctx();
  const buyer = { codes: [there.code, gone.code], customerId: null, channel: 'web', now: ctx.now };
  const resolved = (await resolveCoupons(ctx.db, ctx.shop, buyer)).filter(isResolved);
  await must(app.call(`POST /v1/coupons/${gone.id}/revoke`));
  const order = {
    shopId: app.shopId,
    orderId: newId(),
    customerId: null,
    channel: 'web',
    placedAt: ctx.now,
    isPaid: false,
  };
  const guard = requireCoupons(ctx, order, resolved);
  const error: unknown = await inOneStatement(ctx, undefined, guard ? [guard.part] : []).catch(
    (thrown: unknown) => thrown,
  );
  const cause = await explainFailure(error, guard ? [guard] : []);
  t.same(reasonsOf(cause), [{ code: gone.code, reason: 'revoked' }]);
  t.match((cause as Problem).violations, [{ pointer: '/couponCodes/1', code: 'coupons_refused' }]);
  t.same(await countsOf(there.id), [0, 0]);
});

t.test('while an order has somebody’s own code, its time stands still', async (t) => {
  const shop = await app.createShop();
  const maria = await makeCustomer(shop);
  const coupon = await makeCoupon(shop, { assignment: 'assigned', validDays: 5 }, { customerId: maria.id });
  const orderId = await takeCodes(shop, [coupon.code], { customerId: maria.id });
  const later = new Date(Date.now() + 10 * 86_400_000).toISOString();
  await must(shop.call('POST /v1/test-clock/advance', { body: { toAt: later } }));
  const held = await must(shop.call(`GET /v1/coupons/${coupon.id}`));
  t.equal(held.state, 'active', 'it does not expire meanwhile');
  await giveBack(orderId, shop);
  const back = await must(shop.call(`GET /v1/coupons/${coupon.id}`));
  const longer = (Date.parse(back.validUntil) - Date.parse(coupon.validUntil)) / 86_400_000;
  t.ok(longer > 9.9 && longer < 10.1, `${longer} days longer`);
  t.ok(await takeCodes(shop, [coupon.code], { customerId: maria.id }));
});
