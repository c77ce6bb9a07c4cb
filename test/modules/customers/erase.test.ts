import t from 'tap';
import { eraseCustomer, exportPersonalData } from '../../../src/modules/customers/personal-data.ts';
import type { PersonalDataSection } from '../../../src/modules/customers/ports.ts';
import { startApp, type TestShop } from '../../support/app.ts';
import {
  addCustomer,
  checkInvariants,
  count,
  customerEventsOf,
  email,
  home,
  isProblem,
  tellPaid,
  times,
  tokenFor,
} from './support.ts';

const app = await startApp(t, { poolSize: 24 });

const PERSON = {
  externalId: 'ANDERS-1',
  name: 'Maria Anders',
  company: 'Anders KG',
  locale: 'de-DE',
  country: 'DE',
  contactPoints: [email('maria@anders.example', true)],
  addresses: [{ address: home('Anders-Allee 1'), isDefault: true }],
  preferences: { drink: 'anders tea' },
  staffNote: 'Mrs Anders is nice.',
  metadata: { nick: 'anders' },
};

const erase = ({ call }: TestShop, id: string, options = {}) =>
  call(`POST /v1/customers/${id}/erase`, options);

/** Every row of the tables of this module that belongs to a shop, as text. */
async function dump(shopId: string): Promise<string> {
  const tables = [
    'customers',
    'contact_points',
    'customer_addresses',
    'consents',
    'customer_purchases',
    'outbox',
    'audit_entries',
  ];
  const rows = await Promise.all(
    tables.map(async (table) => {
      const query = `select string_agg(x::text, ' ') as text from ${table} x where shop_id = $1`;
      return (await app.deps.db.$client.query<{ text: string | null }>(query, [shopId])).rows[0]?.text ?? '';
    }),
  );
  return rows.join(' ');
}

t.test('erasure leaves an id and nothing that tells who it was', async (t) => {
  const shop = await app.createShop();
  const customer = await addCustomer(shop, PERSON);
  const duplicate = await addCustomer(shop, { ...PERSON, externalId: 'ANDERS-2' });
  await shop.call(`POST /v1/customers/${customer.id}/merge`, { body: { duplicateCustomerId: duplicate.id } });
  await shop.call(`POST /v1/customers/${customer.id}/consents`, {
    body: { purpose: 'marketing', channel: 'email', decision: 'granted', source: 'Mrs Anders called' },
  });
  await tellPaid(shop, { customerId: customer.id });
  await app.settle();
  t.match(await dump(shop.shopId), /anders/i);
  const erased = await erase(shop, customer.id);
  t.equal(erased.status, 200, JSON.stringify(erased.body));
  t.match(erased.body, { customerId: customer.id, erasedAt: String });
  t.notMatch(await dump(shop.shopId), /anders/i, 'neither in rows nor in events nor in the audit');

  const left = (await shop.call(`GET /v1/customers/${customer.id}`)).body;
  t.match(left, {
    name: 'Erased customer',
    externalId: null,
    contactPoints: [],
    addresses: [],
    preferences: {},
    staffNote: null,
    metadata: {},
    figures: { purchaseCount: 0 },
    erasedAt: erased.body.erasedAt,
  });
  const event = (await customerEventsOf(app, shop)).at(-1);
  t.same([event?.type, event?.subjectId], ['customer.erased', customer.id]);
  t.match((await shop.call('GET /v1/audit-entries')).body.data[0], {
    action: 'eraseCustomer',
    subjectId: customer.id,
  });
  t.equal((await addCustomer(shop, PERSON)).externalId, 'ANDERS-1', 'the external id is free again');
  await checkInvariants(t, app);
});

t.test('an erased customer takes part in nothing new', async (t) => {
  const shop = await app.createShop();
  const { id } = await addCustomer(shop);
  const as = await tokenFor(shop, id);
  await erase(shop, id);
  isProblem(t, await shop.call('GET /v1/me', { as }), 401, 'unauthenticated');
  const path = `/v1/customers/${id}`;
  const body = { purpose: 'service', channel: 'email', decision: 'granted', source: 'form' };
  isProblem(t, await shop.call(`PATCH ${path}`, { body: { name: 'Back' } }), 422, 'customer_erased');
  isProblem(t, await shop.call(`POST ${path}/consents`, { body }), 422, 'customer_erased');
  const token = await shop.call('POST /v1/customer-tokens', { body: { customerId: id } });
  isProblem(t, token, 422, 'customer_erased', '/customerId');
  await tellPaid(shop, { customerId: id });
  await app.settle();
  t.equal((await shop.call(`GET ${path}`)).body.figures.purchaseCount, 0);
  await checkInvariants(t, app);
});

