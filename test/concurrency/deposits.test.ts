import t from 'tap';
import { checkInvariants, ok } from '../modules/orders/support.ts';
import { makeSomebody } from '../support/activities-world.ts';
import { startApp } from '../support/app.ts';
import { enableDeposits, makeDepositActivity, makeDue, openDeposit } from '../support/deposits-world.ts';
import { must } from '../support/world.ts';

const app = await startApp(t, { poolSize: 20 });
const times = (count: number) => Array.from({ length: count }, (_, at) => at);
const countOf = (answers: readonly { status: number; body: any }[]) => {
  const counts: Record<string, number> = {};
  for (const { status, body } of answers) {
    const key = status < 300 ? 'done' : body.code;
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
};

t.test('the last places, and the last of the cap, are taken by as many as there are', async (t) => {
  const shop = await app.createShop();
  const { id } = await makeDepositActivity(shop, {}, 3);
  const people = await Promise.all(times(12).map(() => makeSomebody(shop)));
  const answers = await Promise.all(people.map((one) => openDeposit(shop, id, one)));
  t.same(countOf(answers), { done: 3, activity_full: 9 });
  const other = await makeDepositActivity(shop);
  await enableDeposits(shop, { giftDepositLimitAmount: 5 * 188_000 });
  const more = await Promise.all(people.map((one) => openDeposit(shop, other.id, one)));
  t.same(countOf(more), { done: 2, gift_deposit_limit_reached: 10 });
  await checkInvariants(t, app);
});

t.test('a customer who opens a deposit many times at once has one', async (t) => {
  const shop = await app.createShop();
  const { id } = await makeDepositActivity(shop);
  const customerId = await makeSomebody(shop);
  const answers = await Promise.all(times(8).map(() => openDeposit(shop, id, customerId)));
  t.same(countOf(answers), { done: 1, gift_deposit_taken: 7 });
  await checkInvariants(t, app);
});

t.test('what is due is collected once, by whatever way comes first', async (t) => {
  const shop = await app.createShop();
  const deposit = await makeDue(shop);
  const { claimCode } = await must(shop.call(`POST /v1/gift-deposits/${deposit.id}/claim-code`));
  const answers = await Promise.all(
    times(12).map((at) =>
      at % 3 === 2
        ? shop.call('POST /v1/gift-deposit-payouts', { body: { claimCode } })
        : shop.call(`POST /v1/gift-deposits/${deposit.id}/collect`, {
            body: { payoutWay: at % 3 === 0 ? 'wallet' : 'payment' },
          }),
    ),
  );
  t.equal(answers.filter(({ status }) => status < 300).length, 1);
  t.match(await ok(shop.call(`GET /v1/gift-deposits/${deposit.id}`)), {
    state: 'settled',
    returnedAmount: 188_000,
  });
  await checkInvariants(t, app);
});
