import t from 'tap';
import { startApp } from '../../support/app.ts';
import { makeCustomer, makeProduct, pay, tokenOf } from '../../support/world.ts';
import { ok } from './support.ts';

const app = await startApp(t, { shop: { name: 'The maker' } });
const to = { name: 'Ana Trujillo', line1: 'Avda. 2222', city: 'México D.F.', country: 'MX' };
const from = {
  name: 'Thomas Hardy',
  company: 'Around the Horn',
  line1: '120 Hanover Sq.',
  city: 'London',
  country: 'GB',
};

async function placeFor(fields: object = {}) {
  const { id: customerId } = await makeCustomer(app);
  const [one, two] = [await makeProduct(app, { externalId: 'CHAI-1' + customerId }), await makeProduct(app)];
  const lines = [
    { productId: one.id, quantity: 3 },
    { productId: two.id, quantity: 1 },
  ];
  const body = { lines, customerId, shippingAddress: to, ...fields };
  return { order: await ok(app.call('POST /v1/orders', { body })), one, customerId };
}

t.test('a parcel in another name says nothing of what it cost', async (t) => {
  const { order, one } = await placeFor({ senderAddress: from });
  t.same(order.senderAddress, from);
  await pay(app, order.id);
  await ok(
    app.call(`POST /v1/orders/${order.id}/ship`, {
      body: { lines: [{ lineId: order.lines[0].id, quantity: 2 }] },
    }),
  );
  const slip = await ok(app.call(`GET /v1/orders/${order.id}/packing-slip`));
  t.match(slip, {
    number: order.number,
    senderName: 'Around the Horn',
    senderAddress: from,
    shippingAddress: to,
    lines: [
      { productExternalId: one.externalId, quantity: 3, shippedQuantity: 2, toShipQuantity: 1 },
      { quantity: 1, shippedQuantity: 0, toShipQuantity: 1 },
    ],
  });
  t.notMatch(JSON.stringify(slip), /amount|price|currency|tax/i);
});

t.test('without a sender it is the shop', async (t) => {
  const { order, customerId } = await placeFor();
  const slip = await ok(app.call(`GET /v1/orders/${order.id}/packing-slip`));
  t.match(slip, { senderName: 'The maker', senderAddress: null });
  const as = await tokenOf(app, customerId);
  t.equal((await app.call(`GET /v1/orders/${order.id}/packing-slip`, { as })).status, 403);
});

t.test('an erasure takes the sender as well', async (t) => {
  const { order, customerId } = await placeFor({ senderAddress: from });
  const { sections } = await ok(app.call(`GET /v1/customers/${customerId}/personal-data`));
  t.match(JSON.stringify(sections), /Around the Horn/);
  await ok(app.call(`POST /v1/customers/${customerId}/erase`));
  t.match(await ok(app.call(`GET /v1/orders/${order.id}`)), { senderAddress: null, shippingAddress: null });
});
