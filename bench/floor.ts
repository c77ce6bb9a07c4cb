import Fastify from 'fastify';
import pg from 'pg';
import { Registry, collectDefaultMetrics } from 'prom-client';
import { newId, randomCode } from '../src/platform/ids.ts';
import * as statements from './floor-statements.ts';

// The floor: bare Fastify routes that make the same writes in one statement, or the same reads in two prepared selects.
// No credentials, no validation, no rules, no presentation. What the product takes beyond this is what it is for.
// A process of its own: DATABASE_URL, and the shop and its key in the environment; says its port on standard output.

const { DATABASE_URL = '', SHOP_ID = '', CREDENTIAL_ID = '' } = process.env;
const pool = new pg.Pool({ connectionString: DATABASE_URL, max: 10 });
const app = Fastify({ logger: false });
const registry = new Registry();
collectDefaultMetrics({ register: registry });

interface Line {
  productId: string;
  quantity: number;
}

const texts = new Map(Object.entries(statements));
const run = (name: keyof typeof statements, values: unknown[]) =>
  pool.query({ name, text: texts.get(name) ?? '', values });
const HASH = Buffer.alloc(32);

app.post<{ Body: { lines: Line[] } }>('/quotes', async (request) => {
  const { rows } = await run('quote', [SHOP_ID, request.body.lines.map((line) => line.productId)]);
  return { lines: rows };
});

app.post<{ Body: { lines: Line[] } }>('/orders', async (request, reply) => {
  const { lines } = request.body;
  const id = newId();
  const number = `floor-${randomCode(8)}`;
  const answer = JSON.stringify({ id, number, lines });
  const products = lines.map((line) => line.productId);
  const data = JSON.stringify({ orderId: id, number, lines });
  await run('place', [
    SHOP_ID,
    id,
    number,
    products,
    lines.map((line) => line.quantity),
    lines.map(() => newId()),
    newId(),
    newId(),
    data,
    CREDENTIAL_ID,
    request.headers['idempotency-key'],
    HASH,
    answer,
  ]);
  return reply.code(201).type('application/json').send(answer);
});

app.post<{ Params: { id: string } }>('/orders/:id/payments', async (request, reply) => {
  const { id } = request.params;
  const ids = Array.from({ length: 7 }, newId);
  const answer = JSON.stringify({ id: ids[0], orderId: id });
  const key = request.headers['idempotency-key'];
  await run('pay', [SHOP_ID, id, ...ids, CREDENTIAL_ID, key, HASH, answer]);
  return reply.code(201).type('application/json').send(answer);
});

app.get<{ Params: { id: string } }>('/orders/:id', async (request) => {
  const key = [SHOP_ID, request.params.id];
  const [order, lines] = await Promise.all([run('order', key), run('lines', key)]);
  return { ...order.rows[0], lines: lines.rows };
});

app.get('/orders', async () => {
  const [, orders] = await Promise.all([run('credential', [SHOP_ID, CREDENTIAL_ID]), run('list', [SHOP_ID])]);
  return { data: orders.rows };
});

app.get('/metrics', async (_request, reply) =>
  reply.type(registry.contentType).send(await registry.metrics()),
);

process.once('SIGTERM', () => {
  void app.close().then(() => pool.end());
});
console.log(`Floor listens on ${await app.listen({ host: '127.0.0.1', port: 0 })}`);
