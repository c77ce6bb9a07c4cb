import t from 'tap';
import { contestInvariants } from '../../../src/modules/activities/contests/invariants.ts';
import { depositInvariants } from '../../../src/modules/activities/deposits/invariants.ts';
import { drawInvariants } from '../../../src/modules/activities/draws/invariants.ts';
import { helpInvariants } from '../../../src/modules/activities/helps/invariants.ts';
import { activityInvariants } from '../../../src/modules/activities/invariants.ts';
import { referralInvariants } from '../../../src/modules/activities/referrals/invariants.ts';
import {
  makeActivity,
  makeHelp,
  makeParticipant,
  makeSomebody,
  STAMPS,
  TIN,
} from '../../support/activities-world.ts';
import { startApp } from '../../support/app.ts';
import { makeCouponDefinition } from '../../support/coupons-world.ts';
import { type Damages, findDamages } from '../../support/damage.ts';
import { buyFor, drawOne, makeDraw, makeLucky, WHEEL } from '../../support/draws-world.ts';
import { makeMember, setProgramme } from '../../support/loyalty-world.ts';
import { makeDeposit, makeDepositActivity } from '../../support/deposits-world.ts';
import { decide, makeEntry, makeShort, passDeadline } from '../../support/contests-world.ts';
import { makeBuyer, makeReferralActivity, makeReferrer } from '../../support/referrals-world.ts';
import { must } from '../../support/world.ts';
import { advance } from '../orders/support.ts';

const app = await startApp(t);

/** Stamps that brought everything that there is, likes of which one was taken out, and a draw that is over. */
async function fill() {
  await setProgramme(app);
  const definition = await makeCouponDefinition(app, { assignment: 'assigned' });
  const rewards = [
    TIN,
    { kind: 'points', points: 50 },
    { kind: 'stored_value', amount: 700 },
    { kind: 'coupon', couponDefinitionId: definition.id },
  ];
  await makeActivity(
    app,
    { ...STAMPS, steps: [{ key: 'card', at: 1, rewards }] },
    { endsAt: '2099-01-01T00:00:00Z' },
  );
  await makeSomebody(app);
  await buyFor(app, app, await makeMember(app), 9_000);
  const collection = await makeParticipant(app, (await makeActivity(app)).id);
  await makeHelp(app, collection.id);
  const { id } = await makeHelp(app, collection.id);
  await must(app.call(`POST /v1/helps/${id}/void`, { body: { reason: 'Twice.' } }));
  const deposits = await makeDepositActivity(app, { instalments: 3, depositAmount: 10_001 });
  const { id: depositId } = await makeDeposit(app, deposits.id);
  await advance(app, 70 * 1_440);
  await must(app.call(`POST /v1/gift-deposits/${depositId}/collect`, { body: { payoutWay: 'payment' } }));
  const referral = await makeReferralActivity(app);
  const { code } = await makeReferrer(app, referral.id);
  await makeBuyer(app, app, referral.id, code);
  await advance(app, 8 * 1_440);
  await makeBuyer(app, app, referral.id, code);
  const contest = await makeShort(app);
  for (const option of ['home', 'away', 'home']) await makeEntry(app, contest.id, option);
  await passDeadline(app);
  await decide(app, app, contest.id, 'home');
  // So that all but never a ticket brings nothing.
  const prizes = [{ ...WHEEL.prizes[1], weight: 1_000_000_000 }, WHEEL.prizes[2]];
  const draw = await makeDraw(app, { prizes });
  const customerId = await makeLucky(app, app, 3);
  for (let left = 3; left > 0; left -= 1) await must(drawOne(app, draw.id, customerId));
  await must(app.call(`POST /v1/activities/${draw.id}/end`, { body: { reason: 'Enough.' } }));
  await app.settle();
}