t.test('erasing again changes nothing', async (t) => {
  const shop = await app.createShop();
  const { id } = await addCustomer(shop, PERSON);
  const stale = await erase(shop, id, { headers: { 'if-match': '"7"' } });
  isProblem(t, stale, 412, 'version_mismatch');
  isProblem(t, await erase(shop, id, { key: null }), 400, 'idempotency_key_missing');
  const answers = await Promise.all(times(20).map(() => erase(shop, id)));
  t.equal(count(answers, 200), 20);
  t.equal(new Set(answers.map(({ body }) => JSON.stringify(body))).size, 1, 'all say the same');
  t.equal((await shop.call(`GET /v1/customers/${id}`)).body.version, 2);
  t.equal((await customerEventsOf(app, shop)).filter(({ type }) => type === 'customer.erased').length, 1);
  const key = 'erase-once';
  const first = await erase(shop, id, { key });
  const replay = await erase(shop, id, { key });
  t.same([replay.status, replay.body, replay.headers['idempotency-replayed']], [200, first.body, 'true']);
});

t.test('erasure against changes at the same moment: nothing personal comes back', async (t) => {
  const shop = await app.createShop();
  const { id } = await addCustomer(shop, PERSON);
  const as = await tokenFor(shop, id);
  await tellPaid(shop, { customerId: id });
  const path = `/v1/customers/${id}`;
  const consent = { purpose: 'marketing', channel: 'email', decision: 'granted', source: 'Mrs Anders' };
  const answers = await Promise.all(
    times(20).map((i) => {
      if (i === 7) return erase(shop, id);
      if (i % 4 === 0) return shop.call(`PATCH ${path}`, { body: { ...PERSON, name: `Anders ${i}` } });
      if (i % 4 === 1) return shop.call(`POST ${path}/consents`, { body: consent });
      if (i % 4 === 2) return shop.call('PATCH /v1/me', { as, body: { name: `Anders ${i}` } });
      return shop.call('POST /v1/customer-tokens', { body: { customerId: id } });
    }),
  );
  await app.settle();
  t.ok(answers.every(({ status }) => [200, 201, 401, 422].includes(status)));
  t.equal(answers[7]?.status, 200);
  t.notMatch(await dump(shop.shopId), /anders/i);
  for (const { body } of answers.filter(({ body }) => body.token)) {
    isProblem(t, await shop.call('GET /v1/me', { as: body.token }), 401, 'unauthenticated');
  }
  await checkInvariants(t, app);
});

const section = (fields: Partial<PersonalDataSection> = {}): PersonalDataSection => ({
  name: 'orders',
  export: async (_on, _ctx, customerId) => [{ number: 'A-1', customerId, totalAmount: 1000 }],
  erase: async () => ({
    kept: [{ what: 'Orders', why: 'Trade records', until: new Date('2029-01-01T00:00:00Z') }],
  }),
  ...fields,
});

t.test('every module says what it keeps, in the same transaction', async (t) => {
  const shop = await app.createShop();
  const customer = await addCustomer(shop, PERSON);
  const ctx = await shop.ctx();
  const fails = section({ erase: () => Promise.reject(new Error('no')) });
  await t.rejects(eraseCustomer(ctx, customer.id, [section(), fails]), { message: 'no' });
  t.same(
    (await shop.call(`GET /v1/customers/${customer.id}`)).body,
    customer,
    'one that fails undoes everything',
  );
  const erased = await eraseCustomer(ctx, customer.id, [section()]);
  const [answers, orders, ...more] = erased.kept;
  t.same(orders, { what: 'Orders', why: 'Trade records', until: new Date('2029-01-01T00:00:00Z') });
  t.equal(
    answers?.until?.getTime(),
    erased.erasedAt.getTime() + 7 * 86_400_000,
    'stored answers go after seven days',
  );
  t.same(more, []);
  t.same(await eraseCustomer(ctx, customer.id, [section()]), erased, 'and says the same again');
});

t.test('an export holds everything that is known', async (t) => {
  const shop = await app.createShop();
  const customer = await addCustomer(shop, PERSON);
  await addCustomer(shop, { name: 'Somebody else' });
  const path = `/v1/customers/${customer.id}`;
  await shop.call(`POST ${path}/consents`, {
    body: { purpose: 'marketing', channel: 'email', decision: 'granted', source: 'form' },
  });
  const orderId = await tellPaid(shop, { customerId: customer.id, totalAmount: 500 });
  await app.settle();
  const { status, body } = await shop.call(`GET ${path}/personal-data`);
  t.equal(status, 200);
  t.match(body.customer, { ...PERSON, figures: { totalAmount: 500 } });
  t.match(body.consents, [{ purpose: 'marketing', decision: 'granted', source: 'form' }]);
  t.match(body.purchases, [{ orderId, amount: 500, currency: 'USD', categories: { tea: 500 } }]);
  t.ok(Array.isArray(body.sections));

  const bundle = await exportPersonalData(await shop.ctx(), customer.id, [section()]);
  t.same(bundle.sections, [
    { name: 'orders', records: [{ number: 'A-1', customerId: customer.id, totalAmount: 1000 }] },
  ]);
  await erase(shop, customer.id);
  const after = (await shop.call(`GET ${path}/personal-data`)).body;
  t.same([after.consents, after.purchases, after.customer.name], [[], [], 'Erased customer']);
});
