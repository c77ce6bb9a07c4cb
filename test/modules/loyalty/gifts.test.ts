import t from 'tap';
import { startApp, type TestShop } from '../../support/app.ts';
import {
  givePoints,
  makeGift,
  makeMember,
  makeRedemption,
  setProgramme,
} from '../../support/loyalty-world.ts';
import { makeCustomer, makeProduct, must, tokenOf } from '../../support/world.ts';
import { advance, checkInvariants, DAY, HOUR, ok, tally, times } from '../orders/support.ts';

const app = await startApp(t, { poolSize: 24 });
const member = (shop: TestShop, id: string) => ok(shop.call(`GET /v1/loyalty-members/${id}`));
const lotsOf = async (shop: TestShop, id: string) =>
  (await ok(shop.call(`GET /v1/loyalty-members/${id}/lots`))).data;
const redeem = (shop: TestShop, id: string, body: object) =>
  shop.call(`POST /v1/loyalty-members/${id}/redemptions`, { body });
const end = (shop: TestShop, { id }: { id: string }, step: string, body: object = {}) =>
  shop.call(`POST /v1/redemptions/${id}/${step}`, step === 'cancel' ? { body } : {});
const gift = (shop: TestShop, id: string) => ok(shop.call(`GET /v1/loyalty-gifts/${id}`));
const grantsOf = async (shop: TestShop, id: string) =>
  (await ok(shop.call(`GET /v1/gift-grants?customerId=${id}`))).data;

async function makeRich(shop: TestShop, points = 1_000): Promise<string> {
  const id = await makeMember(shop);
  await givePoints(shop, id, points);
  return id;
}

t.test('points buy a gift, which is owed and handed over once', async (t) => {
  const shop = await app.createShop();
  const id = await makeRich(shop);
  const { id: productId } = await makeProduct(shop);
  const tin = await makeGift(shop, { productId, memberLimit: 2 });
  const made = await redeem(shop, id, { giftId: tin.id, expectedPricePoints: 500 });
  t.match(made, { status: 201, body: { state: 'redeemed', quantity: 1, unitPoints: 500, heldUntil: null } });
  t.match(await member(shop, id), { activePoints: 500 });
  t.match(await gift(shop, tin.id), { leftQuantity: 4, version: 1 });
  const [grant] = await grantsOf(shop, id);
  t.match(grant, { state: 'open', quantity: 1, productId, name: 'Tea tin' });
  const token = await tokenOf(shop, id);
  const code = () => shop.call(`POST /v1/gift-grants/${grant.id}/claim-code`, { as: token });
  const [first, second] = [await ok(code()), await ok(code())];
  const handOver = (claimCode: string) =>
    shop.call('POST /v1/gift-grants/hand-over', { body: { claimCode } });
  t.match(
    await handOver(first.claimCode),
    { status: 422, body: { code: 'claim_code_unknown' } },
    'the older',
  );
  const spelled = second.claimCode.toLowerCase().replace(/(.{4})(?=.)/g, '$1-');
  const answers = await Promise.all(times(12).map(() => handOver(spelled)));
  t.same(tally(answers), { 200: 1, 422: 11 });
  t.match(await grantsOf(shop, id), [{ state: 'handed_over', handedOverAt: String }]);
  t.match(await end(shop, made.body, 'cancel'), {
    status: 409,
    body: { code: 'redemption_not_cancellable' },
  });
  t.match(await code(), { status: 409, body: { code: 'gift_grant_not_open' } });
  await checkInvariants(t, app);
});

