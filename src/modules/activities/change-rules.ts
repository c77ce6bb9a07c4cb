import { formatOf } from './formats.ts';
import type { ActivityRule } from './rule-schemas.ts';

/** A change that an activity does not take once it has begun. */
export interface FrozenChange {
  readonly code: 'activity_type_fixed' | 'activity_start_fixed' | 'activity_worse_for_customers';
  readonly pointer: string;
  readonly detail: string;
}

const worse = (pointer: string, detail: string): FrozenChange => ({
  code: 'activity_worse_for_customers',
  pointer,
  detail,
});

/** What was announced stays: once it has begun it changes only in favour of customers. */
export function findFrozenChanges(before: ActivityRule, after: ActivityRule): FrozenChange[] {
  return [
    ...formatChanges(before, after),
    ...timeChanges(before, after),
    ...circleChanges(before, after),
    ...limitChanges(before, after),
  ];
}

/** The kind of an activity never changes, because what it keeps of customers is of that kind. */
export const findTypeChange = (before: ActivityRule, after: ActivityRule): FrozenChange[] =>
  before.format.type === after.format.type
    ? []
    : [{ code: 'activity_type_fixed', pointer: '/format/type', detail: `It is ${before.format.type}.` }];

function formatChanges(before: ActivityRule, after: ActivityRule): FrozenChange[] {
  if (before.format.type !== after.format.type) return findTypeChange(before, after);
  return formatOf(before.format.type)
    .findWorse(before.format, after.format)
    .map(({ pointer, detail }) => worse(`/format${pointer}`, detail));
}

function timeChanges(before: ActivityRule, after: ActivityRule): FrozenChange[] {
  const isCut = after.endsAt !== null && (before.endsAt === null || after.endsAt < before.endsAt);
  return [
    ...(before.startsAt === after.startsAt
      ? []
      : [{ code: 'activity_start_fixed', pointer: '/startsAt', detail: 'It has begun already.' } as const]),
    ...(isCut ? [worse('/endsAt', 'It can be there longer, and be ended with a reason.')] : []),
  ];
}

// An empty list means everybody.
const isNarrower = (before: readonly string[], after: readonly string[]): boolean =>
  after.length > 0 && (before.length === 0 || before.some((one) => !after.includes(one)));

function circleChanges(before: ActivityRule, after: ActivityRule): FrozenChange[] {
  const narrowed = (['channels', 'segmentIds'] as const).filter((field) =>
    isNarrower(before[field], after[field]),
  );
  const isMoreExcluded = after.excludedSegmentIds.some((id) => !before.excludedSegmentIds.includes(id));
  return [
    ...narrowed.map((field) => worse(`/${field}`, 'Who can take part now could not any more.')),
    ...(isMoreExcluded ? [worse('/excludedSegmentIds', 'Who can take part now could not any more.')] : []),
  ];
}

function limitChanges(before: ActivityRule, after: ActivityRule): FrozenChange[] {
  const lowered = (['participantsLimit', 'budgetAmount'] as const).filter((field) => {
    const [was, is] = [before[field], after[field]];
    return is !== null && (was === null || is < was);
  });
  return lowered.map((field) => worse(`/${field}`, 'It can be raised or lifted.'));
}
