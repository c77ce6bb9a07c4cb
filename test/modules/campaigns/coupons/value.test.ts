import t from 'tap';
import { clearing, couponPromisesOf } from '../../../../src/modules/ledger/accounts.ts';
import { post } from '../../../../src/modules/ledger/post.ts';
import { credit, debit } from '../../../../src/modules/ledger/rules.ts';
import { ledgerInvariants } from '../../../../src/modules/ledger/invariants.ts';
import { couponBookChecks } from '../../../../src/modules/campaigns/coupons/book-checks.ts';
import {
  holdValueCoupon,
  issueValueCoupon,
  releaseValueCoupons,
  returnValueCoupon,
  useValueCoupon,
} from '../../../../src/modules/campaigns/coupons/value.ts';
import { couponSweeps } from '../../../../src/modules/campaigns/coupons/expire.ts';
import { inTransaction } from '../../../../src/platform/db/transaction.ts';
import { newId } from '../../../../src/platform/ids.ts';
import { runDueSweeps } from '../../../../src/platform/jobs/sweeps.ts';
import { startApp, type TestShop } from '../../../support/app.ts';
import { standing } from '../../../support/coupons-world.ts';
import { makeCustomer, makeOrder } from '../../../support/world.ts';
import { advance, DAY, ok, times } from '../../orders/support.ts';

// Promises without settlements: the money comes out of an order's clearing and goes back there, as it would for one.
const app = await startApp(t, { poolSize: 24 });

const listOf = async (shop: TestShop, customerId: string): Promise<any[]> =>
  (await ok(shop.call(`GET /v1/coupons?customerId=${customerId}`))).data.map(standing);

async function makePromised(shop: TestShop, amount = 600n) {
  const customer = await makeCustomer(shop);
  const order = await makeOrder(shop, { customerId: customer.id });
  const ctx = await shop.ctx();
  const subject = { type: 'settlement', id: newId() };
  const promise = await inTransaction(ctx, (tx) =>
    issueValueCoupon(tx, ctx, { customerId: customer.id, amount, from: clearing(order.id), subject }),
  );
  return { customer, order, promise, subject };
}
type Promised = Awaited<ReturnType<typeof makePromised>>;

const NOT_USABLE = { message: /^coupon_not_usable/ };

/** Holds and uses a promise as a payment does, which posts it; without one here. */
const use = async (
  shop: TestShop,
  { promise, order, customer }: Promised,
  amount: bigint,
  more: object = {},
) => {
  const ctx = await shop.ctx();
  const forSubject = { type: 'settlement', id: newId() };
  const { id, code } = promise;
  const wish = { id, code, customerId: customer.id, forSubject, amount, ...more };
  return inTransaction(ctx, async (tx) => {
    await holdValueCoupon(tx, ctx, wish);
    const legs = [debit(couponPromisesOf(wish.customerId), amount), credit(clearing(order.id), amount)];
    await post(tx, ctx, { kind: 'payment_captured', subject: newId(), legs });
    return useValueCoupon(tx, ctx, wish);
  });
};
const giveBack = async (
  shop: TestShop,
  { promise, order, customer }: Promised,
  subjectId: string,
  amount: bigint,
  customerId: string = customer.id,
) => {
  const ctx = await shop.ctx();
  const forSubject = { type: 'settlement', id: subjectId };
  return inTransaction(ctx, async (tx) => {
    const legs = [debit(clearing(order.id), amount), credit(couponPromisesOf(customerId), amount)];
    await post(tx, ctx, { kind: 'refund_paid', subject: newId(), legs });
    return returnValueCoupon(tx, ctx, { id: promise.id, customerId, forSubject, amount });
  });
};
const owedTo = async (shop: TestShop, customerId: string): Promise<number> =>
  (await ok(shop.call(`GET /v1/ledger/entries?account=coupon_promises:${customerId}`))).data.reduce(
    (sum: number, { amount }: { amount: number }) => sum - amount,
    0,
  );
const eventsOf = async (shop: TestShop): Promise<string[]> => {
  await app.settle();
  const types = ['issued', 'held', 'used', 'returned', 'expired', 'revoked'].map(
    (type) => `types=coupon.${type}`,
  );
  return (await ok(shop.call(`GET /v1/changes?${types.join('&')}`))).data.map(
    ({ type }: any) => type.split('.')[1],
  );
};

