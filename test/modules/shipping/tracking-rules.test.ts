import { strict as assert } from 'node:assert';
import fc from 'fast-check';
import t from 'tap';
import { PARCEL_EVENT_KINDS, parcelStates } from '../../../src/modules/shipping/parcels/states.ts';
import { decideTracking } from '../../../src/modules/shipping/parcels/track-rules.ts';
import { tellStory, type Told } from '../../../src/modules/shipping/parcels/tracking-rules.ts';

const numRuns = Number(process.env['PROPERTY_RUNS'] ?? 300);
const hour = (n: number) => new Date(Date.UTC(1998, 4, 7, n));
const told = (kind: Told['kind'], n: number, fields: Partial<Told> = {}): Told => ({
  kind,
  occurredAt: hour(n),
  source: 'carrier',
  carrierEventId: `${kind}-${n}`,
  signedBy: null,
  photoUrl: null,
  ...fields,
});

t.test('worked', async (t) => {
  t.match(tellStory([]), { state: 'registered', stateAt: null });
  t.match(tellStory([told('delivered', 10), told('in_transit', 9)]), {
    state: 'delivered',
    deliveredAt: hour(10),
  });
  t.match(tellStory([told('delivered', 10), told('in_transit', 11)]), {
    state: 'delivered',
    stateAt: hour(10),
  });
  t.match(tellStory([told('lost', 3), told('out_for_delivery', 5)]), { state: 'in_transit' }, 'it was found');
  const torn = tellStory([told('damaged', 3), told('delivered', 5)]);
  t.match(torn, { state: 'delivered', damagedAt: hour(3), deliveredAt: hour(5) });
  t.match(tellStory([told('delivered', 4), told('returned', 9)]), {
    state: 'returned',
    deliveredAt: hour(4),
  });
  const signed = tellStory([
    told('delivered', 6, { signedBy: 'B' }),
    told('delivered', 5),
    told('delivered', 7, { signedBy: 'C' }),
  ]);
  t.match(signed, { deliveredAt: hour(5), signedBy: 'B', proofAt: hour(6) });
});

const anyTold = fc.record({
  kind: fc.constantFrom(...PARCEL_EVENT_KINDS),
  occurredAt: fc.integer({ min: 0, max: 6 }).map(hour),
  source: fc.constantFrom('carrier', 'staff', 'customer'),
  carrierEventId: fc.option(fc.constantFrom('a', 'b', 'c')),
  signedBy: fc.option(fc.constantFrom('A', 'B')),
  photoUrl: fc.constant(null),
});

t.test('any order in which it is told makes the same story', async () => {
  fc.assert(
    fc.property(fc.array(anyTold, { maxLength: 12 }), fc.infiniteStream(fc.nat()), (events, keys) => {
      const shuffled = events
        .map((event) => ({ event, key: keys.next().value as number }))
        .toSorted((a, b) => a.key - b.key)
        .map(({ event }) => event);
      assert.deepEqual(tellStory(shuffled), tellStory(events));
    }),
    { numRuns },
  );
});

t.test('a story only goes where the table leads, and an arrival is never forgotten', async () => {
  fc.assert(
    fc.property(fc.array(anyTold, { minLength: 1, maxLength: 12 }), (events) => {
      const inOrder = events.toSorted((a, b) => a.occurredAt.getTime() - b.occurredAt.getTime());
      const story = tellStory(events);
      const before = tellStory(
        events.filter(({ occurredAt }) => occurredAt < (inOrder.at(-1)?.occurredAt ?? hour(0))),
      );
      assert.ok(parcelStates.names.includes(story.state));
      if (before.deliveredAt) assert.deepEqual(story.deliveredAt, before.deliveredAt);
      if (story.state === 'delivered') assert.ok(story.deliveredAt);
      if (story.state === 'damaged') assert.ok(story.damagedAt);
      if (before.state === 'returned') assert.equal(story.state, 'returned');
    }),
    { numRuns },
  );
});

t.test('told again it is known, whoever else is told of between', async (t) => {
  const item = { carrierEventId: 'e', kind: 'lost', occurredAt: hour(1), parcelId: 'p' };
  const other = { ...item, parcelId: 'q' };
  const nobody = { ...item, parcelId: undefined };
  t.same(decideTracking([item, item, other, nobody], [], hour(2)), [
    'recorded',
    'known',
    'event_id_reused',
    'unknown_tracking_number',
  ]);
  t.same(
    decideTracking([item], [{ ...item }], hour(0)),
    ['known'],
    'what is known is not asked for its time',
  );
  t.same(decideTracking([item, item], [], hour(0)), ['in_future', 'in_future']);
  // The shop may say days later that it left; a week is enough for that.
  const leftAt = (days: number) => ({ ...item, shippedAt: new Date(hour(1).getTime() + days * 86_400_000) });
  t.same(decideTracking([leftAt(7)], [], hour(2)), ['recorded']);
  t.same(decideTracking([leftAt(7.01)], [], hour(2)), ['too_early']);
});
