import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import {
  chargeLine,
  creditLine,
  type LineMoney,
  paidLeftOf,
  settledLeftOf,
  settleLine,
  taxShareOf,
  unitsLeftOf,
  valueLeftOf,
} from '../../../src/modules/orders/line-rules.ts';
import { includedTax, sumOf } from '../../../src/platform/money.ts';

const runs = { numRuns: Number(process.env['PROPERTY_RUNS'] ?? 500) };

const lineOf = (quantity: number, netAmount: bigint, taxRateBps = 1900, setup = 0n): LineMoney => ({
  quantity,
  cancelledQuantity: 0,
  returnedQuantity: 0,
  netAmount,
  taxRateBps,
  taxAmount: includedTax(netAmount, taxRateBps),
  settledAmount: 0n,
  chargedAmount: 0n,
  creditedAmount: 0n,
  valuedQuantity: null,
  valuedAmount: null,
  logoSetupAmount: setup,
});

const line = fc
  .tuple(
    fc.integer({ min: 1, max: 12 }),
    fc.bigInt(0n, 5_000n),
    fc.constantFrom(0, 700, 1900),
    // Staff may lower what a line costs below the price of its tools.
    fc.oneof(fc.constant(0n), fc.bigInt(0n, 6_000n)),
  )
  .map(([quantity, net, rate, setup]) => lineOf(quantity, net, rate, setup));

/** Takes units one part after the other and returns what each part gave back. */
function creditAll(start: LineMoney, parts: readonly number[]) {
  let [at, amounts, taxes] = [start, [] as bigint[], [] as bigint[]];
  for (const part of parts) {
    const credited = creditLine(at, part, 'returned');
    assert.ok(credited);
    at = credited.line;
    amounts = [...amounts, credited.credit.amount];
    taxes = [...taxes, credited.credit.taxAmount];
  }
  return { line: at, amounts, taxes };
}

/** Cuts a number of units into parts, anyhow. */
const cut = (units: number, cuts: readonly number[]): number[] => {
  const parts: number[] = [];
  let left = units;
  for (const wish of cuts) {
    const part = 1 + (wish % Math.max(1, left));
    if (part > left) break;
    parts.push(part);
    left -= part;
  }
  return left > 0 ? [...parts, left] : parts;
};

t.test('three lines of 10.00 with 10.00 off give back 20.00 in any order', async (t) => {
  const lines = [666n, 667n, 667n].map((net) => lineOf(1, net));
  for (const order of [
    [0, 1, 2],
    [2, 1, 0],
    [1, 2, 0],
  ]) {
    const back = order.map(
      (index) => creditLine(lines[index] as LineMoney, 1, 'returned')?.credit.amount ?? 0n,
    );
    t.equal(sumOf(back), 2_000n);
  }
});

t.test('one unit and then two give back what three do', async (t) => {
  t.same(creditAll(lineOf(3, 1_000n), [1, 1, 1]).amounts, [333n, 334n, 333n]);
  t.same(creditAll(lineOf(3, 1_000n), [1, 2]).amounts, [333n, 667n]);
  t.same(creditAll(lineOf(3, 1_000n), [3]).amounts, [1_000n]);
  const settled = settleLine(lineOf(3, 1_000n), 100n);
  t.same(settled && creditAll(settled, [2, 1]).amounts, [600n, 300n], 'less their share of what was settled');
});

t.test('however units are cut into parts, the same units give back the same', async () => {
  fc.assert(
    fc.property(
      line,
      fc.bigInt(0n, 5_000n),
      fc.bigInt(0n, 500n),
      fc.nat(12),
      fc.array(fc.nat(12), { maxLength: 6 }),
      fc.array(fc.nat(12), { maxLength: 6 }),
      (start, settled, charged, units, one, other) => {
        const raised = chargeLine(start, charged);
        assert.ok(raised);
        const at = settleLine(raised, settled % (valueLeftOf(raised) + 1n));
        assert.ok(at);
        const wanted = units % (at.quantity + 1);
        const [a, b] = [creditAll(at, cut(wanted, one)), creditAll(at, cut(wanted, other))];
        assert.equal(sumOf(a.amounts), sumOf(b.amounts));
        assert.equal(sumOf(a.taxes), sumOf(b.taxes));
        assert.equal(valueLeftOf(a.line), valueLeftOf(b.line));
      },
    ),
    runs,
  );
});

const step = fc.oneof(
  fc.record({ kind: fc.constant('settle' as const), amount: fc.bigInt(0n, 2_000n) }),
  fc.record({ kind: fc.constant('charge' as const), amount: fc.bigInt(0n, 300n) }),
  fc.record({ kind: fc.constantFrom('cancelled' as const, 'returned' as const), units: fc.nat(5) }),
);

t.test('whatever happens to a line, in any order, adds up to what was paid for it', async () => {
  fc.assert(
    fc.property(line, fc.array(step, { maxLength: 12 }), (start, steps) => {
      let at = start;
      let [back, tax] = [0n, 0n];
      for (const one of steps) {
        const value = valueLeftOf(at);
        if (one.kind === 'settle') {
          const amount = one.amount % (value + 1n);
          tax += taxShareOf(at, amount);
          back += amount;
          at = settleLine(at, amount) ?? assert.fail();
        } else if (one.kind === 'charge') {
          tax += taxShareOf(at, -one.amount) * (unitsLeftOf(at) > 0 ? 1n : 0n);
          back -= unitsLeftOf(at) > 0 ? one.amount : 0n;
          at = chargeLine(at, one.amount) ?? at;
        } else {
          const credited = creditLine(at, one.units, one.kind);
          if (!credited) continue;
          assert.equal(credited.credit.amount, credited.credit.paidAmount - credited.credit.settledAmount);
          assert.ok(credited.credit.amount >= 0n && credited.credit.settledAmount >= 0n);
          back += credited.credit.amount;
          tax += credited.credit.taxAmount;
          at = credited.line;
        }
        assert.ok(valueLeftOf(at) >= 0n, 'never below nothing');
        assert.equal(valueLeftOf(at), start.netAmount - back);
        assert.equal(valueLeftOf(at), at.netAmount + at.chargedAmount - at.settledAmount - at.creditedAmount);
        assert.ok(settledLeftOf(at) <= paidLeftOf(at));
      }
      const left = unitsLeftOf(at);
      const last = left > 0 ? creditLine(at, left, 'returned') : undefined;
      assert.equal(back + (last?.credit.amount ?? 0n), start.netAmount, 'the last units take the remainder');
      if (start.netAmount > 0n)
        assert.equal(tax + (last?.credit.taxAmount ?? 0n), start.taxAmount, 'and the rest of the tax');
    }),
    runs,
  );
});

t.test('what is charged when units have gone was paid for the others', async (t) => {
  const one = creditLine(lineOf(2, 3600n), 1, 'cancelled');
  const charged = one && chargeLine(one.line, 301n);
  t.equal(charged && paidLeftOf(charged), 2101n);
  t.equal(charged && settledLeftOf(charged), 0n);
});

t.test('what is not there is refused', async (t) => {
  t.equal(creditLine(lineOf(2, 100n), 3, 'returned'), undefined);
  t.equal(creditLine(lineOf(2, 100n), 0, 'returned'), undefined);
  t.equal(settleLine(lineOf(2, 100n), 101n), undefined);
  const gone = creditLine(lineOf(2, 100n), 2, 'cancelled');
  t.equal(gone && chargeLine(gone.line, 1n), undefined, 'nothing is charged for units that are gone');
});
