import t from 'tap';
import { startApp, type TestShop } from '../../support/app.ts';
import {
  daysFromNow,
  makeCampaign,
  makeProgramme,
  makeRunning,
  takeStep,
} from '../../support/campaigns-world.ts';
import { makeSegment } from '../../support/segments-world.ts';
import { makeCustomer, makeProduct, must, tokenOf } from '../../support/world.ts';
import { checkInvariants } from '../orders/support.ts';

const app = await startApp(t);
const step = (shop: TestShop, id: string, name: string, body: object = {}) =>
  shop.call(`POST /v1/programmes/${id}/${name}`, { body });
const campaign = (shop: TestShop, id: string) => must(shop.call(`GET /v1/campaigns/${id}`));
const stateOf = async (shop: TestShop, id: string) => (await campaign(shop, id)).state;
const advance = async (shop: TestShop, toAt: string) => {
  await must(shop.call('POST /v1/test-clock/advance', { body: { toAt } }));
  await app.settle();
};

t.test('campaigns of a programme have its times, and begin with it', async (t) => {
  const shop = await app.createShop();
  const [startsAt, endsAt] = [await daysFromNow(shop, 2), await daysFromNow(shop, 9)];
  const programme = await makeProgramme(shop, { startsAt, endsAt, plan: { orders: 20 } });
  const programmeId = programme.id;
  const shared = await makeCampaign(shop, { programmeId });
  const own = await makeCampaign(shop, { programmeId, startsAt: null, endsAt: await daysFromNow(shop, 30) });
  t.match(shared, { startsAt, endsAt, programmeId });
  const later = await daysFromNow(shop, 10);
  t.match(await shop.call(`PATCH /v1/programmes/${programmeId}`, { body: { endsAt: later } }), {
    status: 200,
    body: { endsAt: later, plan: { orders: 20 } },
  });
  t.match(await campaign(shop, shared.id), { endsAt: later, ruleVersion: 1 });
  t.equal((await campaign(shop, own.id)).endsAt, own.endsAt, 'times of its own stay');
  t.match(await step(shop, programmeId, 'start'), { status: 200, body: { state: 'running' } });
  t.same([await stateOf(shop, shared.id), await stateOf(shop, own.id)], ['scheduled', 'running']);
  const sooner = await daysFromNow(shop, 1);
  await must(shop.call(`PATCH /v1/programmes/${programmeId}`, { body: { startsAt: sooner } }));
  t.match(await campaign(shop, shared.id), { startsAt: sooner, ruleVersion: 2 });
  await advance(shop, await daysFromNow(shop, 3));
  t.equal(await stateOf(shop, shared.id), 'running');
  await advance(shop, await daysFromNow(shop, 11));
  t.match(await must(shop.call(`GET /v1/programmes/${programmeId}`)), { state: 'ended', endReason: null });
  t.same([await stateOf(shop, shared.id), await stateOf(shop, own.id)], ['ended', 'running']);
  const body = { name: 'Late', mechanic: shared.mechanic, programmeId };
  t.match(await shop.call('POST /v1/campaigns', { body }), {
    status: 409,
    body: { code: 'programme_ended' },
  });
});

t.test('a programme that is ended early ends nothing that has begun', async (t) => {
  const shop = await app.createShop();
  const { id: programmeId } = await makeProgramme(shop);
  const begun = await makeRunning(shop, { programmeId });
  const paused = await makeRunning(shop, { programmeId });
  await takeStep(shop, paused.id, 'pause');
  const waiting = await makeCampaign(shop, { programmeId, startsAt: await daysFromNow(shop, 2) });
  await takeStep(shop, waiting.id, 'schedule');
  const draft = await makeCampaign(shop, { programmeId });
  t.match(await step(shop, programmeId, 'end', { reason: 'The goods are late' }), {
    body: { state: 'ended', endReason: 'The goods are late' },
  });
  const states = [];
  for (const { id } of [begun, paused, waiting, draft]) states.push(await stateOf(shop, id));
  t.same(states, ['running', 'paused', 'ended', 'ended']);
  t.equal((await campaign(shop, waiting.id)).endReason, 'The goods are late');
  t.match(await takeStep(shop, paused.id, 'resume'), { state: 'running' }, 'it goes on');
  t.match(await step(shop, programmeId, 'start'), { status: 409, body: { code: 'programme_ended' } });
  const again = await step(shop, programmeId, 'end', { reason: 'Other' });
  t.match(again, { status: 200, body: { endReason: 'The goods are late' } });
});

