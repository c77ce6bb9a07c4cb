import t from 'tap';
import { mayContact } from '../../../src/modules/customers/consents.ts';
import { mergeCustomers } from '../../../src/modules/customers/merge.ts';
import { holdCustomer } from '../../../src/modules/customers/standing.ts';
import { inTransaction } from '../../../src/platform/db/transaction.ts';
import { newId } from '../../../src/platform/ids.ts';
import { startApp, type TestShop } from '../../support/app.ts';
import {
  addCustomer,
  checkInvariants,
  count,
  customerEventsOf,
  email,
  figuresOf,
  home,
  isProblem,
  tellPaid,
  tellRefund,
  times,
  tokenFor,
} from './support.ts';

const app = await startApp(t, { poolSize: 24 });

const merge = ({ call }: TestShop, id: string, duplicateCustomerId: string) =>
  call(`POST /v1/customers/${id}/merge`, { body: { duplicateCustomerId } });
const consent = ({ call }: TestShop, id: string, channel: string, decision: string) =>
  call(`POST /v1/customers/${id}/consents`, {
    body: { purpose: 'marketing', channel, decision, source: 'form' },
  });

const SURVIVOR = {
  company: 'Alfreds',
  contactPoints: [email('a@x.example', true), email('both@x.example')],
  addresses: [{ address: home('One 1'), isDefault: true }],
  preferences: { size: 'M' },
  staffNote: 'First note.',
};
const DUPLICATE = {
  name: 'M. Anders',
  externalId: 'DUP',
  company: 'Other',
  country: 'DE',
  contactPoints: [email('both@x.example', true), { kind: 'mobile', value: '+49 1', isPrimary: true }],
  addresses: [{ address: home('One 1') }, { address: home('Two 2'), isDefault: true }],
  preferences: { size: 'L', colour: 'red' },
  staffNote: 'Second note.',
};

t.test('the survivor has what both had', async (t) => {
  const shop = await app.createShop();
  const survivor = await addCustomer(shop, SURVIVOR);
  const merged = await merge(shop, survivor.id, (await addCustomer(shop, DUPLICATE)).id);
  t.equal(merged.status, 200, JSON.stringify(merged.body));
  t.match(merged.body, {
    id: survivor.id,
    name: 'Maria Anders',
    company: 'Alfreds',
    country: 'DE',
    externalId: 'DUP',
    preferences: { size: 'M', colour: 'red' },
    staffNote: 'First note.\n\nSecond note.',
    version: 2,
  });
  const points = merged.body.contactPoints.map(({ value, isPrimary }: any) => [value, isPrimary]);
  t.same(points, [
    ['a@x.example', true],
    ['both@x.example', false],
    ['+49 1', true],
  ]);
  const addresses = merged.body.addresses.map(({ address, isDefault }: any) => [address.line1, isDefault]);
  t.same(addresses, [
    ['One 1', true],
    ['Two 2', false],
  ]);
  t.same((await shop.call(`GET /v1/customers/${survivor.id}`)).body, merged.body);
  await checkInvariants(t, app);
});

t.test('a tombstone names the survivor', async (t) => {
  const shop = await app.createShop();
  const survivor = await addCustomer(shop, SURVIVOR);
  const duplicate = await addCustomer(shop, DUPLICATE);
  await merge(shop, survivor.id, duplicate.id);
  const gone = await shop.call(`GET /v1/customers/${duplicate.id}`);
  isProblem(t, gone, 404, 'customer_merged');
  t.equal(gone.body.mergedIntoId, survivor.id);
  t.same((await shop.call('GET /v1/customers')).body.data.length, 1, 'lists leave the tombstone out');
  const events = (await customerEventsOf(app, shop)).slice(2);
  t.same(
    events.map(({ type, subjectId }) => [type, subjectId]),
    [
      ['customer.merged', duplicate.id],
      ['customer.updated', survivor.id],
    ],
  );
  t.same(events[0]?.data, { survivingCustomerId: survivor.id });
  const audit = (await shop.call('GET /v1/audit-entries')).body.data[0];
  t.match(audit, { action: 'mergeCustomers', subjectId: survivor.id });
});

t.test('a refusal of either is a refusal', async (t) => {
  const shop = await app.createShop();
  const { id: survivor } = await addCustomer(shop);
  const { id: duplicate } = await addCustomer(shop);
  await consent(shop, survivor, 'email', 'refused');
  await consent(shop, duplicate, 'email', 'granted');
  await consent(shop, duplicate, 'sms', 'refused');
  await consent(shop, survivor, 'sms', 'granted');
  await consent(shop, duplicate, 'phone', 'granted');
  await consent(shop, survivor, 'chat', 'granted');
  t.equal((await merge(shop, survivor, duplicate)).status, 200);
  const { inForce, data } = (await shop.call(`GET /v1/customers/${survivor}/consents`)).body;
  t.same(Object.fromEntries(inForce.map(({ channel, decision }: any) => [channel, decision])), {
    email: 'refused',
    sms: 'refused',
    phone: 'granted',
    chat: 'granted',
  });
  t.equal(data.length, 7, 'all six decisions, and one that keeps the refusal in force');
  t.equal(data[0].source, 'merge of duplicates');
  const may = (id: string, channel: 'email' | 'phone') =>
    mayContact(app.deps.db, shop.shopId, id, 'marketing', channel);
  t.same([await may(survivor, 'email'), await may(survivor, 'phone')], [false, true]);
  t.equal(await may(duplicate, 'phone'), false, 'nobody writes to a tombstone');
});

