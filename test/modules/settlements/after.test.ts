import t from 'tap';
import { modules } from '../../../src/modules.ts';
import { runDueSweeps } from '../../../src/platform/jobs/sweeps.ts';
import { startApp, type TestShop } from '../../support/app.ts';
import {
  answerByLink,
  makeCheaper,
  makeCustomer,
  makeOffer,
  makePaidOrder,
  tokenOf,
} from '../../support/world.ts';
import { advance, checkInvariants, DAY, ok, tally, times } from '../orders/support.ts';

const app = await startApp(t, { poolSize: 16 });
const AUTOMATIC = { automaticAmount: 100_000 };
const TYPES = ['settled', 'review_invited', 'satisfaction_asked', 'satisfaction_answered'];

const eventsOf = async (shop: TestShop): Promise<any[]> => {
  await app.settle();
  const query = TYPES.map((type) => `types=settlement.${type}`).join('&');
  return (await ok(shop.call(`GET /v1/changes?${query}`))).data;
};
const typesOf = async (shop: TestShop) => (await eventsOf(shop)).map(({ type }) => type.split('.')[1]);
const read = (shop: TestShop, id: string) => ok(shop.call(`GET /v1/settlements/${id}`));
const answer = (shop: TestShop, id: string, body: object, as?: string) =>
  shop.call(`POST /v1/settlements/${id}/satisfaction`, { body, ...(as === undefined ? {} : { as }) });

/** A settlement of a customer whose money is in their wallet. */
async function makeSettled(shop: TestShop) {
  const customer = await makeCustomer(shop);
  const policy = { ...AUTOMATIC, payoutMethods: ['stored_value', 'original_payment'] };
  const { order, product } = await makeCheaper(shop, policy, { customerId: customer.id });
  const body = { reason: 'price_drop', payoutMethod: 'stored_value', message: 'For you.' };
  const settlement = await ok(shop.call(`POST /v1/orders/${order.id}/settlements`, { body }));
  return { customer, order, product, settlement };
}

t.test('what is told when the money has arrived', async (t) => {
  const shop = await app.createShop();
  const { customer, order, product, settlement } = await makeSettled(shop);
  const [settled, invited, ...none] = await eventsOf(shop);
  t.same(none, []);
  const line = { lineId: order.lines[0].id, productId: product.id, productName: 'Chai', quantity: 2 };
  t.match(settled, { type: 'settlement.settled', subjectId: settlement.id });
  t.same(settled.data, {
    orderId: order.id,
    customerId: customer.id,
    direction: 'to_customer',
    reason: 'price_drop',
    state: 'settled',
    amount: 600,
    currency: 'USD',
    dueAt: null,
    orderNumber: order.number,
    payoutMethod: 'stored_value',
    settledAt: settlement.settledAt,
    lines: [{ ...line, amount: 600 }],
  });
  t.match(invited, { type: 'settlement.review_invited', subjectId: settlement.id });
  t.same(
    invited.data,
    {
      orderId: order.id,
      orderNumber: order.number,
      customerId: customer.id,
      lines: [{ ...line, deliveredQuantity: 0 }],
    },
    'nothing of the money: not how much, not which way, not why',
  );
});

t.test('every settlement invites once, whatever it gave and however the money went', async (t) => {
  const shop = await app.createShop();
  const { order } = await makePaidOrder(shop);
  const body = { amount: 100 };
  const { id } = await ok(shop.call(`POST /v1/orders/${order.id}/goodwill-settlements`, { body }));
  t.same(await typesOf(shop), [], 'not before the money has arrived');
  const [refund] = (await ok(shop.call('GET /v1/refunds'))).data;
  await ok(shop.call(`POST /v1/refunds/${refund.id}/confirm`, { body: {} }));
  t.same(await typesOf(shop), ['settled', 'review_invited']);
  t.match(await read(shop, id), { state: 'settled', satisfaction: { askedAt: null, dueAt: String } });
  await app.settle();
  t.same(await typesOf(shop), ['settled', 'review_invited']);
});

t.test('who paid is invited and asked as who was paid', async (t) => {
  const shop = await app.createShop();
  const { order } = await makePaidOrder(shop);
  const { id } = await makeOffer(shop, order.id);
  await answerByLink(shop, id, 'accept');
  await ok(shop.call(`POST /v1/settlements/${id}/payments`, { body: { provider: 'manual' } }));
  const [settled, invited, ...none] = await eventsOf(shop);
  t.same(none, []);
  t.match(settled.data, {
    direction: 'from_customer',
    payoutMethod: null,
    dueAt: null,
    amount: 350,
    lines: [],
  });
  const line = { lineId: order.lines[0].id, productName: 'Chai', quantity: 2, deliveredQuantity: 0 };
  t.match(invited.data, { lines: [line] }, 'freight is for no line, so it is about what was bought');
  t.match(await read(shop, id), { state: 'settled', dueAt: null, satisfaction: { dueAt: String } });
});

