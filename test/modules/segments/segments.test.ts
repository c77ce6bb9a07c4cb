import t from 'tap';
import { startApp } from '../../support/app.ts';
import { makeSegment } from '../../support/segments-world.ts';
import { addCustomer, isProblem, tellPaid } from '../customers/support.ts';
import { allOf, checkInvariants, eventsOf, membersOf, readSegment, sorted } from './support.ts';

const app = await startApp(t);
const GERMANS = allOf({ field: 'country', operator: 'in', values: ['DE', 'AT'] });
const inSegments = (...segmentIds: string[]) => allOf({ field: 'segment', operator: 'in', segmentIds });

t.test('whoever fits a rule is in the segment', async (t) => {
  const shop = await app.createShop();
  const maria = await addCustomer(shop, { country: 'DE' });
  const ana = await addCustomer(shop, { country: 'MX' });
  const segment = await makeSegment(shop, { name: 'Neighbours', rule: GERMANS });
  t.match(segment, {
    kind: 'rule',
    ruleVersion: 1,
    rule: GERMANS,
    memberCount: 0,
    evaluatedAt: null,
    version: 1,
  });
  await app.settle();
  t.same(await membersOf(shop, segment.id), [maria.id]);
  t.match(await readSegment(shop, segment.id), { memberCount: 1, version: 1 });

  await shop.call(`PATCH /v1/customers/${ana.id}`, { body: { country: 'AT' } });
  await shop.call(`PATCH /v1/customers/${maria.id}`, { body: { country: null } });
  const third = await addCustomer(shop, { country: 'DE' });
  await app.settle();
  t.same(await membersOf(shop, segment.id), sorted(ana.id, third.id));
  const told = (await eventsOf(app, shop)).map(({ type, subject }) => `${type} ${subject}`);
  t.same(told.slice(0, 3), [
    `segment.created ${segment.id}`,
    `customer_segment.entered ${maria.id}`,
    `segment.evaluated ${segment.id}`,
  ]);
  t.same(
    told.slice(3).toSorted(),
    sorted(
      `customer_segment.entered ${ana.id}`,
      `customer_segment.left ${maria.id}`,
      `customer_segment.entered ${third.id}`,
    ),
  );
  await checkInvariants(t, app);
});

t.test('purchases and consents move a customer at once', async (t) => {
  const shop = await app.createShop();
  const maria = await addCustomer(shop);
  const rich = await makeSegment(shop, {
    rule: allOf({ field: 'totalAmount', operator: 'at_least', amount: 1500 }),
  });
  const willing = await makeSegment(shop, {
    rule: allOf({ field: 'consent', purpose: 'marketing', channel: 'email', value: 'granted' }),
  });
  await app.settle();
  await tellPaid(shop, { customerId: maria.id, totalAmount: 1000 });
  await app.settle();
  t.same(await membersOf(shop, rich.id), []);
  await tellPaid(shop, { customerId: maria.id, totalAmount: 1000 });
  const consent = { purpose: 'marketing', channel: 'email', source: 'form' };
  await shop.call(`POST /v1/customers/${maria.id}/consents`, { body: { ...consent, decision: 'granted' } });
  await app.settle();
  t.same(await membersOf(shop, rich.id), [maria.id]);
  t.same(await membersOf(shop, willing.id), [maria.id]);
  await shop.call(`POST /v1/customers/${maria.id}/consents`, { body: { ...consent, decision: 'refused' } });
  await app.settle();
  t.same(await membersOf(shop, willing.id), []);
  await checkInvariants(t, app);
});

