import t, { type Test } from 'tap';
import { startApp } from '../../support/app.ts';
import { makeFreightTemplate } from '../../support/world.ts';
import { ok, readOrder } from '../orders/support.ts';
import { act, confirmRefunds, holds, makeSettling, offer, offerGift } from './offers-support.ts';

const app = await startApp(t);

const PARTS = ['settled', 'charged', 'credited'] as const;

/** As the document says it: each amount of the order is that of its lines and that of its freight. */
function sumsUp(t: Test, order: any): void {
  for (const part of PARTS) {
    const onLines = order.lines.reduce((sum: number, line: any) => sum + line[`${part}Amount`], 0);
    t.equal(order[`${part}Amount`], onLines + order[`${part}FreightAmount`], `${part}: lines and freight`);
  }
  const { totalAmount, settledAmount, chargedAmount, creditedAmount } = order;
  const net = totalAmount - settledAmount + chargedAmount - creditedAmount;
  t.equal(order.netTotalAmount, order.status === 'cancelled' ? 0 : net, 'the net total');
}

t.test('an order shows which part of its amounts is freight', async (t) => {
  const shop = await app.createShop();
  await makeFreightTemplate(shop, { firstAmount: 500 });
  const { orderId, lineId, token } = await makeSettling(shop);
  const freight = { reason: 'freight', amount: 200 };
  const asked = await ok(offer(shop, orderId, { ...freight, direction: 'from_customer' }));
  await ok(act(shop, asked.id, 'accept', undefined, token));
  await ok(act(shop, asked.id, 'payments', { provider: 'manual' }));
  const given = await ok(offer(shop, orderId, { ...freight, amount: 150, direction: 'to_customer' }));
  await ok(act(shop, given.id, 'accept', undefined, token));
  const gift = await offerGift(shop, orderId, lineId);
  await ok(act(shop, gift.id, 'accept', undefined, token));
  await confirmRefunds(app, shop);

  const order = await readOrder(shop, orderId);
  t.match(order, {
    totalAmount: 4100,
    settledAmount: 750,
    settledFreightAmount: 150,
    chargedFreightAmount: 200,
  });
  t.match(order, { creditedFreightAmount: 0, netTotalAmount: 3550 });
  sumsUp(t, order);
  const [inList] = (await ok(shop.call('GET /v1/orders'))).data;
  t.match(inList, { settledFreightAmount: 150, chargedFreightAmount: 200, creditedFreightAmount: 0 });

  await ok(shop.call(`POST /v1/orders/${orderId}/cancel`, { body: {} }));
  await confirmRefunds(app, shop);
  const cancelled = await readOrder(shop, orderId);
  t.match(cancelled, { creditedFreightAmount: 550, netTotalAmount: 0, dueAmount: 0 });
  sumsUp(t, cancelled);
  await holds(t, app, shop);
});
