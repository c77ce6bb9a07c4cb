import t from 'tap';
import { newId } from '../../../src/platform/ids.ts';
import { startApp, type TestShop } from '../../support/app.ts';
import { addCustomer, customerEventsOf, email, home, isProblem } from './support.ts';

const app = await startApp(t);

const WHOLE = {
  externalId: 'ALFKI',
  name: 'Maria Anders',
  company: 'Alfreds Futterkiste',
  locale: 'de-DE',
  country: 'DE',
  contactPoints: [
    { ...email('maria@alfreds.example', true), label: null },
    { kind: 'landline', value: '+49 30 0074321', label: 'office', isPrimary: true },
  ],
  addresses: [{ address: home('Obere Str. 57'), isDefault: true }],
  preferences: { packaging: 'without plastic' },
  staffNote: 'Calls before noon.',
  metadata: { segment: 'horeca' },
};

t.test('a customer is added and read', async (t) => {
  const { call, shopId } = app;
  const added = await call('POST /v1/customers', { body: WHOLE });
  t.equal(added.status, 201);
  t.match(added.body, { ...WHOLE, version: 1, erasedAt: null });
  t.same(added.body.figures, {
    firstPurchaseAt: null,
    lastPurchaseAt: null,
    purchaseCount: 0,
    totalAmount: 0,
    averageAmount: null,
    favouriteCategories: [],
    currency: 'USD',
  });
  const read = await call(`GET /v1/customers/${added.body.id}`);
  t.same(read.body, added.body);
  t.equal(read.headers['etag'], '"1"');
  t.same((await call('GET /v1/customers-by-external-id/ALFKI')).body, added.body);
  t.equal(
    (await call(`GET /v1/customers/${added.body.id}`, { headers: { 'if-none-match': '"1"' } })).status,
    200,
    'its figures may have changed without its version',
  );

  isProblem(
    t,
    await call('POST /v1/customers', { body: WHOLE }),
    409,
    'customer_external_id_taken',
    '/externalId',
  );
  isProblem(t, await call(`GET /v1/customers/${newId()}`), 404, 'not_found');
  isProblem(t, await call('GET /v1/customers-by-external-id/NOBODY'), 404, 'not_found');
  const [event] = await customerEventsOf(app, { shopId } as TestShop);
  t.same([event?.type, event?.subjectId, event?.data], ['customer.created', added.body.id, { version: 1 }]);
});

t.test('a merge patch changes what it names', async (t) => {
  const shop = await app.createShop();
  const { id } = await addCustomer(shop, WHOLE);
  const path = `/v1/customers/${id}`;
  const changed = await shop.call(`PATCH ${path}`, {
    body: {
      company: null,
      preferences: { packaging: null, size: 'M' },
      metadata: { source: 'fair' },
      contactPoints: [email('maria@anders.example')],
      addresses: [],
    },
    headers: { 'if-match': '"1"' },
  });
  t.equal(changed.status, 200, JSON.stringify(changed.body));
  t.match(changed.body, { name: 'Maria Anders', company: null, staffNote: 'Calls before noon.', version: 2 });
  t.same(changed.body.preferences, { size: 'M' });
  t.same(changed.body.metadata, { segment: 'horeca', source: 'fair' });
  t.same(changed.body.contactPoints, [{ ...email('maria@anders.example'), label: null }]);
  t.same(changed.body.addresses, []);
  t.same((await shop.call(`GET ${path}`)).body, changed.body);

  const stale = await shop.call(`PATCH ${path}`, { body: { name: 'X' }, headers: { 'if-match': '"1"' } });
  isProblem(t, stale, 412, 'version_mismatch');
  t.equal(stale.body.currentVersion, 2);
  const same = await shop.call(`PATCH ${path}`, { body: { name: 'Maria Anders' } });
  t.equal(same.body.version, 2, 'what changes nothing makes no version');

  const events = await customerEventsOf(app, shop);
  t.equal(events.length, 2);
  t.same(events[1]?.data.changedFields.toSorted(), [
    'addresses',
    'company',
    'contactPoints',
    'metadata',
    'preferences',
  ]);
  t.notMatch(JSON.stringify(events), /anders|alfki|without plastic/i, 'nothing personal is in the events');
});

t.test('an external id belongs to one customer', async (t) => {
  const shop = await app.createShop();
  await addCustomer(shop, { externalId: 'A' });
  const other = await addCustomer(shop, { externalId: 'B' });
  const taken = await shop.call(`PATCH /v1/customers/${other.id}`, { body: { externalId: 'A' } });
  isProblem(t, taken, 409, 'customer_external_id_taken', '/externalId');
  const freed = await shop.call(`PATCH /v1/customers/${other.id}`, { body: { externalId: null } });
  t.equal(freed.body.externalId, null);
  t.equal((await addCustomer(shop, { externalId: 'B' })).externalId, 'B');
});