const DAMAGES: Damages = {
  'an activity says something, and its times and its type are those of what it says': [
    `update activities set type = 'likes' where type = 'stamps'`,
    `update activities set ends_at = ends_at + interval '1 day'`,
    'delete from activity_versions',
  ],
  'an activity that begins or ends by itself is found then': [
    'update activities set due_at = null where due_at is not null',
  ],
  'an activity counts who takes part and what is kept of its budget for them': [
    'update activity_counters set participants = participants + 1',
    'update activity_counters set promised_amount = promised_amount + 1',
    'delete from activity_counters',
  ],
  'for a participant is counted what their sources count for': [
    'update participants set progress = progress + 1',
    'delete from participant_counts where units > 0',
  ],
  'what a participant earned belongs to their customer': [
    'update activity_rewards set customer_id = c.id from (select id from customers order by id limit 1) c',
  ],
  'what is said to be given was given by the module that owns it': [
    'points',
    'coupon',
    'goods',
    'stored_value',
  ].map((kind) => `update activity_rewards set given_id = id where kind = '${kind}' and state = 'given'`),
  'gifts and points of activities are those of rewards': [
    `delete from activity_rewards where kind = 'goods'`,
    `delete from activity_rewards where kind = 'points'`,
  ],
  'a like counts for one, for the collection that it was given to; one that was taken out for nothing': [
    `delete from participant_counts where source_type = 'help'`,
    `update participant_counts set units = 1 - units where source_type = 'help'`,
    'update helps set voided_at = null, void_reason = null where voided_at is not null',
  ],
  'what counts as a like is one': ['delete from helps'],
  'the tickets of a draw have every number once': [
    'delete from draw_tickets where number = 2',
    'update draws set tickets = tickets + 1',
    'update draw_tickets set number = 7 where number = 3',
  ],
  'of a prize as many are gone as tickets brought it': [
    'update draw_prizes set given = given - 1 where given > 0',
    `update draw_tickets set prize_key = 'none' where prize_key = 'credit'`,
  ],
  'a customer has used as many chances of a draw as they have tickets': [
    'update participants set used = used - 1 where used > 0',
    'delete from draw_tickets where number = 3',
  ],
  'what a draw published has its hash, and a seed that is known is the one that was bound': [
    `update draw_texts set text = replace(text, '"weight":690', '"weight":1')`,
    `update draws set seed = repeat('ab', 32)`,
  ],
  'what a ticket brought is earned by it': [
    `delete from activity_rewards where earned_by like 'ticket:%'`,
    'update draw_tickets set reward_count = reward_count + 1',
  ],
  'a friend counts for one for who brought them while they are qualified, and else for nothing': [
    `delete from participant_counts where source_type = 'referral'`,
    `update referrals set state = 'taken_back', qualified_at = null where state = 'qualified'`,
  ],
  'what counts as a friend is one': [
    `update participant_counts set source_id = activity_id where source_type = 'referral'`,
  ],
  'who is qualified bought something that cannot be returned, and who waits for that is found then': [
    'delete from referral_purchases',
    'update referral_purchases set qualifies = false',
    'update referrals set due_at = null where due_at is not null',
  ],
  'nobody is their own friend': [
    `update referrals r set referred_customer_id = p.customer_id from participants p
     where p.id = r.participant_id and r.state = 'qualified'`,
  ],
  'the entries of a contest have every number once': [
    'delete from contest_entries where number = 2',
    'update contest_entries set number = 7 where number = 3',
    'update contests set entries = entries + 1',
  ],
  'who won was right, and earned it': [
    `update contest_entries set option_key = 'away' where is_winner`,
    'update contest_entries set is_winner = not is_winner',
    `delete from activity_rewards where earned_by like 'entry:%'`,
  ],
  'a pot is shared to the last point': [
    `update activity_rewards set reward = jsonb_set(reward, '{points}', '7') where earned_by = 'entry:1'`,
  ],
  'the seed of a contest that is known is the one that was bound': [
    `update contests set seed = repeat('ab', 32) where seed is not null`,
  ],
  'the parts of a deposit come to it, differ by one at most, the greater first, and are due one after the other':
    [
      'update gift_deposit_parts set part_amount = part_amount + 1 where number = 3',
      'update gift_deposit_parts set part_amount = part_amount + case number when 2 then 1 when 3 then -1 else 0 end',
      'update gift_deposit_parts set due_day = due_day - 62 where number = 3',
      'delete from gift_deposit_parts where number = 3',
    ],
  'what of a deposit is back is what was collected of it': [
    'update gift_deposits set returned_amount = returned_amount + 1',
  ],
  'a shop is exposed by what is deposited, or about to be, and not back': [
    'update gift_deposit_exposures set exposed_amount = exposed_amount + 1',
    'delete from gift_deposit_exposures',
  ],
  'a deposit holds the place of its customer until it is cancelled': [
    'update gift_deposits set participant_id = id',
  ],
};

t.test('each damage is found', async (t) => {
  await fill();
  const all = [
    ...activityInvariants,
    ...helpInvariants,
    ...drawInvariants,
    ...referralInvariants,
    ...contestInvariants,
    ...depositInvariants,
  ];
  await findDamages(
    t,
    app,
    all.map(({ name, check }) => ({ name, find: check })),
    DAMAGES,
  );
});
