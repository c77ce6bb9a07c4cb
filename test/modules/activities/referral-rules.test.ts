import fc from 'fast-check';
import t from 'tap';
import { countRewarded, decideStanding } from '../../../src/modules/activities/referrals/referral-rules.ts';
import { referralStates } from '../../../src/modules/activities/referrals/states.ts';

const runs = { numRuns: Number(process.env['PROPERTY_RUNS'] ?? 500) };
const at = (day: number) => new Date(Date.UTC(2027, 0, 1 + day));
const purchase = fc.record({
  qualifies: fc.boolean(),
  returnableUntil: fc.integer({ min: 0, max: 60 }).map(at),
});
const situation = fc.record({
  purchases: fc.array(purchase, { maxLength: 5 }),
  state: fc.constantFrom('claimed', 'qualified', 'rewarded', 'taken_back', 'expired' as const),
  closesAt: fc.option(fc.integer({ min: 0, max: 60 }).map(at)),
  now: fc.integer({ min: 0, max: 60 }).map(at),
});

t.test(
  'a friend is qualified by a purchase that is enough and cannot be returned, and by nothing else',
  (t) => {
    fc.assert(
      fc.property(situation, ({ purchases, state, closesAt, now }) => {
        const standing = decideStanding(purchases, { state, closesAt, now });
        const kept = purchases.some((one) => one.qualifies && one.returnableUntil <= now);
        return (standing.state === 'qualified') === kept;
      }),
      runs,
    );
    t.end();
  },
);

t.test('looked at again it stands the same, in whatever order purchases are heard of', (t) => {
  fc.assert(
    fc.property(situation, ({ purchases, state, closesAt, now }) => {
      const once = decideStanding(purchases, { state, closesAt, now });
      const again = decideStanding(purchases.toReversed(), { state: once.state, closesAt, now });
      return again.state === once.state && again.dueAt?.getTime() === once.dueAt?.getTime();
    }),
    runs,
  );
  t.end();
});

t.test('who waits is found when that ends, and nobody is taken back who was never qualified', (t) => {
  fc.assert(
    fc.property(situation, ({ purchases, state, closesAt, now }) => {
      const { state: is, dueAt } = decideStanding(purchases, { state, closesAt, now });
      const wasQualified = state !== 'claimed' && state !== 'expired';
      if (is === 'taken_back' && !wasQualified) return false;
      if (dueAt !== null && dueAt <= now) return false;
      const waits = purchases.some((one) => one.qualifies);
      return is !== 'claimed' || !waits || dueAt !== null;
    }),
    runs,
  );
  t.end();
});

t.test('every step of a standing is one that a referral can take', (t) => {
  fc.assert(
    fc.property(situation, ({ purchases, state, closesAt, now }) => {
      const { state: is } = decideStanding(purchases, { state, closesAt, now });
      const isStay = is === state || (state === 'rewarded' && is === 'qualified');
      return isStay || referralStates.next[state].some((one: string) => one === is);
    }),
    runs,
  );
  t.end();
});

t.test('a participant is rewarded for the friends of the last step', (t) => {
  const steps = [{ at: 2 }, { at: 5 }];
  t.same(
    [0, 1, 2, 4, 5, 9].map((progress) => countRewarded(steps, progress)),
    [0, 0, 2, 2, 5, 5],
  );
  t.end();
});
