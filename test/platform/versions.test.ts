import { getTableColumns, getTableName } from 'drizzle-orm';
import t from 'tap';
import { orders } from '../../src/modules/orders/tables.ts';
import { products, stockItems } from '../../src/modules/catalogue/tables.ts';
import { customers } from '../../src/modules/customers/tables.ts';
import { getPayment, takeDue, updatePayment } from '../../src/modules/payments/repository.ts';
import { payments, refunds } from '../../src/modules/payments/tables.ts';
import { inTransaction } from '../../src/platform/db/transaction.ts';
import { platformErrors } from '../../src/platform/errors.ts';
import { makeCustomer, makeOrder, makePaidOrder, pay } from '../support/world.ts';
import { startApp } from '../support/app.ts';

const app = await startApp(t);
const { db } = app.deps;

t.test('no statement changes a row and leaves its version', async (t) => {
  await makeCustomer(app);
  const { order } = await makePaidOrder(app);
  t.equal((await app.call(`POST /v1/orders/${order.id}/cancel`, { body: {} })).status, 200);
  for (const table of [orders, payments, refunds, products, customers, stockItems]) {
    const name = getTableName(table);
    const [, column] = Object.values(getTableColumns(table));
    const same = `update ${name} set ${column?.name} = ${column?.name} where shop_id = $1`;
    const { rows } = await db.$client.query(`select count(*)::int as n from ${name} where shop_id = $1`, [
      app.shopId,
    ]);
    t.ok(rows[0].n > 0, `there are ${name}`);
    await t.rejects(db.$client.query(same, [app.shopId]), /does not raise its version/, name);
  }
});

t.test('a payment that will be asked about is not written back as it was before', async (t) => {
  const order = await makeOrder(app);
  const { id } = await pay(app, order.id, { provider: 'simulator' });
  const ctx = await app.ctx();
  await db.$client.query(
    'update payments set reconcile_due_at = now(), version = version + 1 where id = $1',
    [id],
  );
  const read = await getPayment(db, app.shopId, id);
  const next = new Date(Date.now() + 3_600_000);
  const due = await inTransaction(ctx, (tx) =>
    takeDue(tx, 'payments', app.shopId, new Date(Date.now() + 60_000), 10, () => next),
  );
  t.same(due, [id]);
  const stale = inTransaction(ctx, (tx) => updatePayment(tx, read, { reference: 'x' }));
  await t.rejects(stale, new RegExp(platformErrors.version_conflict.code));
  t.match(await getPayment(db, app.shopId, id), { reconcileDueAt: next, reconciles: read.reconciles + 1 });
});
