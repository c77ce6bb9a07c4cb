import t from 'tap';
import { startApp, type TestShop } from '../../support/app.ts';
import { runCampaign, stopCampaign } from '../../support/campaign-rows.ts';
import { issueCoupon, makeCouponDefinition } from '../../support/coupons-world.ts';
import { makeCustomer, makeProduct, pay } from '../../support/world.ts';
import { checkInvariants, ok, tally, times } from '../orders/support.ts';

const app = await startApp(t);

/** A shop with a tenth off for who has a code, with one code of it, and a hat. */
async function open(shop: TestShop, definition: object = {}, rule: object = {}) {
  const hat = await makeProduct(shop, { priceAmount: 1_000, onHandQuantity: 1_000 });
  const campaignId = await runCampaign(
    app,
    shop,
    { type: 'percent_off', rateBps: 1_000 },
    {
      isCouponRequired: true,
      ...rule,
    },
  );
  const { id } = await makeCouponDefinition(shop, { campaignId, ...definition });
  const coupon = await issueCoupon(shop, id);
  const wish = { lines: [{ productId: hat.id, quantity: 1 }] };
  return {
    hat,
    campaignId,
    definitionId: id as string,
    coupon,
    wish,
    withCode: { ...wish, couponCodes: [coupon.code] },
  };
}
const quote = (shop: TestShop, body: object) => ok(shop.call('POST /v1/quotes', { body, key: null }));
const place = (shop: TestShop, body: object) => shop.call('POST /v1/orders', { body });
const readCoupon = (shop: TestShop, { id }: { id: string }) => ok(shop.call(`GET /v1/coupons/${id}`));

t.test(
  'a code opens its campaign: held by the order, used when it is paid, back when it is cancelled',
  async (t) => {
    const shop = await app.createShop();
    const { withCode, wish, coupon, campaignId } = await open(shop);
    t.match(await quote(shop, wish), {
      totalAmount: 1_000,
      campaignsNotApplied: [],
    });
    t.match(await quote(shop, withCode), {
      totalAmount: 900,
      coupons: [
        {
          code: coupon.code,
          isApplied: true,
          couponId: coupon.id,
          campaignId,
          reason: null,
          campaignReason: null,
        },
      ],
    });
    const { body: order } = await place(shop, withCode);
    t.equal(order.totalAmount, 900);
    t.match(await readCoupon(shop, coupon), { heldCount: 1, usedCount: 0 });
    t.match((await place(shop, withCode)).body, {
      code: 'coupons_refused',
      refusedCoupons: [{ code: coupon.code, reason: 'code_held' }],
      errors: [{ pointer: '/couponCodes/0' }],
    });
    await ok(shop.call(`POST /v1/orders/${order.id}/cancel`, { body: {} }));
    t.match(await readCoupon(shop, coupon), { heldCount: 0, usedCount: 0 });
    const { body: next } = await place(shop, withCode);
    await pay(shop, next.id);
    t.match(await readCoupon(shop, coupon), { heldCount: 0, usedCount: 1 });
    t.match((await place(shop, withCode)).body, { refusedCoupons: [{ reason: 'code_used_up' }] });
  },
);

t.test('no code is skipped without a word', async (t) => {
  const shop = await app.createShop();
  const { wish, coupon } = await open(shop, {}, { minimumAmount: 5_000 });
  const codes = { ...wish, couponCodes: [coupon.code, 'NOBODYHAS-IT'] };
  t.match((await quote(shop, codes)).coupons, [
    { isApplied: false, reason: null, campaignReason: 'below_minimum_amount' },
    { isApplied: false, reason: 'unknown_code', campaignReason: null },
  ]);
  t.match((await place(shop, codes)).body, {
    code: 'coupons_refused',
    errors: [{ pointer: '/couponCodes/1' }],
  });
  t.match((await place(shop, { ...wish, couponCodes: [coupon.code] })).body, {
    code: 'coupon_not_applied',
    campaignsNotApplied: [{ reason: 'below_minimum_amount' }],
    errors: [{ pointer: '/couponCodes/0' }],
  });
  t.match(await readCoupon(shop, coupon), { heldCount: 0, usedCount: 0 });
});

t.test(
  'a quote holds the code, also when its campaign has ended since; the code is taken all the same',
  async (t) => {
    const shop = await app.createShop();
    const { withCode, wish, coupon, campaignId } = await open(shop);
    const { quoteToken } = await quote(shop, withCode);
    await stopCampaign(app, shop, campaignId);
    t.match((await place(shop, withCode)).body, { refusedCoupons: [{ reason: 'campaign_ended' }] });
    t.match((await place(shop, { ...wish, quoteToken, couponCodes: ['OTHER1'] })).body, {
      code: 'quote_mismatch',
    });
    t.equal((await place(shop, { ...wish, quoteToken })).body.totalAmount, 900);
    t.match(await readCoupon(shop, coupon), { heldCount: 1 });
    t.equal((await place(shop, { ...wish, quoteToken })).status, 422);
  },
);

t.test('a coupon larger than the basket takes what is there, and no price is negative', async (t) => {
  const shop = await app.createShop();
  const hat = await makeProduct(shop, { priceAmount: 1_000 });
  const campaignId = await runCampaign(
    app,
    shop,
    { type: 'amount_off', amount: 5_000, per: 'basket' },
    {
      isCouponRequired: true,
    },
  );
  const { id } = await makeCouponDefinition(shop, { campaignId });
  const { code } = await issueCoupon(shop, id);
  const { body: order } = await place(shop, {
    lines: [{ productId: hat.id, quantity: 1 }],
    couponCodes: [code],
  });
  t.match(order, { totalAmount: 0, status: 'paid', lines: [{ netAmount: 0, discountAmount: 1_000 }] });
});

t.test('one coupon, 50 orders', async (t) => {
  const shop = await app.createShop();
  const { withCode, coupon } = await open(shop);
  const answers = await Promise.all(times(50).map(() => place(shop, withCode)));
  t.same(tally(answers), { 201: 1, 422: 49 });
  for (const { status, body } of answers)
    if (status !== 201) t.match(body, { code: 'coupons_refused', refusedCoupons: [{ reason: 'code_held' }] });
  t.match(await readCoupon(shop, coupon), { heldCount: 1 });
});

t.test(
  'a limit is no way around an automatic campaign, and a code is not spent on one that does nothing',
  async (t) => {
    const shop = await app.createShop();
    const { id: customerId } = await makeCustomer(shop);
    const { hat, withCode, coupon } = await open(shop);
    await runCampaign(
      app,
      shop,
      { type: 'percent_off', rateBps: 5_000 },
      { usesPerCustomerLimit: 1, productIds: [hat.id] },
    );
    const wish = { ...withCode, customerId };
    // Half off is better, and the two do not combine: the code would be used for nothing.
    t.match((await place(shop, wish)).body, {
      code: 'coupon_not_applied',
      campaignsNotApplied: [{ reason: 'does_not_combine' }],
    });
    t.equal((await place(shop, { ...wish, couponCodes: [] })).body.totalAmount, 500);
    // The automatic one is used up for this customer, whatever codes they give.
    t.equal((await place(shop, wish)).body.totalAmount, 900);
    t.equal((await place(shop, { ...wish, couponCodes: [] })).body.totalAmount, 1_000);
    t.match(await readCoupon(shop, coupon), { heldCount: 1 });
  },
);

t.test('the books are in order', (t) => checkInvariants(t, app));
