import t from 'tap';
import { loyaltyBookChecks } from '../../../src/modules/loyalty/book-checks.ts';
import { loyaltyInvariants } from '../../../src/modules/loyalty/invariants.ts';
import { startApp } from '../../support/app.ts';
import { type Damages, findDamages } from '../../support/damage.ts';
import { givePoints, makeDebtor, makeMember, setProgramme } from '../../support/loyalty-world.ts';
import { must } from '../../support/world.ts';

const app = await startApp(t);

/** A programme with two versions, a member with points of every kind, one who was merged and one who was erased. */
async function fill() {
  await setProgramme(app);
  await makeDebtor(app);
  const [maria, double, erased] = [await makeMember(app), await makeMember(app), await makeMember(app)];
  await givePoints(app, maria, 100);
  await givePoints(app, maria, 30, { pendingDays: 3 });
  await givePoints(app, double, 20);
  await must(app.call(`POST /v1/customers/${maria}/merge`, { body: { duplicateCustomerId: double } }));
  await must(app.call(`POST /v1/customers/${erased}/erase`, { body: {} }));
}

const DAMAGES: Damages = {
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
  const checks = [...loyaltyInvariants, ...loyaltyBookChecks].map(({ name, check }) => ({
    name,
    find: check,
  }));
  await findDamages(t, app, checks, DAMAGES);
});
