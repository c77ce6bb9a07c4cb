import fc from 'fast-check';
import t from 'tap';
import { lastDayAfter, planParts } from '../../../src/modules/activities/deposits/deposit-rules.ts';
import { dayIn } from '../../../src/platform/days.ts';

const runs = { numRuns: Number(process.env['PROPERTY_RUNS'] ?? 500) };
const dateOf = (day: number) => new Date(day * 86_400_000).toISOString().slice(0, 10);
const plan = (amount: bigint, instalments: number, timezone: string, at: string) =>
  planParts({ depositAmount: amount, instalments }, { timezone, paidAt: new Date(at) });

t.test('1,880.00 in 24 parts: eight of 78.34, sixteen of 78.33, each at a month’s end', (t) => {
  const parts = plan(188_000n, 24, 'Asia/Shanghai', '2027-01-31T15:59:59Z');
  t.same(
    parts.map(({ partAmount }) => Number(partAmount)),
    [...Array<number>(8).fill(7_834), ...Array<number>(16).fill(7_833)],
  );
  t.same(
    parts.slice(0, 3).map(({ dueDay }) => dateOf(dueDay)),
    ['2027-02-28', '2027-03-31', '2027-04-30'],
  );
  t.equal(dateOf(parts[12]?.dueDay ?? 0), '2028-02-29');
  t.equal(parts[0]?.collectableAt.toISOString(), '2027-02-27T16:00:00.000Z');
  const [first] = plan(188_000n, 24, 'Asia/Shanghai', '2027-01-31T16:00:00Z');
  t.equal(dateOf(first?.dueDay ?? 0), '2027-03-31', 'that is February there');
  t.end();
});

const zones = Intl.supportedValuesOf('timeZone').filter((_, at) => at % 14 === 0);
const moments = fc.date({
  min: new Date('2020-01-01T00:00:00Z'),
  max: new Date('2060-01-01T00:00:00Z'),
  noInvalidDate: true,
});

t.test(
  'in every zone: parts come to the deposit, differ by a cent at most, and due dates rise month by month',
  (t) => {
    t.ok(zones.length >= 30, `${zones.length} zones`);
    fc.assert(
      fc.property(
        fc.bigInt({ min: 60n, max: 999_999_999n }),
        fc.integer({ min: 1, max: 60 }),
        fc.constantFrom(...zones),
        moments,
        (amount, instalments, timezone, paidAt) => {
          const parts = planParts({ depositAmount: amount, instalments }, { timezone, paidAt });
          const sum = parts.reduce((total, { partAmount }) => total + partAmount, 0n);
          const paidDay = dayIn(timezone, paidAt);
          return (
            sum === amount &&
            parts.length === instalments &&
            parts.every(({ partAmount, dueDay, collectableAt }, at) => {
              const before = parts[at - 1];
              const isLast = new Date((dueDay + 1) * 86_400_000).getUTCDate() === 1;
              const isNext = dueDay === lastDayAfter(paidDay, at + 1);
              const isIn = dayIn(timezone, collectableAt) >= dueDay;
              const isRising = !before || (before.dueDay < dueDay && before.collectableAt < collectableAt);
              const isFair = !before || before.partAmount - partAmount <= 1n;
              return isLast && isNext && isIn && isRising && isFair && partAmount > 0n;
            }) &&
            (parts[0]?.partAmount ?? 0n) - (parts.at(-1)?.partAmount ?? 0n) <= 1n
          );
        },
      ),
      runs,
    );
    t.end();
  },
);
