import t from 'tap';
import { mayContact } from '../../../src/modules/customers/consents.ts';
import { startApp, type TestShop } from '../../support/app.ts';
import { addCustomer, count, customerEventsOf, isProblem, times } from './support.ts';

const app = await startApp(t, { poolSize: 24 });

const record = ({ call }: TestShop, id: string, decision: string, fields: object = {}) =>
  call(`POST /v1/customers/${id}/consents`, {
    body: { purpose: 'marketing', channel: 'email', decision, source: 'newsletter form', ...fields },
  });

t.test('the newest decision counts and the older ones stay', async (t) => {
  const shop = await app.createShop();
  const { id } = await addCustomer(shop);
  const first = await record(shop, id, 'granted');
  t.equal(first.status, 201);
  t.match(first.body, {
    purpose: 'marketing',
    channel: 'email',
    decision: 'granted',
    source: 'newsletter form',
  });
  await record(shop, id, 'refused', { source: 'link in a letter' });
  await record(shop, id, 'granted', { channel: 'sms', source: 'call' });
  const { body } = await shop.call(`GET /v1/customers/${id}/consents?limit=2`);
  t.same(body.inForce.map(({ channel, decision }: any) => [channel, decision]).toSorted(), [
    ['email', 'refused'],
    ['sms', 'granted'],
  ]);
  t.same(
    body.data.map(({ source }: any) => source),
    ['call', 'link in a letter'],
  );
  const rest = await shop.call(`GET /v1/customers/${id}/consents?limit=2&cursor=${body.nextCursor}`);
  t.same(rest.body.data, [first.body]);
  t.equal(rest.body.inForce.length, 2, 'the ones in force are on every page');

  const events = (await customerEventsOf(app, shop)).filter(
    ({ type }) => type === 'customer.consent_recorded',
  );
  t.same(events[0]?.data, { consentId: first.body.id });
  t.equal((await shop.call(`GET /v1/customers/${id}`)).body.version, 4);
});

t.test('nobody is written to without consent', async (t) => {
  const shop = await app.createShop();
  const { id } = await addCustomer(shop);
  const may = (purpose: 'marketing' | 'service' | 'profiling', channel: 'email' | 'sms') =>
    mayContact(app.deps.db, shop.shopId, id, purpose, channel);
  t.equal(await may('marketing', 'email'), false, 'silence is no consent');
  t.equal(await may('profiling', 'email'), false);
  t.equal(await may('service', 'email'), true, 'service belongs to the deal');
  await record(shop, id, 'granted');
  t.equal(await may('marketing', 'email'), true);
  t.equal(await may('marketing', 'sms'), false, 'a consent is for one channel');
  t.equal(await may('profiling', 'email'), false, 'and for one purpose');
  await record(shop, id, 'refused');
  t.equal(await may('marketing', 'email'), false);
  t.equal(await may('service', 'email'), true);
  await record(shop, id, 'refused', { purpose: 'service', channel: 'sms' });
  t.equal(await may('service', 'sms'), false);
  const other = await app.createShop();
  t.equal(
    await mayContact(app.deps.db, other.shopId, id, 'service', 'email'),
    false,
    'not from another shop',
  );

  await record(shop, id, 'granted');
  await shop.call(`POST /v1/customers/${id}/erase`);
  t.equal(await may('marketing', 'email'), false, 'not after erasure');
  t.equal(await may('service', 'email'), false);
});

t.test('20 decisions at once each have a place', async (t) => {
  const shop = await app.createShop();
  const { id } = await addCustomer(shop);
  const answers = await Promise.all(
    times(20).map((i) => record(shop, id, i % 2 === 0 ? 'granted' : 'refused')),
  );
  t.equal(count(answers, 201), 20);
  const { rows } = await app.deps.db.$client.query(
    'select position, decision from consents where shop_id = $1 order by position desc',
    [shop.shopId],
  );
  t.same(
    rows.map(({ position }) => position),
    times(20).map((i) => 20 - i),
  );
  const { inForce } = (await shop.call(`GET /v1/customers/${id}/consents`)).body;
  t.equal(inForce[0].decision, rows[0].decision);
});

t.test('a decision that cannot be written', async (t) => {
  const shop = await app.createShop();
  const { id } = await addCustomer(shop);
  isProblem(t, await record(shop, id, 'maybe'), 400, 'validation_failed', '/decision');
  isProblem(t, await record(shop, id, 'granted', { purpose: 'spam' }), 400, 'validation_failed', '/purpose');
  isProblem(t, await record(shop, id, 'granted', { channel: 'fax' }), 400, 'validation_failed', '/channel');
  isProblem(t, await record(shop, id, 'granted', { source: '' }), 400, 'validation_failed', '/source');
  isProblem(
    t,
    await record(shop, id, 'granted', { decidedAt: '2020-01-01' }),
    400,
    'validation_failed',
    '/decidedAt',
  );
  t.same((await shop.call(`GET /v1/customers/${id}/consents`)).body, {
    inForce: [],
    data: [],
    nextCursor: null,
  });
});
