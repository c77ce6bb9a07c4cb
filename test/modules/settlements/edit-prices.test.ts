import t from 'tap';
import { startApp } from '../../support/app.ts';
import { makeCustomer, makeFreightTemplate, makeProduct, pay, tokenOf } from '../../support/world.ts';
import { checkInvariants, ok, readOrder } from '../orders/support.ts';
import { makePaid } from './edit-support.ts';

const app = await startApp(t);
const LADDER = {
  priceAmount: 1000,
  onHandQuantity: 10_000,
  priceBreaks: [
    { minimumQuantity: 10, unitAmount: 900 },
    { minimumQuantity: 100, unitAmount: 700 },
  ],
};
const edit = (orderId: string, body: object, verb = '') =>
  app.call(`POST /v1/orders/${orderId}/edits${verb}`, { body });

/** A paid order of so many pieces of a product. */
async function buy(product: { id: string }, quantity: number, fields: object = {}) {
  const lines = [{ productId: product.id, quantity }];
  const { id } = await ok(app.call('POST /v1/orders', { body: { lines, ...fields } }));
  await pay(app, id);
  return readOrder(app, id);
}

t.test('what comes is priced by the rung that all pieces reach together', async (t) => {
  const product = await makeProduct(app, LADDER);
  const { order } = await makePaid(app, [{ price: 500, quantity: 1 }]);
  const fresh = await ok(edit(order.id, { items: [{ productId: product.id, quantity: 10 }] }, '/preview'));
  t.match(fresh, {
    addedAmount: 9_000,
    items: [
      {
        listUnitAmount: 1000,
        discountAmount: 1_000,
        netAmount: 9_000,
        appliedBreak: { minimumQuantity: 10, unitAmount: 900 },
      },
    ],
  });
  const customer = await makeCustomer(app);
  const bought = await buy(product, 95, { customerId: customer.id });
  const [line] = bought.lines;
  const more = await ok(edit(bought.id, { lines: [{ lineId: line.id, quantity: 100 }] }));
  t.match(more.items, [{ quantity: 5, netAmount: 3_500, appliedBreak: { minimumQuantity: 100 } }]);
  const as = await tokenOf(app, customer.id);
  await ok(app.call(`POST /v1/settlements/${more.settlement.id}/accept`, { as }));
  await ok(app.call(`POST /v1/settlements/${more.settlement.id}/payments`, { body: { provider: 'manual' } }));
  const after = await readOrder(app, bought.id);
  t.match(after.lines, [
    { quantity: 95, netAmount: 85_500 },
    {
      quantity: 5,
      listUnitAmount: 1000,
      discountAmount: 1_500,
      netAmount: 3_500,
      adjustments: [{ kind: 'quantity_break', amount: 1_500 }],
      priceBreaks: LADDER.priceBreaks,
    },
  ]);
  t.match(after, { linesAmount: 100_000, discountAmount: 11_000, totalAmount: 89_000 });
  await checkInvariants(t, app);
});

t.test('units that stay keep their price, also below their rung', async (t) => {
  const product = await makeProduct(app, LADDER);
  const bought = await buy(product, 100);
  const fewer = await ok(edit(bought.id, { lines: [{ lineId: bought.lines[0].id, quantity: 5 }] }));
  t.match(fewer, { creditedAmount: 95 * 700, addedAmount: 0, state: 'applied' });
  t.match(await readOrder(app, bought.id), {
    netTotalAmount: 5 * 700,
    lines: [{ appliedBreak: { minimumQuantity: 100, unitAmount: 700 } }],
  });
  const again = await ok(edit(bought.id, { items: [{ productId: product.id, quantity: 4 }] }, '/preview'));
  t.match(again, { addedAmount: 4_000 }, 'nine pieces together are on no rung');
  const swapped = await ok(
    edit(
      bought.id,
      {
        lines: [{ lineId: bought.lines[0].id, quantity: 0 }],
        items: [{ productId: product.id, quantity: 9 }],
      },
      '/preview',
    ),
  );
  t.match(swapped, { addedAmount: 9_000 }, 'what goes does not count');
  await checkInvariants(t, app);
});

t.test('a least quantity is of all pieces, packs are of those that come', async (t) => {
  const product = await makeProduct(app, {
    priceAmount: 100,
    onHandQuantity: 1_000,
    minimumOrderQuantity: 20,
    orderMultiple: 5,
  });
  const { order } = await makePaid(app, [{ price: 500, quantity: 1 }]);
  const items = (quantity: number) => ({ items: [{ productId: product.id, quantity }] });
  const refused = (code: string, pointer: string) => ({
    status: 422,
    body: { code, errors: [{ code, pointer }] },
  });
  t.match(
    await edit(order.id, items(15), '/preview'),
    refused('below_minimum_quantity', '/items/0/quantity'),
  );
  t.match(await edit(order.id, items(21)), refused('not_order_multiple', '/items/0/quantity'));
  const bought = await buy(product, 20);
  const lines = (quantity: number) => ({ lines: [{ lineId: bought.lines[0].id, quantity }] });
  t.match(await edit(bought.id, lines(22)), refused('not_order_multiple', '/lines/0/quantity'));
  t.match(await ok(edit(bought.id, lines(25), '/preview')), { addedAmount: 500 });
  const upgrade = await app.call(`POST /v1/orders/${order.id}/lines/${order.lines[0].id}/upgrade`, {
    body: { productId: product.id },
  });
  t.equal(upgrade.status, 422);
  t.match(upgrade.body.errors, [{ pointer: '/productId', code: 'below_minimum_quantity' }, {}].slice(0, 1));
});

t.test('what cannot be sent where the order goes is refused as in a new order', async (t) => {
  const byWeight = await makeFreightTemplate(
    app,
    {
      regions: ['CN-GD'],
      firstUnits: 1_000,
      firstAmount: 500,
      additionalUnits: 1_000,
      additionalAmount: 200,
    },
    { isDefault: false, chargedBy: 'weight' },
  );
  const product = await makeProduct(app, { onHandQuantity: 10, freightTemplateId: byWeight.id });
  const { order } = await makePaid(app, [{ price: 500, quantity: 1 }]);
  const items = [{ productId: product.id, quantity: 1 }];
  const place = { name: 'Li Wei', line1: '1 Nanhai Avenue', city: 'Shenzhen', country: 'CN' };
  const at = (regionCode?: string) => ({
    items,
    shippingAddress: { ...place, ...(regionCode ? { regionCode } : {}) },
  });
  t.match(await edit(order.id, { items }, '/preview'), {
    status: 422,
    body: { code: 'region_required', errors: [{ pointer: '/shippingAddress' }] },
  });
  t.match(await edit(order.id, at('110101'), '/preview'), {
    status: 422,
    body: { code: 'region_not_served', errors: [{ pointer: '/items/0' }] },
  });
  t.match(await edit(order.id, at('440305'), '/preview'), {
    status: 422,
    body: { code: 'freight_facts_missing', errors: [{ pointer: '/items/0' }] },
  });
  const upgrade = await app.call(`POST /v1/orders/${order.id}/lines/${order.lines[0].id}/upgrade`, {
    body: { productId: product.id },
  });
  t.match(upgrade, { status: 422, body: { code: 'region_required', errors: [{ pointer: '/productId' }] } });
});
