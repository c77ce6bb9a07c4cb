import fc from 'fast-check';
import t from 'tap';
import { checkHistory, type Model, type Operation } from '../support/histories.ts';
import { stockModel } from '../support/history-models.ts';

const numRuns = Number(process.env['PROPERTY_RUNS'] ?? 500);

type Input = { write: number } | 'read';
type Done = Operation<Input, number>;

/** One number that is written and read. */
const register: Model<number, Input, number> = {
  initial: 0,
  keyOf: String,
  step(value, input, output) {
    if (typeof input === 'object') return input.write;
    return output === undefined || output === value ? value : undefined;
  },
};
const did = (input: Input, output: number | undefined, invokedAt: number, endedAt: number): Done => ({
  input,
  output,
  invokedAt,
  endedAt,
});
const write = (value: number, from: number, to: number): Done => did({ write: value }, value, from, to);
const sees = (value: number, from: number, to: number): Done => did('read', value, from, to);
const isValid = (...history: Done[]): boolean => checkHistory(register, history).isValid;

t.test('what a register may answer', async (t) => {
  t.ok(isValid(), 'nothing happened');
  t.ok(isValid(write(1, 1, 2), sees(1, 3, 4)));
  t.notOk(isValid(write(1, 1, 2), sees(0, 3, 4)), 'a read of what was before the last write');
  t.ok(isValid(write(1, 1, 4), sees(0, 2, 3)), 'beside the write, either is right');
  t.ok(isValid(write(1, 1, 4), sees(1, 2, 3)));
  t.ok(isValid(write(1, 1, 8), sees(0, 2, 3), sees(1, 4, 5)));
  t.notOk(isValid(write(1, 1, 8), sees(1, 2, 3), sees(0, 4, 5)), 'but not first the new and then the old');
  t.notOk(isValid(write(1, 1, 4), write(2, 2, 3), sees(1, 5, 6), sees(2, 7, 8)), 'one of the two was last');
  t.ok(isValid(write(1, 1, 4), write(2, 2, 3), sees(1, 5, 6), sees(1, 7, 8)));
});

t.test('what is not known to have happened may have happened at any time, or never', async (t) => {
  const lost = did({ write: 1 }, undefined, 1, Number.POSITIVE_INFINITY);
  t.ok(isValid(lost, sees(0, 2, 3)));
  t.ok(isValid(lost, sees(0, 2, 3), sees(1, 4, 5)));
  t.notOk(isValid(lost, sees(1, 2, 3), sees(0, 4, 5)));
  t.notOk(isValid(sees(1, 2, 3), { ...lost, invokedAt: 4 }), 'not before it began');
});

t.test('the last piece is sold once', async (t) => {
  const place = (order: string, output: 'ok' | 'refused', invokedAt: number, endedAt: number) => ({
    input: { kind: 'place' as const, order, quantity: 1 },
    output,
    invokedAt,
    endedAt,
  });
  const check = (...history: ReturnType<typeof place>[]) => checkHistory(stockModel(1), history);
  t.ok(check(place('a', 'ok', 1, 4), place('b', 'refused', 2, 3)).isValid);
  const twice = check(place('a', 'ok', 1, 4), place('b', 'ok', 2, 3));
  t.notOk(twice.isValid);
  t.equal(twice.order.length, 1, 'it says how far it came');
  t.notOk(check(place('a', 'refused', 1, 2), place('b', 'ok', 3, 4)).isValid, 'refused while it was there');
});

// Operations that ran one after the other, each stretched to both sides, so that they look concurrent.
const run = fc.array(
  fc.record({ value: fc.option(fc.nat(3)), early: fc.nat(6), late: fc.nat(6), isLost: fc.boolean() }),
  { minLength: 1, maxLength: 25 },
);

t.test('whatever did run one after the other is found valid', async () => {
  const property = fc.property(run, (steps) => {
    let value = 0;
    const history = steps.map(({ value: next, early, late, isLost }, index) => {
      if (next !== null) value = next;
      const endedAt = isLost ? Number.POSITIVE_INFINITY : index + late + 0.5;
      const output = isLost ? undefined : value;
      return did(next === null ? 'read' : { write: next }, output, index - early, endedAt);
    });
    const { isValid, order } = checkHistory(register, history);
    // The order that it gives explains every answer.
    const replayed = order.reduce<number | undefined>(
      (state, { input, output }) => (state === undefined ? state : register.step(state, input, output)),
      0,
    );
    return isValid && replayed !== undefined;
  });
  fc.assert(property, { numRuns });
});

t.test('an answer that was never written is found', async () => {
  const property = fc.property(run, fc.nat(), (steps, at) => {
    const history = steps.map(({ value, early, late }, index) =>
      did({ write: value ?? 0 }, value ?? 0, index - early, index + late + 0.5),
    );
    const place = at % history.length;
    return !isValid(...history, sees(9, place, place + 20));
  });
  fc.assert(property, { numRuns });
});
