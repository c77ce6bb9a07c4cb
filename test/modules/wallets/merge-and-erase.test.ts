import t from 'tap';
import { walletOf } from '../../../src/modules/ledger/accounts.ts';
import { hold, releaseHold } from '../../../src/modules/ledger/holds.ts';
import { inTransaction } from '../../../src/platform/db/transaction.ts';
import { newId } from '../../../src/platform/ids.ts';
import { startApp } from '../../support/app.ts';
import { creditWallet, makeCustomer, tokenOf } from '../../support/world.ts';
import { checkInvariants, ok, tally, times } from '../orders/support.ts';
import {
  balanceOf,
  cancel,
  makeRich,
  movementsOf,
  orderOf,
  payByWallet,
  toldOf,
  walletOf as readWallet,
  withdraw,
} from './support.ts';

const app = await startApp(t, { poolSize: 24 });
const merge = (to: string, duplicateCustomerId: string) =>
  app.call(`POST /v1/customers/${to}/merge`, { body: { duplicateCustomerId } });
const erase = (id: string) => app.call(`POST /v1/customers/${id}/erase`);

t.test('a merge gives the value to the survivor', async (t) => {
  const [survivor, duplicate] = [await makeRich(app, 300), await makeRich(app, 5000)];
  const order = await orderOf(app, duplicate);
  await ok(payByWallet(app, order.id));
  await ok(merge(survivor, duplicate));
  t.equal(await balanceOf(app, survivor), 1700);
  t.same(await toldOf(app, survivor), [
    ['merged_in', 1400, 1700],
    ['credited', 300, 300],
  ]);
  t.match((await movementsOf(app, survivor))[0], { subjectType: 'customer', subjectId: duplicate });
  for (const target of [
    `GET /v1/customers/${duplicate}/wallet`,
    `GET /v1/customers/${duplicate}/wallet/movements`,
  ])
    t.match(await app.call(target), {
      status: 404,
      body: { code: 'customer_merged', mergedIntoId: survivor },
    });
  t.match(await withdraw(app, duplicate, 1), { status: 404, body: { code: 'customer_merged' } });
  await ok(cancel(app, order.id));
  t.equal(await balanceOf(app, survivor), 5300, 'what the duplicate had paid comes back to the survivor');
});

t.test('a wallet that never was needs no move', async (t) => {
  const [survivor, duplicate] = [await makeRich(app, 0), await makeRich(app, 0)];
  await ok(merge(survivor, duplicate));
  t.same(await movementsOf(app, survivor), []);
  const rich = await makeRich(app, 10);
  await ok(merge(survivor, rich));
  t.same(await toldOf(app, survivor), [['merged_in', 10, 10]]);
});

t.test('what was noted about a duplicate is known and erased with the survivor', async (t) => {
  const [survivor, duplicate] = [await makeRich(app, 0), await makeRich(app, 0)];
  const credit = { amount: 50, reason: 'goodwill', note: 'Waited in the rain' };
  await ok(app.call(`POST /v1/customers/${duplicate}/wallet/credits`, { body: credit }));
  await ok(withdraw(app, duplicate, 50));
  await ok(merge(survivor, duplicate));
  t.same(await movementsOf(app, survivor), [], 'there was nothing to move');
  const exported = await ok(app.call(`GET /v1/customers/${survivor}/personal-data`));
  t.match(JSON.stringify(exported), /Waited in the rain/);
  const { kept } = await ok(erase(survivor));
  t.match(JSON.stringify(kept), /2 movements of stored value/);
  const { rows } = await app.deps.db.$client.query(
    'select count(*)::int as notes from wallet_movements where note is not null and customer_id = $1',
    [duplicate],
  );
  t.same(rows, [{ notes: 0 }]);
});

t.test('what is promised of the value moves along', async (t) => {
  const [survivor, duplicate] = [await makeRich(app, 100), await makeRich(app, 1000)];
  const ctx = await app.ctx();
  const expiresAt = new Date(ctx.now.getTime() + 60_000);
  const input = { account: walletOf(duplicate), amount: 800n, reference: newId(), expiresAt };
  const holdId = await inTransaction(ctx, (tx) => hold(tx, ctx, input));
  await ok(merge(survivor, duplicate));
  t.match(await readWallet(app, survivor), { balanceAmount: 1100, heldAmount: 800, availableAmount: 300 });
  t.equal((await withdraw(app, survivor, 301)).status, 422);
  await inTransaction(ctx, (tx) => releaseHold(tx, ctx, holdId));
  t.match(await readWallet(app, survivor), { heldAmount: 0, availableAmount: 1100 });
});

