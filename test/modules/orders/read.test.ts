import t from 'tap';
import { startApp, type TestShop } from '../../support/app.ts';
import { makeOrder, makePaidOrder, makeProduct, pay } from '../../support/world.ts';
import { addCustomer, advance, ok, readOrder, times } from './support.ts';

const app = await startApp(t);

t.test('ETag and If-None-Match', async (t) => {
  const order = await makeOrder(app);
  const url = `GET /v1/orders/${order.id}`;
  const first = await app.call(url);
  t.equal(first.headers['etag'], '"1"');
  const unchanged = await app.call(url, { headers: { 'if-none-match': '"1"' } });
  t.match([unchanged.status, unchanged.body, unchanged.headers['etag']], [304, '', '"1"']);
  await pay(app, order.id);
  const changed = await app.call(url, { headers: { 'if-none-match': '"1"' } });
  t.match([changed.status, changed.headers['etag']], [200, '"2"']);
});

t.test('PATCH changes what is attached, as merge patch', async (t) => {
  const order = await makeOrder(app, { metadata: { a: '1', b: '2' }, staffNote: 'Old', externalId: 'erp-8' });
  const patch = (body: object, headers: Record<string, string> = {}) =>
    app.call(`PATCH /v1/orders/${order.id}`, { body, headers });
  const patched = await patch({ metadata: { b: null, c: '3' } }, { 'if-match': '"1"' });
  t.match([patched.status, patched.headers['etag']], [200, '"2"']);
  t.same(patched.body.metadata, { a: '1', c: '3' });
  t.match(patched.body, { staffNote: 'Old', externalId: 'erp-8', totalAmount: order.totalAmount });
  t.equal((await patch({ staffNote: 'x' }, { 'if-match': '"1"' })).status, 412);
  t.match((await patch({ staffNote: null, externalId: null })).body, { staffNote: null, externalId: null });
  await makeOrder(app, { externalId: 'erp-9' });
  const taken = await patch({ externalId: 'erp-9' });
  t.match([taken.status, taken.body.code], [409, 'external_id_taken']);
  const keys = (count: number, prefix: string) =>
    Object.fromEntries(times(count).map((i) => [`${prefix}${i}`, 'x']));
  t.equal((await patch({ metadata: keys(48, 'k') })).status, 200);
  const over = await patch({ metadata: keys(1, 'more') });
  t.match([over.status, over.body.code], [422, 'too_much_metadata']);
  t.equal((await patch({ totalAmount: 1 })).status, 400);
  const { data } = await ok(app.call(`GET /v1/orders/${order.id}/timeline`));
  t.match(data.at(-1), { kind: 'note_changed', isPublic: false, details: { fields: ['metadata'] } });
});

t.test('staff and customer read the same story, the customer without what is not theirs', async (t) => {
  const customer = await addCustomer(app);
  const order = await makeOrder(app, { customerId: customer.id, staffNote: 'Difficult' });
  await ok(app.call(`PATCH /v1/orders/${order.id}`, { body: { staffNote: 'Very' } }));
  await ok(
    app.call(`POST /v1/orders/${order.id}/payments`, { body: { provider: 'simulator' }, as: customer.token }),
  );
  await app.settle();
  await ok(app.call(`POST /v1/orders/${order.id}/ship`, { body: { carrier: 'SF' } }));
  const staff = (await ok(app.call(`GET /v1/orders/${order.id}/timeline`))).data;
  const theirs = (await ok(app.call(`GET /v1/orders/${order.id}/timeline`, { as: customer.token }))).data;
  const kinds = (entries: any[]) => entries.map(({ kind }) => kind);
  t.same(kinds(staff), ['placed', 'note_changed', 'payment_started', 'payment_succeeded', 'paid', 'shipped']);
  t.same(
    kinds(theirs),
    kinds(staff).filter((kind) => kind !== 'note_changed'),
  );
  t.ok(
    staff.every((entry: any) => entry.actorId),
    'staff see who it was',
  );
  const [placed, started] = theirs;
  t.equal(placed.actorId, null, 'which of the keys it was is not for customers');
  t.match(started, { actorKind: 'customer', actorId: customer.id }, 'what they did themselves is');
  const seen = await ok(app.call(`GET /v1/orders/${order.id}`, { as: customer.token }));
  t.equal(seen.staffNote, null);
  t.notOk(JSON.stringify([seen, theirs]).includes('Very'));
  t.equal((await app.call(`PATCH /v1/orders/${order.id}`, { body: {}, as: customer.token })).status, 403);
  const payments = await ok(app.call(`GET /v1/orders/${order.id}/payments`, { as: customer.token }));
  t.match(payments.data, [{ provider: 'simulator', state: 'succeeded' }]);
});

