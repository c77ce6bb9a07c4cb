import t from 'tap';
import { placeOf } from '../../../src/platform/pointers.ts';
import { newId } from '../../../src/platform/ids.ts';
import { startApp, type TestShop } from '../../support/app.ts';
import { makeOrder, makePaidOrder, makeProduct, tokenOf } from '../../support/world.ts';
import { ok } from '../orders/support.ts';
import { makePaid } from './edit-support.ts';
import { act, makeSettling, offer, offerCharge } from './offers-support.ts';

const app = await startApp(t);

t.test('a place is that of the longest part that is named, with what follows it', (t) => {
  const places = { '/items/0': '/productId', '/items/0/quantity': '/quantity' };
  const body = (pointer: string) => ({ in: 'body', pointer });
  t.same(placeOf('/items/0', places), body('/productId'));
  t.same(placeOf('/items/0/quantity', places), body('/quantity'));
  t.same(placeOf('/items/01', places), body('/items/01'), 'a name that only begins the same is another');
  t.same(placeOf('/provider', { '': '/payment' }), body('/payment/provider'));
  t.same(placeOf('', { '': '/payment' }), body('/payment'));
  t.same(placeOf('/lines/0', { '/lines/0': { in: 'path', pointer: '/lineId' } }), {
    in: 'path',
    pointer: '/lineId',
  });
  t.end();
});

async function prepare(shop: TestShop) {
  const { order, customer } = await makePaid(shop, [{ price: 1800, quantity: 2 }]);
  const lineId: string = order.lines[0].id;
  const dearer = await makeProduct(shop, { priceAmount: 2200, onHandQuantity: 1 });
  const as = await tokenOf(shop, customer.id);
  const upgrade = (body: object, by?: string) =>
    shop.call(`POST /v1/orders/${order.id}/lines/${lineId}/upgrade`, { body, ...(by && { as: by }) });
  const edit = (body: object) => shop.call(`POST /v1/orders/${order.id}/edits`, { body });
  return { order, lineId, dearer, as, customer, upgrade, edit };
}

const at = (code: string, pointer: string, more: object = {}) => ({
  body: { code, errors: [{ in: 'body', pointer }], ...more },
});

t.test('a refused upgrade points into the body that was sent', async (t) => {
  const shop = await app.createShop();
  const { order, lineId, dearer, as, upgrade } = await prepare(shop);
  const { id: productId } = dearer;
  t.match(await upgrade({ productId: newId() }), at('product_not_available', '/productId'));
  t.match(await upgrade({ productId, quantity: 3 }), at('edit_not_possible', '/quantity'));
  t.match(await upgrade({ productId, quantity: 2 }), at('out_of_stock', '/quantity'));
  t.match(await upgrade({ productId }), at('out_of_stock', '/productId'), 'no quantity was sent');
  const cheap = await makeProduct(shop, { priceAmount: 1800 });
  t.match(await upgrade({ productId: cheap.id }), at('not_dearer', '/productId'));
  const huge = await makeProduct(shop, { priceAmount: 999_999_999_999_999 });
  t.match(await upgrade({ productId: huge.id, quantity: 1 }), at('amount_too_large', '/quantity'));
  t.match(await upgrade({ productId: huge.id }), at('amount_too_large', '/productId'));
  const paying = (payment: object) => upgrade({ productId, quantity: 1, payment }, as);
  t.match(await paying({ provider: 'manual' }), at('provider_not_available', '/payment/provider'));
  t.match(
    await paying({ provider: 'wallet' }),
    at('insufficient_balance', '/payment/provider', { availableAmount: 0 }),
  );
  t.match(
    await paying({ provider: 'simulator', couponCode: newId() }),
    at('coupon_not_usable', '/payment/couponCode'),
  );
  const held = await offerCharge(shop, order.id, lineId);
  t.match(await upgrade({ productId, quantity: 1 }), {
    status: 409,
    body: {
      code: 'line_in_settlement',
      lineId,
      settlementId: held.id,
      errors: [{ in: 'path', pointer: '/lineId' }],
    },
  });
});