t.test('another rule is another version, by which everybody is looked at', async (t) => {
  const shop = await app.createShop();
  const maria = await addCustomer(shop, { country: 'DE' });
  const ana = await addCustomer(shop, { country: 'MX' });
  const segment = await makeSegment(shop, { rule: GERMANS });
  await app.settle();
  const target = `PATCH /v1/segments/${segment.id}`;
  const renamed = await shop.call(target, { body: { name: 'Germans', description: 'By post.' } });
  t.match(renamed.body, { name: 'Germans', description: 'By post.', ruleVersion: 1, version: 2 });
  const rule = allOf({ field: 'country', operator: 'not_in', values: ['DE'] });
  const changed = await shop.call(target, { body: { rule }, headers: { 'if-match': '"2"' } });
  t.match(changed.body, { rule, ruleVersion: 2, version: 3, memberCount: 1 });
  await app.settle();
  t.same(await membersOf(shop, segment.id), [ana.id]);
  const { body: versions } = await shop.call(`GET /v1/segments/${segment.id}/versions`);
  t.same(
    versions.data.map((one: { ruleVersion: number; rule: object }) => [one.ruleVersion, one.rule]),
    [
      [2, rule],
      [1, GERMANS],
    ],
  );
  const { body: history } = await shop.call(`GET /v1/segments/${segment.id}/history`);
  t.match(history.data, [
    { customerId: ana.id, enteredBy: 'rule', leftAt: null, leftBy: null },
    { customerId: maria.id, leftBy: 'rule' },
  ]);
  isProblem(
    t,
    await shop.call(target, { body: { name: 'X' }, headers: { 'if-match': '"2"' } }),
    412,
    'version_mismatch',
  );
  const list = await makeSegment(shop);
  isProblem(
    t,
    await shop.call(`PATCH /v1/segments/${list.id}`, { body: { rule } }),
    422,
    'segment_is_list',
    '/rule',
  );
  await checkInvariants(t, app);
});

t.test('a rule that says nonsense is refused where it does', async (t) => {
  const shop = await app.createShop();
  const create = (rule: object) => shop.call('POST /v1/segments', { body: { name: 'X', rule } });
  isProblem(t, await create({ match: 'all' }), 422, 'segment_group_empty', '/rule');
  const both = allOf({ field: 'hasEmail', value: true }, { field: 'hasEmail', value: false });
  isProblem(t, await create(both), 422, 'segment_rule_contradictory', '/rule/conditions/1');
  isProblem(
    t,
    await shop.call('POST /v1/segments/preview', { body: { rule: both } }),
    422,
    'segment_rule_contradictory',
  );
  const unknown = '01890a5d-ac96-774b-bcce-b302099a8057';
  const refers = inSegments(unknown);
  isProblem(t, await create(refers), 422, 'segment_not_found', '/rule/conditions/0/segmentIds/0');
  isProblem(
    t,
    await create(allOf({ field: 'nonsense' })),
    400,
    'validation_failed',
    '/rule/conditions/0/field',
  );
  isProblem(t, await create(allOf({})), 400, 'validation_failed', '/rule/conditions/0/field');
  const wrong = allOf({ field: 'country', operator: 'in', values: ["DE' or true --"] });
  isProblem(t, await create(wrong), 400, 'validation_failed', '/rule/conditions/0/values/0');
  const extra = allOf({ field: 'hasEmail', value: true, sql: 'true' });
  isProblem(t, await create(extra), 400, 'validation_failed', '/rule/conditions/0/sql');
  const deep = {
    match: 'all',
    groups: [{ match: 'any', groups: [{ match: 'all', conditions: [], groups: [] }] }],
  };
  isProblem(t, await create(deep), 400, 'validation_failed', '/rule/groups/0/groups/0/groups');
});

t.test('segments refer to each other, never in a circle', async (t) => {
  const shop = await app.createShop();
  const maria = await addCustomer(shop, { country: 'DE' });
  const list = await makeSegment(shop, { name: 'List' });
  const germans = await makeSegment(shop, { name: 'Germans', rule: GERMANS });
  const either = await makeSegment(shop, { name: 'Either', rule: inSegments(list.id, germans.id) });
  const last = await makeSegment(shop, {
    name: 'Not',
    rule: { match: 'none', conditions: inSegments(either.id).conditions },
  });
  await app.settle();
  t.same(await membersOf(shop, either.id), [maria.id]);
  t.same(await membersOf(shop, last.id), []);
  await shop.call(`PATCH /v1/customers/${maria.id}`, { body: { country: 'MX' } });
  await app.settle();
  t.same([await membersOf(shop, either.id), await membersOf(shop, last.id)], [[], [maria.id]], 'in one go');
  await shop.call(`POST /v1/segments/${list.id}/members`, { body: { customerIds: [maria.id] } });
  await app.settle();
  t.same([await membersOf(shop, either.id), await membersOf(shop, last.id)], [[maria.id], []], 'by the list');

  const cycle = await shop.call(`PATCH /v1/segments/${germans.id}`, { body: { rule: inSegments(last.id) } });
  isProblem(t, cycle, 422, 'segment_cycle', '/rule/conditions/0/segmentIds/0');
  t.same(cycle.body.segmentIds, [germans.id, last.id, either.id]);
  const itself = await shop.call(`PATCH /v1/segments/${germans.id}`, {
    body: { rule: inSegments(germans.id) },
  });
  isProblem(t, itself, 422, 'segment_cycle');
  const inUse = await shop.call(`POST /v1/segments/${list.id}/archive`);
  isProblem(t, inUse, 409, 'segment_in_use');
  t.same(inUse.body.namedBy, [{ type: 'segment', id: either.id }]);
  await checkInvariants(t, app);
});

