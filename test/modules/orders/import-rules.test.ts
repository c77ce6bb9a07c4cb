import fc from 'fast-check';
import t from 'tap';
import { decideStanding, findDateFault, type ImportDates } from '../../../src/modules/orders/import-rules.ts';
import { PAYMENT_TERMS } from '../../../src/modules/orders/states.ts';

const RUNS = { numRuns: Number(process.env['PROPERTY_RUNS'] ?? 500) };
const NOW = new Date('2026-05-01T00:00:00Z');
const DAY_MS = 86_400_000;
const day = (n: number) => new Date(NOW.getTime() + n * DAY_MS);

const maybe = fc.option(fc.integer({ min: -8, max: 1 }).map(day));
const dates: fc.Arbitrary<ImportDates> = fc.record({
  placedAt: fc.integer({ min: -8, max: 1 }).map(day),
  paidAt: maybe,
  shippedAt: maybe,
  deliveredAt: maybe,
  completedAt: maybe,
  cancelledAt: maybe,
});
/** A story that goes on for some steps, each at its time; sometimes it ends in a cancellation. */
const story: fc.Arbitrary<ImportDates> = fc
  .tuple(
    fc.array(fc.integer({ min: -8, max: 0 }), { minLength: 5, maxLength: 5 }),
    fc.nat(4),
    fc.integer({ min: 0, max: 3 }),
  )
  .map(([days, steps, cancel]) => {
    const moments = days.toSorted((a, b) => a - b).map(day);
    const step = (n: number) => (n <= steps ? (moments[n] ?? null) : null);
    return {
      placedAt: moments[0] ?? NOW,
      paidAt: step(1),
      shippedAt: step(2),
      deliveredAt: step(3),
      completedAt: step(4),
      cancelledAt: cancel === 0 ? NOW : null,
    };
  });
const anyDates = fc.oneof(dates, story);
const terms = fc.constantFrom(...PAYMENT_TERMS);
const LAPSE_MS = 2 * DAY_MS;
const standing = (found: ImportDates, of: (typeof PAYMENT_TERMS)[number], totalAmount = 100n) =>
  decideStanding(found, { lapseMs: LAPSE_MS, autoCompleteDays: 14, terms: of, totalAmount }, NOW);

t.test('what is accepted is a story that can have happened', async () => {
  let accepted = 0;
  fc.assert(
    fc.property(anyDates, terms, (found, of) => {
      if (findDateFault(found, of, NOW)) return true;
      accepted += 1;
      const known = Object.values(found).filter((date) => date !== null);
      const inOrder = (...moments: (Date | null)[]) => {
        const given = moments.filter((date) => date !== null);
        return given.every((date, i) => i === 0 || (given[i - 1] ?? date) <= date);
      };
      return (
        known.every((date) => date <= NOW && date >= found.placedAt) &&
        inOrder(found.placedAt, found.shippedAt, found.deliveredAt, found.completedAt) &&
        inOrder(found.paidAt, found.completedAt) &&
        inOrder(found.paidAt, found.cancelledAt) &&
        (of !== 'prepaid' ||
          (inOrder(found.paidAt, found.shippedAt) && (!found.shippedAt || !!found.paidAt))) &&
        (!found.deliveredAt || !!found.shippedAt) &&
        (!found.completedAt || (!!found.deliveredAt && !!found.paidAt)) &&
        !(found.cancelledAt && found.shippedAt)
      );
    }),
    RUNS,
  );
  if (accepted < RUNS.numRuns / 10)
    throw new Error(`only ${accepted} stories were accepted: that proves nothing`);
});

t.test('where an accepted order stands fits its dates', async () => {
  fc.assert(
    fc.property(anyDates, terms, (found, of) => {
      if (findDateFault(found, of, NOW)) return true;
      const { status, paymentState, fulfilmentState, lapseDueAt, completeDueAt } = standing(found, of);
      const isOpen = status === 'pending' && of === 'prepaid';
      return (
        (status === 'cancelled') === !!found.cancelledAt &&
        (status === 'completed') === !!found.completedAt &&
        (fulfilmentState === 'fulfilled') === !!found.shippedAt &&
        (status === 'cancelled' || (paymentState === 'paid') === !!found.paidAt) &&
        (lapseDueAt !== null) === isOpen &&
        (lapseDueAt === null || lapseDueAt.getTime() === NOW.getTime() + LAPSE_MS) &&
        (completeDueAt !== null) === (status === 'delivered' && paymentState === 'paid')
      );
    }),
    RUNS,
  );
});

t.test('named cases', async (t) => {
  const none = { paidAt: null, shippedAt: null, deliveredAt: null, completedAt: null, cancelledAt: null };
  const placed = { placedAt: day(-5), ...none };
  t.equal(findDateFault(placed, 'prepaid', NOW), undefined);
  t.match(standing(placed, 'prepaid'), { status: 'pending', paymentState: 'unpaid' });
  t.match(standing(placed, 'prepaid', 0n), { status: 'paid', paymentState: 'paid', lapseDueAt: null });
  const same = {
    placedAt: NOW,
    paidAt: NOW,
    shippedAt: NOW,
    deliveredAt: NOW,
    completedAt: NOW,
    cancelledAt: null,
  };
  t.equal(findDateFault(same, 'prepaid', NOW), undefined, 'all at one moment is in order');
  const paidBack = { ...placed, paidAt: day(-4), cancelledAt: day(-3) };
  t.match(standing(paidBack, 'prepaid'), { status: 'cancelled', paymentState: 'refunded' });
  t.match(standing(paidBack, 'prepaid', 0n), { status: 'cancelled', paymentState: 'paid' });
  const waiting = { ...placed, paidAt: day(-4), shippedAt: day(-3), deliveredAt: day(-2) };
  t.equal(standing(waiting, 'prepaid').completeDueAt?.getTime(), day(12).getTime());
  const unpaid = { ...waiting, paidAt: null };
  t.equal(findDateFault(unpaid, 'cash_on_delivery', NOW), undefined);
  t.match(standing(unpaid, 'cash_on_delivery'), {
    status: 'delivered',
    paymentState: 'unpaid',
    completeDueAt: null,
  });
});
