import t from 'tap';
import { loyaltyBookChecks } from '../../../src/modules/loyalty/book-checks.ts';
import { giftInvariants } from '../../../src/modules/loyalty/gifts/invariants.ts';
import { loyaltyInvariants } from '../../../src/modules/loyalty/invariants.ts';
import { startApp } from '../../support/app.ts';
import { type Damages, findDamages } from '../../support/damage.ts';
import {
  givePoints,
  makeDebtor,
  makeMember,
  makeRedemption,
  setProgramme,
} from '../../support/loyalty-world.ts';
import { must } from '../../support/world.ts';

const app = await startApp(t);

/** A programme with two versions, a member with points of every kind, one who was merged and one who was erased. */
async function fill() {
  await setProgramme(app);
  await makeDebtor(app);
  await makeRedemption(app);
  const { id: givenUp } = await makeRedemption(app, undefined, { isHeld: true });
  await must(app.call(`POST /v1/redemptions/${givenUp}/cancel`, { body: {} }));
  const [maria, double, erased] = [await makeMember(app), await makeMember(app), await makeMember(app)];
  await givePoints(app, maria, 100);
  await givePoints(app, maria, 30, { pendingDays: 3 });
  await givePoints(app, double, 20);
  await must(app.call(`POST /v1/customers/${maria}/merge`, { body: { duplicateCustomerId: double } }));
  await must(app.call(`POST /v1/customers/${erased}/erase`, { body: {} }));
}

const DAMAGES: Damages = {
  'a redemption cost what was spent for it, and of what was given up the points are back': [
    `update redemptions set unit_points = unit_points + 1 where state = 'redeemed'`,
    'update point_spendings set given_back_points = given_back_points - 1 where given_back_points > 0',
    'update point_spendings set given_back_points = 1 where given_back_points = 0',
  ],
  'a gift is owed, or was handed over, for what was redeemed and not given up': [
    'delete from gift_grants',
    'update gift_grants set quantity = quantity + 1',
    `insert into gift_grants (shop_id, id, customer_id, source, source_key, name, state, quantity, created_at, updated_at)
       select shop_id, id, customer_id, 'redemption', id::text, gift_name, 'open', 1, created_at, updated_at
       from redemptions where state = 'cancelled'`,
  ],
  'of a gift are left so many as nobody has': [
    'update loyalty_gifts set left_quantity = left_quantity - 1',
    'update gift_takers set quantity = quantity + 1',
  ],
  'a member has of a gift what they redeemed and did not give up': [
    'delete from gift_takers where quantity > 0',
    'update gift_takers set quantity = quantity + 1',
  ],
  'what was spent came from its lots': [
    'update point_spending_parts set points = points + 1',
    'delete from point_spending_parts',
  ],
  'a member has the points of their lots': [
    'update loyalty_members set active_points = active_points - 1 where active_points > 0',
    'update loyalty_members set pending_points = pending_points + 1 where left_at is null',
    `update point_lots set left_points = left_points - 1 where state = 'active' and left_points > 0`,
    `update point_lots set state = 'active' where state = 'pending'`,
  ],
  'what is left of a lot is the sum of its movements': [
    `delete from point_movements where kind = 'lapsed'`,
    'update point_lots set left_points = left_points - 1 where left_points > 0',
  ],
  "a member's movements are numbered from 1 without a gap, and each tells the balance after it": [
    'delete from point_movements where position = 1 and points <> 0',
    'update point_movements set balance_after = balance_after + 1',
    'update loyalty_members set movement_count = movement_count + 1 where movement_count > 0',
  ],
  'a member is due when the next lot is': [
    'update loyalty_members set due_at = null where due_at is not null',
    `update point_lots set expires_at = activates_at + interval '1 second' where left_points > 0`,
  ],
  "a member's tier is the last that they came to, and each change begins with the tier before it": [
    `update loyalty_members set tier_key = 'other' where tier_key is not null`,
    'delete from tier_changes where position = 1',
    `update tier_changes set from_tier_key = 'other' where position = 1`,
  ],
  'the newest version of the programme is what it says': [
    `update loyalty_programmes set rule = rule || '{"signUpPoints": 7}'`,
    'delete from loyalty_programme_versions where number = 2',
  ],
  'nobody who was merged or erased has points': [
    `update loyalty_members set active_points = 1, left_at = null where left_at is not null`,
  ],
  'what an order earned is what its lines and its lots say': [
    'update point_accruals set earned_points = earned_points + 1',
    'update point_accruals set kept_amount = kept_amount + 1',
    'update point_accrual_lines set unearned_points = unearned_points - 1',
    `update point_lots set granted_points = granted_points + 1 where order_id is not null`,
  ],
  'points that were taken back are gone, owed or let go of': [
    'update point_accruals set forgiven_points = 1',
    `delete from point_movements where kind = 'taken_back'`,
  ],
  'what a member owes in points is what the books say': [
    'update loyalty_members set debt_points = debt_points + 1',
    `update ledger_entries set amount = amount + 1 where account = 'points_debt'`,
  ],
  "a member's points are what the books say that the shop owes them": [
    `update ledger_entries set amount = amount - 1 where account = 'points'`,
    `update loyalty_members set active_points = active_points + 1 where left_at is null`,
  ],
};

t.test('every check finds what it is for', async (t) => {
  await fill();
  const checks = [...loyaltyInvariants, ...giftInvariants, ...loyaltyBookChecks].map(({ name, check }) => ({
    name,
    find: check,
  }));
  await findDamages(t, app, checks, DAMAGES);
});
