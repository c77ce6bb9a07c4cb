import t from 'tap';
import { newId } from '../../../src/platform/ids.ts';
import { makeParticipant, makeSomebody } from '../../support/activities-world.ts';
import { startApp, type TestShop } from '../../support/app.ts';
import { loadCard, makeCard } from '../../support/cards-world.ts';
import { buyFor } from '../../support/draws-world.ts';
import {
  claim,
  makeBuyer,
  makeFriend,
  makeReferralActivity,
  makeReferrer,
  REFERRAL,
} from '../../support/referrals-world.ts';
import { must, tokenOf } from '../../support/world.ts';
import { advance, checkInvariants, ok } from '../orders/support.ts';

const app = await startApp(t);
const DAY = 1_440;

const codeOf = async (answer: Promise<any>) => {
  const { status, body } = await answer;
  return [status, body.code];
};
const statesOf = async (shop: TestShop, participantId: string): Promise<string[]> =>
  (await ok(shop.call(`GET /v1/participants/${participantId}/referrals?limit=100`))).data
    .map((one: any) => one.state)
    .toReversed();
const rewardsOf = async (shop: TestShop, customerId: string) =>
  (await ok(shop.call(`GET /v1/activity-rewards?customerId=${customerId}`))).data.map((one: any) => [
    one.earnedBy,
    one.state,
  ]);
const pass = async (shop: TestShop, days: number) => {
  await advance(shop, days * DAY);
  await app.settle();
};

t.test('two friends who bought and did not return it bring a tin, five bring 10.00', async (t) => {
  const shop = await app.createShop();
  const { id } = await makeReferralActivity(shop);
  const ana = await makeReferrer(shop, id);
  const first = await makeBuyer(app, shop, id, ana.code);
  await makeBuyer(app, shop, id, ana.code, 4_999);
  const third = await makeFriend(shop, id, ana.code);
  const card = await makeCard(shop, 'named', third.customerId);
  await loadCard(shop, card.id, 10_000);
  await app.settle();
  t.same(await statesOf(shop, ana.id), ['claimed', 'claimed', 'claimed'], 'it can be returned still');
  await pass(shop, 7);
  t.same(await statesOf(shop, ana.id), ['claimed', 'claimed', 'claimed'], 'on the last day too');
  await pass(shop, 1);
  t.same(await statesOf(shop, ana.id), ['rewarded', 'claimed', 'rewarded'], 'but for the one with 49.99');
  t.same(await rewardsOf(shop, ana.customerId), [['step:two', 'given']]);
  for (let count = 0; count < 3; count += 1) await makeBuyer(app, shop, id, ana.code);
  await pass(shop, 8);
  t.same(
    await rewardsOf(shop, ana.customerId),
    [
      ['step:five', 'given'],
      ['step:two', 'given'],
    ],
    'five of six',
  );
  await must(shop.call(`POST /v1/orders/${first.order.id}/cancel`, { body: {} }));
  await app.settle();
  t.same(await statesOf(shop, ana.id), [
    'taken_back',
    'claimed',
    'rewarded',
    'rewarded',
    'qualified',
    'qualified',
  ]);
  t.equal((await ok(shop.call(`GET /v1/participants/${ana.id}`))).progress, 4);
  await checkInvariants(t, app);
});

