import t from 'tap';
import { startApp, type TestShop } from '../../support/app.ts';
import { daysFromNow, makeCampaign, makeRunning, takeStep } from '../../support/campaigns-world.ts';
import { makeProduct, must } from '../../support/world.ts';
import { checkInvariants } from '../orders/support.ts';

const app = await startApp(t);
const quoted = async (shop: TestShop, productId: string): Promise<number> => {
  const body = { lines: [{ productId, quantity: 1 }] };
  return (await must(shop.call('POST /v1/quotes', { body, key: null }))).totalAmount;
};
const step = (shop: TestShop, id: string, name: string, body: object = {}) =>
  shop.call(`POST /v1/campaigns/${id}/${name}`, { body });
const patch = (shop: TestShop, id: string, body: object) => shop.call(`PATCH /v1/campaigns/${id}`, { body });
const read = (shop: TestShop, id: string) => must(shop.call(`GET /v1/campaigns/${id}`));
const advance = async (shop: TestShop, toAt: string) => {
  await must(shop.call('POST /v1/test-clock/advance', { body: { toAt } }));
  await app.settle();
};
const typesOf = async (shop: TestShop, id: string): Promise<string[]> => {
  const { data } = await must(shop.call('GET /v1/changes?limit=100'));
  return data
    .filter((event: { subjectId: string }) => event.subjectId === id)
    .map((event: { type: string }) => event.type);
};

t.test('a campaign goes through its life, and prices go with it', async (t) => {
  const shop = await app.createShop();
  const hat = await makeProduct(shop, { priceAmount: 1_000 });
  const price = () => quoted(shop, hat.id);
  const { id, state, ruleVersion } = await makeCampaign(shop, {
    startsAt: await daysFromNow(shop, 1),
    endsAt: await daysFromNow(shop, 5),
    texts: [{ language: 'en', startText: 'It is here', endText: 'It is over' }],
  });
  t.match({ state, ruleVersion }, { state: 'draft', ruleVersion: 1 });
  t.equal(await price(), 1_000);
  t.match(await step(shop, id, 'schedule'), { status: 200, body: { state: 'scheduled' } });
  t.equal(await price(), 1_000);
  await advance(shop, await daysFromNow(shop, 2));
  t.match(await read(shop, id), { state: 'running', startedAt: (await read(shop, id)).startsAt });
  t.equal(await price(), 900);
  t.match(await step(shop, id, 'pause'), { body: { state: 'paused' } });
  t.equal(await price(), 1_000);
  t.match(await step(shop, id, 'resume'), { body: { state: 'running' } });
  t.equal(await price(), 900);
  await advance(shop, await daysFromNow(shop, 4));
  t.match(await read(shop, id), { state: 'ended', endReason: null });
  t.equal(await price(), 1_000);
  t.match(await step(shop, id, 'start'), { status: 409, body: { code: 'campaign_ended' } });
  t.same(await typesOf(shop, id), [
    'campaign.created',
    'campaign.scheduled',
    'campaign.started',
    'campaign.paused',
    'campaign.resumed',
    'campaign.ended',
  ]);
  const { data } = await must(shop.call('GET /v1/changes?limit=100'));
  const told = data.filter(({ type }: { type: string }) => /campaign.(started|ended)/u.test(type));
  t.same(
    told.map((event: { data: { texts: object[] } }) => event.data.texts),
    [[{ language: 'en', text: 'It is here' }], [{ language: 'en', text: 'It is over' }]],
  );
});

t.test('prices go by the time, whether or not the row has followed it', async (t) => {
  const shop = await app.createShop();
  const hat = await makeProduct(shop, { priceAmount: 1_000 });
  const { id } = await makeCampaign(shop, { startsAt: await daysFromNow(shop, 1) });
  await takeStep(shop, id, 'schedule');
  // Without the workers that sweep.
  await app.deps.db.$client.query(
    'update shops set clock_offset_ms = clock_offset_ms + 172800000, version = version + 1 where id = $1',
    [shop.shopId],
  );
  app.deps.known?.forget(shop.shopId);
  t.equal(await quoted(shop, hat.id), 900);
  t.equal((await read(shop, id)).state, 'scheduled');
  t.match(await step(shop, id, 'unschedule'), { status: 409, body: { code: 'campaign_has_begun' } });
});

