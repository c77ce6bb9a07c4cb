import t from 'tap';
import { startApp, type TestShop } from '../../support/app.ts';
import { makeProduct } from '../../support/world.ts';
import { addCustomer, checkInvariants, count, figuresOf, home, isProblem, times } from './support.ts';

const app = await startApp(t, { poolSize: 24 });

const place = async (shop: TestShop, customerId: string, fields: object = {}) => {
  const { id: productId } = await makeProduct(shop, { category: 'tea' });
  const body = { customerId, lines: [{ productId, quantity: 2 }], ...fields };
  return shop.call('POST /v1/orders', { body });
};
const pay = ({ call }: TestShop, orderId: string) =>
  call(`POST /v1/orders/${orderId}/payments`, { body: { provider: 'manual' } });

t.test('figures follow an order from payment to cancellation', async (t) => {
  const shop = await app.createShop();
  const { id } = await addCustomer(shop);
  const { body: order } = await place(shop, id);
  await app.settle();
  t.match(await figuresOf(shop, id), { purchaseCount: 0 }, 'an unpaid order is no purchase');
  await pay(shop, order.id);
  await app.settle();
  t.match(await figuresOf(shop, id), {
    purchaseCount: 1,
    totalAmount: order.totalAmount,
    firstPurchaseAt: order.placedAt,
    favouriteCategories: ['tea'],
  });
  t.equal((await shop.call(`POST /v1/orders/${order.id}/cancel`, { body: {} })).status, 200);
  await app.settle();
  t.match(await figuresOf(shop, id), { purchaseCount: 0, totalAmount: 0 });
});

t.test('orders of a duplicate are orders of the survivor', async (t) => {
  const shop = await app.createShop();
  const [survivor, duplicate] = [await addCustomer(shop), await addCustomer(shop)];
  const { body: order } = await place(shop, duplicate.id);
  await shop.call(`POST /v1/customers/${survivor.id}/merge`, {
    body: { duplicateCustomerId: duplicate.id },
  });
  t.equal((await shop.call(`GET /v1/orders/${order.id}`)).body.customerId, survivor.id);
  await pay(shop, order.id);
  await app.settle();
  t.match(await figuresOf(shop, survivor.id), { purchaseCount: 1, totalAmount: order.totalAmount });
  const late = await place(shop, duplicate.id);
  isProblem(t, late, 404, 'customer_merged', '/customerId');
});

t.test('an erasure empties orders and keeps their figures', async (t) => {
  const shop = await app.createShop();
  const { id } = await addCustomer(shop, { name: 'Anna Muster' });
  const shippingAddress = { ...home('Muster-Allee 1'), name: 'Anna Muster' };
  const { body: order } = await place(shop, id, { shippingAddress, staffNote: 'for Muster' });
  const path = `/v1/customers/${id}`;
  const [section] = (await shop.call(`GET ${path}/personal-data`)).body.sections;
  t.match(section, { name: 'orders', records: [{ number: order.number, shippingAddress }] });
  const erased = await shop.call(`POST ${path}/erase`);
  t.ok(
    erased.body.kept.some(({ what, why, until }: any) => /order/i.test(what) && why && until),
    JSON.stringify(erased.body.kept),
  );
  const left = (await shop.call(`GET /v1/orders/${order.id}`)).body;
  t.match(left, { customerId: id, shippingAddress: null, staffNote: null, totalAmount: order.totalAmount });
  t.same((await shop.call(`POST ${path}/erase`)).body, erased.body);
  t.same((await shop.call(`GET /v1/orders/${order.id}`)).body, left, 'erasing again changes nothing');
  isProblem(t, await place(shop, id), 422, 'customer_erased', '/customerId');
});

t.test('orders placed while customers end: none is left behind', async (t) => {
  const shop = await app.createShop();
  const [survivor, duplicate, gone] = [
    await addCustomer(shop),
    await addCustomer(shop),
    await addCustomer(shop),
  ];
  const { id: productId } = await makeProduct(shop, { onHandQuantity: 1000 });
  const order = (customerId: string) => ({
    body: { customerId, lines: [{ productId, quantity: 1 }], shippingAddress: home('Allee 1') },
  });
  const answers = await Promise.all([
    ...times(10).map(() => shop.call('POST /v1/orders', order(duplicate.id))),
    ...times(10).map(() => shop.call('POST /v1/orders', order(gone.id))),
    shop.call(`POST /v1/customers/${survivor.id}/merge`, { body: { duplicateCustomerId: duplicate.id } }),
    shop.call(`POST /v1/customers/${gone.id}/erase`),
    ...times(10).map(() => shop.call('POST /v1/orders', order(duplicate.id))),
    ...times(10).map(() => shop.call('POST /v1/orders', order(gone.id))),
  ]);
  t.ok(answers.every(({ status }) => [200, 201, 404, 422].includes(status)));
  t.equal(count(answers, 200), 2);
  t.comment(
    `${count(answers, 201)} orders were placed before, ${count(answers, 404) + count(answers, 422)} refused`,
  );
  const { rows } = await app.deps.db.$client.query(
    `select count(*) filter (where customer_id = $2) as left_behind,
       count(*) filter (where customer_id = $3 and shipping_address is not null) as named
     from orders where shop_id = $1`,
    [shop.shopId, duplicate.id, gone.id],
  );
  t.same(rows, [{ left_behind: 0n, named: 0n }]);
  await checkInvariants(t, app);
});