t.test('what a friend returns counts no more, unless they keep something else', async (t) => {
  const shop = await app.createShop();
  const { id } = await makeReferralActivity(shop, { steps: [{ ...REFERRAL.steps[0], at: 1 }] });
  const ana = await makeReferrer(shop, id);
  const bo = await makeBuyer(app, shop, id, ana.code);
  const cancel = async (orderId: string) => {
    await must(shop.call(`POST /v1/orders/${orderId}/cancel`, { body: {} }));
    await app.settle();
  };
  await cancel(bo.order.id);
  await pass(shop, 8);
  t.same(await statesOf(shop, ana.id), ['claimed'], 'returned within its window');
  const kept = await buyFor(app, shop, bo.customerId, 6_000);
  await pass(shop, 4);
  const later = await buyFor(app, shop, bo.customerId, 7_000);
  await pass(shop, 4);
  t.same(await statesOf(shop, ana.id), ['rewarded']);
  await cancel(kept.id);
  t.same(await statesOf(shop, ana.id), ['claimed'], 'the later one can be returned still');
  t.same(await rewardsOf(shop, ana.customerId), [['step:two', 'withdrawn']]);
  await pass(shop, 4);
  t.same(await statesOf(shop, ana.id), ['rewarded']);
  t.same(await rewardsOf(shop, ana.customerId), [['step:two', 'given']], 'earned again');
  await cancel(later.id);
  t.same(await statesOf(shop, ana.id), ['taken_back']);
  await checkInvariants(t, app);
});

t.test('who is no new friend is refused with a reason, and nothing is written', async (t) => {
  const shop = await app.createShop();
  const { id } = await makeReferralActivity(shop);
  const other = await makeReferralActivity(shop);
  const ana = await makeReferrer(shop, id);
  const refused = async (expected: unknown, customerId: string, code = ana.code, fields: object = {}) =>
    t.same(await codeOf(claim(shop, id, code, customerId, fields)), expected);
  await refused([422, 'referral_own'], ana.customerId);
  const stranger = await makeSomebody(shop);
  await refused([422, 'referral_code_unknown'], stranger, 'GUESSED00000');
  await refused([422, 'referral_code_unknown'], stranger, (await makeReferrer(shop, other.id)).code);
  await refused([422, 'activity_sharing_forbidden'], stranger, ana.code, { channel: 'wechat' });
  await refused([422, 'customer_not_found'], newId());
  const buyer = await makeSomebody(shop);
  await buyFor(app, shop, buyer, 100);
  await refused([422, 'referral_existing_customer'], buyer);
  const loader = await makeSomebody(shop);
  await loadCard(shop, (await makeCard(shop, 'named', loader)).id, 10_000);
  await refused([422, 'referral_existing_customer'], loader);

  const device = { identifiers: [{ kind: 'device', value: 'A1' }] };
  const bo = await makeSomebody(shop);
  await must(claim(shop, id, ana.code, bo, device));
  await refused([409, 'referral_repeated'], bo);
  await refused([409, 'referral_same_person'], stranger, ana.code, device);
  const own = await makeReferrer(shop, id, bo);
  await refused([422, 'referral_circular'], ana.customerId, own.code);
  const cleo = await makeSomebody(shop);
  await must(claim(shop, id, own.code, cleo));
  await refused([422, 'referral_circular'], ana.customerId, (await makeReferrer(shop, id, cleo)).code);
  t.equal((await ok(shop.call(`GET /v1/referrals?activityId=${id}`))).data.length, 2);
  await must(shop.call(`POST /v1/activities/${id}/end`, { body: { reason: 'Enough.' } }));
  await refused([409, 'activity_not_running'], stranger);
  await checkInvariants(t, app);
});

t.test('rewards are on one level: what a friend’s friend buys is the friend’s', async (t) => {
  const shop = await app.createShop();
  const { id } = await makeReferralActivity(shop, { steps: [{ ...REFERRAL.steps[0], at: 1 }] });
  const ana = await makeReferrer(shop, id);
  const bo = await makeFriend(shop, id, ana.code);
  const own = await makeReferrer(shop, id, bo.customerId);
  await makeBuyer(app, shop, id, own.code);
  await pass(shop, 8);
  t.same(await rewardsOf(shop, bo.customerId), [['step:two', 'given']]);
  t.same(await rewardsOf(shop, ana.customerId), []);
  t.equal((await ok(shop.call(`GET /v1/participants/${ana.id}`))).progress, 0);
});

