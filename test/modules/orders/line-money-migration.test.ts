import pg from 'pg';
import { pino } from 'pino';
import t from 'tap';
import { orderInvariants } from '../../../src/modules/orders/invariants.ts';
import { openDatabase } from '../../../src/platform/db/client.ts';
import { newId } from '../../../src/platform/ids.ts';
import { migrateDatabase } from '../../../src/platform/db/migrate.ts';
import { createEmptyDatabase } from '../../support/database.ts';
import { insert, migrateUpTo } from '../../support/past-schema.ts';

const BEFORE = '0013';
const quiet = pino({ level: 'silent' });
const shopId = newId();

const at = '2026-05-01T10:00:00Z';
interface Past {
  readonly status: string;
  readonly quantity: number;
  readonly net: number;
  readonly settled: number;
  readonly paidAt: string | null;
}

const FREIGHT = 500;
const taxIn = (net: number) => Math.round((net * 19) / 119);

/** An order of one line, as it lay in the database then. */
async function addOrder(client: pg.Client, past: Past): Promise<string> {
  const [id, productId] = [newId(), newId()];
  await insert(client, 'products', {
    shop_id: shopId,
    id: productId,
    name: 'Chai',
    status: 'active',
    price_amount: 1e3,
    price_effective_at: at,
    tax_rate_bps: 1900,
    collections: [],
    version: 1,
    created_at: at,
    updated_at: at,
  });
  await addHead(client, id, past);
  await addLine(client, id, productId, past);
  return id;
}

async function addHead(client: pg.Client, id: string, { status, net, settled, paidAt }: Past): Promise<void> {
  const back = status === 'cancelled' && paidAt ? net + FREIGHT : settled;
  await insert(client, 'orders', {
    shop_id: shopId,
    id,
    number: id,
    channel: 'web',
    origin: 'placed',
    terms: 'prepaid',
    status,
    payment_state: 'paid',
    fulfilment_state: 'unfulfilled',
    currency: 'USD',
    lines_amount: net,
    discount_amount: 0,
    freight_amount: FREIGHT,
    freight_tax_rate_bps: 0,
    freight_tax_amount: 0,
    tax_amount: taxIn(net),
    total_amount: net + FREIGHT,
    paid_amount: paidAt ? net + FREIGHT : 0,
    refunded_amount: back,
    settled_amount: settled,
    settled_refund_amount: settled,
    metadata: {},
    placed_at: at,
    paid_at: paidAt,
    cancelled_at: status === 'cancelled' ? at : null,
    version: 3,
    updated_at: at,
  });
}

async function addLine(
  client: pg.Client,
  orderId: string,
  productId: string,
  { quantity, net, settled }: Past,
): Promise<void> {
  const lineId = newId();
  await insert(client, 'order_lines', {
    shop_id: shopId,
    id: lineId,
    order_id: orderId,
    position: 1,
    product_id: productId,
    product_name: 'Chai',
    quantity,
    list_unit_amount: net / quantity,
    discount_amount: 0,
    net_amount: net,
    settled_amount: settled,
    tax_rate_bps: 1900,
    tax_amount: taxIn(net),
    placed_at: at,
  });
  if (settled > 0)
    await insert(client, 'settlement_lines', {
      shop_id: shopId,
      settlement_id: newId(),
      line_id: lineId,
      quantity,
      paid_net_amount: net,
      difference_amount: settled,
      rate_bps: 1e4,
      settled_amount: 0,
      amount: settled,
      is_open: false,
    });
}

t.test('orders of before know what is left of their lines', async (t) => {
  const { url } = await createEmptyDatabase(t);
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await migrateUpTo(client, BEFORE);
  // Only what the migration touches: no shop, no product, no payments.
  await client.query('set session_replication_role = replica');
  const shape = { quantity: 3, net: 3000, settled: 100, paidAt: at };
  const kept = await addOrder(client, { ...shape, status: 'paid' });
  const over = await addOrder(client, { ...shape, status: 'cancelled' });
  const lapsed = await addOrder(client, { ...shape, status: 'cancelled', settled: 0, paidAt: null });
  await client.end();
  await migrateDatabase(url, quiet);

  const db = openDatabase(url, { poolSize: 2, preparedStatements: true }, quiet);
  t.teardown(() => db.$client.end());
  const rows = async (query: string) => (await db.$client.query(query)).rows;
  const orders = await rows(
    'select id, credited_amount::int as credited, credited_freight_amount::int as freight, version from orders',
  );
  const of = (id: string) => orders.find((row) => row.id === id);
  t.match(of(kept), { credited: 0, version: 3 });
  t.match(of(over), { credited: 3400, freight: 500, version: 4 });
  t.match(of(lapsed), { credited: 0, version: 3 });
  t.match(await rows(`select * from order_lines where order_id = '${kept}'`), [
    { valued_quantity: 3, valued_amount: '2900', cancelled_quantity: 0 },
  ]);
  t.match(await rows('select * from order_credits'), [
    { order_id: over, quantity: 3, paid_amount: '3000', settled_amount: '100', amount: '2900' },
  ]);
  t.match(await rows('select tax_amount::int as tax from settlement_lines'), [{ tax: 16 }, { tax: 16 }]);
  for (const { name, check } of orderInvariants)
    if (/credits|credited|left of a line/.test(name)) t.match(await check(db), { broken: 0n }, name);
});