t.test('a refused edit points at the line or the goods', async (t) => {
  const shop = await app.createShop();
  const { order, lineId, dearer, as, upgrade, edit } = await prepare(shop);
  const items = [{ productId: (await makeProduct(shop)).id, quantity: 1 }];
  const item = (productId: string, quantity: number) => ({ items: [...items, { productId, quantity }] });
  t.match(await edit(item(dearer.id, 2)), at('out_of_stock', '/items/1/quantity'));
  t.match(
    await edit({ items, lines: [{ lineId, quantity: 900_000 }] }),
    at('out_of_stock', '/lines/0/quantity'),
    'more of a line',
  );
  const huge = await makeProduct(shop, { priceAmount: 999_999_999_999_999 });
  t.match(await edit(item(huge.id, 1)), at('amount_too_large', '/items/1/quantity'));
  t.match(await edit(item(huge.id, 2)), at('amount_too_large', '/items/1/quantity'));
  const held = await offerCharge(shop, order.id, lineId);
  t.match(
    await edit({ items, lines: [{ lineId, quantity: 1 }] }),
    at('line_in_settlement', '/lines/0/lineId', { lineId, settlementId: held.id }),
  );
  await ok(act(shop, held.id, 'cancel'));
  const open = await ok(upgrade({ productId: dearer.id, quantity: 1 }));
  const named = { status: 409, body: { code: 'order_in_edit', editId: open.id } };
  t.match(await edit({ items }), named);
  t.match(await shop.call(`POST /v1/orders/${order.id}/edits/preview`, { body: { items } }), named);
  t.match(await shop.call(`POST /v1/orders/${order.id}/cancel`, { body: {}, as }), named);
  t.match(await shop.call(`POST /v1/orders/${order.id}/ship`, { body: {} }), named);
  const other = await offer(shop, order.id, {
    direction: 'to_customer',
    reason: 'promotion_missed',
    lines: [{ lineId, amount: 1 }],
  });
  t.match(other, at('line_in_settlement', '/lines/0/lineId', { lineId, settlementId: open.settlement.id }));
});

t.test('what is paid in whole is refused at its provider', async (t) => {
  const shop = await app.createShop();
  const { orderId, lineId, token, customer } = await makeSettling(shop);
  const made = await offerCharge(shop, orderId, lineId);
  await ok(act(shop, made.id, 'accept', undefined, token));
  t.match(
    await act(shop, made.id, 'payments', { provider: 'wallet' }, token),
    at('insufficient_balance', '/provider', { availableAmount: 0 }),
  );
  const order = await makeOrder(shop, { customerId: customer.id });
  const payBy = (body: object) =>
    shop.call(`POST /v1/orders/${order.id}/payments`, { body: { provider: 'wallet', ...body } });
  t.match(await payBy({}), at('insufficient_balance', '/provider'));
  t.match(await payBy({ amount: 5 }), at('insufficient_balance', '/amount'));
});

t.test('who holds a line or the freight is named', async (t) => {
  const shop = await app.createShop();
  const { orderId, lineId } = await makeSettling(shop);
  const charge = await offerCharge(shop, orderId, lineId);
  const goodwill = await shop.call(`POST /v1/orders/${orderId}/goodwill-settlements`, {
    body: { amount: 5 },
  });
  t.match(goodwill, { status: 409, body: { lineId, settlementId: charge.id, errors: [] } });
  const freight = { direction: 'from_customer', reason: 'freight', amount: 5 };
  const first = await ok(offer(shop, orderId, freight));
  t.match(
    await offer(shop, orderId, freight),
    at('line_in_settlement', '/reason', { settlementId: first.id }),
  );
  const guest = await makePaidOrder(shop);
  const gift = { direction: 'to_customer', reason: 'goodwill', amount: 5, payoutMethod: 'stored_value' };
  t.match(await offer(shop, guest.order.id, gift), {
    ...at('payout_method_not_available', '/payoutMethod'),
    status: 422,
  });
  const { body } = await offer(shop, guest.order.id, gift);
  t.match(body.detail, /guest/, 'it says why');
});