t.test('the profile of a friend tells too that they are who brought them', async (t) => {
  const shop = await app.createShop();
  const { id } = await makeReferralActivity(shop);
  const person = async (value: string) =>
    (
      await must(
        shop.call('POST /v1/customers', {
          body: { name: 'Ana', contactPoints: [{ kind: 'mobile', value, isPrimary: true }] },
        }),
      )
    ).id;
  const ana = await makeReferrer(shop, id, await person('+86 138-0013-8000'));
  t.same(await codeOf(claim(shop, id, ana.code, await person('0086 13800138000'))), [422, 'referral_own']);
});

t.test('invitations are claimed once, limits hold, and customers are told nothing of friends', async (t) => {
  const shop = await app.createShop();
  const { id } = await makeReferralActivity(shop, { friendsLimit: 5, friendsPerDay: 3 });
  const ana = await makeReferrer(shop, id);
  const as = await tokenOf(shop, ana.customerId);
  const { code, link } = await ok(shop.call(`GET /v1/participants/${ana.id}/referral-code`, { as }));
  t.equal(link, `https://shop.example/r/${code}`);
  const invited = await must(shop.call(`POST /v1/participants/${ana.id}/referrals`, { as }));
  t.match(invited, { state: 'invited', code: /^[0-9A-Z]{12}$/, referredCustomerId: null });
  const offer = await ok(shop.call(`GET /v1/referral-codes/${invited.code}`, { as: shop.publishableKey }));
  t.match(offer, { activityId: id, isOpen: true, link: `https://shop.example/r/${invited.code}` });
  const bo = await makeSomebody(shop);
  const claimed = await must(
    shop.call(`POST /v1/me/activities/${id}/referral`, {
      body: { code: invited.code, channel: 'douyin' },
      as: await tokenOf(shop, bo),
    }),
  );
  t.match(claimed, { id: invited.id, state: 'claimed', channel: 'douyin', referredCustomerId: null });
  const late = await makeSomebody(shop);
  t.same(await codeOf(claim(shop, id, invited.code, late)), [409, 'referral_code_used']);
  await makeFriend(shop, id, code);
  await makeFriend(shop, id, code);
  t.same(await codeOf(claim(shop, id, code, late)), [409, 'referral_day_limit_reached']);
  await advance(shop, DAY);
  await makeFriend(shop, id, code);
  await makeFriend(shop, id, code);
  t.same(await codeOf(claim(shop, id, code, late)), [409, 'referral_limit_reached']);
  const invite = shop.call(`POST /v1/participants/${ana.id}/referrals`, { as });
  t.same(await codeOf(invite), [409, 'referral_limit_reached']);
  const { data } = await ok(shop.call(`GET /v1/participants/${ana.id}/referrals`, { as }));
  t.equal(data.length, 5);
  t.ok(data.every((one: any) => one.referredCustomerId === null));
  t.equal((await ok(shop.call(`GET /v1/referrals?referredCustomerId=${bo}`))).data[0].referredCustomerId, bo);
  await checkInvariants(t, app);
});

t.test('when it is over, who waits is still counted, and who did nothing expires', async (t) => {
  const shop = await app.createShop();
  const { id } = await makeReferralActivity(shop, { steps: [{ ...REFERRAL.steps[0], at: 1 }] });
  const ana = await makeReferrer(shop, id);
  await makeBuyer(app, shop, id, ana.code);
  const idle = await makeFriend(shop, id, ana.code);
  await must(shop.call(`POST /v1/participants/${ana.id}/referrals`));
  await must(shop.call(`POST /v1/activities/${id}/end`, { body: { reason: 'Enough.' } }));
  await app.settle();
  await buyFor(app, shop, idle.customerId, 9_000);
  await pass(shop, 8);
  t.same(await statesOf(shop, ana.id), ['rewarded', 'expired', 'expired']);
  t.same(await rewardsOf(shop, ana.customerId), [['step:two', 'given']]);
  await checkInvariants(t, app);
});