t.test('a promise is used once, and its rest is a promise of its own', async (t) => {
  const shop = await app.createShop();
  const promised = await makePromised(shop);
  const { customer, promise, subject } = promised;
  t.match(await listOf(shop, customer.id), [
    { id: promise.id, state: 'issued', amount: 600, fromId: subject.id, takenAt: null, currency: 'USD' },
  ]);
  t.equal(
    Date.parse(String(promise.validUntil?.toISOString())) - promise.createdAt.getTime(),
    365 * DAY * 60_000,
  );
  await t.rejects(use(shop, promised, 601n), NOT_USABLE);
  await t.rejects(use(shop, promised, 0n), NOT_USABLE);
  await t.rejects(use(shop, promised, 100n, { customerId: newId() }), NOT_USABLE, 'whose else');
  const used = await use(shop, promised, 200n);
  await t.rejects(use(shop, promised, 200n), NOT_USABLE);
  const ctx = await shop.ctx();
  const forSubject = { type: 'settlement', id: used.takenForId ?? '' };
  const again = { id: promise.id, customerId: customer.id, forSubject, amount: 200n };
  await t.rejects(
    inTransaction(ctx, (tx) => useValueCoupon(tx, ctx, again)),
    NOT_USABLE,
    'once for the same, too',
  );
  const [rest, first, ...none] = await listOf(shop, customer.id);
  t.same(none, []);
  t.match(first, { id: promise.id, state: 'used', amount: 200, takenForId: used.takenForId });
  t.match(rest, { state: 'issued', amount: 400, restOfId: promise.id, validUntil: first.validUntil });
  t.equal(await owedTo(shop, customer.id), 400);
  t.same(await eventsOf(shop), ['issued', 'held', 'issued', 'used']);
});

t.test('what it was used for ends unpaid: it is there again, with the time that it had left', async (t) => {
  const shop = await app.createShop();
  const promised = await makePromised(shop);
  const used = await use(shop, promised, 600n);
  await advance(shop, 400 * DAY);
  const subjectId = used.takenForId ?? '';
  await t.rejects(giveBack(shop, promised, newId(), 600n), Error, 'not for what it was not used for');
  await t.rejects(giveBack(shop, promised, subjectId, 601n), Error, 'not more than was used');
  const back = await giveBack(shop, promised, subjectId, 600n);
  await t.rejects(giveBack(shop, promised, subjectId, 600n), Error, 'once');
  t.match(back, { held: 0, used: 0, takenAt: null });
  const left = Number(back.validUntil?.getTime()) - (await shop.ctx()).now.getTime();
  t.ok(Math.abs(left - 365 * DAY * 60_000) < 10_000);
  await use(shop, promised, 100n);
  t.equal(await owedTo(shop, promised.customer.id), 500);
  t.same(await eventsOf(shop), ['issued', 'held', 'used', 'returned', 'held', 'issued', 'used']);
});

t.test('a part that goes back is a promise of its own', async (t) => {
  const shop = await app.createShop();
  const promised = await makePromised(shop);
  const { id, takenForId } = await use(shop, promised, 600n);
  await giveBack(shop, promised, takenForId ?? '', 150n);
  t.match(await listOf(shop, promised.customer.id), [
    { state: 'issued', amount: 150, restOfId: id },
    { state: 'used', amount: 450, id },
  ]);
  t.equal(await owedTo(shop, promised.customer.id), 150);
  await giveBack(shop, promised, takenForId ?? '', 450n);
  t.match(await listOf(shop, promised.customer.id), [{ amount: 150 }, { state: 'issued', amount: 450, id }]);
});

t.test(
  'what is held stands still: nobody else gets it, no time ends it, and it is let go as it was',
  async (t) => {
    const shop = await app.createShop();
    const promised = await makePromised(shop);
    const ctx = await shop.ctx();
    const { code } = promised.promise;
    const customerId: string = promised.customer.id;
    const forSubject = { type: 'settlement', id: newId() };
    const hold = (subject = forSubject) => {
      const wish = { code, customerId, forSubject: subject, amount: 200n };
      return inTransaction(ctx, (tx) => holdValueCoupon(tx, ctx, wish));
    };
    t.match(await hold(), { held: 1, amount: 200n });
    t.match(await hold(), { held: 1, amount: 200n }, 'for the same it is held once');
    await t.rejects(hold({ type: 'settlement', id: newId() }), NOT_USABLE, 'for nothing else');
    await t.rejects(use(shop, promised, 200n), NOT_USABLE);
    t.equal(await owedTo(shop, customerId), 600, 'the books do not move');
    await advance(shop, 400 * DAY);
    t.match(await listOf(shop, customerId), [{ state: 'expired', amount: 400 }, { state: 'held' }]);
    const later = await shop.ctx();
    await inTransaction(later, (tx) => releaseValueCoupons(tx, later, forSubject));
    const [, open] = await listOf(shop, customerId);
    t.match(open, { state: 'issued', amount: 200, takenForId: null, takenAt: null });
    t.ok(Date.parse(open.validUntil) > later.now.getTime() + 364 * DAY * 60_000);
  },
);

t.test('what is not used in its time is the shop’s again', async (t) => {
  const shop = await app.createShop();
  await ok(shop.call('PATCH /v1/shop', { body: { settings: { campaigns: { valueCouponDays: 30 } } } }));
  const promised = await makePromised(shop);
  await advance(shop, 30 * DAY - 5);
  t.match(await listOf(shop, promised.customer.id), [{ state: 'issued' }]);
  await advance(shop, 10);
  t.match(await listOf(shop, promised.customer.id), [{ state: 'expired', amount: 600 }]);
  await t.rejects(use(shop, promised, 100n), NOT_USABLE);
  t.equal(await owedTo(shop, promised.customer.id), 0);
  t.match(await ok(shop.call('GET /v1/ledger/entries?account=lapsed_coupons')), { data: [{ amount: -600 }] });
  t.same(await eventsOf(shop), ['issued', 'expired']);
});