t.test('every step again changes nothing, and a step from the wrong state is refused', async (t) => {
  const shop = await app.createShop();
  const { id } = await makeCampaign(shop, { startsAt: await daysFromNow(shop, 1) });
  t.match(await step(shop, id, 'pause'), { status: 409, body: { code: 'campaign_state_not_possible' } });
  t.match(await step(shop, id, 'resume'), { status: 409, body: { code: 'campaign_state_not_possible' } });
  const scheduled = await takeStep(shop, id, 'schedule');
  t.same(await takeStep(shop, id, 'schedule'), scheduled);
  await takeStep(shop, id, 'pause');
  t.match(await takeStep(shop, id, 'resume'), { state: 'scheduled' }, 'its start lies ahead');
  t.match(await takeStep(shop, id, 'unschedule'), { state: 'draft', ruleVersion: 2 });
  const begun = await takeStep(shop, id, 'start');
  t.match(begun, { state: 'running', startsAt: begun.startedAt, ruleVersion: 2 });
  t.same(await takeStep(shop, id, 'start'), begun);
  t.match(await step(shop, id, 'unschedule'), { status: 409, body: { code: 'campaign_has_begun' } });
  t.match(await step(shop, id, 'end'), { status: 400 }, 'without a reason');
  const ended = await takeStep(shop, id, 'end', { reason: 'Enough' });
  t.match(ended, { state: 'ended', endReason: 'Enough' });
  t.same(await takeStep(shop, id, 'end', { reason: 'Again' }), ended);
  const other = await makeCampaign(shop);
  t.match(await step(shop, other.id, 'schedule'), {
    status: 409,
    body: { code: 'campaign_start_not_ahead' },
  });
  const late = await makeCampaign(shop, { endsAt: '2020-01-01T00:00:00Z' });
  t.match(await step(shop, late.id, 'start'), { status: 409, body: { code: 'campaign_end_passed' } });
  t.match(await takeStep(shop, late.id, 'end', { reason: 'Never was' }), { state: 'ended', startedAt: null });
});

t.test('a draft is written anew; what is scheduled is frozen, and a change is a new version', async (t) => {
  const shop = await app.createShop();
  const hat = await makeProduct(shop, { priceAmount: 1_000 });
  const { id } = await makeCampaign(shop, { startsAt: await daysFromNow(shop, 1), usesLimit: 5 });
  const half = { type: 'percent_off', rateBps: 5_000 };
  t.match(await patch(shop, id, { mechanic: half, usesLimit: 3 }), {
    body: { ruleVersion: 1, usesLimit: 3 },
  });
  await takeStep(shop, id, 'schedule');
  t.match(
    await patch(shop, id, { usesLimit: 2 }),
    { body: { ruleVersion: 2, usesLimit: 2 } },
    'not begun yet',
  );
  await takeStep(shop, id, 'start');
  const versions = async () =>
    (await must(shop.call(`GET /v1/campaigns/${id}/versions`))).data.map(
      ({ number, usesLimit, mechanic }: any) => [number, usesLimit, mechanic.rateBps],
    );
  t.same(await versions(), [
    [3, 2, 5_000],
    [2, 2, 5_000],
    [1, 3, 5_000],
  ]);
  const body = { lines: [{ productId: hat.id, quantity: 1 }] };
  const order = await must(shop.call('POST /v1/orders', { body }));
  const refused = async (change: object, code: string, pointer: string) =>
    t.match(await patch(shop, id, change), { status: 409, body: { code, errors: [{ pointer }] } });
  await refused({ usesLimit: 1 }, 'campaign_limit_lowered', '/usesLimit');
  await refused({ budgetAmount: 1_000 }, 'campaign_limit_lowered', '/budgetAmount');
  await refused({ startsAt: null }, 'campaign_start_fixed', '/startsAt');
  await refused({ endsAt: await daysFromNow(shop, 9) }, 'campaign_end_brought_forward', '/endsAt');
  await refused(
    { mechanic: { type: 'amount_off', amount: 1, per: 'unit' } },
    'campaign_mechanic_fixed',
    '/mechanic/type',
  );
  t.match(
    await patch(shop, id, { usesLimit: 2, segmentIds: [] }),
    { body: { ruleVersion: 3 } },
    'said again',
  );
  t.match(await patch(shop, id, { mechanic: { ...half, rateBps: 2_000 }, usesLimit: null }), {
    status: 200,
    body: { ruleVersion: 4, usesLimit: null, mechanic: { rateBps: 2_000 } },
  });
  t.equal(await quoted(shop, hat.id), 800);
  const kept = await must(shop.call(`GET /v1/orders/${order.id}`));
  t.match(kept, { totalAmount: 500, lines: [{ adjustments: [{ campaignVersion: 3 }] }] });
  t.match(await patch(shop, id, { name: 'Other', metadata: { a: 'b' } }), { body: { ruleVersion: 4 } });
  await takeStep(shop, id, 'end', { reason: 'Enough' });
  t.match(await patch(shop, id, { priority: 3 }), { status: 409, body: { code: 'campaign_ended' } });
  t.match(await patch(shop, id, { metadata: { a: null } }), { status: 200, body: { metadata: {} } });
});

