import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import {
  accountOf,
  clearing,
  funds,
  nameOf,
  receivable,
  sales,
  walletOf,
} from '../../../src/modules/ledger/accounts.ts';
import { credit, debit, normalizeLegs, reverseLegs } from '../../../src/modules/ledger/rules.ts';
import { decideLegs } from '../../../src/modules/orders/posting-rules.ts';

const runs = { numRuns: Number(process.env['PROPERTY_RUNS'] ?? 300) };
const id = '01890a5d-ac96-774b-bcce-b302099a8057';
const accounts = [receivable(id), clearing(id), sales(), walletOf(id), funds('manual')];

t.test('the worked number', async (t) => {
  const legs = normalizeLegs([
    debit(receivable(id), 5_400n),
    credit(sales(), 5_400n),
    credit(receivable(id), 400n),
    debit(sales(), 400n),
  ]);
  t.same(
    legs.map((leg) => [nameOf(leg), leg.amount]),
    [
      [`receivable:${id}`, 5_000n],
      ['sales', -5_000n],
    ],
  );
});

t.test('what does not sum to zero is a mistake, what is nothing is left out', async (t) => {
  t.throws(() => normalizeLegs([debit(sales(), 1n)]), /sum to 1/);
  t.same(normalizeLegs([debit(sales(), 0n), credit(clearing(id), 0n)]), []);
});

t.test('legs of any kind, once balanced, stay balanced and in the order of their names', async () => {
  const leg = fc.record({ at: fc.nat(accounts.length - 1), amount: fc.bigInt(-(10n ** 15n), 10n ** 15n) });
  fc.assert(
    fc.property(fc.array(leg, { maxLength: 12 }), (made) => {
      const given = made.map(({ at, amount }) => debit(accounts[at] ?? sales(), amount));
      const sum = given.reduce((total, { amount }) => total + amount, 0n);
      const legs = normalizeLegs([...given, credit(sales(), sum)]);
      assert.equal(
        legs.reduce((total, { amount }) => total + amount, 0n),
        0n,
      );
      assert.ok(legs.every(({ amount }) => amount !== 0n) && new Set(legs.map(nameOf)).size === legs.length);
      assert.deepEqual(legs.map(nameOf), legs.map(nameOf).toSorted());
      assert.deepEqual(normalizeLegs([...legs, ...reverseLegs(legs)]), [], 'and its reversal takes it back');
    }),
    runs,
  );
});

t.test('the books of an order add up whatever it goes through', async () => {
  const amount = fc.bigInt(0n, 10n ** 12n);
  const state = fc.record({
    status: fc.constantFrom('pending' as const, 'paid' as const, 'shipped' as const, 'cancelled' as const),
    totalAmount: amount,
    paidAmount: amount,
    refundedAmount: amount,
    settledAmount: amount,
    goodwillAmount: amount,
    settledRefundAmount: amount,
    chargedAmount: amount,
    creditedAmount: amount,
    writtenOffAmount: amount,
  });
  fc.assert(
    fc.property(fc.array(state, { minLength: 1, maxLength: 8 }), (states) => {
      const legs = states.flatMap((after, index) => decideLegs(id, states[index - 1], after));
      assert.deepEqual(
        normalizeLegs(legs),
        normalizeLegs(decideLegs(id, undefined, states.at(-1) ?? states[0]!)),
        'the way there does not matter',
      );
    }),
    runs,
  );
});

t.test('a name is read back as the account that it names', async (t) => {
  for (const account of accounts) {
    const { floor: _floor, ...named } = account;
    t.same(accountOf(nameOf(account)), named);
  }
  for (const name of ['', 'wallet', `sales:${id}`, 'receivable:1', 'funds:', 'Sales', "funds:x'--"])
    t.equal(accountOf(name), undefined, name);
});
