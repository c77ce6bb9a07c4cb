import t from 'tap';
import { startApp } from '../support/app.ts';
import {
  daysFromNow,
  makeCampaign,
  makeProgramme,
  makeRunning,
  takeStep,
} from '../support/campaigns-world.ts';
import { makeProduct, must } from '../support/world.ts';
import { checkInvariants, tally, times } from '../modules/orders/support.ts';

const app = await startApp(t);

t.test('steps of a campaign at once: each is taken once', async (t) => {
  const { id } = await makeCampaign(app);
  const answers = await Promise.all(
    times(12).map((_, i) =>
      app.call(`POST /v1/campaigns/${id}/${['start', 'pause', 'end'][i % 3]}`, {
        body: i % 3 === 2 ? { reason: 'x' } : {},
      }),
    ),
  );
  for (const { status } of answers) t.ok([200, 409].includes(status), `${status}`);
  await takeStep(app, id, 'end', { reason: 'x' });
  const { rows } = await app.deps.db.$client.query(
    `select type, count(*)::int from outbox where subject_id = $1 group by type having count(*) > 1`,
    [id],
  );
  t.same(rows, [], 'nothing happened twice');
});

t.test(
  'a programme begins and ends while its campaigns begin, and comes to one of the two ends',
  async (t) => {
    for (const round of times(6)) {
      const { id: programmeId } = await makeProgramme(app);
      const ids = [];
      for (const _ of times(4)) ids.push((await makeCampaign(app, { programmeId })).id);
      const answers = await Promise.all([
        app.call(`POST /v1/programmes/${programmeId}/start`, { body: {} }),
        app.call(`POST /v1/programmes/${programmeId}/end`, { body: { reason: 'x' } }),
        ...ids.map((id) => app.call(`POST /v1/campaigns/${id}/start`, { body: {} })),
        app.call('POST /v1/campaigns', {
          body: { name: 'x', programmeId, mechanic: { type: 'percent_off', rateBps: 1 } },
        }),
      ]);
      for (const { status, body } of answers)
        t.ok([200, 201, 409].includes(status), `${round}: ${status} ${JSON.stringify(body)}`);
      t.equal((await must(app.call(`GET /v1/programmes/${programmeId}`))).state, 'ended');
    }
    await checkInvariants(t, app);
  },
);

t.test('orders while a campaign ends: each has it whole, or is told', async (t) => {
  const shop = await app.createShop();
  const hat = await makeProduct(shop, { priceAmount: 1_000, onHandQuantity: 1_000 });
  const { id } = await makeRunning(shop, {
    productIds: [hat.id],
    endsAt: await daysFromNow(app, 5),
    usesLimit: 100,
  });
  const order = () =>
    shop.call('POST /v1/orders', {
      body: { lines: [{ productId: hat.id, quantity: 1 }], expectedTotalAmount: 900 },
    });
  const [answers] = await Promise.all([
    Promise.all(times(30).map(order)),
    new Promise((resolve) => setTimeout(resolve, 30)).then(() => takeStep(shop, id, 'end', { reason: 'x' })),
  ]);
  const { 201: placed = 0, 409: told = 0 } = tally(answers);
  t.equal(placed + told, 30);
  const { rows } = await app.deps.db.$client.query(
    'select uses from campaign_counters where campaign_id = $1',
    [id],
  );
  t.equal(rows[0]?.uses ?? 0, placed);
  t.equal((await order()).status, 409);
  await checkInvariants(t, app);
});
