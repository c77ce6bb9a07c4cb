import { Type } from '@sinclair/typebox';
import { defineErrors } from '../../platform/errors.ts';
import { uuid } from '../../platform/http/schema.ts';

export const campaignErrors = defineErrors({
  campaign_not_found: [422, 'There is no such campaign'],
  campaign_external_id_taken: [409, 'Another campaign of the shop has this externalId'],
  campaign_mechanic_faulty: [422, 'The parameters of the mechanic contradict each other'],
  campaign_class_not_possible: [422, 'The mechanic does not act in this class'],
  campaign_basis_not_possible: [422, 'This amount is not known yet where the campaign acts'],
  campaign_tier_not_found: [422, 'The loyalty programme has no such tier'],
  campaign_segments_required: [422, 'The mechanic is for the members of segments, and none is named'],
  campaign_scope_contradictory: [422, 'The campaign names and leaves out the same'],
  campaign_times_contradictory: [422, 'The campaign ends before it starts'],
  campaign_recurrence_faulty: [422, 'These days never come, or belong to another kind'],
  campaign_text_twice: [422, 'There are two texts in one language'],
  campaign_product_not_found: [422, 'The campaign names a product that does not exist'],
  campaign_too_much_metadata: [422, 'A campaign, programme or entry item has 50 entries of metadata at most'],
  campaign_state_not_possible: [409, 'The campaign is not in a state from which this can be done'],
  campaign_ended: [409, 'The campaign has ended and stays as it is'],
  campaign_has_begun: [409, 'The campaign has begun'],
  campaign_start_not_ahead: [409, 'The campaign has no start that lies ahead; start it instead'],
  campaign_end_passed: [
    409,
    'The end of the campaign has passed',
    { campaignId: uuid('The campaign in question.') },
  ],
  campaign_mechanic_fixed: [409, 'A campaign that has begun keeps its mechanic'],
  campaign_start_fixed: [409, 'A campaign that has begun keeps its start'],
  campaign_end_brought_forward: [409, 'A campaign that has begun is ended early only with a reason'],
  campaign_limit_lowered: [409, 'A limit of a campaign that has begun is not lowered or introduced'],
  programme_not_found: [422, 'There is no such programme'],
  programme_external_id_taken: [409, 'Another programme of the shop has this externalId'],
  programme_times_contradictory: [422, 'The programme ends before it starts'],
  programme_ended: [409, 'The programme has ended and takes nothing new'],
  programme_end_passed: [409, 'The end of the programme has passed'],
  programme_part_refused: [
    409,
    'Something of the programme beside its campaigns refuses this',
    {
      partId: uuid('What refuses it, such as an activity.'),
      partCode: Type.String({ description: 'The code with which it would refuse it by itself.' }),
    },
  ],
  programme_full: [422, 'The programme has as many campaigns as it can have'],
  customer_not_nameable: [
    422,
    'What is for one customer is told to them and to staff, not to a publishable key',
  ],
});
