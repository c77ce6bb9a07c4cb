import t from 'tap';
import { makeHelp, makeParticipant, makeSomebody, TIN } from '../support/activities-world.ts';
import { startApp, type TestShop } from '../support/app.ts';
import { loadCard, makeCard } from '../support/cards-world.ts';
import { makeProgramme } from '../support/campaigns-world.ts';
import { depositFormat, enableDeposits, openDeposit } from '../support/deposits-world.ts';
import { buyFor, drawOne, WHEEL } from '../support/draws-world.ts';
import { makeFriend, makeReferrer, REFERRAL } from '../support/referrals-world.ts';
import { must } from '../support/world.ts';
import { advance, checkInvariants, ok } from '../modules/orders/support.ts';

// Seven days of a supermarket: likes, deposits, top-ups, a wheel and friends side by side, in one programme with targets.

const app = await startApp(t);
const DAY = 1_440;
const pot = { ...TIN, name: 'Clay pot', marketAmount: 4_900 };
const goods = (name: string, marketAmount: number) => ({ kind: 'goods', name, quantity: 1, marketAmount });

const LIKES = {
  type: 'likes',
  steps: [
    { key: 'fiftyeight', at: 58, rewards: [TIN] },
    { key: 'ninetyeight', at: 98, rewards: [pot] },
  ],
  openHours: 72,
  helpsPerDay: 3,
  ringSize: 3,
};
const TOP_UP = {
  type: 'top_up',
  unitAmount: 50_000,
  steps: [
    { key: 'fivehundred', at: 1, rewards: [goods('Rice, 5 kg', 3_900)] },
    { key: 'thousand', at: 2, rewards: [goods('Wok', 12_900), goods('Oil, 5 l', 7_900)] },
  ],
};
const PLAN = { participants: 10, orders: 2, members: 1, revenueAmount: 40_000, discountAmount: 60_000 };

interface Week {
  readonly shop: TestShop;
  readonly programmeId: string;
  /** The activities, by type. */
  readonly ids: Readonly<Record<string, string>>;
}

/** The programme begins tomorrow and lasts seven days; its activities have its times. */
async function plan(): Promise<Week> {
  const shop = await app.createShop();
  await enableDeposits(shop);
  const { now } = await ok(shop.call('GET /v1/test-clock'));
  const at = (days: number) => new Date(new Date(now).getTime() + days * 86_400_000).toISOString();
  const { id: programmeId } = await makeProgramme(shop, {
    name: 'Seven days',
    startsAt: at(1),
    endsAt: at(8),
    plan: PLAN,
  });
  const ids: Record<string, string> = {};
  const formats = [LIKES, await depositFormat(shop), TOP_UP, WHEEL, REFERRAL];
  for (const format of formats) {
    const body = {
      name: `Seven days: ${format.type}`,
      format,
      programmeId,
      ...(format.type === 'gift_deposit' && { participantsLimit: 30 }),
      texts: [{ language: 'en', startText: 'It begins.', endText: 'It is over.' }],
    };
    ids[format.type] = (await must(shop.call('POST /v1/activities', { body }))).id;
  }
  await must(shop.call(`POST /v1/programmes/${programmeId}/start`));
  return { shop, programmeId, ids };
}
const pass = async (shop: TestShop, days: number) => {
  await advance(shop, days * DAY);
  await app.settle();
};