t.test('a promise is not used when its time is over but no sweep has seen that', async (t) => {
  const shop = await app.createShop();
  const promised = await makePromised(shop);
  await app.deps.db.$client.query(
    `update coupons set valid_until = now() - interval '1 second', expire_due_at = now() - interval '1 second' where id = $1`,
    [promised.promise.id],
  );
  await t.rejects(use(shop, promised, 100n), NOT_USABLE);
});

t.test('of fifty uses at once one takes it', async (t) => {
  const shop = await app.createShop();
  for (const amount of [600n, 250n]) {
    const promised = await makePromised(shop);
    const answers = await Promise.allSettled(times(50).map(() => use(shop, promised, amount)));
    const done = answers.filter(({ status }) => status === 'fulfilled');
    t.equal(done.length, 1);
    t.ok(
      answers.every(
        (answer) => answer.status === 'fulfilled' || NOT_USABLE.message.test(String(answer.reason.message)),
      ),
    );
    t.equal(await owedTo(shop, promised.customer.id), 600 - Number(amount));
  }
});

t.test(
  'used, given back and swept at once, it ends in one of these and the books say the same',
  async (t) => {
    const shop = await app.createShop();
    const clock = { now: () => new Date(Date.now() + 366 * DAY * 60_000) };
    for (const _ of times(6)) {
      const promised = await makePromised(shop);
      const used = await use(shop, promised, 600n);
      await Promise.allSettled([
        ...times(10).map(() => giveBack(shop, promised, used.takenForId ?? '', 600n)),
        ...times(10).map(() => use(shop, promised, 600n)),
        ...times(4).map(() => runDueSweeps({ ...app.deps, clock }, couponSweeps)),
      ]);
      const [promise, ...none] = await listOf(shop, promised.customer.id);
      t.same(none, []);
      t.equal(await owedTo(shop, promised.customer.id), promise.state === 'issued' ? 600 : 0, promise.state);
    }
  },
);

t.test('four sweeps at once end each promise once', async (t) => {
  const shop = await app.createShop();
  const promised = await Promise.all(times(30).map(() => makePromised(shop)));
  const clock = { now: () => new Date(Date.now() + 366 * DAY * 60_000) };
  await Promise.all(times(4).map(() => runDueSweeps({ ...app.deps, clock }, couponSweeps)));
  const { data } = await ok(shop.call('GET /v1/ledger/entries?account=lapsed_coupons&limit=200'));
  t.equal(data.length, promised.length);
});

t.test('a merge moves promises, also those that come back later; an erasure ends them', async (t) => {
  const shop = await app.createShop();
  const promised = await makePromised(shop);
  const { customer } = promised;
  const used = await use(shop, promised, 200n);
  const survivor = await makeCustomer(shop);
  const body = { duplicateCustomerId: customer.id };
  await ok(shop.call(`POST /v1/customers/${survivor.id}/merge`, { body }));
  t.same([await owedTo(shop, customer.id), await owedTo(shop, survivor.id)], [0, 400]);
  await giveBack(shop, promised, used.takenForId ?? '', 200n, survivor.id);
  t.equal(await owedTo(shop, survivor.id), 600);
  t.match(await listOf(shop, survivor.id), [{ amount: 400 }, { amount: 200 }]);
  const data = await ok(shop.call(`GET /v1/customers/${survivor.id}/personal-data`));
  t.match(JSON.stringify(data), promised.promise.id);
  await ok(shop.call(`POST /v1/customers/${survivor.id}/erase`));
  t.match(await listOf(shop, survivor.id), [{ state: 'revoked' }, { state: 'revoked' }]);
  t.equal(await owedTo(shop, survivor.id), 0);
});

t.test('lists by state and in pages, and nothing is ever deleted', async (t) => {
  const shop = await app.createShop();
  const promised = await makePromised(shop);
  await use(shop, promised, 200n);
  const page = await ok(shop.call('GET /v1/coupons?limit=1'));
  t.match(page, { data: [{ amount: 400 }], nextCursor: String });
  t.match(await ok(shop.call(`GET /v1/coupons?limit=1&cursor=${page.nextCursor}`)), {
    data: [{ amount: 200 }],
    nextCursor: null,
  });
  t.equal((await ok(shop.call('GET /v1/coupons?state=active'))).data.length, 2);
  await t.rejects(app.deps.db.$client.query('delete from coupon_definitions'));
});

t.test('the books say what the promises say', async (t) => {
  // Of orders they would not: these promises took their money out of the clearing of orders that settled nothing.
  for (const { name, check } of [...couponBookChecks, ...ledgerInvariants]) {
    const { broken, checked } = await check(app.deps.db);
    t.equal(broken, 0n, `${name} (${checked} checked)`);
  }
});