const listOrders = (shop: TestShop, query: string, as?: string): Promise<any> =>
  ok(shop.call(`GET /v1/orders?${query}`, as === undefined ? {} : { as }));
const idsOf = ({ data }: any): string[] => data.map((order: any) => order.id);

t.test('filters', async (t) => {
  const shop = await app.createShop();
  const customer = await addCustomer(app, shop);
  const open = await makeOrder(shop, { customerId: customer.id, externalId: 'e-1' });
  await advance(shop, 5);
  const { order: paid } = await makePaidOrder(shop);
  await advance(shop, 5);
  const other = await makeOrder(shop);
  const find = async (query: string, as?: string) => idsOf(await listOrders(shop, query, as));
  const all = [other.id, paid.id, open.id];
  t.same(await find('limit=50'), all);
  t.same(await find('sort=placedAt'), all.toReversed());
  t.same(await find('status=paid'), [paid.id]);
  t.same(await find('status=completed'), []);
  t.same(await find(`customerId=${customer.id}`), [open.id]);
  t.same(await find('externalId=e-1'), [open.id]);
  t.same(await find(`number=${paid.number}`), [paid.id]);
  t.same(await find(`placedAtFrom=${paid.placedAt}`), [other.id, paid.id]);
  t.same(await find(`placedAtTo=${paid.placedAt}`), [paid.id, open.id]);
  t.same(await find(`placedAtFrom=${paid.placedAt}&placedAtTo=${paid.placedAt}`), [paid.id]);
  await ok(shop.call(`PATCH /v1/orders/${open.id}`, { body: { staffNote: 'x' } }));
  t.same(await find(`updatedSince=${other.placedAt}&sort=updatedAt`), [other.id, open.id]);
  t.same(await find('limit=50', customer.token), [open.id], 'a customer sees only their own');
  t.same(await find(`number=${paid.number}`, customer.token), []);
  const stranger = await addCustomer(app, shop);
  t.same(await find(`customerId=${customer.id}`, stranger.token), []);
  t.same(idsOf(await listOrders(app, `externalId=e-1`)), [], 'another shop sees nothing');
  for (const bad of ['status=lost', 'limit=0', 'limit=201', 'sort=total', 'placedAtFrom=yesterday', 'x=1'])
    t.equal((await shop.call(`GET /v1/orders?${bad}`)).status, 400, bad);
  t.notOk('lines' in (await listOrders(shop, 'limit=1')).data[0]);
});

t.test('a list filtered by one time and sorted by another is refused', async (t) => {
  const placed = 'placedAtFrom=2026-01-01T00:00:00Z';
  const until = 'placedAtTo=2026-01-01T00:00:00Z';
  const changed = 'updatedSince=2026-01-01T00:00:00Z';
  const crossed = [
    `${placed}&sort=updatedAt`,
    `${until}&sort=updatedAt`,
    `${changed}&sort=placedAt`,
    `${changed}&sort=-placedAt`,
    `${changed}&${placed}`,
    `${changed}&${until}&sort=placedAt`,
  ];
  for (const query of crossed) {
    const reply = await app.call(`GET /v1/orders?${query}`);
    t.same([reply.status, reply.body.code], [422, 'sort_not_available'], query);
    t.match(reply.body.errors, [{ in: 'query', pointer: '/sort', code: 'sort_not_available' }]);
  }
  for (const query of [changed, `${changed}&sort=updatedAt`, `${placed}&${until}`, `${until}&sort=placedAt`])
    t.equal((await app.call(`GET /v1/orders?${query}`)).status, 200, query);
  for (const one of ['number=1', 'externalId=1'])
    t.equal(
      (await app.call(`GET /v1/orders?${one}&${changed}&sort=placedAt`)).status,
      200,
      `${one} finds one`,
    );
});