/** What happens on the seven days. Returns who is asked about afterwards. */
async function live({ shop, ids }: Week) {
  const id = (type: string) => ids[type] ?? '';
  const people = await Promise.all(Array.from({ length: 9 }, () => makeSomebody(shop)));
  const [ana = '', bo = '', cleo = '', dan = '', eve = '', fay = '', gus = '', hal = '', late = ''] = people;
  t.equal((await openDeposit(shop, id('gift_deposit'), dan)).status, 409, 'it has not begun');

  await pass(shop, 1);
  for (const [who, likes] of [
    [ana, 98],
    [bo, 58],
    [cleo, 10],
  ] as const) {
    const collection = await makeParticipant(shop, id('likes'), who);
    for (let count = 0; count < likes; count += 1) await makeHelp(shop, collection.id);
  }

  await pass(shop, 1);
  const { deposit } = await must(openDeposit(shop, id('gift_deposit'), dan));
  const slow = { provider: 'simulator', simulate: 'call_back_late', delaySeconds: 3_600 };
  await must(openDeposit(shop, id('gift_deposit'), late, slow));

  await pass(shop, 1);
  for (const [who, amount] of [
    [eve, 50_000],
    [fay, 100_000],
  ] as const)
    await loadCard(shop, (await makeCard(shop, 'named', who)).id, amount);

  await pass(shop, 1);
  await buyFor(app, shop, gus, 40_000);
  await buyFor(app, shop, hal, 4_000);
  const referrer = await makeReferrer(shop, id('referral'), ana);
  const buyer = await makeFriend(shop, id('referral'), referrer.code);
  const loader = await makeFriend(shop, id('referral'), referrer.code);
  await buyFor(app, shop, buyer.customerId, 6_000);
  await loadCard(shop, (await makeCard(shop, 'named', loader.customerId)).id, 50_000);
  await app.settle();

  await pass(shop, 1);
  for (const [who, chances] of [
    [eve, 1],
    [fay, 2],
    [gus, 2],
    [loader.customerId, 1],
  ] as const)
    for (let count = 0; count < chances; count += 1) await must(drawOne(shop, id('draw'), who));
  t.match(await drawOne(shop, id('draw'), gus), { status: 409, body: { code: 'no_chance_left' } });
  return { deposit, people: { ana, bo, cleo, eve, fay } };
}

const namesOf = async (shop: TestShop, customerId: string): Promise<string[]> =>
  (await ok(shop.call(`GET /v1/gift-grants?customerId=${customerId}`))).data
    .map((one: any) => one.name)
    .toSorted((a: string, b: string) => a.localeCompare(b));

t.test('the seven days of a supermarket, and what came of them', async (t) => {
  const week = await plan();
  const { shop, programmeId, ids } = week;
  const { deposit, people } = await live(week);
  await pass(shop, 4);
  for (const id of Object.values(ids))
    t.equal((await ok(shop.call(`GET /v1/activities/${id}`))).state, 'ended', 'with the programme');
  // Return windows end after the week; the friends count then.
  await pass(shop, 7);

  t.same(await namesOf(shop, people.bo), ['Tea tin']);
  t.same(await namesOf(shop, people.ana), ['Clay pot', 'Tea tin', 'Tea tin'], '98 likes, and two friends');
  t.same(await namesOf(shop, people.cleo), []);
  t.same(
    (await namesOf(shop, people.fay)).filter((name) => name !== 'Kettle'),
    ['Oil, 5 l', 'Rice, 5 kg', 'Wok'],
  );

  const report = await ok(shop.call(`GET /v1/programmes/${programmeId}/activity-report`));
  t.match(report, {
    // Ana, Bo and Cleo collected, Dan deposited, Eve, Fay, Gus and a friend had chances.
    participants: 8,
    newCustomers: 1,
    counted: [
      { sourceType: 'card_load', sources: 3, amount: 200_000 },
      { sourceType: 'help', sources: 166, amount: 0 },
      { sourceType: 'order', sources: 1, amount: 40_000 },
      { sourceType: 'referral', sources: 2, amount: 0 },
    ],
  });
  const given = report.rewards.filter((one: any) => one.state === 'given');
  const cost = given.reduce((sum: number, one: any) => sum + one.valueAmount, 0);
  t.match(report.plan, [
    { goal: 'orders', planned: 2, actual: 1, reachedBps: 5_000 },
    { goal: 'participants', planned: 10, actual: 8, reachedBps: 8_000 },
    { goal: 'members', planned: 1, actual: 1, reachedBps: 10_000 },
    { goal: 'revenueAmount', planned: 40_000, actual: 40_000, reachedBps: 10_000 },
    { goal: 'discountAmount', planned: 60_000, actual: cost },
  ]);
  t.match(await ok(shop.call(`GET /v1/activities/${ids['draw']}/draw/verify`)), {
    checked: 6,
    isValid: true,
  });

  // The deposit comes back long after the week, all of it.
  await pass(shop, 800);
  await must(shop.call(`POST /v1/gift-deposits/${deposit.id}/collect`, { body: { payoutWay: 'wallet' } }));
  t.match(await ok(shop.call(`GET /v1/gift-deposits/${deposit.id}`)), {
    state: 'settled',
    returnedAmount: 188_000,
  });
  await checkInvariants(t, app);
});
