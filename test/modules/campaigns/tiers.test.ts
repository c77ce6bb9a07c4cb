import t from 'tap';
import { noticeSweeps } from '../../../src/modules/campaigns/notices/announce.ts';
import { runSweep } from '../../../src/platform/jobs/sweeps.ts';
import { getShop } from '../../../src/platform/shops/shop.ts';
import { startApp, type TestShop } from '../../support/app.ts';
import { daysFromNow, makeCampaign, makeRunning, takeStep } from '../../support/campaigns-world.ts';
import { makeGift, makeMember, setProgramme } from '../../support/loyalty-world.ts';
import { makeCustomer, makeProduct, must, pay, tokenOf } from '../../support/world.ts';
import { checkInvariants, ok, times } from '../orders/support.ts';

const app = await startApp(t, { poolSize: 24 });
const HOUR = 60;
const DAY = 24 * HOUR;
const tier = (key: string, threshold: number, earlyNoticeHours = 0) => ({
  key,
  name: key,
  threshold,
  multiplierBps: 10_000,
  serviceLevel: null,
  earlyNoticeHours,
});
const TIERS = [tier('club', 0), tier('silver', 5_000, 24), tier('gold', 20_000, 72)];

const advance = async (shop: TestShop, byMinutes: number) => {
  await must(shop.call('POST /v1/test-clock/advance', { body: { byMinutes } }));
  await app.settle();
};

/** What the worker does each minute, as far as notices go. */
async function sweep(shop: TestShop) {
  await app.settle();
  for (const one of noticeSweeps) await runSweep(app.deps, one, await getShop(app.deps.db, shop.shopId));
  await app.settle();
}

/** A member who bought for so much, the day after. */
async function makeBuyer(shop: TestShop, amount: number): Promise<string> {
  const customerId = await makeMember(shop);
  if (amount === 0) return customerId;
  const { id: productId } = await makeProduct(shop, { priceAmount: amount });
  const body = { customerId, lines: [{ productId, quantity: 1 }] };
  await pay(shop, (await must(shop.call('POST /v1/orders', { body }))).id);
  return customerId;
}

async function open() {
  const shop = await app.createShop();
  await setProgramme(shop, { tierBasis: 'spend', tierPeriodMonths: 12, tiers: TIERS });
  const [club, silver, gold] = [
    await makeBuyer(shop, 0),
    await makeBuyer(shop, 6_000),
    await makeBuyer(shop, 30_000),
  ];
  const { id: productId } = await makeProduct(shop, { priceAmount: 10_000, onHandQuantity: 100 });
  return { shop, club, silver, gold, lines: [{ productId, quantity: 1 }] };
}

/** What was told of campaigns before they start: tier and campaign, in order. */
const announcedIn = async (shop: TestShop) =>
  (await ok(shop.call('GET /v1/changes?limit=200'))).data
    .filter((event: { type: string }) => event.type === 'campaign.announced')
    .map((event: { data: { tierKey: string }; subjectId: string }) => [event.data.tierKey, event.subjectId]);

const upcoming = async (shop: TestShop, id: string) =>
  (await ok(shop.call(`GET /v1/loyalty-members/${id}/upcoming-campaigns`))).data.map(
    (one: { campaignId: string }) => one.campaignId,
  );

t.test('a campaign for tiers is for their members alone, from the day on which they are in it', async (t) => {
  const { shop, club, silver, gold, lines } = await open();
  const { id } = await makeRunning(shop, { tierKeys: ['silver', 'gold'] });
  const quote = (body: object, as?: string) =>
    ok(shop.call('POST /v1/quotes', { body: { lines, ...body }, ...(as === undefined ? {} : { as }) }));
  t.equal((await quote({ customerId: silver })).totalAmount, 10_000, 'nothing of the day itself counts');
  await advance(shop, DAY);
  for (const customerId of [silver, gold]) {
    const quoted = await quote({ customerId });
    t.equal(quoted.totalAmount, 9_000);
    const body = { customerId, lines, expectedTotalAmount: 9_000 };
    t.match(await shop.call('POST /v1/orders', { body }), { status: 201, body: { totalAmount: 9_000 } });
  }
  const { id: stranger } = await makeCustomer(shop);
  for (const customerId of [club, stranger])
    t.match(await quote({ customerId }), { totalAmount: 10_000, campaigns: [], campaignsNotApplied: [] });
  const current = async (as: string) =>
    (await ok(shop.call('GET /v1/campaigns/current', { as, key: null }))).data.length;
  t.same(
    [await current(await tokenOf(shop, gold)), await current(await tokenOf(shop, club))],
    [1, 0],
    'nobody else hears of it',
  );
  t.equal(await current(shop.publishableKey), 0);
  const tried = await ok(
    shop.call('POST /v1/campaigns/evaluate', { body: { lines, customerId: club }, key: null }),
  );
  t.match(JSON.stringify(tried), /tier_required/, 'staff is told why');
  await must(shop.call(`POST /v1/loyalty-members/${gold}/leave`, { body: {} }));
  t.equal((await quote({ customerId: gold })).totalAmount, 10_000, 'who has left is in none');
  await takeStep(shop, id, 'pause');
  await checkInvariants(t, app);
});