/** Reads a list to its end, two at a time. */
async function readAll(shop: TestShop, query: string): Promise<string[]> {
  const names: string[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const { status, body } = await shop.call(
      `GET /v1/customers?limit=2${query}${cursor === '' ? '' : `&cursor=${cursor}`}`,
    );
    if (status !== 200) throw new Error(JSON.stringify(body));
    names.push(...body.data.map(({ name }: any) => name));
    cursor = body.nextCursor;
  }
  return names;
}

t.test('lists are filtered, sorted and paged', async (t) => {
  const shop = await app.createShop();
  const shared = { kind: 'landline', value: '+49 30 1' };
  const [a] = [
    await addCustomer(shop, { name: 'a', country: 'DE', contactPoints: [shared, email('a@x.example')] }),
    await addCustomer(shop, { name: 'b', country: 'CH' }),
    await addCustomer(shop, { name: 'c', country: 'DE' }),
    await addCustomer(shop, { name: 'd', country: 'DE', contactPoints: [shared] }),
    await addCustomer(shop, { name: 'e' }),
  ];
  t.same(await readAll(shop, ''), ['e', 'd', 'c', 'b', 'a'], 'newest first');
  t.same(await readAll(shop, '&sort=createdAt'), ['a', 'b', 'c', 'd', 'e']);
  t.same(await readAll(shop, '&country=DE'), ['d', 'c', 'a']);
  t.same(await readAll(shop, '&contact=a%40x.example'), ['a']);
  t.same(await readAll(shop, '&contact=%2B49%2030%201'), ['d', 'a']);
  t.same(await readAll(shop, '&contact=a%40x'), [], 'only the exact value');
  t.same(await readAll(shop, '&contact=%2B49%2030%201&country=CH'), []);

  const { body } = await shop.call(`PATCH /v1/customers/${a.id}`, { body: { staffNote: 'x' } });
  t.same(await readAll(shop, `&updatedSince=${body.updatedAt}`), ['a']);
  const crossed = await shop.call(`GET /v1/customers?updatedSince=${body.updatedAt}&sort=createdAt`);
  t.match([crossed.status, crossed.body.code], [422, 'sort_not_available']);
  t.equal((await readAll(shop, '&sort=updatedAt')).at(-1), 'a');
  t.equal((await readAll(shop, '&sort=-updatedAt'))[0], 'a');

  const { nextCursor } = (await shop.call('GET /v1/customers?limit=2')).body;
  const foreign = await shop.call(`GET /v1/customers?limit=2&country=DE&cursor=${nextCursor}`);
  isProblem(t, foreign, 400, 'invalid_cursor', '/cursor');
});

t.test('a shop sees and changes only its own customers', async (t) => {
  const [one, two] = [await app.createShop(), await app.createShop()];
  const theirs = await addCustomer(one, { externalId: 'SAME', contactPoints: [email('x@x.example')] });
  const own = await addCustomer(two, { externalId: 'SAME' });
  t.not(own.id, theirs.id, 'an external id is unique per shop');
  const path = `/v1/customers/${theirs.id}`;
  const attempts = [
    two.call(`GET ${path}`),
    two.call(`PATCH ${path}`, { body: { name: 'X' } }),
    two.call(`GET ${path}/consents`),
    two.call(`POST ${path}/consents`, {
      body: { purpose: 'marketing', channel: 'email', decision: 'granted', source: 'form' },
    }),
    two.call(`GET ${path}/personal-data`),
    two.call(`POST ${path}/erase`),
    two.call(`POST ${path}/merge`, { body: { duplicateCustomerId: own.id } }),
  ];
  for (const answer of await Promise.all(attempts)) isProblem(t, answer, 404, 'not_found');
  const merge = await two.call(`POST /v1/customers/${own.id}/merge`, {
    body: { duplicateCustomerId: theirs.id },
  });
  isProblem(t, merge, 422, 'customer_not_found', '/duplicateCustomerId');
  const token = await two.call('POST /v1/customer-tokens', { body: { customerId: theirs.id } });
  isProblem(t, token, 422, 'customer_not_found', '/customerId');
  t.same((await two.call('GET /v1/customers?contact=x%40x.example')).body.data, []);
  t.same((await one.call(`GET ${path}`)).body, theirs, 'nothing was changed');
});
