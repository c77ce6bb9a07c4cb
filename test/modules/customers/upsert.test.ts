import t from 'tap';
import { startApp } from '../../support/app.ts';
import { addCustomer, count, customerEventsOf, email, home, isProblem, times } from './support.ts';

const app = await startApp(t, { poolSize: 24 });

t.test('PUT adds, then changes what it names', async (t) => {
  const shop = await app.createShop();
  const path = '/v1/customers-by-external-id/A%2F1';
  const put = (body: object, headers = {}) => shop.call(`PUT ${path}`, { body, headers });
  const added = await put({ name: 'Ana', company: 'Trujillo', contactPoints: [email('ana@t.example')] });
  t.equal(added.status, 201);
  t.equal(added.body.externalId, 'A/1');
  const again = await put({ name: 'Ana', company: 'Trujillo' });
  t.same([again.status, again.body.version], [200, 1], 'the same again changes nothing');
  t.equal(again.body.contactPoints.length, 1, 'what is left out stays');
  const changed = await put(
    { name: 'Ana T.', contactPoints: [], preferences: { size: 'S' } },
    { 'if-match': '"1"' },
  );
  t.match(changed.body, { id: added.body.id, name: 'Ana T.', company: 'Trujillo', version: 2 });
  t.same(changed.body.contactPoints, []);
  isProblem(t, await put({ name: 'X' }, { 'if-match': '"1"' }), 412, 'version_mismatch');
  isProblem(t, await put({ name: 'X', externalId: 'B' }), 400, 'validation_failed', '/externalId');
  t.equal((await customerEventsOf(app, shop)).length, 2);
});

t.test('20 PUTs of a new customer at once: one adds it', async (t) => {
  const shop = await app.createShop();
  const answers = await Promise.all(
    times(20).map((i) =>
      shop.call('PUT /v1/customers-by-external-id/NEW', {
        body: {
          name: `Name ${i}`,
          contactPoints: [email(`n${i}@x.example`, true)],
          addresses: [{ address: home(`${i}`) }],
        },
      }),
    ),
  );
  t.same([count(answers, 201), count(answers, 200)], [1, 19]);
  t.equal(new Set(answers.map(({ body }) => body.id)).size, 1);
  const { body } = await shop.call('GET /v1/customers-by-external-id/NEW');
  t.equal(body.version, 20, 'none of the changes was lost');
  t.equal(body.contactPoints.length, 1);
  t.equal(
    body.name.slice(5),
    body.contactPoints[0].value.slice(1).replace('@x.example', ''),
    'of one writer',
  );
});

t.test('a thousand customers at once', async (t) => {
  const shop = await app.createShop();
  const items = times(1000).map((i) => ({
    externalId: `E${i}`,
    name: `Name ${i}`,
    contactPoints: [email(`n${i}@x.example`, true), { kind: 'mobile', value: `+49 ${i}` }],
    addresses: [{ address: home(`Street ${i}`), isDefault: true }],
  }));
  const started = Date.now();
  const added = await shop.call('POST /v1/customers/bulk', { body: { items } });
  t.comment(`added in ${Date.now() - started} ms`);
  t.equal(added.status, 200);
  t.equal(count(added.body.results, 201), 1000);
  const changed = await shop.call('POST /v1/customers/bulk', {
    body: {
      items: items.map((item, i) => (i % 2 === 0 ? item : { ...item, name: 'New', contactPoints: [] })),
    },
  });
  t.equal(count(changed.body.results, 200), 1000);
  const one = (await shop.call('GET /v1/customers-by-external-id/E1')).body;
  t.match(one, { name: 'New', contactPoints: [], version: 2, id: added.body.results[1].id });
  t.equal((await shop.call('GET /v1/customers-by-external-id/E2')).body.version, 1);
  t.equal((await customerEventsOf(app, shop)).length, 1500);
});

const MIXED = [
  { externalId: 'OK', name: 'Fine' },
  { externalId: 'TWO', name: 'Two', contactPoints: [email('a@x.example', true), email('b@x.example', true)] },
  { externalId: 'OK', name: 'Again' },
  { externalId: 'ALSO', name: 'Fine too' },
];

t.test('perItem writes what can be written', async (t) => {
  const shop = await app.createShop();
  const { status, body } = await shop.call('POST /v1/customers/bulk', {
    body: { mode: 'perItem', items: MIXED },
  });
  t.equal(status, 207);
  t.same(
    body.results.map(({ index, status, error }: any) => [index, status, error?.code]),
    [
      [0, 201, undefined],
      [1, 422, 'primary_not_unique'],
      [2, 422, 'duplicate_external_id'],
      [3, 201, undefined],
    ],
  );
  t.equal(body.results[1].error.errors[0].pointer, '/contactPoints/1/isPrimary');
  t.same((await shop.call('GET /v1/customers?sort=createdAt')).body.data.length, 2);
});

t.test('atomic writes all or nothing', async (t) => {
  const shop = await app.createShop();
  const refused = await shop.call('POST /v1/customers/bulk', { body: { mode: 'atomic', items: MIXED } });
  isProblem(t, refused, 422, 'bulk_refused', '/items/1/contactPoints/1/isPrimary');
  t.ok(refused.body.errors.some(({ pointer }: any) => pointer === '/items/2/externalId'));
  t.same((await shop.call('GET /v1/customers')).body.data, []);
  t.same(await customerEventsOf(app, shop), []);
  const many = times(1001).map((i) => ({ externalId: `${i}`, name: 'x' }));
  isProblem(
    t,
    await shop.call('POST /v1/customers/bulk', { body: { items: many } }),
    400,
    'validation_failed',
    '/items',
  );
});

t.test('two bulk upserts in opposite order do not lose anything', async (t) => {
  const shop = await app.createShop();
  const items = (n: number) => times(200).map((i) => ({ externalId: `E${i}`, name: `N${n}` }));
  const answers = await Promise.all(
    times(6).map((n) =>
      shop.call('POST /v1/customers/bulk', {
        body: { items: n % 2 === 0 ? items(n) : items(n).toReversed() },
      }),
    ),
  );
  t.equal(count(answers, 200), 6);
  t.equal(
    answers.flatMap(({ body }) => body.results).filter(({ status }: any) => status === 201).length,
    200,
  );
});

t.test('a merged customer is named to who sends its external id', async (t) => {
  const shop = await app.createShop();
  const survivor = await addCustomer(shop, { externalId: 'KEEP' });
  const duplicate = await addCustomer(shop, { externalId: 'DUP' });
  await shop.call(`POST /v1/customers/${survivor.id}/merge`, { body: { duplicateCustomerId: duplicate.id } });
  const put = await shop.call('PUT /v1/customers-by-external-id/DUP', { body: { name: 'Back' } });
  isProblem(t, put, 404, 'customer_merged');
  t.equal(put.body.mergedIntoId, survivor.id);
  const bulk = await shop.call('POST /v1/customers/bulk', {
    body: { mode: 'perItem', items: [{ externalId: 'DUP', name: 'Back' }] },
  });
  t.match(bulk.body.results[0], {
    status: 404,
    error: { code: 'customer_merged', mergedIntoId: survivor.id },
  });
});