t.test('every refusal says why and changes nothing', async (t) => {
  const shop = await app.createShop();
  const gold = { key: 'gold', name: 'Gold', threshold: 1, multiplierBps: 10_000, serviceLevel: null };
  await setProgramme(shop, { tiers: [gold] });
  const id = await makeRich(shop);
  const refused = async (fields: object, wish: object, code: string, more: object = {}) => {
    const { id: giftId } = await makeGift(shop, fields);
    t.match(await redeem(shop, id, { giftId, ...wish }), { body: { code, ...more } }, code);
    t.match(await gift(shop, giftId), { leftQuantity: 5 });
  };
  await refused({ pricePoints: 600 }, { quantity: 2 }, 'insufficient_points', { availablePoints: 1_000 });
  await refused({}, { quantity: 6 }, 'gift_out_of_stock');
  await refused({ memberLimit: 1 }, { quantity: 2 }, 'gift_limit_reached', { availableQuantity: 1 });
  await refused({}, { expectedPricePoints: 499 }, 'gift_price_changed', { pricePoints: 500 });
  await refused({ minimumTierKey: 'gold' }, {}, 'tier_too_low');
  await refused({ availableUntil: '2020-01-01T00:00:00Z' }, {}, 'gift_not_available');
  await refused({ availableFrom: '2990-01-01T00:00:00Z' }, {}, 'gift_not_available');
  t.match(await redeem(shop, id, { giftId: id }), { status: 422, body: { code: 'gift_not_found' } });
  t.match(await member(shop, id), { activePoints: 1_000 });
  const { id: stranger } = await makeCustomer(shop);
  const tin = await makeGift(shop);
  t.match(await redeem(shop, stranger, { giftId: tin.id }), { status: 404 });
  await must(shop.call(`POST /v1/loyalty-members/${id}/leave`));
  t.match(await redeem(shop, id, { giftId: tin.id }), { status: 409, body: { code: 'member_left' } });
  await checkInvariants(t, app);
});

t.test('what is held is confirmed, given up or over', async (t) => {
  const shop = await app.createShop();
  const id = await makeRich(shop);
  await givePoints(shop, id, 1_000);
  const tin = await makeGift(shop);
  const hold = (quantity = 1) => ok(redeem(shop, id, { giftId: tin.id, isHeld: true, quantity }));
  const kept = await hold();
  t.match(kept, { state: 'held', heldUntil: String });
  t.match(await member(shop, id), { activePoints: 1_500 });
  t.match(await ok(end(shop, kept, 'confirm')), { state: 'redeemed' });
  t.match(await ok(end(shop, kept, 'confirm')), { state: 'redeemed', version: 2 }, 'again');
  const partly = await hold(2);
  t.match(await ok(end(shop, partly, 'cancel', { quantity: 1 })), { state: 'held', cancelledQuantity: 1 });
  t.match(await ok(end(shop, partly, 'confirm')), { state: 'redeemed', cancelledQuantity: 1 });
  t.match(await grantsOf(shop, id), [{ quantity: 1 }, { quantity: 1 }]);
  const given = await hold();
  t.match(await ok(end(shop, given, 'cancel')), { state: 'cancelled', cancelledQuantity: 1 });
  t.match(await end(shop, given, 'confirm'), { status: 409, body: { code: 'redemption_not_held' } });
  const late = await hold();
  await advance(shop, 24 * HOUR);
  t.match(await end(shop, late, 'confirm'), { status: 409, body: { code: 'redemption_not_held' } });
  await app.settle();
  t.match(await ok(shop.call(`GET /v1/redemptions/${late.id}`)), { state: 'expired', heldUntil: null });
  t.match(await member(shop, id), { activePoints: 1_000 });
  t.match(await gift(shop, tin.id), { leftQuantity: 3 });
  await checkInvariants(t, app);
});

t.test('points come back to the lots that they came from, also in parts', async (t) => {
  const shop = await app.createShop();
  const id = await makeMember(shop);
  for (const points of [30, 50, 20]) await givePoints(shop, id, points);
  const { id: giftId } = await makeGift(shop, { pricePoints: 30 });
  const made = await ok(redeem(shop, id, { giftId, quantity: 3 }));
  const left = async () => (await lotsOf(shop, id)).map((lot: any) => lot.leftPoints).toReversed();
  t.same(await left(), [0, 0, 10]);
  t.match(await ok(end(shop, made, 'cancel', { quantity: 1 })), { state: 'redeemed', cancelledQuantity: 1 });
  t.match(await grantsOf(shop, id), [{ quantity: 2, state: 'open' }]);
  t.same(await left(), [0, 20, 20]);
  await ok(end(shop, made, 'cancel', { quantity: 2 }));
  t.same(await left(), [30, 50, 20]);
  t.match(await grantsOf(shop, id), [{ quantity: 0, state: 'cancelled' }]);
  t.match(await end(shop, made, 'cancel', { quantity: 1 }), { body: { code: 'redemption_not_cancellable' } });
  await checkInvariants(t, app);
});