/** Pages through everything; `between` runs after each page. */
async function readAll(shop: TestShop, query: string, between: () => Promise<unknown>): Promise<string[]> {
  const ids: string[] = [];
  let cursor = '';
  for (let pages = 0; pages < 50; pages += 1) {
    const page = await listOrders(shop, `${query}${cursor}`);
    ids.push(...idsOf(page));
    if (page.nextCursor === null) return ids;
    cursor = `&cursor=${page.nextCursor}`;
    await between();
  }
  throw new Error('the list does not end');
}

t.test('pages hold every order once, in both directions, while new ones arrive', async (t) => {
  const shop = await app.createShop();
  const product = await makeProduct(shop, { onHandQuantity: 1000 });
  const lines = [{ productId: product.id, quantity: 1 }];
  const add = async () => (await ok(shop.call('POST /v1/orders', { body: { lines } }))).id as string;
  const old = await Promise.all(times(25).map(add));
  // Many were placed in the same millisecond: then the id decides.
  await app.deps.db.$client.query(
    `update orders set placed_at = date_trunc('minute', placed_at), version = version + 1 where shop_id = $1`,
    [shop.shopId],
  );
  for (const sort of ['-placedAt', 'placedAt', 'updatedAt']) {
    const added: string[] = [];
    const ids = await readAll(shop, `limit=4&sort=${sort}`, async () => added.push(await add()));
    t.equal(new Set(ids).size, ids.length, `${sort}: none twice`);
    t.same(
      old.filter((id) => !ids.includes(id)),
      [],
      `${sort}: none missing`,
    );
    if (sort === '-placedAt') t.notOk(added.some((id) => ids.includes(id)));
    else
      t.ok(
        added.every((id) => ids.includes(id)),
        `${sort}: what arrives at the end is read too`,
      );
    const rows = (await listOrders(shop, `limit=200&sort=${sort}`)).data;
    t.same(
      rows.map(({ id }: any) => id).filter((id: string) => ids.includes(id)),
      ids,
      `${sort}: in order`,
    );
    old.push(...added);
  }
});

t.test('a cursor belongs to its list, filter and sort', async (t) => {
  const shop = await app.createShop();
  for (const _ of times(3)) await makeOrder(shop);
  const { nextCursor } = await listOrders(shop, 'limit=1&status=pending');
  const cursor = (query: string) => shop.call(`GET /v1/orders?${query}`);
  t.equal((await cursor(`limit=2&status=pending&cursor=${nextCursor}`)).status, 200, 'limit may change');
  const forge = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const [list, binding] = JSON.parse(Buffer.from(nextCursor, 'base64url').toString());
  const wrong = [
    `limit=1&cursor=${nextCursor}`,
    `limit=1&status=paid&cursor=${nextCursor}`,
    `limit=1&status=pending&sort=placedAt&cursor=${nextCursor}`,
    'cursor=garbage',
    `cursor=${forge(['orders'])}`,
    `cursor=${forge(7)}`,
    `status=pending&cursor=${forge([list, binding])}`,
    `status=pending&cursor=${forge([list, binding, 'never', 'nobody'])}`,
    `status=pending&cursor=${forge([list, binding, {}, []])}`,
  ];
  for (const query of wrong) {
    const { status, body } = await cursor(query);
    t.equal(status, 400, `${query} ${JSON.stringify(body)}`);
  }
  t.match((await cursor(wrong[0] ?? '')).body, { code: 'invalid_cursor', errors: [{ pointer: '/cursor' }] });
});

t.test('an order of another shop is not there', async (t) => {
  const other = await app.createShop();
  const order = await makeOrder(other);
  for (const verb of ['payments', 'ship', 'cancel', 'lower-price']) {
    const body = { payments: { provider: 'manual' }, 'lower-price': { reductionAmount: 1, reason: 'x' } }[
      verb
    ];
    t.equal((await app.call(`POST /v1/orders/${order.id}/${verb}`, { body: body ?? {} })).status, 404, verb);
  }
  t.equal((await app.call(`GET /v1/orders/${order.id}`)).status, 404);
  t.equal((await readOrder(other, order.id)).version, 1);
});