t.test('a hold that ends at the moment of a merge ends once', async (t) => {
  for (const _ of times(6)) {
    const [survivor, duplicate] = [await makeRich(app, 100), await makeRich(app, 1000)];
    const ctx = await app.ctx();
    const expiresAt = new Date(ctx.now.getTime() + 60_000);
    const input = { account: walletOf(duplicate), amount: 800n, reference: newId(), expiresAt };
    const holdId = await inTransaction(ctx, (tx) => hold(tx, ctx, input));
    const release = () => inTransaction(ctx, (tx) => releaseHold(tx, ctx, holdId));
    const [merged] = await Promise.all([merge(survivor, duplicate), release()]);
    t.equal(merged.status, 200, JSON.stringify(merged.body));
    t.match(await readWallet(app, survivor), { balanceAmount: 1100, heldAmount: 0, availableAmount: 1100 });
    await t.rejects(release(), { message: /hold_not_active/ }, 'not twice');
  }
});

t.test('a merge at the moment of payments, cancellations and credits loses nothing', async (t) => {
  for (const _ of times(4)) {
    const [survivor, duplicate] = [await makeRich(app, 0), await makeRich(app, 20_000)];
    const [paid, open] = await Promise.all([orderOf(app, duplicate), orderOf(app, duplicate)]);
    await ok(payByWallet(app, paid.id));
    const credit = () =>
      app.call(`POST /v1/customers/${duplicate}/wallet/credits`, { body: { amount: 10, reason: 'cash' } });
    const [merged, , ...credits] = await Promise.all([
      merge(survivor, duplicate),
      Promise.all([payByWallet(app, open.id), cancel(app, paid.id)]).then((answers) =>
        t.same(tally(answers), { 200: 1, 201: 1 }),
      ),
      ...times(6).map(credit),
    ]);
    t.equal(merged.status, 200, JSON.stringify(merged.body));
    t.ok(credits.every(({ status }) => [201, 404].includes(status)));
    const given = credits.filter(({ status }) => status === 201).length;
    t.equal(await balanceOf(app, survivor), 20_000 - 3600 + given * 10);
  }
});

t.test('nobody is erased while the shop owes them', async (t) => {
  const id = await makeRich(app, 0);
  await creditWallet(app, id, 700, { note: 'Mrs Anders was kind.' });
  t.match(await erase(id), { status: 409, body: { code: 'wallet_not_empty', balanceAmount: 700 } });
  t.match(await ok(app.call(`GET /v1/customers/${id}`)), { name: 'Maria Anders' }, 'nothing is erased');
  await ok(withdraw(app, id, 700));
  const { kept } = await ok(erase(id));
  t.match(
    kept.map(({ what }: { what: string }) => what),
    [/^Stored answers/, /^2 movements of stored value/],
  );
  t.same(
    (await movementsOf(app, id)).map(({ note }) => note),
    [null, null],
  );
  t.same((await ok(erase(id))).kept, kept, 'again the same');
  const body = { amount: 5, reason: 'cash' };
  t.match(await app.call(`POST /v1/customers/${id}/wallet/credits`, { body }), {
    status: 422,
    body: { code: 'customer_erased' },
  });
});

t.test('what comes back after an erasure is paid out', async (t) => {
  const id = await makeRich(app, 3600);
  const order = await orderOf(app, id);
  await ok(payByWallet(app, order.id));
  await ok(erase(id));
  await ok(cancel(app, order.id));
  t.equal(await balanceOf(app, id), 3600);
  const { kept } = await ok(erase(id));
  t.match(kept.at(-1), { what: /came back later/, until: null });
  const { body } = await app.call(`POST /v1/customers/${id}/wallet/withdrawals`, {
    body: { amount: 3600, note: 'To Mrs Anders' },
  });
  t.match(body, { amount: -3600, note: null });
  t.equal(await balanceOf(app, id), 0);
});

t.test('an erasure at the moment of credits leaves no value without an owner', async (t) => {
  for (const _ of times(4)) {
    const id = await makeRich(app, 0);
    const body = { amount: 10, reason: 'cash' };
    const credit = () => app.call(`POST /v1/customers/${id}/wallet/credits`, { body });
    const [erased, ...credits] = await Promise.all([erase(id), ...times(5).map(credit)]);
    const given = credits.filter(({ status }) => status === 201).length;
    t.equal(erased.status, given > 0 ? 409 : 200, `${given} credits`);
    t.equal(await balanceOf(app, id), given * 10);
  }
});

t.test('the export has every movement', async (t) => {
  const { id } = await makeCustomer(app);
  await creditWallet(app, id, 700, { note: 'For the wait.' });
  const { sections } = await ok(app.call(`GET /v1/customers/${id}/personal-data`));
  const section = sections.find(({ name }: { name: string }) => name === 'wallet');
  t.match(section.records, [{ kind: 'credited', amount: 700, note: 'For the wait.' }]);
  t.ok(await tokenOf(app, id));
});

t.test('after all of it everything agrees', async (t) => {
  await checkInvariants(t, app);
});