t.test('tiers that the programme does not have are not named', async (t) => {
  const { shop } = await open();
  const mechanic = { type: 'percent_off', rateBps: 1_000 };
  const body = { name: 'For nobody', mechanic, tierKeys: ['gold', 'platinum'] };
  t.match(await shop.call('POST /v1/campaigns', { body }), {
    status: 422,
    body: { code: 'campaign_tier_not_found', errors: [{ pointer: '/tierKeys/1' }] },
  });
  const tin = { name: 'Tea tin', pricePoints: 5, stockQuantity: 5, minimumTierKey: 'platinum' };
  t.match(await shop.call('POST /v1/loyalty-gifts', { body: tin }), {
    status: 422,
    body: { code: 'gift_tier_not_found', errors: [{ pointer: '/minimumTierKey' }] },
  });
  const gift = await makeGift(shop, { minimumTierKey: 'gold' });
  await setProgramme(shop, { tiers: [] });
  const change = await shop.call(`PATCH /v1/loyalty-gifts/${gift.id}`, { body: { name: 'Tin' } });
  t.match(change, { status: 200 }, 'what names a tier that is gone can be changed otherwise');
});

t.test('members hear of a campaign before it starts, by their tier, once for each start', async (t) => {
  const { shop, club, silver, gold } = await open();
  await advance(shop, DAY);
  const startsAt = await daysFromNow(shop, 5);
  const { id } = await takeStep(shop, (await makeCampaign(shop, { startsAt })).id, 'schedule');
  const code = await makeCampaign(shop, { startsAt, isCouponRequired: true });
  await takeStep(shop, code.id, 'schedule');
  const { id: forGold } = await makeCampaign(shop, { startsAt, tierKeys: ['gold'] });
  await takeStep(shop, forGold, 'schedule');
  await app.settle();
  t.same(await announcedIn(shop), []);
  await advance(shop, 2 * DAY + HOUR);
  // Which of two that are due at once comes first is no matter.
  t.same(new Set((await announcedIn(shop)).map(String)), new Set([`gold,${id}`, `gold,${forGold}`]));
  t.same(new Set(await upcoming(shop, gold)), new Set([id, forGold]));
  t.same([await upcoming(shop, silver), await upcoming(shop, club)], [[], []]);
  await advance(shop, 2 * DAY);
  t.same(await upcoming(shop, silver), [id], 'what is for gold alone silver does not hear of');
  t.equal((await announcedIn(shop)).length, 3);
  const own = await ok(
    shop.call('GET /v1/me/upcoming-campaigns', { as: await tokenOf(shop, silver), key: null }),
  );
  t.match(own.data, [{ campaignId: id, startsAt, texts: [] }]);
  const { id: stranger } = await makeCustomer(shop);
  t.match(await shop.call(`GET /v1/loyalty-members/${stranger}/upcoming-campaigns`), { status: 404 });
  await advance(shop, DAY);
  t.same(await upcoming(shop, gold), [], 'it has started');
  t.equal((await announcedIn(shop)).length, 3, 'once each');
  await checkInvariants(t, app);
});

t.test('another start is told anew, and so is what the programme says from now on', async (t) => {
  const { shop } = await open();
  const startsAt = await daysFromNow(shop, 2);
  const { id } = await makeCampaign(shop, { startsAt });
  await takeStep(shop, id, 'schedule');
  await sweep(shop);
  t.same(await announcedIn(shop), [['gold', id]]);
  await takeStep(shop, id, 'unschedule');
  await takeStep(shop, id, 'schedule');
  await sweep(shop);
  t.equal((await announcedIn(shop)).length, 1, 'the same start is not told again');
  await setProgramme(shop, { tiers: [tier('club', 0, 720), ...TIERS.slice(1)] });
  await sweep(shop);
  t.same(await announcedIn(shop), [
    ['gold', id],
    ['club', id],
  ]);
  await must(shop.call(`PATCH /v1/campaigns/${id}`, { body: { startsAt: await daysFromNow(shop, 4) } }));
  await sweep(shop);
  t.equal((await announcedIn(shop)).length, 3, 'club at once, gold when its time comes');
  await advance(shop, DAY + HOUR);
  t.equal((await announcedIn(shop)).length, 4);
});

t.test('sweeps that come at once tell each tier once', async (t) => {
  const { shop } = await open();
  const { id } = await makeCampaign(shop, { startsAt: await daysFromNow(shop, 1) });
  await takeStep(shop, id, 'schedule');
  await Promise.all(times(8).map(() => sweep(shop)));
  t.same((await announcedIn(shop)).map(([key]: [string]) => key).toSorted(), ['gold', 'silver']);
});