t.test('an archived segment is over', async (t) => {
  const shop = await app.createShop();
  const maria = await addCustomer(shop, { country: 'DE' });
  const segment = await makeSegment(shop, { rule: GERMANS });
  await app.settle();
  const { body: archived } = await shop.call(`POST /v1/segments/${segment.id}/archive`);
  t.match(archived, { memberCount: 0, version: 2 });
  t.ok(archived.archivedAt);
  t.same(
    (await shop.call(`POST /v1/segments/${segment.id}/archive`)).body,
    archived,
    'again it changes nothing',
  );
  const { body: history } = await shop.call(`GET /v1/customers/${maria.id}/segment-history`);
  t.match(history.data, [{ segmentId: segment.id, leftBy: 'archived' }]);
  t.same((await shop.call(`GET /v1/customers/${maria.id}/segments`)).body.data, []);
  await addCustomer(shop, { country: 'DE' });
  await app.settle();
  t.same(await membersOf(shop, segment.id), []);
  const refers = { name: 'X', rule: inSegments(segment.id) };
  isProblem(
    t,
    await shop.call('POST /v1/segments', { body: refers }),
    422,
    'segment_archived',
    '/rule/conditions/0/segmentIds/0',
  );
  isProblem(
    t,
    await shop.call(`PATCH /v1/segments/${segment.id}`, { body: { rule: GERMANS } }),
    422,
    'segment_archived',
  );
  const listed = async (query: string) =>
    (await shop.call(`GET /v1/segments?${query}`)).body.data.map(({ id }: { id: string }) => id);
  t.same(await listed('isArchived=true'), [segment.id]);
  t.same(await listed('isArchived=false'), []);
  t.same(await listed('kind=list'), []);
  await checkInvariants(t, app);
});

t.test('a preview counts and writes nothing', async (t) => {
  const shop = await app.createShop();
  const maria = await addCustomer(shop, { country: 'DE' });
  await addCustomer(shop, { country: 'MX' });
  const { body } = await shop.call('POST /v1/segments/preview', { body: { rule: GERMANS } });
  t.match(body, { customerCount: 1, customerIds: [maria.id] });
  t.same((await shop.call('GET /v1/segments')).body.data, []);
});

t.test('pages of members go on where they ended, and belong to their segment', async (t) => {
  const shop = await app.createShop();
  for (const country of ['DE', 'DE', 'AT']) await addCustomer(shop, { country });
  const [one, other] = [
    await makeSegment(shop, { rule: GERMANS }),
    await makeSegment(shop, { rule: GERMANS }),
  ];
  await app.settle();
  for (const list of ['members', 'history']) {
    const first = (await shop.call(`GET /v1/segments/${one.id}/${list}?limit=2`)).body;
    const rest = (await shop.call(`GET /v1/segments/${one.id}/${list}?limit=2&cursor=${first.nextCursor}`))
      .body;
    t.same([first.data.length, rest.data.length, rest.nextCursor], [2, 1, null]);
    t.equal(
      new Set([...first.data, ...rest.data].map(({ customerId }: { customerId: string }) => customerId)).size,
      3,
    );
    const foreign = await shop.call(
      `GET /v1/segments/${other.id}/${list}?limit=2&cursor=${first.nextCursor}`,
    );
    isProblem(t, foreign, 400, 'invalid_cursor');
  }
});