t.test('purchases move, and what comes later finds the survivor', async (t) => {
  const shop = await app.createShop();
  const [a, b, c] = [await addCustomer(shop), await addCustomer(shop), await addCustomer(shop)];
  const orderId = await tellPaid(shop, { customerId: a.id, totalAmount: 1000 });
  await tellPaid(shop, { customerId: b.id, totalAmount: 500 });
  await app.settle();
  const late = await tellPaid(shop, { customerId: a.id, totalAmount: 70 });
  t.equal((await merge(shop, b.id, a.id)).body.figures.totalAmount, 1500);
  t.equal((await merge(shop, c.id, b.id)).body.figures.totalAmount, 1500);
  t.equal((await shop.call(`GET /v1/customers/${a.id}`)).body.mergedIntoId, c.id, 'one step to who survives');
  await tellRefund(shop, orderId, 300, 'return');
  await tellPaid(shop, { customerId: a.id, totalAmount: 70 }, late);
  await app.settle();
  t.match(await figuresOf(shop, c.id), { purchaseCount: 3, totalAmount: 1270 });
  await checkInvariants(t, app);
});

t.test('who cannot be merged', async (t) => {
  const shop = await app.createShop();
  const [a, b, gone] = [await addCustomer(shop), await addCustomer(shop), await addCustomer(shop)];
  await shop.call(`POST /v1/customers/${gone.id}/erase`);
  const pointer = '/duplicateCustomerId';
  isProblem(t, await merge(shop, a.id, a.id), 422, 'merge_with_self', pointer);
  isProblem(t, await merge(shop, a.id, newId()), 422, 'customer_not_found', pointer);
  isProblem(t, await merge(shop, newId(), a.id), 404, 'not_found');
  isProblem(t, await merge(shop, a.id, gone.id), 422, 'customer_erased', pointer);
  isProblem(t, await merge(shop, gone.id, a.id), 422, 'customer_erased');
  await merge(shop, a.id, b.id);
  isProblem(t, await merge(shop, a.id, b.id), 404, 'customer_merged', pointer);
  isProblem(t, await merge(shop, b.id, a.id), 404, 'customer_merged');
  for (const target of [`PATCH /v1/customers/${b.id}`, `POST /v1/customers/${b.id}/erase`]) {
    isProblem(
      t,
      await shop.call(target, target.startsWith('PATCH') ? { body: {} } : {}),
      404,
      'customer_merged',
    );
  }
  const token = await shop.call('POST /v1/customer-tokens', { body: { customerId: b.id } });
  isProblem(t, token, 404, 'customer_merged', '/customerId');

  const points = (n: number) => times(12).map((i) => email(`${n}-${i}@x.example`));
  const [c, d] = [
    await addCustomer(shop, { contactPoints: points(1) }),
    await addCustomer(shop, { contactPoints: points(2) }),
  ];
  isProblem(t, await merge(shop, c.id, d.id), 422, 'merge_exceeds_limits', pointer);
  t.same((await shop.call(`GET /v1/customers/${d.id}`)).body, d, 'nothing was written');
});

t.test('the tokens of a duplicate end', async (t) => {
  const shop = await app.createShop();
  const [a, b] = [await addCustomer(shop), await addCustomer(shop)];
  const [kept, ended] = [await tokenFor(shop, a.id), await tokenFor(shop, b.id)];
  await merge(shop, a.id, b.id);
  t.equal((await shop.call('GET /v1/me', { as: kept })).status, 200);
  isProblem(t, await shop.call('GET /v1/me', { as: ended }), 401, 'unauthenticated');
});

t.test('other modules move theirs in the same transaction', async (t) => {
  const shop = await app.createShop();
  const [a, b] = [await addCustomer(shop), await addCustomer(shop)];
  const ctx = await shop.ctx();
  const seen: string[][] = [];
  const fails = { name: 'fails', move: () => Promise.reject(new Error('no')) };
  const moves = [
    { name: 'orders', move: async (_tx: unknown, _ctx: unknown, ...ids: string[]) => seen.push(ids) },
  ];
  await t.rejects(mergeCustomers(ctx, a.id, b.id, [...moves, fails]), { message: 'no' });
  t.same((await shop.call(`GET /v1/customers/${b.id}`)).body, b, 'one that fails undoes everything');
  await mergeCustomers(ctx, a.id, b.id, moves);
  t.same(seen, [
    [b.id, a.id],
    [b.id, a.id],
  ]);
  t.match((await shop.call('GET /v1/audit-entries')).body.data[0].details.moved, { orders: 2 });
});

