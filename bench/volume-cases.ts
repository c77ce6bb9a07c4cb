import type { Request, Send } from './load.ts';
import { expectStatus } from './load.ts';
import type { Facts } from './volume-fill.ts';
import { makeOrderRequest } from './workloads.ts';

/** The shop that a request is made to. */
export interface Shop {
  readonly secretKey: string;
  readonly facts: Facts;
  /** Tokens of some customers, one of them with very many orders. */
  readonly tokens: readonly string[];
}

export interface Case {
  readonly name: string;
  /** The request; some need an answer before them, which is not measured. */
  make(shop: Shop, send: Send): Promise<Request>;
}

const PAGE = 50;
const DAY_MS = 86_400_000;
const pick = <T>(from: readonly T[]): T => from[Math.floor(Math.random() * from.length)] as T;
const instant = (minDays: number, maxDays: number) =>
  Date.now() - (minDays + Math.random() * (maxDays - minDays)) * DAY_MS;

type Query = Record<string, string>;

function week(): Query {
  const from = instant(30, 700);
  return {
    placedAtFrom: new Date(from).toISOString(),
    placedAtTo: new Date(from + 7 * DAY_MS).toISOString(),
  };
}

const common = (facts: Facts) => pick(facts.orders);
const FILTERS: Record<string, (facts: Facts) => Query> = {
  'no filter': () => ({}),
  status: () => ({ status: pick(['completed', 'cancelled', 'delivered', 'shipped', 'paid', 'pending']) }),
  'status=pending': () => ({ status: 'pending' }),
  customerId: (facts) => ({ customerId: pick(facts.customerIds) }),
  'customerId with 5,000 orders': (facts) => ({ customerId: facts.heavyCustomerId }),
  number: (facts) => ({ number: common(facts).number }),
  externalId: (facts) => ({ externalId: pick(facts.orders.filter((o) => o.externalId)).externalId ?? '' }),
  'placedAt, a week': week,
  updatedSince: () => ({ updatedSince: new Date(instant(20, 700)).toISOString() }),
  'updatedSince, an hour': () => ({ updatedSince: new Date(Date.now() - 3_600_000).toISOString() }),
  'status + updatedSince': () => ({
    status: 'pending',
    updatedSince: new Date(instant(20, 700)).toISOString(),
  }),
  'customerId + updatedSince': (facts) => ({
    customerId: facts.heavyCustomerId,
    updatedSince: new Date(instant(300, 700)).toISOString(),
  }),
  'status + week': () => ({ status: 'completed', ...week() }),
  'status=pending + week': () => ({ status: 'pending', ...week() }),
  'customerId + status': (facts) => ({ customerId: facts.heavyCustomerId, status: 'pending' }),
  'customerId + week': (facts) => ({ customerId: facts.heavyCustomerId, ...week() }),
};
const SORTS = ['-placedAt', 'placedAt', 'updatedAt'];

const get = (path: string, token: string): Request => ({
  method: 'GET',
  path,
  headers: { authorization: `Bearer ${token}` },
});
const listPath = (query: Query) =>
  `/v1/orders?${new URLSearchParams({ limit: String(PAGE), ...query }).toString()}`;

/** Every filter in every order that it can be had in: one by a time goes with a sort by that time. */
function lists(): Case[] {
  return Object.entries(FILTERS).flatMap(([name, query]) =>
    SORTS.filter((sort) => !isCrossed(name, sort)).map((sort) => ({
      name: `list ${name}, sort=${sort}`,
      make: async ({ secretKey, facts }: Shop) => get(listPath({ ...query(facts), sort }), secretKey),
    })),
  );
}

const isCrossed = (filter: string, sort: string): boolean =>
  sort === 'updatedAt' ? filter.includes('week') : filter.includes('updatedSince');

/** The n-th page, by the cursors of those before. */
async function continued(send: Send, query: Query, page: number, token: string) {
  let request = get(listPath(query), token);
  for (let at = 1; at < page; at += 1) {
    const reply = await send(request);
    expectStatus(reply, 200);
    const { nextCursor } = JSON.parse(reply.text) as { nextCursor: string | null };
    if (nextCursor === null) break;
    request = get(listPath({ ...query, cursor: nextCursor }), token);
  }
  return request;
}

const paged = (name: string, query: (facts: Facts) => Query, page: number): Case => ({
  name: `list ${name}, page ${page}`,
  make: (shop, send) => continued(send, query(shop.facts), page, shop.secretKey),
});

/** What is measured and explained. */
export function makeCases(): Case[] {
  return [
    { name: 'place', make: async ({ secretKey, facts }) => makeOrderRequest(facts, secretKey) },
    {
      name: 'place for a customer',
      make: async ({ secretKey, facts }) =>
        makeOrderRequest(facts, secretKey, { customerId: pick(facts.customerIds) }),
    },
    {
      name: 'read one order',
      make: async ({ secretKey, facts }) => get(`/v1/orders/${common(facts).id}`, secretKey),
    },
    ...lists(),
    ...SORTS.map((sort) => paged(`no filter, sort=${sort}`, () => ({ sort }), 2)),
    paged('no filter', () => ({}), 10),
    paged('status', () => ({ status: 'completed' }), 2),
    paged('customerId', (facts) => ({ customerId: facts.heavyCustomerId }), 2),
    paged('status + week', () => ({ status: 'completed', ...week() }), 2),
    paged('updatedSince', () => ({ updatedSince: new Date(instant(20, 700)).toISOString() }), 2),
    { name: 'list own of a customer', make: async ({ tokens }) => get(listPath({}), pick(tokens.slice(1))) },
    {
      name: 'list own of the heavy customer',
      make: async ({ tokens }) => get(listPath({}), tokens[0] ?? ''),
    },
    ...SORTS.map(
      (sort): Case => ({
        name: `list own with status, sort=${sort}`,
        make: async ({ tokens }) => get(listPath({ status: 'completed', sort }), pick(tokens.slice(1))),
      }),
    ),
  ];
}