t.test('an edit invites to review what is left of the order, whichever way its money went', async (t) => {
  const shop = await app.createShop();
  const { order } = await makePaidOrder(shop);
  const lines = [{ lineId: order.lines[0].id, quantity: 1 }];
  const { settlement } = await ok(shop.call(`POST /v1/orders/${order.id}/edits`, { body: { lines } }));
  t.same(await typesOf(shop), []);
  const [refund] = (await ok(shop.call('GET /v1/refunds'))).data;
  await ok(shop.call(`POST /v1/refunds/${refund.id}/confirm`, { body: {} }));
  const [, invited] = await eventsOf(shop);
  t.match(invited.data, { lines: [{ lineId: order.lines[0].id, quantity: 1 }] });
  t.match(await read(shop, settlement.id), { state: 'settled', dueAt: null });
  await checkInvariants(t, app);
});

t.test('some days later the customer is asked, once, at its moment', async (t) => {
  const shop = await app.createShop();
  await ok(
    shop.call('PATCH /v1/shop', { body: { settings: { settlements: { satisfactionAfterDays: 3 } } } }),
  );
  const { settlement } = await makeSettled(shop);
  t.equal(Date.parse(settlement.satisfaction.dueAt) - Date.parse(settlement.settledAt), 3 * DAY * 60_000);
  await advance(shop, 3 * DAY - 10);
  t.match(await read(shop, settlement.id), { satisfaction: { askedAt: null } });
  await advance(shop, 30 * DAY);
  const asked = await read(shop, settlement.id);
  t.equal(asked.version, settlement.version + 1);
  t.ok(Date.parse(asked.satisfaction.askedAt) - Date.parse(settlement.satisfaction.dueAt) < 2_000);
  t.match(asked, { satisfaction: { dueAt: null, isSatisfied: null } });
  await advance(shop, 30 * DAY);
  const events = (await eventsOf(shop)).filter(({ type }) => type.endsWith('asked'));
  t.match(events, [{ subjectId: settlement.id, data: { amount: 600, reason: 'price_drop' } }]);
  t.equal(events.length, 1);
  for (const days of [0, 91])
    t.equal(
      (
        await shop.call('PATCH /v1/shop', {
          body: { settings: { settlements: { satisfactionAfterDays: days } } },
        })
      ).status,
      400,
    );
});

t.test('the customer answers once, and the same again changes nothing', async (t) => {
  const shop = await app.createShop();
  const { customer, settlement } = await makeSettled(shop);
  const token = await tokenOf(shop, customer.id);
  const stranger = await tokenOf(shop, (await makeCustomer(shop)).id);
  const words = { isSatisfied: false, comment: 'It took long.' };
  t.equal((await answer(shop, settlement.id, words, stranger)).status, 404);
  t.equal((await answer(shop, settlement.id, { comment: 'x' }, token)).status, 400);
  const kept = await ok(answer(shop, settlement.id, words, token));
  const satisfaction = { ...words, dueAt: null, askedAt: null, answeredAt: String, answeredBy: 'customer' };
  t.match(kept, { version: settlement.version + 1, satisfaction });
  t.same(await ok(answer(shop, settlement.id, words)), kept, 'the same again');
  for (const other of [{ isSatisfied: true }, { isSatisfied: false }, { ...words, comment: 'No.' }])
    t.match(await answer(shop, settlement.id, other, token), {
      status: 409,
      body: { code: 'satisfaction_answered' },
    });
  t.same(await read(shop, settlement.id), kept);
  await advance(shop, 30 * DAY);
  const events = await eventsOf(shop);
  t.same(
    events.map(({ type }) => type.split('.')[1]),
    ['settled', 'review_invited', 'satisfaction_answered'],
    'who has answered is not asked',
  );
  t.same(
    Object.keys(events[2].data).toSorted(),
    ['customerId', 'isSatisfied', 'orderId'],
    'no words of theirs',
  );
});

t.test('staff answers for a customer who was asked; the version guards it', async (t) => {
  const shop = await app.createShop();
  const { settlement } = await makeSettled(shop);
  await advance(shop, 8 * DAY);
  const stale = { body: { isSatisfied: true }, headers: { 'if-match': '"1"' } };
  t.equal((await shop.call(`POST /v1/settlements/${settlement.id}/satisfaction`, stale)).status, 412);
  t.match(await ok(answer(shop, settlement.id, { isSatisfied: true })), {
    satisfaction: { askedAt: String, isSatisfied: true, comment: null, answeredBy: 'api_key' },
  });
});

