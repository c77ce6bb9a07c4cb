import t from 'tap';
import { orderEvents } from '../../../src/modules/orders/events.ts';
import { newId } from '../../../src/platform/ids.ts';
import { startApp } from '../../support/app.ts';
import {
  addCustomer,
  checkInvariants,
  deliverAgain,
  figuresOf,
  orderData,
  tell,
  tellCancelled,
  tellPaid,
  tellRefund,
} from './support.ts';

const app = await startApp(t);

t.test('figures are sums over what customers bought', async (t) => {
  const shop = await app.createShop();
  const { id: customerId } = await addCustomer(shop);
  const other = await addCustomer(shop);
  const line = (category: string | null, netAmount: number) => ({ category, netAmount });
  await tellPaid(shop, {
    customerId,
    totalAmount: 1000,
    placedAt: '2026-02-01T10:00:00.000Z',
    lines: [line('tea', 300), line('coffee', 500), line(null, 200)],
  });
  await tellPaid(shop, {
    customerId,
    totalAmount: 1501,
    placedAt: '2026-01-01T10:00:00.000Z',
    lines: [line('tea', 600), line('soap', 501), line('paper', 400)],
  });
  const imported = { customerId: other.id, totalAmount: 700 };
  await tell(shop, orderEvents.imported, newId(), orderData(imported));
  await tellPaid(shop, { customerId: null, totalAmount: 9999 });
  await app.settle();
  t.same(await figuresOf(shop, customerId), {
    firstPurchaseAt: '2026-01-01T10:00:00.000Z',
    lastPurchaseAt: '2026-02-01T10:00:00.000Z',
    purchaseCount: 2,
    totalAmount: 2501,
    averageAmount: 1251,
    favouriteCategories: ['tea', 'soap', 'coffee'],
  });
  t.match(await figuresOf(shop, other.id), {
    purchaseCount: 1,
    totalAmount: 700,
    favouriteCategories: ['tea'],
  });
  const { data } = (await shop.call('GET /v1/customers?sort=createdAt')).body;
  t.same(
    data.map(({ figures }: any) => figures.totalAmount),
    [2501, 700],
    'a list shows them too',
  );
});

t.test('an event that comes again changes nothing', async (t) => {
  const shop = await app.createShop();
  const { id: customerId } = await addCustomer(shop);
  const paid = { customerId, totalAmount: 1000 };
  await tellPaid(shop, paid);
  await tellCancelled(shop, await tellPaid(shop, paid), { ...paid, refundedAmount: 1000 });
  await tellRefund(shop, await tellPaid(shop, paid), 400, 'return');
  await app.settle();
  const figures = await figuresOf(shop, customerId);
  t.match(figures, { purchaseCount: 2, totalAmount: 1600 });
  t.equal(await deliverAgain(app, shop), 5);
  t.equal(await deliverAgain(app, shop, 'refund.requested'), 1);
  t.equal(await deliverAgain(app, shop, 'order.paid'), 3, 'also an old one after a newer one');
  t.same(await figuresOf(shop, customerId), figures);
  await checkInvariants(t, app);
});

t.test('what is given back is no purchase', async (t) => {
  const shop = await app.createShop();
  const { id: customerId } = await addCustomer(shop);
  const none = { purchaseCount: 0, totalAmount: 0, averageAmount: null, firstPurchaseAt: null };

  const lapsed = newId();
  await tellCancelled(shop, lapsed, { customerId, paidAmount: 0 });
  await tell(shop, orderEvents.imported, newId(), orderData({ customerId, refundedAmount: 1000 }));
  await tell(shop, orderEvents.imported, newId(), orderData({ customerId, paidAmount: 0 }));
  await app.settle();
  t.match(await figuresOf(shop, customerId), none, 'nothing was ever kept');

  const surplus = await tellPaid(shop, { customerId, totalAmount: 1000, paidAmount: 1300 });
  await tellRefund(shop, surplus, 300, 'surplus');
  await app.settle();
  t.match(
    await figuresOf(shop, customerId),
    { purchaseCount: 1, totalAmount: 1000 },
    'a surplus was never kept',
  );

  await tellRefund(shop, surplus, 1300, 'cancellation');
  await tellCancelled(shop, surplus, {
    customerId,
    totalAmount: 1000,
    paidAmount: 1300,
    refundedAmount: 1300,
  });
  await app.settle();
  t.match(await figuresOf(shop, customerId), none);

  const returned = await tellPaid(shop, { customerId, totalAmount: 1000 });
  await tellRefund(shop, returned, 400, 'return');
  await tellRefund(shop, returned, 700, 'return');
  await app.settle();
  t.match(await figuresOf(shop, customerId), none, 'it never comes below nothing');
  await checkInvariants(t, app);
});

t.test('figures stay in their shop', async (t) => {
  const [one, two] = [await app.createShop(), await app.createShop()];
  const { id: customerId } = await addCustomer(one);
  const orderId = await tellPaid(one, { customerId });
  // The same ids in another shop are another customer's and another order's business.
  await tellPaid(two, { customerId, totalAmount: 5 }, orderId);
  await tellRefund(two, orderId, 1000, 'return');
  await app.settle();
  t.match(await figuresOf(one, customerId), { purchaseCount: 1, totalAmount: 1000 });
});

t.test('amounts at the edge', async (t) => {
  const shop = await app.createShop();
  const { id: customerId } = await addCustomer(shop);
  const most = 999_999_999_999_999;
  for (let i = 0; i < 3; i += 1) {
    await tellPaid(shop, {
      customerId,
      totalAmount: most,
      lines: [{ category: '__proto__', netAmount: most }],
    });
  }
  await app.settle();
  const figures = await figuresOf(shop, customerId);
  t.match(figures, { purchaseCount: 3, totalAmount: most });
  t.same(figures.favouriteCategories, ['__proto__']);
});