t.test('a lot that expired meanwhile comes back with 30 days more', async (t) => {
  const shop = await app.createShop();
  const id = await makeMember(shop);
  await must(
    shop.call('PUT /v1/loyalty-programme', {
      body: {
        name: 'Club',
        signUpPoints: 0,
        staffGrantLimit: 1_000,
        expiry: { kind: 'rolling_months', months: 1 },
      },
    }),
  );
  await givePoints(shop, id, 500);
  const { id: giftId } = await makeGift(shop);
  const made = await ok(redeem(shop, id, { giftId }));
  await advance(shop, 60 * DAY);
  await ok(end(shop, made, 'cancel'));
  t.match(await member(shop, id), { activePoints: 500 });
  await advance(shop, 29 * DAY);
  t.match(await member(shop, id), { activePoints: 500 });
  await advance(shop, 2 * DAY);
  t.match(await member(shop, id), { activePoints: 0 });
  await app.settle();
  await checkInvariants(t, app);
});

t.test('who left has nothing back, who was merged has it with the survivor', async (t) => {
  const shop = await app.createShop();
  const left = await makeRedemption(shop, undefined, { isHeld: true });
  await must(shop.call(`POST /v1/loyalty-members/${left.customerId}/leave`));
  await ok(end(shop, left, 'cancel'));
  t.match(await member(shop, left.customerId), { activePoints: 0, leftAt: String });
  const double = await makeRedemption(shop, undefined, { isHeld: true });
  const id = await makeRich(shop);
  const merge = { body: { duplicateCustomerId: double.customerId } };
  await must(shop.call(`POST /v1/customers/${id}/merge`, merge));
  t.match(await ok(shop.call(`GET /v1/redemptions?customerId=${id}`)), { data: [{ id: double.id }] });
  await ok(end(shop, double, 'cancel'));
  t.match(await member(shop, id), { activePoints: 2_000 });
  await ok(redeem(shop, id, { giftId: double.giftId, isHeld: true }));
  await must(shop.call(`POST /v1/customers/${id}/erase`, { body: {} }));
  t.match(await ok(shop.call(`GET /v1/redemptions?customerId=${id}`)), {
    data: [{ state: 'cancelled' }, { state: 'cancelled' }],
  });
  await checkInvariants(t, app);
});

t.test('shop fronts see what can be had, and customers have it with their own token', async (t) => {
  const shop = await app.createShop();
  const id = await makeRich(shop);
  const tin = await makeGift(shop, { stockQuantity: 1, memberLimit: 3 });
  await makeGift(shop, { availableUntil: '2020-01-01T00:00:00Z' });
  const old = await makeGift(shop);
  await must(shop.call(`PATCH /v1/loyalty-gifts/${old.id}`, { body: { state: 'archived' } }));
  const offered = async () =>
    (await ok(shop.call('GET /v1/catalogue/gifts', { as: shop.publishableKey }))).data;
  t.match(await offered(), [{ id: tin.id, pricePoints: 500, isLeft: true }]);
  t.notOk('leftQuantity' in (await offered())[0], 'nobody else is told how many are left');
  const token = await tokenOf(shop, id);
  const own = await shop.call('POST /v1/me/redemptions', { as: token, body: { giftId: tin.id } });
  t.match(own, { status: 201, body: { state: 'redeemed', customerId: id } });
  t.match(await offered(), [{ isLeft: false }]);
  t.match(await shop.call(`POST /v1/redemptions/${own.body.id}/cancel`, { as: token, body: {} }), {
    status: 409,
    body: { code: 'redemption_not_held' },
  });
  const other = await tokenOf(shop, await makeRich(shop));
  t.match(await shop.call(`GET /v1/redemptions/${own.body.id}`, { as: other }), { status: 404 });
  t.match(await ok(shop.call('GET /v1/me/gift-grants', { as: other })), { data: [] });
  t.match(await ok(shop.call('GET /v1/me/gift-grants', { as: token })), { data: [{ state: 'open' }] });
  const more = { body: { changeQuantity: -1 } };
  t.match(await shop.call(`POST /v1/loyalty-gifts/${tin.id}/stock`, more), {
    body: { code: 'gift_out_of_stock' },
  });
  t.match(await ok(shop.call(`POST /v1/loyalty-gifts/${tin.id}/stock`, { body: { changeQuantity: 4 } })), {
    leftQuantity: 4,
    version: 2,
  });
  await checkInvariants(t, app);
});