t.test('a programme begins as a whole or not at all', async (t) => {
  const shop = await app.createShop();
  const { id: programmeId } = await makeProgramme(shop);
  const good = await makeCampaign(shop, { programmeId });
  const late = await makeCampaign(shop, { programmeId, endsAt: '2020-01-01T00:00:00Z' });
  t.match(await step(shop, programmeId, 'start'), {
    status: 409,
    body: { code: 'campaign_end_passed', campaignId: late.id },
  });
  t.equal(await stateOf(shop, good.id), 'draft');
  t.match(
    await shop.call('POST /v1/programmes', {
      body: { name: 'x', startsAt: '2027-01-02T00:00:00Z', endsAt: '2027-01-02T08:00:00+08:00' },
    }),
    {
      status: 422,
      body: { code: 'programme_times_contradictory' },
    },
  );
});

t.test('a segment that a campaign goes by stays', async (t) => {
  const shop = await app.createShop();
  const segment = await makeSegment(shop, {});
  const { id } = await makeCampaign(shop, { excludedSegmentIds: [segment.id] });
  const archive = () => shop.call(`POST /v1/segments/${segment.id}/archive`, { body: {} });
  t.match(await archive(), {
    status: 409,
    body: { code: 'segment_in_use', namedBy: [{ type: 'campaign', id }] },
  });
  await takeStep(shop, id, 'end', { reason: 'Not needed' });
  t.equal((await archive()).status, 200);
});

t.test('a shop front lists what is there now, for whom it is', async (t) => {
  const shop = await app.createShop();
  const maria = await makeCustomer(shop);
  const segment = await makeSegment(shop, {});
  await must(shop.call(`POST /v1/segments/${segment.id}/members`, { body: { customerIds: [maria.id] } }));
  const all = await makeRunning(shop, { texts: [{ language: 'en', startText: 'For all' }] });
  const hers = await makeRunning(shop, { segmentIds: [segment.id] });
  await makeRunning(shop, { isCouponRequired: true });
  await makeRunning(shop, { channels: ['douyin'] });
  await makeCampaign(shop);
  const idsOf = async (query: string, as: string) =>
    (await must(shop.call(`GET /v1/campaigns/current${query}`, { as }))).data.map(
      ({ campaignId }: { campaignId: string }) => campaignId,
    );
  t.same(await idsOf('', shop.publishableKey), [all.id]);
  t.equal((await idsOf('?channel=douyin', shop.publishableKey)).length, 2);
  t.same(await idsOf('', await tokenOf(shop, maria.id)), [String(all.id), String(hers.id)].toSorted());
});

t.test('a merged duplicate is no second customer, and an erased one is nobody', async (t) => {
  const shop = await app.createShop();
  const hat = await makeProduct(shop, { priceAmount: 1_000 });
  const { id } = await makeRunning(shop, { usesPerCustomerLimit: 2, usesLimit: 10 });
  const [maria, double] = [await makeCustomer(shop), await makeCustomer(shop)];
  const order = (customerId: string) =>
    must(shop.call('POST /v1/orders', { body: { customerId, lines: [{ productId: hat.id, quantity: 1 }] } }));
  const first = await order(maria.id);
  await order(double.id);
  t.equal(first.totalAmount, 900);
  await must(shop.call(`POST /v1/customers/${maria.id}/merge`, { body: { duplicateCustomerId: double.id } }));
  t.equal((await order(maria.id)).totalAmount, 1_000, 'both orders count');
  const exported = await must(shop.call(`GET /v1/customers/${maria.id}/personal-data`));
  t.equal(JSON.stringify(exported).split(id).length > 2, true);
  await must(shop.call(`POST /v1/orders/${first.id}/cancel`, { body: {} }));
  t.equal((await order(maria.id)).totalAmount, 900, 'what was given back can be used again');
  await must(shop.call(`POST /v1/customers/${maria.id}/erase`, { body: {} }));
  const { rows } = await app.deps.db.$client.query(
    `select (select count(*) from campaign_customer_counters where campaign_id = $1)::int as counters,
       (select count(customer_id) from campaign_uses where campaign_id = $1)::int as named,
       (select uses from campaign_counters where campaign_id = $1) as uses`,
    [id],
  );
  t.same(rows, [{ counters: 0, named: 0, uses: 2 }]);
  await checkInvariants(t, app);
});

t.test('the checks hold', (t) => checkInvariants(t, app));
