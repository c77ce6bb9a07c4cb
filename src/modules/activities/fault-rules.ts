import { formatOf } from './formats.ts';
import type { ActivityRule } from './rule-schemas.ts';

/** What is wrong with an activity, at a JSON pointer into it. */
export interface ActivityFault {
  readonly code: FaultCode;
  readonly pointer: string;
  readonly detail: string;
}

/** Each is the code of a refusal. */
type FaultCode =
  | 'activity_format_faulty'
  | 'activity_segments_contradictory'
  | 'activity_times_contradictory'
  | 'activity_text_twice'
  | 'activity_budget_too_small';

/** Everything that is wrong with what an activity says, and that its schema cannot say. */
export const findActivityFaults = (rule: ActivityRule): ActivityFault[] => [
  ...formatFaults(rule),
  ...segmentFaults(rule),
  ...timeFaults(rule),
  ...textFaults(rule),
  ...budgetFaults(rule),
];

const formatFaults = ({ format }: ActivityRule): ActivityFault[] =>
  (formatOf(format.type).findFaults?.(format) ?? []).map(({ pointer, detail }) => ({
    code: 'activity_format_faulty',
    pointer: `/format${pointer}`,
    detail,
  }));

const segmentFaults = ({ segmentIds, excludedSegmentIds }: ActivityRule): ActivityFault[] =>
  excludedSegmentIds.flatMap((id, i) =>
    segmentIds.includes(id)
      ? [
          {
            code: 'activity_segments_contradictory',
            pointer: `/excludedSegmentIds/${i}`,
            detail: 'It is for members of this segment and not for them.',
          } as const,
        ]
      : [],
  );

const timeFaults = ({ startsAt, endsAt }: ActivityRule): ActivityFault[] =>
  startsAt !== null && endsAt !== null && endsAt <= startsAt
    ? [{ code: 'activity_times_contradictory', pointer: '/endsAt', detail: `It starts at ${startsAt}.` }]
    : [];

const textFaults = ({ texts }: ActivityRule): ActivityFault[] =>
  texts.flatMap(({ language }, i) =>
    texts.findIndex((other) => other.language.toLowerCase() === language.toLowerCase()) < i
      ? [
          {
            code: 'activity_text_twice',
            pointer: `/texts/${i}/language`,
            detail: `${language} is there already.`,
          },
        ]
      : [],
  );

function budgetFaults({ format, budgetAmount }: ActivityRule): ActivityFault[] {
  const promised = formatOf(format.type).promisedAmount(format);
  if (budgetAmount === null || BigInt(budgetAmount) >= promised) return [];
  const detail = `One participant alone can get ${promised}.`;
  return [{ code: 'activity_budget_too_small', pointer: '/budgetAmount', detail }];
}
