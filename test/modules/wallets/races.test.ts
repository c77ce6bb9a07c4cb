import t from 'tap';
import { newId } from '../../../src/platform/ids.ts';
import { startApp } from '../../support/app.ts';
import { creditWallet } from '../../support/world.ts';
import { checkInvariants, tally, times } from '../orders/support.ts';
import {
  balanceOf,
  cancel,
  entriesOf,
  makeRich,
  movementsOf,
  orderOf,
  payByWallet,
  withdraw,
} from './support.ts';

const app = await startApp(t, { poolSize: 24 });

t.test('fifty orders that are paid from one wallet at once never take more than there is', async (t) => {
  const id = await makeRich(app, 20_000);
  const orders = await Promise.all(times(50).map(() => orderOf(app, id)));
  const answers = await Promise.all(orders.map((order) => payByWallet(app, order.id)));
  t.same(tally(answers), { 201: 5, 422: 45 }, 'floor(20,000 / 3,600)');
  const refused = answers.filter(({ status }) => status === 422);
  t.ok(refused.every(({ body }) => body.code === 'insufficient_balance' && body.availableAmount < 3600 * 5));
  const movements = await movementsOf(app, id);
  t.same(
    movements.map(({ balanceAfterAmount }) => balanceAfterAmount),
    [2000, 5600, 9200, 12_800, 16_400, 20_000],
  );
});

t.test('one order that is paid fifty times at once is paid once', async (t) => {
  const id = await makeRich(app, 20_000);
  const order = await orderOf(app, id);
  const answers = await Promise.all(times(50).map(() => payByWallet(app, order.id)));
  t.same(tally(answers), { 201: 1, 409: 49 });
  t.equal(await balanceOf(app, id), 16_400);
});

t.test('payments, withdrawals and credits at once', async (t) => {
  const id = await makeRich(app, 10_000);
  const orders = await Promise.all(times(10).map(() => orderOf(app, id)));
  const [payments, withdrawals] = await Promise.all([
    Promise.all(orders.map((order) => payByWallet(app, order.id))),
    Promise.all(times(10).map(() => withdraw(app, id, 900))),
    Promise.all(times(5).map(() => creditWallet(app, id, 100))),
  ]);
  const paid = payments.filter(({ status }) => status === 201).length;
  const out = withdrawals.filter(({ status }) => status === 201).length;
  t.ok([...payments, ...withdrawals].every(({ status }) => [201, 422].includes(status)));
  t.ok(paid + out > 0);
  t.equal(await balanceOf(app, id), 10_500 - paid * 3600 - out * 900);
  t.ok((await movementsOf(app, id)).every(({ balanceAfterAmount }) => balanceAfterAmount >= 0));
});

t.test('the last value is either spent or paid out', async (t) => {
  for (const _ of times(8)) {
    const id = await makeRich(app, 3600);
    const order = await orderOf(app, id);
    const answers = await Promise.all([payByWallet(app, order.id), withdraw(app, id, 3600)]);
    t.same(tally(answers), { 201: 1, 422: 1 });
    t.equal(await balanceOf(app, id), 0);
  }
});

t.test('twins with one key move value once', async (t) => {
  const id = await makeRich(app, 9000);
  const order = await orderOf(app, id);
  const [payKey, outKey, inKey] = [newId(), newId(), newId()];
  const target = `POST /v1/customers/${id}/wallet/credits`;
  const credits = { body: { amount: 70, reason: 'cash' }, key: inKey };
  const answers = await Promise.all(
    times(8).map(() =>
      Promise.all([
        payByWallet(app, order.id, {}, { key: payKey }),
        withdraw(app, id, 500, { key: outKey }),
        app.call(target, credits),
      ]),
    ),
  );
  for (const i of times(3)) {
    const same = answers.map((row) => row[i]);
    t.ok(
      same.every((answer) => answer?.status === 201),
      JSON.stringify(tally(same as never)),
    );
    t.equal(new Set(same.map((answer) => answer?.body.id)).size, 1, 'one answer');
  }
  t.equal(await balanceOf(app, id), 9000 - 3600 - 500 + 70);
  t.match(await app.call(target, { ...credits, body: { amount: 71, reason: 'cash' } }), {
    status: 422,
    body: { code: 'idempotency_key_reused' },
  });
});

t.test('cancelling and paying at once leaves the value on one side', async (t) => {
  for (const _ of times(6)) {
    const id = await makeRich(app, 3600);
    const order = await orderOf(app, id);
    const [paid, cancelled] = await Promise.all([payByWallet(app, order.id), cancel(app, order.id)]);
    t.ok([201, 409].includes(paid.status) && cancelled.status === 200, `${paid.status} ${cancelled.status}`);
    t.equal(await balanceOf(app, id), 3600);
    t.equal(
      (await entriesOf(app, `clearing:${order.id}`)).reduce((sum, [, amount]) => sum + amount, 0),
      0,
    );
  }
});

t.test('after all of it everything agrees', async (t) => {
  await checkInvariants(t, app);
});