t.test('what is not settled cannot satisfy', async (t) => {
  const shop = await app.createShop();
  const { order } = await makeCheaper(shop, { automaticAmount: 0 });
  const body = { reason: 'price_drop' };
  const draft = await ok(shop.call(`POST /v1/orders/${order.id}/settlements`, { body }));
  t.equal(draft.satisfaction, null);
  const refused = { status: 409, body: { code: 'settlement_not_settled' } };
  t.match(await answer(shop, draft.id, { isSatisfied: true }), refused);
  await ok(shop.call(`POST /v1/settlements/${draft.id}/approve`));
  t.match(await answer(shop, draft.id, { isSatisfied: true }), refused, 'the money is on its way');
});

t.test('what was said goes with an export and an erasure', async (t) => {
  const shop = await app.createShop();
  const { customer, settlement } = await makeSettled(shop);
  await ok(answer(shop, settlement.id, { isSatisfied: true, comment: 'Thanks, Maria' }));
  const exported = await ok(shop.call(`GET /v1/customers/${customer.id}/personal-data`));
  t.match(JSON.stringify(exported), /Thanks, Maria/);
  const body = { amount: 600 };
  await ok(shop.call(`POST /v1/customers/${customer.id}/wallet/withdrawals`, { body }));
  const { order } = await makeCheaper(shop, AUTOMATIC, { customerId: customer.id });
  const open = await ok(
    shop.call(`POST /v1/orders/${order.id}/goodwill-settlements`, {
      body: { amount: 5, message: 'For Maria' },
    }),
  );
  for (const { id } of (await ok(shop.call('GET /v1/refunds'))).data)
    await ok(shop.call(`POST /v1/refunds/${id}/confirm`, { body: {} }));
  await app.settle();
  await ok(shop.call(`POST /v1/customers/${customer.id}/erase`));
  t.match(await read(shop, settlement.id), { satisfaction: { isSatisfied: true, comment: null } });
  t.match(await read(shop, open.id), { message: null, satisfaction: { dueAt: null } }, 'nobody is asked');
  t.match(await ok(answer(shop, open.id, { isSatisfied: true, comment: 'Maria said so' })), {
    satisfaction: { isSatisfied: true, comment: null },
  });
});

t.test('two sweeps at once ask every customer once', async (t) => {
  const shop = await app.createShop();
  const { customer, settlement } = await makeSettled(shop);
  await app.deps.db.$client.query(
    `insert into settlements select (jsonb_populate_record(s, jsonb_build_object('id', gen_random_uuid()))).*
     from settlements s, generate_series(1, 450) where s.id = $1`,
    [settlement.id],
  );
  const clock = { now: () => new Date(Date.now() + 8 * DAY * 60_000) };
  const sweeps = modules
    .flatMap((module) => module.sweeps ?? [])
    .filter(({ name }) => name.includes('Satisf'));
  const counts = await Promise.all(times(4).map(() => runDueSweeps({ ...app.deps, clock }, sweeps)));
  t.ok(counts.reduce((sum, count) => sum + count, 0) >= 451);
  const { rows } = await app.deps.db.$client.query(
    `select count(*)::int as events, count(distinct subject_id)::int as asked from outbox
     where shop_id = $1 and type = 'settlement.satisfaction_asked'`,
    [shop.shopId],
  );
  t.same(rows, [{ events: 451, asked: 451 }]);
  t.ok(customer.id);
});

t.test('fifty answers at once keep one', async (t) => {
  const shop = await app.createShop();
  const { settlement } = await makeSettled(shop);
  const answers = await Promise.all(
    times(50).map((at) => answer(shop, settlement.id, { isSatisfied: at % 2 === 0 })),
  );
  t.same(tally(answers), { 200: 25, 409: 25 }, 'those that say the same, and those that say otherwise');
  t.equal((await read(shop, settlement.id)).version, settlement.version + 1);
  t.equal((await typesOf(shop)).filter((type) => type === 'satisfaction_answered').length, 1);
});

t.test('the books and the settlements agree', async (t) => {
  // The copies of the race above are no settlements of anything.
  await app.deps.db.$client.query(
    `delete from settlements s where s.direction = 'to_customer' and s.edit_id is null
       and not exists (select 1 from settlement_lines l where l.settlement_id = s.id)`,
  );
  await checkInvariants(t, app);
});
