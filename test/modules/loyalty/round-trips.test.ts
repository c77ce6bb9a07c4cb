import t from 'tap';
import { endedPoints, grantedPoints, POINTS } from '../../../src/modules/ledger/accounts.ts';
import { post } from '../../../src/modules/ledger/post.ts';
import { credit, debit } from '../../../src/modules/ledger/rules.ts';
import { earnPoints } from '../../../src/modules/loyalty/earn.ts';
import { redeemGift } from '../../../src/modules/loyalty/gifts/redeem.ts';
import { openDatabase } from '../../../src/platform/db/client.ts';
import { inTransaction } from '../../../src/platform/db/transaction.ts';
import { newId } from '../../../src/platform/ids.ts';
import { startApp } from '../../support/app.ts';
import { givePoints, makeGift, makeMember, setProgramme } from '../../support/loyalty-world.ts';
import { countTraffic } from '../../support/traffic.ts';
import { times } from '../orders/support.ts';

const app = await startApp(t);
await setProgramme(app, { earning: { points: 1, perAmount: 100 } });
const customerId = await makeMember(app);
await givePoints(app, customerId, 1_000);
const { id: giftId } = await makeGift(app, { pricePoints: 10, stockQuantity: 100 });
const traffic = await countTraffic(app.url);
t.teardown(() => traffic.close());
// One connection: what it has prepared once, it has prepared.
const db = openDatabase(traffic.url, { poolSize: 1, preparedStatements: true }, app.deps.log);
t.teardown(() => db.$client.end());
const ctx = { ...(await app.ctx()), db };

async function measure(work: () => Promise<unknown>) {
  for (const _ of times(3)) await work();
  traffic.take();
  await work();
  const { roundTrips, executed, plain } = traffic.take();
  return { roundTrips, statements: executed + plain };
}

const earn = () =>
  inTransaction(ctx, (tx) => {
    const line = { productId: newId(), category: null, quantity: 1, amount: 1_000n, isGift: false };
    const lines = times(3).map(() => ({ ...line, lineId: newId() }));
    const order = { orderId: newId(), customerId, paidAt: ctx.now, deliveredAt: null };
    return earnPoints(tx, ctx, { ...order, campaignMultiplierBps: 10_000, lines });
  });

t.test('a bare transfer, beside which both are measured, takes one', async (t) => {
  const transfer = () =>
    inTransaction(ctx, async (tx) => {
      const legs = [debit(grantedPoints(), 30n), credit(endedPoints(), 30n)];
      await post(tx, ctx, { kind: 'bench', subject: newId(), unit: POINTS, legs });
    });
  t.same(await measure(transfer), { roundTrips: 1, statements: 3 });
});

t.test('an order earns in two round trips: read and lock, then write everything', async (t) => {
  t.same(await measure(earn), { roundTrips: 2, statements: 12 });
});

t.test('having a gift waits for what it has to know, and for no write of its own', async (t) => {
  const redeem = () => redeemGift(ctx, customerId, { giftId, quantity: 1, isHeld: false });
  t.same(await measure(redeem), { roundTrips: 5, statements: 22 });
});
