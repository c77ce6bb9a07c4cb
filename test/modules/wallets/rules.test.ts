import fc from 'fast-check';
import t from 'tap';
import { nameOf } from '../../../src/modules/ledger/accounts.ts';
import { credit } from '../../../src/modules/ledger/rules.ts';
import { PROVIDER_NAMES, providerOf } from '../../../src/modules/payments/providers/registry.ts';
import { amountToOwner, CREDIT_REASONS, decideSource } from '../../../src/modules/wallets/rules.ts';
import { startApp } from '../../support/app.ts';
import { creditWallet } from '../../support/world.ts';
import { checkInvariants, ok } from '../orders/support.ts';
import { cancel, makeRich, orderOf, payByWallet, toldOf, walletOf, withdraw } from './support.ts';

const runs = { numRuns: Number(process.env['PROPERTY_RUNS'] ?? 8) };
const app = await startApp(t);

t.test('who pays for value that staff gives', async (t) => {
  t.same(
    CREDIT_REASONS.map((reason) => nameOf(decideSource(reason))),
    ['goodwill', 'funds:manual'],
  );
  t.equal(amountToOwner(credit(decideSource('cash'), 700n)), 700n, 'a credit of the books came in');
});

t.test('every provider that can be named is there', async (t) => {
  for (const provider of PROVIDER_NAMES) t.equal(providerOf({ provider }).name, provider);
});

const PRICE = 3600;
const step = fc.oneof(
  fc.record({ do: fc.constant('credit' as const), amount: fc.integer({ min: 1, max: 9000 }) }),
  fc.record({ do: fc.constant('withdraw' as const), amount: fc.integer({ min: 1, max: 6000 }) }),
  fc.record({ do: fc.constant('pay' as const), amount: fc.integer({ min: 1, max: PRICE }) }),
  fc.record({ do: fc.constant('cancel' as const), amount: fc.constant(0) }),
);

t.test('a wallet holds what a plain sum says, whatever happens to it', async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 10 }), async (steps) => {
      const id = await makeRich(app, 0);
      const paid: { orderId: string; amount: number }[] = [];
      let balance = 0;
      const sums: number[] = [];
      for (const { do: what, amount } of steps) {
        const before = balance;
        if (what === 'credit') {
          await creditWallet(app, id, amount);
          balance += amount;
        } else if (what === 'withdraw') {
          const { status } = await withdraw(app, id, amount);
          t.equal(status, amount <= balance ? 201 : 422);
          if (status === 201) balance -= amount;
        } else if (what === 'pay') {
          const order = await orderOf(app, id);
          const { status } = await payByWallet(app, order.id, { amount });
          t.equal(status, amount <= balance ? 201 : 422);
          if (status === 201) paid.push({ orderId: order.id, amount });
          if (status === 201) balance -= amount;
        } else {
          const last = paid.pop();
          if (last) await ok(cancel(app, last.orderId));
          balance += last?.amount ?? 0;
        }
        if (balance !== before) sums.unshift(balance);
      }
      t.match(await walletOf(app, id), { balanceAmount: balance, availableAmount: balance });
      t.same(
        (await toldOf(app, id)).map(([, , after]) => after),
        sums,
      );
    }),
    runs,
  );
  await checkInvariants(t, app);
});
