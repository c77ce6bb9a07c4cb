import t from 'tap';
import { startApp, type TestShop } from '../../support/app.ts';
import { makeSegment, makeServiceTime } from '../../support/segments-world.ts';
import { addCustomer, tellPaid } from '../customers/support.ts';
import { allOf, checkInvariants, membersOf, readSegment, sorted } from './support.ts';

const app = await startApp(t);
const merge = (shop: TestShop, id: string, duplicateCustomerId: string) =>
  shop.call(`POST /v1/customers/${id}/merge`, { body: { duplicateCustomerId } });
const put = (shop: TestShop, segmentId: string, ...customerIds: string[]) =>
  shop.call(`POST /v1/segments/${segmentId}/members`, { body: { customerIds } });
const historyOf = async (shop: TestShop, id: string) =>
  (await shop.call(`GET /v1/customers/${id}/segment-history`)).body.data;

t.test('a merge brings together where both were, and rules look at what they are together', async (t) => {
  const shop = await app.createShop();
  const [maria, twin] = [await addCustomer(shop), await addCustomer(shop)];
  for (const { id } of [maria, twin]) await tellPaid(shop, { customerId: id, totalAmount: 1000 });
  await app.settle();
  const [common, own] = [await makeSegment(shop), await makeSegment(shop)];
  const rich = await makeSegment(shop, {
    rule: allOf({ field: 'totalAmount', operator: 'at_least', amount: 1500 }),
  });
  const scored = await makeSegment(shop, {
    rule: allOf({ field: 'rfmScore', part: 'recency', operator: 'at_least', value: 1 }),
  });
  await put(shop, common.id, maria.id, twin.id);
  await put(shop, own.id, twin.id);
  await makeServiceTime(shop, twin.id, { minutes: 7 });
  await app.settle();
  t.same(await membersOf(shop, rich.id), []);
  t.same(await membersOf(shop, scored.id), sorted(maria.id, twin.id));
  t.equal((await merge(shop, maria.id, twin.id)).status, 200);
  await checkInvariants(t, app);
  await app.settle();
  t.same(await membersOf(shop, common.id), [maria.id]);
  t.same(await membersOf(shop, own.id), [maria.id]);
  t.same(await membersOf(shop, rich.id), [maria.id], 'both together are rich');
  t.same(await membersOf(shop, scored.id), [maria.id]);
  const ofCommon = (await historyOf(shop, maria.id)).filter((one: any) => one.segmentId === common.id);
  t.same(ofCommon.map(({ leftBy }: any) => leftBy).toSorted(), ['merge', null]);
  const { body } = await shop.call(`GET /v1/service-times?customerId=${maria.id}`);
  t.match(body.data, [{ minutes: 7, customerId: maria.id }]);
  t.equal((await historyOf(shop, twin.id))?.length, undefined, 'the duplicate has no history of its own');
  await checkInvariants(t, app);
});

t.test('an export has all of it, an erasure leaves minutes that name nobody', async (t) => {
  const shop = await app.createShop();
  const maria = await addCustomer(shop, { country: 'DE' });
  await tellPaid(shop, { customerId: maria.id, totalAmount: 1000 });
  await app.settle();
  const list = await makeSegment(shop);
  const germans = await makeSegment(shop, {
    rule: {
      match: 'any',
      conditions: [
        { field: 'country', operator: 'in', values: ['DE'] },
        { field: 'rfmScore', part: 'recency', operator: 'at_least', value: 1 },
      ],
    },
  });
  await put(shop, list.id, maria.id);
  const subject = { type: 'order', id: '01890a5d-ac96-774b-bcce-b302099a8057' };
  const time = await makeServiceTime(shop, maria.id, { minutes: 20, subject });
  await app.settle();
  const { body } = await shop.call(`GET /v1/customers/${maria.id}/personal-data`);
  const { records } = body.sections.find(({ name }: any) => name === 'segments');
  t.same(records.map(({ what }: any) => what).toSorted(), [
    'membership',
    'membership',
    'rfm',
    'service_time',
  ]);

  const erased = await shop.call(`POST /v1/customers/${maria.id}/erase`);
  t.equal(erased.status, 200, JSON.stringify(erased.body));
  await checkInvariants(t, app);
  await app.settle();
  t.same([await membersOf(shop, list.id), await membersOf(shop, germans.id)], [[], []]);
  t.same(await historyOf(shop, maria.id), []);
  t.match(await readSegment(shop, list.id), { memberCount: 0 });
  const { data } = (await shop.call('GET /v1/service-times')).body;
  t.match(data, [{ id: time.id, minutes: 20, customerId: null, subject: null }]);
  await shop.call(`POST /v1/customers/${maria.id}/erase`);
  await checkInvariants(t, app);
});
