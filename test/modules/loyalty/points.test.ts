import t from 'tap';
import { dayChangeSweep } from '../../../src/modules/loyalty/day-change.ts';
import { startApp, type TestShop } from '../../support/app.ts';
import { givePoints, makeMember, PROGRAMME, setProgramme } from '../../support/loyalty-world.ts';
import { makeCustomer, must, tokenOf } from '../../support/world.ts';
import { checkInvariants, ok } from '../orders/support.ts';

const app = await startApp(t);
const at = (id: string, rest = '') => `GET /v1/loyalty-members/${id}${rest}`;
const read = (shop: TestShop, id: string) => ok(shop.call(at(id)));
const statementOf = async (shop: TestShop, id: string) =>
  (await ok(shop.call(at(id, '/movements')))).data.map((one: any) => [
    one.kind,
    one.points,
    one.balanceAfterPoints,
  ]);
const advance = async (shop: TestShop, toAt: string) => {
  await must(shop.call('POST /v1/test-clock/advance', { body: { toAt } }));
  await app.settle();
};

t.test('a programme says something else as a new version, and what is said already is none', async (t) => {
  const shop = await app.createShop();
  t.equal((await shop.call('GET /v1/loyalty-programme')).status, 404);
  t.match(await setProgramme(shop), { ...PROGRAMME, version: 1 });
  t.match(await setProgramme(shop), { version: 1 });
  t.match(await setProgramme(shop, { signUpPoints: 50 }), { version: 2, signUpPoints: 50 });
  const { data } = await ok(shop.call('GET /v1/loyalty-programme/versions'));
  t.match(data, [
    { version: 2, signUpPoints: 50 },
    { version: 1, signUpPoints: 0 },
  ]);
  const stale = { body: PROGRAMME, headers: { 'if-match': '"1"' } };
  t.match(await shop.call('PUT /v1/loyalty-programme', stale), { status: 412, body: { currentVersion: 2 } });
});

t.test('an expiry takes what its kind takes', async (t) => {
  const shop = await app.createShop();
  const put = (expiry: object) => shop.call('PUT /v1/loyalty-programme', { body: { ...PROGRAMME, expiry } });
  for (const [expiry, pointers] of [
    [{ kind: 'rolling_months' }, ['/expiry/months']],
    [{ kind: 'never', months: 3 }, ['/expiry/months']],
    [{ kind: 'fixed_dates', months: 3 }, ['/expiry/yearDays', '/expiry/months']],
    [{ kind: 'inactivity', months: 3, minimumMonths: 1 }, ['/expiry/minimumMonths']],
  ] as const) {
    const { status, body } = await put(expiry);
    t.equal(status, 422);
    t.same(
      body.errors.map(({ pointer }: { pointer: string }) => pointer),
      pointers,
    );
  }
  t.equal((await shop.call('GET /v1/loyalty-programme')).status, 404, 'nothing was written');
});

t.test('who becomes a member has points for it once', async (t) => {
  const shop = await app.createShop();
  const { id } = await makeCustomer(shop);
  const enrol = () => shop.call('POST /v1/loyalty-members', { body: { customerId: id } });
  t.match(await enrol(), { status: 409, body: { code: 'loyalty_programme_missing' } });
  await setProgramme(shop, { signUpPoints: 100 });
  t.match(await enrol(), { status: 201, body: { activePoints: 100 } });
  t.match(await enrol(), { status: 200, body: { activePoints: 100 } });
  const left = await ok(shop.call(`POST /v1/loyalty-members/${id}/leave`));
  t.match(left, { activePoints: 0, leftAt: String });
  t.match(await shop.call(`POST /v1/loyalty-members/${id}/grants`, { body: { points: 1, note: 'x' } }), {
    status: 409,
    body: { code: 'member_left' },
  });
  t.match(await enrol(), { status: 200, body: { activePoints: 0, leftAt: null } });
  t.same(await statementOf(shop, id), [
    ['lapsed', -100, 0],
    ['granted', 100, 100],
  ]);
  await checkInvariants(t, app);
});

t.test('points are pending, active and over by the days of the shop', async (t) => {
  const shop = await app.createShop({ timezone: 'Asia/Shanghai' });
  await advance(shop, '2030-01-31T02:00:00.000Z');
  await setProgramme(shop, { expiry: { kind: 'rolling_months', months: 1 } });
  const id = await makeMember(shop);
  const lot = await givePoints(shop, id, 300, { pendingDays: 2 });
  // Whole days after today: the 1st and the 2nd of February in Shanghai.
  t.match(lot, { state: 'pending', activatesAt: '2030-02-02T16:00:00.000Z' });
  // Active on the 3rd of February; the last day is the 3rd of March.
  t.equal(lot.expiresAt, '2030-03-03T16:00:00.000Z');
  const soon = await givePoints(shop, id, 40);
  t.equal(soon.expiresAt, '2030-02-28T16:00:00.000Z', 'a month after the 31st of January');
  t.match(await read(shop, id), { activePoints: 40, pendingPoints: 300 });
  await advance(shop, '2030-02-02T16:00:00.000Z');
  t.match(await read(shop, id), { activePoints: 340, pendingPoints: 0 });
  const { data } = await ok(shop.call(at(id, '/expiring-points')));
  t.same(data, [
    { points: 40, expiresAt: soon.expiresAt },
    { points: 300, expiresAt: lot.expiresAt },
  ]);
  await advance(shop, '2030-02-28T15:30:00.000Z');
  t.match(await read(shop, id), { activePoints: 340 });
  await advance(shop, '2030-02-28T16:00:00.000Z');
  t.match(await read(shop, id), { activePoints: 300 });
  await advance(shop, '2031-01-01T00:00:00.000Z');
  t.same(await statementOf(shop, id), [
    ['expired', -300, 0],
    ['expired', -40, 300],
    ['granted', 40, 340],
    ['granted', 300, 300],
  ]);
  await checkInvariants(t, app);
});

