import { Type } from '@sinclair/typebox';
import { defineErrors } from '../../platform/errors.ts';
import { model, ref, text, uuid } from '../../platform/http/schema.ts';

const segmentIds = Type.Array(uuid('A segment.'), {
  description: 'The segments in question; of a circle each before the one that it refers to.',
});

const NamedBy = model('SegmentNamedBy', 'Something that goes by a segment.', {
  type: text('What it is: `segment`, `price_difference_policy`.', 60),
  id: uuid('Which one.'),
});
const namedBy = Type.Array(ref(NamedBy), { description: 'What goes by the segment.' });

export const segmentErrors = defineErrors({
  segment_group_empty: [422, 'A group of a rule has nothing in it'],
  segment_rule_too_large: [422, 'The rule has more conditions than a rule can have'],
  segment_rule_contradictory: [422, 'Nobody can ever fit the rule: its conditions exclude each other'],
  segment_not_found: [422, 'There is no such segment'],
  segment_archived: [422, 'The segment is archived and takes part in nothing new'],
  segment_cycle: [422, 'Segments would refer to each other in a circle', { segmentIds }],
  segment_in_use: [409, 'Something goes by the segment, which has to stay', { namedBy }],
  segment_limit_reached: [422, 'The shop has as many segments as it can have; archive some'],
  segment_is_list: [422, 'The segment is a list and has no rule'],
  report_period_empty: [422, 'The period ends before it begins'],
  service_time_in_future: [422, 'Work that lies ahead was not done yet'],
  segment_is_rule: [422, 'Who is in the segment is decided by its rule'],
});