t.test('staff take a friend out, for good', async (t) => {
  const shop = await app.createShop();
  const { id } = await makeReferralActivity(shop);
  const ana = await makeReferrer(shop, id);
  const bo = await makeBuyer(app, shop, id, ana.code);
  await makeBuyer(app, shop, id, ana.code);
  await pass(shop, 8);
  t.same(await statesOf(shop, ana.id), ['rewarded', 'rewarded']);
  const body = { reason: 'The same household.' };
  await must(shop.call(`POST /v1/referrals/${bo.id}/cancel`, { body }));
  t.same(await statesOf(shop, ana.id), ['cancelled', 'qualified']);
  t.same(await rewardsOf(shop, ana.customerId), [['step:two', 'withdrawn']]);
  t.same(await codeOf(shop.call(`POST /v1/referrals/${bo.id}/cancel`, { body })), [
    409,
    'referral_cancelled',
  ]);
  t.same(await codeOf(claim(shop, id, ana.code, bo.customerId)), [409, 'referral_repeated']);
  await buyFor(app, shop, bo.customerId, 9_000);
  await pass(shop, 8);
  t.same(await statesOf(shop, ana.id), ['cancelled', 'qualified']);
  await checkInvariants(t, app);
});

t.test('who turns out to be one person brought nobody, and has the friends of both', async (t) => {
  const shop = await app.createShop();
  const { id } = await makeReferralActivity(shop);
  const [ana, twin] = [await makeReferrer(shop, id), await makeReferrer(shop, id)];
  const bo = await makeBuyer(app, shop, id, ana.code);
  const cleo = await makeBuyer(app, shop, id, twin.code);
  await pass(shop, 8);
  const merge = async (survivor: string, duplicate: string) => {
    await must(
      shop.call(`POST /v1/customers/${survivor}/merge`, { body: { duplicateCustomerId: duplicate } }),
    );
    await app.settle();
  };
  t.same(await rewardsOf(shop, ana.customerId), []);
  await merge(ana.customerId, twin.customerId);
  t.same(await statesOf(shop, ana.id), ['rewarded', 'rewarded'], 'one for each make two');
  t.same(await rewardsOf(shop, ana.customerId), [['step:two', 'given']]);
  t.equal((await claim(shop, id, twin.code, await makeSomebody(shop))).status, 201, 'both codes lead there');
  await checkInvariants(t, app);
  await merge(bo.customerId, cleo.customerId);
  t.same(await statesOf(shop, ana.id), ['qualified', 'cancelled', 'claimed'], 'one friend, once');
  t.same(await rewardsOf(shop, ana.customerId), [['step:two', 'withdrawn']]);
  await merge(ana.customerId, bo.customerId);
  t.same(await statesOf(shop, ana.id), ['cancelled', 'cancelled', 'claimed'], 'nobody brings themselves');
  await checkInvariants(t, app);
});

t.test('an erasure forgets what told a friend apart, and codes lead nowhere', async (t) => {
  const shop = await app.createShop();
  const { id } = await makeReferralActivity(shop);
  const ana = await makeReferrer(shop, id);
  const bo = await makeSomebody(shop);
  await must(claim(shop, id, ana.code, bo, { identifiers: [{ kind: 'device', value: 'A1' }] }));
  const own = await makeParticipant(shop, id, bo);
  const exported = await ok(shop.call(`GET /v1/customers/${bo}/personal-data`));
  t.match(JSON.stringify(exported), /brought by somebody/);
  const { code } = await ok(shop.call(`GET /v1/participants/${own.id}/referral-code`));
  await must(shop.call(`POST /v1/customers/${bo}/erase`, { body: {} }));
  const { rows } = await app.deps.db.$client.query('select 1 from referral_identifiers where shop_id = $1', [
    shop.shopId,
  ]);
  t.equal(rows.length, 0);
  t.equal((await shop.call(`GET /v1/referral-codes/${code}`)).status, 404);
  await checkInvariants(t, app);
});