t.test('a day changes once for whom something is due, and nobody else is looked at', async (t) => {
  const shop = await app.createShop();
  await setProgramme(shop, { expiry: { kind: 'rolling_months', months: 1 } });
  for (const pendingDays of [1, 1, 5]) await givePoints(shop, await makeMember(shop), 10, { pendingDays });
  const sweep = async (days: number) => {
    const ctx = await shop.ctx();
    return dayChangeSweep.run({ ...ctx, now: new Date(ctx.now.getTime() + days * 86_400_000) });
  };
  t.equal(await sweep(0), 0);
  t.equal(await sweep(3), 2);
  t.equal(await sweep(3), 0, 'what became active is due when it ends');
  t.equal(await sweep(50), 3, 'one became active and ended unseen');
  t.equal(await sweep(50), 0);
  await checkInvariants(t, app);
});

t.test('with expiry by inactivity every grant lets everything last', async (t) => {
  const shop = await app.createShop();
  await advance(shop, '2030-01-01T12:00:00.000Z');
  await setProgramme(shop, { expiry: { kind: 'inactivity', months: 6 } });
  const id = await makeMember(shop);
  await givePoints(shop, id, 10);
  await advance(shop, '2030-06-30T12:00:00.000Z');
  const { expiresAt } = await givePoints(shop, id, 10);
  const { data } = await ok(shop.call(at(id, '/expiring-points')));
  t.same(data, [{ points: 20, expiresAt }]);
  await advance(shop, '2030-12-31T12:00:00.000Z');
  t.match(await read(shop, id), { activePoints: 0 });
  await checkInvariants(t, app);
});

t.test('a customer reads what is theirs, and nobody else does', async (t) => {
  const shop = await app.createShop();
  const [id, other] = [await makeMember(shop), await makeCustomer(shop)];
  await givePoints(shop, id, 70);
  const as = await tokenOf(shop, id);
  t.match(await ok(shop.call('GET /v1/me/loyalty', { as })), { isMember: true, activePoints: 70 });
  for (const list of ['lots', 'movements', 'expiring-points'])
    t.equal((await ok(shop.call(`GET /v1/me/loyalty/${list}`, { as }))).data.length, 1, list);
  const asOther = await tokenOf(shop, other.id);
  t.match(await ok(shop.call('GET /v1/me/loyalty', { as: asOther })), {
    isMember: false,
    activePoints: 0,
    enrolledAt: null,
  });
  t.same((await ok(shop.call('GET /v1/me/loyalty/lots', { as: asOther }))).data, []);
  t.equal((await shop.call(at(id), { as })).status, 403);
});

t.test('a duplicate that is merged brings its points, and who is erased has none', async (t) => {
  const shop = await app.createShop();
  const [maria, double] = [await makeMember(shop), await makeMember(shop)];
  await givePoints(shop, maria, 10);
  await givePoints(shop, double, 30, { note: 'Double’s' });
  await givePoints(shop, double, 5, { pendingDays: 3 });
  const merge = { body: { duplicateCustomerId: double } };
  await must(shop.call(`POST /v1/customers/${maria}/merge`, merge));
  t.match(await read(shop, maria), { activePoints: 40, pendingPoints: 5 });
  t.match(await read(shop, double), { activePoints: 0, pendingPoints: 0 });
  await checkInvariants(t, app);
  const exported = await ok(shop.call(`GET /v1/customers/${maria}/personal-data`));
  t.match(JSON.stringify(exported), /Double’s/);
  await must(shop.call(`POST /v1/customers/${maria}/erase`, { body: {} }));
  t.match(await read(shop, maria), { activePoints: 0, pendingPoints: 0, leftAt: String });
  const { rows } = await app.deps.db.$client.query(
    'select count(note)::int as notes from point_lots where shop_id = $1',
    [shop.shopId],
  );
  t.same(rows, [{ notes: 0 }]);
  await checkInvariants(t, app);
});

t.test('a duplicate that alone took part makes the customer that stays a member', async (t) => {
  const shop = await app.createShop();
  const [stays, double] = [await makeCustomer(shop), await makeMember(shop)];
  await givePoints(shop, double, 30);
  const merge = { body: { duplicateCustomerId: double } };
  await must(shop.call(`POST /v1/customers/${stays.id}/merge`, merge));
  t.match(await read(shop, stays.id), { activePoints: 30, leftAt: null });
  await checkInvariants(t, app);
});
