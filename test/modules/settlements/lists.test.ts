import t from 'tap';
import { startApp, type TestShop } from '../../support/app.ts';
import { makeCustomer, tokenOf } from '../../support/world.ts';
import { ok } from '../orders/support.ts';
import { act, confirmRefunds, makeSettling, offerCharge, offerGift } from './offers-support.ts';

const app = await startApp(t);

const list = async (shop: TestShop, path: string, as?: string): Promise<any> =>
  ok(shop.call(`GET ${path}`, as === undefined ? {} : { as }));
const idsOf = ({ data }: { data: { id: string }[] }) => data.map(({ id }) => id);

/** All pages of a list, one resource each. */
async function readPages(shop: TestShop, path: string): Promise<string[]> {
  const ids: string[] = [];
  for (let cursor = ''; ; ) {
    const page = await list(shop, `${path}&limit=1${cursor}`);
    ids.push(...idsOf(page));
    if (page.nextCursor === null) return ids;
    cursor = `&cursor=${page.nextCursor}`;
  }
}

t.test('settlements are listed by customer, and in the order of changes', async (t) => {
  const shop = await app.createShop();
  const [one, two] = [await makeSettling(shop), await makeSettling(shop)];
  const [first, second] = [
    await offerCharge(shop, one.orderId, one.lineId),
    await offerCharge(shop, two.orderId, two.lineId),
  ];
  t.same(idsOf(await list(shop, `/v1/settlements?customerId=${one.customer.id}`)), [first.id]);
  const stranger = await makeCustomer(shop);
  t.same(idsOf(await list(shop, `/v1/settlements?customerId=${stranger.id}`)), []);
  const foreign = await list(shop, `/v1/settlements?customerId=${two.customer.id}`, one.token);
  t.same(idsOf(foreign), [], 'a customer does not see those of another');
  t.same(idsOf(await list(shop, '/v1/settlements', await tokenOf(shop, two.customer.id))), [second.id]);

  t.same(await readPages(shop, '/v1/settlements?updatedSince=2020-01-01T00:00:00Z'), [first.id, second.id]);
  const { updatedAt } = await ok(act(shop, first.id, 'cancel'));
  const since = `/v1/settlements?updatedSince=${updatedAt}`;
  t.same(await readPages(shop, '/v1/settlements?updatedSince=2020-01-01T00:00:00Z'), [second.id, first.id]);
  t.same(await readPages(shop, since), [first.id]);
  t.same(await readPages(shop, `${since}&state=offered`), []);
  t.same(await readPages(shop, `${since}&state=cancelled&orderId=${one.orderId}`), [first.id]);
  t.same(await readPages(shop, '/v1/settlements?state=offered'), [second.id], 'and as before without');

  const { nextCursor } = await list(shop, '/v1/settlements?updatedSince=2020-01-01T00:00:00Z&limit=1');
  t.match(await shop.call(`GET /v1/settlements?limit=1&cursor=${nextCursor}`), {
    status: 400,
    body: { code: 'invalid_cursor' },
  });
});

t.test('refunds are listed by order and by state', async (t) => {
  const shop = await app.createShop();
  const [one, two] = [await makeSettling(shop), await makeSettling(shop)];
  for (const { orderId, lineId, token } of [one, two]) {
    const gift = await offerGift(shop, orderId, lineId);
    await ok(act(shop, gift.id, 'accept', undefined, token));
  }
  await confirmRefunds(app, shop);
  await ok(shop.call(`POST /v1/orders/${one.orderId}/cancel`, { body: {} }));
  const all = (await list(shop, '/v1/refunds')).data;
  t.equal(all.length, 3);
  const byState = (state: string) => all.filter((one: any) => one.state === state).map(({ id }: any) => id);
  t.same(idsOf(await list(shop, '/v1/refunds?state=succeeded')), byState('succeeded'));
  t.same(await readPages(shop, '/v1/refunds?state=pending'), byState('pending'));
  t.equal((await readPages(shop, `/v1/refunds?orderId=${one.orderId}`)).length, 2);
  t.equal((await readPages(shop, `/v1/refunds?orderId=${two.orderId}&state=succeeded`)).length, 1);
  t.equal((await readPages(shop, `/v1/refunds?orderId=${two.orderId}&state=failed`)).length, 0);
  t.match(await shop.call('GET /v1/refunds?state=gone'), { status: 400 });
});

// Without sorting, only an index that ends in the order of the list can bring it.
t.test('each list goes along the index that was made for it', async (t) => {
  const { $client } = app.deps.db;
  const explain = async (text: string): Promise<string> => {
    const client = await $client.connect();
    try {
      await client.query('set enable_seqscan = off');
      await client.query('set enable_sort = off');
      return JSON.stringify((await client.query(`explain (generic_plan, format json) ${text}`)).rows);
    } finally {
      await client.query('reset all');
      client.release();
    }
  };
  const query = (table: string, where: string, order: string) =>
    `select * from ${table} where shop_id = $1 and ${where} order by ${order} limit 51`;
  t.match(
    await explain(query('settlements', 'updated_at >= $2', 'updated_at, id')),
    'settlements_updated_at_idx',
  );
  t.match(
    await explain(query('settlements', 'state = $2 and updated_at >= $3', 'updated_at, id')),
    'settlements_state_updated_at_idx',
  );
  t.match(await explain(query('settlements', 'customer_id = $2', 'id desc')), 'settlements_customer_idx');
  t.match(await explain(query('refunds', 'order_id = $2', 'id desc')), 'refunds_order_idx');
  t.match(await explain(query('refunds', 'state = $2', 'id desc')), 'refunds_state_idx');
});
