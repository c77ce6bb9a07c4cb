import t from 'tap';
import { startApp } from '../../support/app.ts';

t.test('an order from quote to completion', async (t) => {
  const shop = await startApp(t);
  const product = await shop.call('POST /v1/products', {
    body: { name: 'Chai', priceAmount: 1800, onHandQuantity: 10 },
  });
  t.equal(product.status, 201, JSON.stringify(product.body));
  const lines = [{ productId: product.body.id, quantity: 2 }];
  const quote = await shop.call('POST /v1/quotes', { body: { lines } });
  t.equal(quote.status, 200, JSON.stringify(quote.body));
  t.equal(quote.body.totalAmount, 3600);
  const placed = await shop.call('POST /v1/orders', { body: { lines, quoteToken: quote.body.quoteToken } });
  t.equal(placed.status, 201, JSON.stringify(placed.body));
  t.equal(placed.headers['etag'], '"1"');
  const id = placed.body.id;
  const paid = await shop.call(`POST /v1/orders/${id}/payments`, {
    body: { provider: 'manual', reference: 'R1' },
  });
  t.equal(paid.status, 201, JSON.stringify(paid.body));
  t.equal(paid.body.state, 'succeeded');
  const shipped = await shop.call(`POST /v1/orders/${id}/ship`, { body: { carrier: 'Speedy Express' } });
  t.equal(shipped.status, 200, JSON.stringify(shipped.body));
  t.equal(shipped.body.status, 'shipped');
  const parcel = shipped.body.shipments[0].id;
  const delivered = await shop.call(`POST /v1/orders/${id}/shipments/${parcel}/deliver`);
  t.equal(delivered.body.status, 'delivered', JSON.stringify(delivered.body));
  const completed = await shop.call(`POST /v1/orders/${id}/complete`);
  t.equal(completed.body.status, 'completed', JSON.stringify(completed.body));
  const timeline = await shop.call(`GET /v1/orders/${id}/timeline`);
  t.strictSame(
    timeline.body.data.map((entry: { kind: string }) => entry.kind),
    ['placed', 'payment_started', 'payment_succeeded', 'paid', 'shipped', 'delivered', 'completed'],
  );
  await shop.settle();
  const changes = await shop.call('GET /v1/changes');
  t.ok(changes.body.data.some((change: { type: string }) => change.type === 'order.completed'));
});