t.test('20 merges of the same two at once, in both directions: one wins', async (t) => {
  const shop = await app.createShop();
  const [a, b] = [
    await addCustomer(shop, { contactPoints: [email('a@x.example', true)] }),
    await addCustomer(shop, { contactPoints: [email('b@x.example', true)] }),
  ];
  const answers = await Promise.all(
    times(20).map((i) => (i % 2 === 0 ? merge(shop, a.id, b.id) : merge(shop, b.id, a.id))),
  );
  t.same([count(answers, 200), count(answers, 404)], [1, 19]);
  t.equal((await customerEventsOf(app, shop)).filter(({ type }) => type === 'customer.merged').length, 1);
  const { data } = (await shop.call('GET /v1/customers')).body;
  t.equal(data.length, 1);
  t.equal(data[0].contactPoints.length, 2);
  await checkInvariants(t, app);
});

t.test('a ring of merges at once ends with one customer', async (t) => {
  const shop = await app.createShop();
  const ids: string[] = [];
  for (const i of times(6)) ids.push((await addCustomer(shop, { name: `N${i}` })).id);
  for (const customerId of ids) await tellPaid(shop, { customerId, totalAmount: 100 });
  await app.settle();
  const ring = times(20).map((i) => merge(shop, ids[i % 6] ?? '', ids[(i + 1) % 6] ?? ''));
  const settled = Promise.all(times(10).map(() => app.settle()));
  for (const customerId of ids) await tellPaid(shop, { customerId, totalAmount: 10 });
  const answers = await Promise.all(ring);
  await settled;
  await app.settle();
  t.ok(
    answers.every(({ status }) => [200, 404].includes(status)),
    JSON.stringify(answers.map(({ status }) => status)),
  );
  const { data } = (await shop.call('GET /v1/customers')).body;
  t.equal(data.length, 6 - count(answers, 200));
  t.equal(
    data.reduce((sum: number, { figures }: any) => sum + figures.totalAmount, 0),
    660,
    'no purchase is lost',
  );
  await checkInvariants(t, app);
});

t.test('merges beside bulk upserts of the same customers: each is done or refused, none fails', async (t) => {
  const shop = await app.createShop();
  const ids: string[] = [];
  for (const i of times(8)) ids.push((await addCustomer(shop, { externalId: `E${i}` })).id);
  const items = (n: number) =>
    times(8).map((i) => ({ externalId: `E${i}`, name: `N${n}`, staffNote: `${n}` }));
  const [merges, bulks] = await Promise.all([
    Promise.all(times(7).map((i) => merge(shop, ids[i + 1] ?? '', ids[i] ?? ''))),
    Promise.all(
      times(10).map((n) =>
        shop.call('POST /v1/customers/bulk', {
          body: { mode: 'perItem', items: n % 2 === 0 ? items(n) : items(n).toReversed() },
        }),
      ),
    ),
  ]);
  t.ok(merges.every(({ status }) => [200, 404].includes(status)));
  t.equal(count(bulks, 207), 10);
  const results = bulks.flatMap(({ body }) => body.results);
  t.equal(count(results, 200) + count(results, 404), 80);
  await checkInvariants(t, app);
});

t.test('ids may be written in capital letters', async (t) => {
  const shop = await app.createShop();
  const [a, b] = [await addCustomer(shop), await addCustomer(shop)];
  isProblem(t, await merge(shop, a.id.toUpperCase(), a.id), 422, 'merge_with_self');
  t.equal((await merge(shop, a.id.toUpperCase(), b.id.toUpperCase())).body.id, a.id);
  t.equal((await shop.call('GET /v1/me', { as: await tokenFor(shop, a.id.toUpperCase()) })).body.id, a.id);
  t.equal((await shop.call(`POST /v1/customers/${a.id.toUpperCase()}/erase`)).body.customerId, a.id);
  await checkInvariants(t, app);
});

t.test('who hangs something on a customer waits for a merge and sees it', async (t) => {
  const shop = await app.createShop();
  const [a, b] = [await addCustomer(shop), await addCustomer(shop)];
  const ctx = await shop.ctx();
  let held: Promise<unknown> = Promise.resolve();
  const hold = { name: 'hold', move: async () => 0 };
  await mergeCustomers(ctx, a.id, b.id, [
    {
      ...hold,
      move: async () => {
        // Begins while the merge is open, and can only go on when it has ended.
        held = inTransaction(ctx, (tx) => holdCustomer(tx, shop.shopId, b.id)).catch(
          (error: unknown) => error,
        );
        await new Promise((resolve) => setTimeout(resolve, 100));
        return 0;
      },
    },
  ]);
  t.match(await held, { definition: { code: 'customer_merged' }, extra: { mergedIntoId: a.id } });
  await inTransaction(ctx, (tx) => holdCustomer(tx, shop.shopId, a.id));
});
