import t from 'tap';
import { startApp, type TestShop } from '../../support/app.ts';
import { makeSegment } from '../../support/segments-world.ts';
import { makeCustomer, makePolicy, makeProduct } from '../../support/world.ts';
import { isProblem } from '../customers/support.ts';
import { checkInvariants } from '../orders/support.ts';
import { buy, price, runSweeps, settlementsOf, sweepNow } from './protection-support.ts';

const app = await startApp(t);
const put = (shop: TestShop, segmentId: string, ...customerIds: string[]) =>
  shop.call(`POST /v1/segments/${segmentId}/members`, { body: { customerIds } });
const take = (shop: TestShop, segmentId: string, ...customerIds: string[]) =>
  shop.call(`POST /v1/segments/${segmentId}/members/remove`, { body: { customerIds } });

/** Orders of one who was in both segments, in the first, in none at all, and of a guest; prices fall after that. */
async function makeWorld(policy: (regulars: string, traders: string) => object) {
  const shop = await app.createShop();
  const [regulars, traders] = [await makeSegment(shop), await makeSegment(shop)];
  await makePolicy(shop, { automaticAmount: 100_000, ...policy(regulars.id, traders.id) });
  const product = await makeProduct(shop, { onHandQuantity: 100 });
  const [both, first, none] = [await makeCustomer(shop), await makeCustomer(shop), await makeCustomer(shop)];
  await put(shop, regulars.id, both.id, first.id);
  await put(shop, traders.id, both.id);
  const orders: Record<string, any> = {};
  for (const [name, fields] of Object.entries({
    both: { customerId: both.id },
    first: { customerId: first.id },
    none: { customerId: none.id },
    guest: {},
  }))
    orders[name] = await buy(shop, [product], fields);
  // Who comes or goes after the order changes nothing about it.
  await take(shop, regulars.id, first.id);
  await put(shop, regulars.id, none.id);
  await put(shop, traders.id, none.id);
  await price(shop, product.id, 1500);
  return { shop, orders, product, first, regulars };
}

async function refusalOf(shop: TestShop, orderId: string): Promise<string | null> {
  const { body } = await shop.call(`POST /v1/orders/${orderId}/price-differences/preview`, {
    body: { reason: 'price_drop' },
  });
  return body.lines[0].refusal;
}

t.test('a promise is for those who were in its segments when the order was placed', async (t) => {
  const { shop, orders } = await makeWorld((regulars, traders) => ({
    segmentIds: [regulars],
    excludedSegmentIds: [traders],
  }));
  const refusals = {
    both: 'segment_not_covered',
    first: null,
    none: 'segment_not_covered',
    guest: 'segment_not_covered',
  };
  for (const [name, refusal] of Object.entries(refusals))
    t.equal(await refusalOf(shop, orders[name].id), refusal, name);
  const claimed = await shop.call(`POST /v1/orders/${orders['none'].id}/settlements`, {
    body: { reason: 'price_drop' },
  });
  t.match(claimed.body, { refusal: 'segment_not_covered' }, 'a claim is told the same');
  t.match(claimed.body.refusalWords, { en: /other customers/, zh: /会员/ });
  const sweep = await sweepNow(app, shop);
  t.match(sweep, { foundLineCount: 4, openedLineCount: 1 }, 'and a sweep finds the same');
  t.match(sweep.refusals, [{ refusal: 'segment_not_covered', lineCount: 3 }]);
  await runSweeps(app, shop);
  const opened = (await settlementsOf(shop)).filter(({ amount }: { amount: number }) => amount > 0);
  t.same(
    opened.map(({ orderId }: { orderId: string }) => orderId),
    [orders['first'].id],
  );
  await checkInvariants(t, app);
});

t.test('a guest is in no segment, and so in none that is left out', async (t) => {
  const { shop, orders } = await makeWorld((_regulars, traders) => ({ excludedSegmentIds: [traders] }));
  for (const name of ['first', 'none', 'guest']) t.equal(await refusalOf(shop, orders[name].id), null, name);
  t.equal(await refusalOf(shop, orders['both'].id), 'segment_not_covered');
});

t.test('what a duplicate was in, the customer who stays was in too', async (t) => {
  const { shop, orders, first } = await makeWorld((regulars) => ({ segmentIds: [regulars] }));
  const { id } = await makeCustomer(shop);
  t.equal(
    (await shop.call(`POST /v1/customers/${id}/merge`, { body: { duplicateCustomerId: first.id } })).status,
    200,
  );
  t.equal(await refusalOf(shop, orders['first'].id), null);
});

t.test('a policy names segments that are there, and says so in words', async (t) => {
  const shop = await app.createShop();
  const [one, other] = [await makeSegment(shop), await makeSegment(shop)];
  const body = { name: 'For some', reasons: ['price_drop'], windowDays: 30 };
  const create = (fields: object) =>
    shop.call('POST /v1/price-difference-policies', { body: { ...body, ...fields } });
  const { body: policy } = await create({ segmentIds: [one.id], excludedSegmentIds: [other.id] });
  t.match(policy, { segmentIds: [one.id], excludedSegmentIds: [other.id] });
  t.match(policy.words, { en: /Only for customers whom.*Not for customers whom/, zh: /仅限下单时.*不适用/ });
  t.notMatch((await create({})).body.words.en, /customers whom/);
  isProblem(
    t,
    await create({ segmentIds: [one.id], excludedSegmentIds: [one.id] }),
    422,
    'policy_inconsistent',
  );
  // Empty, it would leave nobody out any more.
  const refused = await shop.call(`POST /v1/segments/${other.id}/archive`);
  isProblem(t, refused, 409, 'segment_in_use');
  t.same(refused.body.namedBy, [{ type: 'price_difference_policy', id: policy.id }]);
  const path = `/v1/price-difference-policies/${policy.id}`;
  t.equal((await shop.call(`PATCH ${path}`, { body: { excludedSegmentIds: [] } })).status, 200);
  t.equal((await shop.call(`POST /v1/segments/${other.id}/archive`)).status, 200, 'nothing goes by it now');
  isProblem(t, await shop.call(`POST /v1/segments/${one.id}/archive`), 409, 'segment_in_use');
  t.equal((await shop.call(`POST ${path}/archive`)).status, 200);
  isProblem(t, await create({ segmentIds: [one.id, other.id] }), 422, 'segment_archived');
  const unknown = await create({ excludedSegmentIds: ['01890a5d-ac96-774b-bcce-b302099a8057'] });
  isProblem(t, unknown, 422, 'segment_not_found');
  t.equal(unknown.body.errors[0].pointer, '/excludedSegmentIds/0');
});
