import t from 'tap';
import { checkInvariants, advance, ok } from '../modules/orders/support.ts';
import { makeSomebody } from '../support/activities-world.ts';
import { startApp } from '../support/app.ts';
import {
  claim,
  makeBuyer,
  makeFriend,
  makeReferralActivity,
  makeReferrer,
  REFERRAL,
} from '../support/referrals-world.ts';
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

t.test('the last friend of a limit is one of many', async (t) => {
  const shop = await app.createShop();
  const limits = { steps: [{ ...REFERRAL.steps[0], at: 2 }], friendsLimit: 3, friendsPerDay: 100 };
  const { id } = await makeReferralActivity(shop, limits);
  const ana = await makeReferrer(shop, id);
  const friends = await Promise.all(times(15).map(() => makeSomebody(shop)));
  const answers = await Promise.all(friends.map((one) => claim(shop, id, ana.code, one)));
  t.same(countOf(answers), { done: 3, referral_limit_reached: 12 });
  await checkInvariants(t, app);
});

t.test('a customer whom many bring at once, and an invitation that many claim, are one friend', async (t) => {
  const shop = await app.createShop();
  const { id } = await makeReferralActivity(shop);
  const owners = await Promise.all(times(10).map(() => makeReferrer(shop, id)));
  const friend = await makeSomebody(shop);
  const answers = await Promise.all(owners.map(({ code }) => claim(shop, id, code, friend)));
  t.same(countOf(answers), { done: 1, referral_repeated: 9 });
  const { code } = await must(shop.call(`POST /v1/participants/${owners[0]?.id}/referrals`));
  const friends = await Promise.all(times(10).map(() => makeSomebody(shop)));
  const claims = await Promise.all(friends.map((one) => claim(shop, id, code, one)));
  t.same(countOf(claims), { done: 1, referral_code_used: 9 });
  await checkInvariants(t, app);
});

t.test('a ring of four who bring each other at the same moment does not close', async (t) => {
  const shop = await app.createShop();
  const { id } = await makeReferralActivity(shop);
  for (let round = 0; round < 5; round += 1) {
    const people = await Promise.all(times(4).map(() => makeReferrer(shop, id)));
    const answers = await Promise.all(
      people.map(({ customerId }, at) => claim(shop, id, people[(at + 1) % 4]?.code ?? '', customerId)),
    );
    t.same(countOf(answers), { done: 3, referral_circular: 1 });
  }
});

t.test('a return and the end of its window at the same moment leave what is true', async (t) => {
  const shop = await app.createShop();
  const { id } = await makeReferralActivity(shop, { steps: [{ ...REFERRAL.steps[0], at: 1 }] });
  const ana = await makeReferrer(shop, id);
  const buyers = [];
  for (let count = 0; count < 5; count += 1)
    buyers.push(await makeBuyer(app, shop, id, ana.code, 5_000 + count));
  await makeFriend(shop, id, ana.code);
  await advance(shop, 8 * 1_440);
  const cancels = buyers
    .slice(0, 3)
    .map(({ order }) => shop.call(`POST /v1/orders/${order.id}/cancel`, { body: {} }));
  await Promise.all([...cancels, app.settle(), app.settle()]);
  await app.settle();
  await advance(shop, 1);
  await app.settle();
  const { data } = await ok(shop.call(`GET /v1/participants/${ana.id}/referrals`));
  t.equal(data.filter(({ qualifiedAt }: any) => qualifiedAt !== null).length, 2);
  t.equal((await ok(shop.call(`GET /v1/participants/${ana.id}`))).progress, 2);
  await checkInvariants(t, app);
});
