import t from 'tap';
import { findMemberships, isMember } from '../../../src/modules/segments/members.ts';
import { startApp } from '../../support/app.ts';
import { makeSegment } from '../../support/segments-world.ts';
import { addCustomer, isProblem } from '../customers/support.ts';
import { allOf, checkInvariants, eventsOf, membersOf, readSegment, sorted } from './support.ts';

const app = await startApp(t);

t.test('customers are put on a list and taken off it, by either of their ids', async (t) => {
  const shop = await app.createShop();
  const [maria, ana] = [await addCustomer(shop), await addCustomer(shop, { externalId: 'ANATR' })];
  const list = await makeSegment(shop, { name: 'Testers' });
  t.match(list, { kind: 'list', rule: null, ruleVersion: 0 });
  const target = `POST /v1/segments/${list.id}/members`;
  const both = { customerIds: [maria.id, ana.id], externalIds: ['ANATR'] };
  t.match((await shop.call(target, { body: both })).body, {
    changedCount: 2,
    unchangedCount: 0,
    segment: { memberCount: 2 },
  });
  t.match((await shop.call(target, { body: both })).body, { changedCount: 0, unchangedCount: 2 });
  t.same(await membersOf(shop, list.id), sorted(maria.id, ana.id));
  const off = await shop.call(`${target}/remove`, { body: { externalIds: ['ANATR', 'nobody'] } });
  t.match(off.body, { changedCount: 1, unchangedCount: 0, segment: { memberCount: 1 } });
  t.match(await readSegment(shop, list.id), { memberCount: 1 });
  await shop.call(target, { body: { customerIds: [ana.id] } });
  const { body: history } = await shop.call(`GET /v1/customers/${ana.id}/segment-history`);
  t.match(history.data, [{ leftAt: null }, { enteredBy: 'list', leftBy: 'list' }], 'two stays');
  const told = (await eventsOf(app, shop)).map(({ type }) => type.replace('customer_segment.', ''));
  t.same(told.slice(1), ['entered', 'entered', 'left', 'entered']);
  await checkInvariants(t, app);
});

t.test('one who cannot be put on a list keeps the others off it', async (t) => {
  const shop = await app.createShop();
  const [maria, gone, twin] = [await addCustomer(shop), await addCustomer(shop), await addCustomer(shop)];
  await shop.call(`POST /v1/customers/${gone.id}/erase`);
  await shop.call(`POST /v1/customers/${maria.id}/merge`, { body: { duplicateCustomerId: twin.id } });
  const list = await makeSegment(shop);
  const target = `POST /v1/segments/${list.id}/members`;
  const add = (body: object) => shop.call(target, { body });
  isProblem(t, await add({ customerIds: [maria.id, gone.id] }), 422, 'customer_erased', '/customerIds/1');
  isProblem(t, await add({ customerIds: [twin.id] }), 404, 'customer_merged', '/customerIds/0');
  const unknown = await add({ customerIds: [maria.id], externalIds: ['NOBODY', 'NOONE'] });
  isProblem(t, unknown, 422, 'customer_not_found', '/externalIds/0');
  t.equal(unknown.body.errors.length, 2, 'all of them at once');
  t.same(await membersOf(shop, list.id), []);
  const ruled = await makeSegment(shop, { rule: allOf({ field: 'hasEmail', value: true }) });
  const onRule = { body: { customerIds: [maria.id] } };
  isProblem(t, await shop.call(`POST /v1/segments/${ruled.id}/members`, onRule), 422, 'segment_is_rule');
  isProblem(
    t,
    await shop.call(`POST /v1/segments/${ruled.id}/members/remove`, onRule),
    422,
    'segment_is_rule',
  );
  await shop.call(`POST /v1/segments/${list.id}/archive`);
  isProblem(t, await add({ customerIds: [maria.id] }), 422, 'segment_archived');
  await checkInvariants(t, app);
});

t.test('other modules ask who was in a segment at a moment, one by one or many at once', async (t) => {
  const shop = await app.createShop();
  const [maria, ana] = [await addCustomer(shop), await addCustomer(shop)];
  const [one, two] = [await makeSegment(shop), await makeSegment(shop)];
  const { db } = app.deps;
  const before = new Date(Date.now() - 60_000);
  await shop.call(`POST /v1/segments/${one.id}/members`, { body: { customerIds: [maria.id] } });
  await shop.call(`POST /v1/segments/${two.id}/members`, { body: { customerIds: [maria.id, ana.id] } });
  const during = new Date((await shop.ctx()).now);
  await shop.call('POST /v1/test-clock/advance', { body: { byMinutes: 60 } });
  await shop.call(`POST /v1/segments/${one.id}/members/remove`, { body: { customerIds: [maria.id] } });
  const isIn = (at?: Date) => isMember(db, shop.shopId, maria.id, one.id, at);
  t.same([await isIn(before), await isIn(during), await isIn()], [false, true, false]);
  t.equal(await isMember(db, shop.shopId, maria.id, two.id), true);
  const other = await app.createShop();
  t.equal(await isMember(db, other.shopId, maria.id, two.id), false, 'of another shop');
  const found = await findMemberships(
    db,
    shop.shopId,
    [one.id, two.id],
    [
      { customerId: maria.id, at: during },
      { customerId: maria.id, at: before },
      { customerId: ana.id, at: during },
      { customerId: maria.id, at: (await shop.ctx()).now },
    ],
  );
  t.same(
    found.map((ids) => [...ids].toSorted()),
    [sorted(one.id, two.id), [], [two.id], [two.id]],
  );
  t.same(await findMemberships(db, shop.shopId, [], [{ customerId: ana.id, at: during }]), [new Set()]);
});
