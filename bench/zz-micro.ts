import pg from 'pg';
import { setStage } from './stage.ts';
import { newId } from '../src/platform/ids.ts';
import * as fs from './floor-statements.ts';
const stage = await setStage();
const c = new pg.Client({ connectionString: stage.databaseUrl });
await c.connect();
await c.query('set synchronous_commit=off');
const shop = stage.shopId;
const products = Array.from({ length: 3 }, newId).sort();
for (const p of products) {
  await c
    .query(
      `insert into products (shop_id,id,name,price_amount,tax_rate_bps,status,created_at,updated_at,price_effective_at) values ($1,$2,'x',1,0,'active',now(),now(),now())`,
      [shop, p],
    )
    .catch((e) => console.log(e.message));
  await c.query(`insert into stock_items (shop_id,product_id,on_hand) values ($1,$2,1000000)`, [shop, p]);
}
const time = async (name: string, text: string, make: () => unknown[]) => {
  const n = 1500;
  for (let i = 0; i < 100; i++) await c.query({ name, text, values: make() });
  const cpu = process.cpuUsage();
  const t = performance.now();
  for (let i = 0; i < n; i++) await c.query({ name, text, values: make() });
  const us = ((performance.now() - t) * 1000) / n;
  const d = process.cpuUsage(cpu);
  console.log(name.padEnd(24), us.toFixed(0), 'us  node', ((d.user + d.system) / n).toFixed(0));
};
await time('empty', 'select 1', () => []);
await time(
  'answer',
  'select request_hash, status, headers, body from idempotency_keys where shop_id = $1 and credential_id = $2 and key = $3',
  () => [shop, stage.credentialId, 'x'],
);
await time('credential', fs.credential, () => [shop, stage.credentialId]);
await time(
  'reserve',
  `with locked as (
       select product_id from stock_items where shop_id = $1 and product_id = any($2::uuid[])
       order by product_id for no key update
     )
     update stock_items s set reserved = s.reserved + w.quantity, version = s.version + 1
     from locked join unnest($2::uuid[], $3::int[]) as w (product_id, quantity) on w.product_id = locked.product_id
     where s.shop_id = $1 and s.product_id = locked.product_id and s.on_hand - s.reserved >= w.quantity
     returning s.product_id, s.on_hand, s.reserved`,
  () => [shop, products, [1, 1, 1]],
);
await time('floor place', fs.place, () => {
  const id = newId();
  return [
    shop,
    id,
    'n' + id,
    products,
    [1, 1, 1],
    [newId(), newId(), newId()],
    newId(),
    newId(),
    '{}',
    stage.credentialId,
    id,
    Buffer.alloc(32),
    'x'.repeat(100),
  ];
});
const body = JSON.stringify(Array.from({ length: 60 }, () => ({ id: newId() })));
for (const [name, target] of [
  ['answer small', 'x'],
  ['answer 2.6K', body],
] as const)
  await time(
    name,
    `insert into idempotency_keys (shop_id, credential_id, key, request_hash, status, headers, body, created_at) values ($1,$2,$3,$4,201,'{}',$5,now())`,
    () => [shop, stage.credentialId, newId(), Buffer.alloc(32), target],
  );
await c.query('alter table idempotency_keys set (toast_tuple_target = 8160)');
await time(
  'answer 2.6K main',
  `insert into idempotency_keys (shop_id, credential_id, key, request_hash, status, headers, body, created_at) values ($1,$2,$3,$4,201,'{}',$5,now())`,
  () => [shop, stage.credentialId, newId(), Buffer.alloc(32), body],
);
const {
  rows: [o],
} = await c.query('select to_jsonb(o) as j from orders o limit 1');
const { rows: ls } = await c.query('select to_jsonb(o) as j from order_lines o limit 3');
const {
  rows: [tl],
} = await c.query('select to_jsonb(o) as j from order_timeline o limit 1');
const {
  rows: [ob],
} = await c.query('select to_jsonb(o) as j from outbox o limit 1');
const insertWhole = `with new_order as (
     insert into orders select * from jsonb_populate_recordset(null::orders, $1::jsonb)
   ), new_lines as (
     insert into order_lines select * from jsonb_populate_recordset(null::order_lines, $2::jsonb)
   ), new_adjustments as (
     insert into order_adjustments select * from jsonb_populate_recordset(null::order_adjustments, $3::jsonb)
   ), new_entries as (
     insert into order_timeline select * from jsonb_populate_recordset(null::order_timeline, $4::jsonb)
   )
   insert into outbox (shop_id, id, type, subject_type, subject_id, data, actor_kind, actor_id, occurred_at)
   select shop_id, id, type, subject_type, subject_id, data, actor_kind, actor_id, occurred_at
   from jsonb_to_recordset($5::jsonb) as e (shop_id uuid, id uuid, type text, subject_type text, subject_id uuid,
     data jsonb, actor_kind text, actor_id text, occurred_at timestamptz)`;
await time('insert whole json', insertWhole, () => {
  const id = newId();
  const lines = [0, 1, 2].map((i) => ({ ...ls[i].j, id: newId(), order_id: id }));
  return [
    JSON.stringify([{ ...o.j, id, number: 'm' + id }]),
    JSON.stringify(lines),
    '[]',
    JSON.stringify([{ ...tl.j, id: newId(), order_id: id }]),
    JSON.stringify([{ ...ob.j, id: newId(), subject_id: id }]),
  ];
});
await time(
  'insert whole json_',
  insertWhole.replaceAll('jsonb_', 'json_').replaceAll(/(\$\d)::jsonb/g, '$1::json'),
  () => {
    const id = newId();
    const lines = [0, 1, 2].map((i) => ({ ...ls[i].j, id: newId(), order_id: id }));
    return [
      JSON.stringify([{ ...o.j, id, number: 'm' + id }]),
      JSON.stringify(lines),
      '[]',
      JSON.stringify([{ ...tl.j, id: newId(), order_id: id }]),
      JSON.stringify([{ ...ob.j, id: newId(), subject_id: id }]),
    ];
  },
);
await c.end();
await stage.clear();
