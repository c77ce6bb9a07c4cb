import { randomUUID } from 'node:crypto';
import { type Request, type Send, type Work, expectStatus } from './load.ts';
import type { Stage } from './stage.ts';

/** One measurement: the product's work, and the floor's beside it. */
export interface Workload {
  readonly name: string;
  readonly product: Work;
  readonly floor: Work;
  /** The least share of the floor that is aimed at, in per cent. */
  readonly aim?: number;
}

export interface Goods {
  readonly productIds: readonly string[];
  /** Orders to read. */
  readonly orderIds: string[];
}

const LINES = 3;
const JSON_TYPE = { 'content-type': 'application/json' };
const pick = <T>(from: readonly T[]): T => from[Math.floor(Math.random() * from.length)] as T;

function basket({ productIds }: Pick<Goods, 'productIds'>): { productId: string; quantity: number }[] {
  const chosen = new Set<string>();
  while (chosen.size < LINES) chosen.add(pick(productIds));
  return [...chosen].map((productId) => ({ productId, quantity: 1 }));
}

const post = (path: string, body: object, headers: Record<string, string> = {}): Request => ({
  method: 'POST',
  path,
  headers: { ...JSON_TYPE, 'idempotency-key': randomUUID(), ...headers },
  body: JSON.stringify(body),
});

/** The requests of the product and the floor, which take the same bodies. */
function shopper(prefix: string, goods: Goods, headers: Record<string, string>) {
  const place = async (send: Send, more: object = {}) => {
    const reply = await send(post(`${prefix}/orders`, { lines: basket(goods), ...more }, headers));
    expectStatus(reply, 201);
    return (JSON.parse(reply.text) as { id: string }).id;
  };
  const get = async (send: Send, path: string) =>
    expectStatus(await send({ method: 'GET', path: `${prefix}${path}`, headers }), 200);
  const checkout = async (send: Send) => {
    const lines = basket(goods);
    const quote = await send(post(`${prefix}/quotes`, { lines }, headers));
    expectStatus(quote, 200);
    const { quoteToken } = JSON.parse(quote.text) as { quoteToken?: string };
    const reply = await send(post(`${prefix}/orders`, { lines, ...(quoteToken && { quoteToken }) }, headers));
    expectStatus(reply, 201);
    const { id } = JSON.parse(reply.text) as { id: string };
    expectStatus(await send(post(`${prefix}/orders/${id}/payments`, { provider: 'manual' }, headers)), 201);
  };
  return {
    place: async (send: Send) => void (await place(send)),
    placeOne: place,
    read: (send: Send) => get(send, `/orders/${pick(goods.orderIds)}`),
    list: (send: Send) => get(send, '/orders?limit=50'),
    checkout,
  };
}

/** What is measured, on the goods of a stage. */
export function makeWorkloads(stage: Stage, goods: Goods): Workload[] {
  const product = shopper('/v1', goods, { authorization: `Bearer ${stage.secretKey}` });
  const floor = shopper('', goods, {});
  return [
    { name: 'place', product: product.place, floor: floor.place, aim: 60 },
    { name: 'read', product: product.read, floor: floor.read, aim: 70 },
    { name: 'list', product: product.list, floor: floor.list, aim: 70 },
    { name: 'checkout', product: product.checkout, floor: floor.checkout },
  ];
}

/** Places the orders that are read, through the product. */
export const placeOne = (stage: Stage, goods: Goods): ((send: Send) => Promise<string>) =>
  shopper('/v1', goods, { authorization: `Bearer ${stage.secretKey}` }).placeOne;

/** The request that places an order. */
export const makeOrderRequest = (
  goods: Pick<Goods, 'productIds'>,
  secretKey: string,
  more: object = {},
): Request => post('/v1/orders', { lines: basket(goods), ...more }, { authorization: `Bearer ${secretKey}` });

/** Fills the shop with products that do not run out. */
export async function makeProducts(stage: Stage, send: Send, count: number): Promise<string[]> {
  const items = Array.from({ length: count }, (_, i) => ({
    externalId: `bench-${i}`,
    name: `Product ${i}`,
    priceAmount: 1800,
    onHandQuantity: 1_000_000_000,
  }));
  const headers = { authorization: `Bearer ${stage.secretKey}` };
  for (let i = 0; i < count; i += 500) {
    const body = { mode: 'atomic', items: items.slice(i, i + 500) };
    const { status, text } = await send(post('/v1/products/bulk', body, headers));
    if (status >= 300) throw new Error(text);
  }
  const { rows } = await stage.db.$client.query<{ id: string }>('select id from products');
  return rows.map((row) => row.id);
}