t.test('what a campaign cannot say is refused, with where and why', async (t) => {
  const shop = await app.createShop();
  const nobody = '01890a5d-ac96-774b-bcce-b302099a8057';
  const post = (fields: object) =>
    shop.call('POST /v1/campaigns', {
      body: { name: 'x', mechanic: { type: 'percent_off', rateBps: 1_000 }, ...fields },
    });
  const cases: [object, string, string][] = [
    [{ stackingClass: 'freight' }, 'campaign_class_not_possible', '/stackingClass'],
    [{ mechanic: { type: 'segment_price', rateBps: 100 } }, 'campaign_segments_required', '/segmentIds'],
    [
      { minimumAmount: 100, minimumAmountBasis: 'current' },
      'campaign_basis_not_possible',
      '/minimumAmountBasis',
    ],
    [
      { startsAt: '2027-01-02T00:00:00+08:00', endsAt: '2027-01-01T16:00:00Z' },
      'campaign_times_contradictory',
      '/endsAt',
    ],
    [
      { recurrence: { kind: 'monthly', monthDays: [0] } },
      'campaign_recurrence_faulty',
      '/recurrence/monthDays/0',
    ],
    [{ recurrence: { kind: 'weekly' } }, 'campaign_recurrence_faulty', '/recurrence/weekdays'],
    [
      { texts: ['en', 'EN'].map((language) => ({ language, startText: 'x' })) },
      'campaign_text_twice',
      '/texts/1/language',
    ],
    [{ categories: ['a'], excludedCategories: ['a'] }, 'campaign_scope_contradictory', '/categories/0'],
    [
      {
        productIds: [nobody],
        mechanic: {
          type: 'buy_x_get_y',
          buyQuantity: 2,
          getQuantity: 1,
          rateBps: 10_000,
          getProductIds: [nobody],
        },
      },
      'campaign_scope_contradictory',
      '/productIds/0',
    ],
    [{ productIds: [nobody] }, 'campaign_product_not_found', '/productIds/0'],
    [
      { mechanic: { type: 'gift', steps: [{ fromAmount: 1, gifts: [{ productId: nobody, quantity: 1 }] }] } },
      'campaign_product_not_found',
      '/mechanic/steps/0/gifts/0/productId',
    ],
    [{ segmentIds: [nobody] }, 'segment_not_found', '/segmentIds/0'],
    [{ programmeId: nobody }, 'programme_not_found', '/programmeId'],
  ];
  for (const [fields, code, pointer] of cases)
    t.match(await post(fields), { status: 422, body: { code, errors: [{ pointer }] } }, code);
  t.same((await must(shop.call('GET /v1/campaigns'))).data, [], 'nothing was written');
});

t.test('lists, own ids and copies', async (t) => {
  const shop = await app.createShop();
  const first = await makeCampaign(shop, { externalId: 'A', usesLimit: 4, metadata: { team: 'x' } });
  t.match(
    await shop.call('POST /v1/campaigns', {
      body: { name: 'x', externalId: 'A', mechanic: first.mechanic },
    }),
    { status: 409, body: { code: 'campaign_external_id_taken' } },
  );
  t.equal((await must(shop.call('GET /v1/campaigns-by-external-id/A'))).id, first.id);
  t.equal((await shop.call('GET /v1/campaigns-by-external-id/B')).status, 404);
  const running = await makeRunning(shop);
  const copy = await must(
    shop.call(`POST /v1/campaigns/${first.id}/copy`, {
      body: { name: 'Next year', endsAt: '2030-01-01T00:00:00Z' },
    }),
  );
  t.match(copy, {
    state: 'draft',
    usesLimit: 4,
    externalId: null,
    metadata: { team: 'x' },
    name: 'Next year',
  });
  const ids = async (query: string) =>
    (await must(shop.call(`GET /v1/campaigns?${query}`))).data.map(({ id }: { id: string }) => id);
  t.same(await ids(''), [copy.id, running.id, first.id]);
  t.same(await ids('state=running'), [running.id]);
  t.same(await ids('externalId=A'), [first.id]);
  const page = await must(shop.call('GET /v1/campaigns?limit=2'));
  t.same(await ids(`limit=2&cursor=${page.nextCursor}`), [first.id]);
  await patch(shop, first.id, { name: 'Again' });
  t.same(
    await ids(`updatedSince=${encodeURIComponent(running.updatedAt)}`).then((all) => all.at(-1)),
    first.id,
  );
});

t.test('the checks hold', (t) => checkInvariants(t, app));
