import t from 'tap';
import { startApp } from '../../support/app.ts';
import { makeSegment } from '../../support/segments-world.ts';
import { addCustomer, tellPaid } from '../customers/support.ts';
import { allOf, checkInvariants, eventsOf, membersOf, readSegment } from './support.ts';

const app = await startApp(t);
t.test('whoever fits a rule is in the segment', async (t) => {
  const shop = await app.createShop();
  const maria = await addCustomer(shop, { country: 'DE' });
  const ana = await addCustomer(shop, { country: 'MX' });
  const rule = allOf({ field: 'country', operator: 'in', values: ['DE', 'AT'] });
  const segment = await makeSegment(shop, { name: 'Neighbours', rule });
  t.match(segment, { kind: 'rule', ruleVersion: 1, rule, memberCount: 0, evaluatedAt: null, version: 1 });
  await app.settle();
  t.same(await membersOf(shop, segment.id), [maria.id]);
  t.match(await readSegment(shop, segment.id), { memberCount: 1, version: 1 });

  await shop.call(`PATCH /v1/customers/${ana.id}`, { body: { country: 'AT' } });
  await shop.call(`PATCH /v1/customers/${maria.id}`, { body: { country: null } });
  const third = await addCustomer(shop, { country: 'DE' });
  await app.settle();
  t.same(await membersOf(shop, segment.id), [ana.id, third.id].toSorted());
  const told = (await eventsOf(app, shop)).map(({ type, subject }) => [type, subject]);
  t.same(told.slice(0, 3), [
    ['segment.created', segment.id],
    ['customer_segment.entered', maria.id],
    ['segment.evaluated', segment.id],
  ]);
  t.same(
    told.slice(3).toSorted(),
    [
      ['customer_segment.entered', ana.id],
      ['customer_segment.left', maria.id],
      ['customer_segment.entered', third.id],
    ].toSorted(),
  );
  await checkInvariants(t, app);
});

t.test('purchases move a customer at once', async (t) => {
  const shop = await app.createShop();
  const maria = await addCustomer(shop);
  const rule = allOf({ field: 'totalAmount', operator: 'at_least', amount: 1500 });
  const segment = await makeSegment(shop, { rule });
  await app.settle();
  await tellPaid(shop, { customerId: maria.id, totalAmount: 1000 });
  await app.settle();
  t.same(await membersOf(shop, segment.id), []);
  await tellPaid(shop, { customerId: maria.id, totalAmount: 1000 });
  await app.settle();
  t.same(await membersOf(shop, segment.id), [maria.id]);
});
