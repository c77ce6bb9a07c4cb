import t from 'tap';
import { entryItemInvariants } from '../../../src/modules/campaigns/entry-items/invariants.ts';
import { campaignInvariants } from '../../../src/modules/campaigns/invariants.ts';
import { startApp } from '../../support/app.ts';
import {
  daysFromNow,
  makeCampaign,
  makeCostly,
  makeEntryItem,
  makeProgramme,
  makeRunning,
  takeStep,
} from '../../support/campaigns-world.ts';
import { type Damages, findDamages } from '../../support/damage.ts';
import { makeCustomer, makeProduct, must } from '../../support/world.ts';

const app = await startApp(t);

/** Campaigns that are limited in every way, with orders that have them, and a programme that is over. */
async function fill() {
  const maria = await makeCustomer(app);
  const hat = await makeProduct(app, { priceAmount: 1_000 });
  const items = [{ productId: hat.id, unitAmount: 900, stockQuantity: 10 }];
  const limits = { usesLimit: 9, usesPerCustomerLimit: 5, periodLimit: { uses: 5, per: 'month' } };
  await makeRunning(app, {
    mechanic: { type: 'flash_sale', items },
    ...limits,
    endsAt: await daysFromNow(app, 3),
  });
  const lines = [{ productId: hat.id, quantity: 2 }];
  await must(app.call('POST /v1/orders', { body: { customerId: maria.id, lines } }));
  await must(app.call('POST /v1/orders', { body: { customerId: maria.id, lines } }));
  const cheap = await makeCostly(app);
  const times = { endsAt: await daysFromNow(app, 3) };
  await makeEntryItem(app, { productId: cheap.id, ...times });
  await makeRunning(app, {
    mechanic: { type: 'amount_off', amount: 400, per: 'unit' },
    productIds: [cheap.id],
  });
  await must(app.call('POST /v1/orders', { body: { lines: [{ productId: cheap.id, quantity: 1 }] } }));
  const { id } = await makeProgramme(app, { endsAt: await daysFromNow(app, 3) });
  await must(app.call(`POST /v1/programmes/${id}/start`, { body: {} }));
  const over = await makeProgramme(app);
  await makeCampaign(app, { programmeId: over.id });
  await must(app.call(`POST /v1/programmes/${over.id}/end`, { body: { reason: 'x' } }));
  const waiting = await makeCampaign(app, { startsAt: await daysFromNow(app, 2) });
  await takeStep(app, waiting.id, 'schedule');
}

const DAMAGES: Damages = {
  'a campaign with a limit counts what orders have of it': [
    'update campaign_counters set uses = uses - 1',
    'update campaign_counters set spent_amount = spent_amount + 1',
    'delete from campaign_counters',
    `update campaign_uses set state = 'returned'`,
  ],
  'a customer has used campaigns as often as orders of theirs have them': [
    `update campaign_customer_counters set uses = uses + 1 where period = 'all'`,
    `delete from campaign_customer_counters where period <> 'all'`,
    'update campaign_uses set is_customer_counted = false',
  ],
  'of the stock of a flash sale so much is taken as orders have of it': [
    'update campaign_units set taken = taken - 1',
    `delete from campaign_units where customer_id <> '00000000-0000-0000-0000-000000000000'`,
    'delete from campaign_uses',
  ],
  'a campaign says something, and its times are those of what it says': [
    'delete from campaign_versions',
    'update campaigns set rule_version = rule_version + 1',
    `update campaigns set ends_at = ends_at + interval '1 day' where ends_at is not null`,
  ],
  'what has been for customers is on the shelf that orders are priced by': ['delete from campaign_shelves'],
  'a campaign or programme that begins or ends by itself is found then': [
    'update campaigns set due_at = null where due_at is not null',
    `update campaigns set state = 'paused', notice_due_at = null where state = 'scheduled'`,
    'update programmes set due_at = null where due_at is not null',
  ],
  'a programme that is over has no campaign that could still begin': [
    `update campaigns set state = 'draft', ended_at = null where programme_id is not null`,
  ],
  'of the budget of an entry item so much is spent as orders lose on it': [
    'update entry_budgets set spent_amount = spent_amount - 1',
    `update entry_uses set state = 'returned'`,
    'delete from entry_uses',
    'delete from entry_budgets',
  ],
  'an entry item has a budget, is found when it ends by itself, and is on the shelf that orders are priced by':
    [
      'delete from entry_budgets',
      'delete from campaign_shelves',
      'update entry_items set due_at = null where due_at is not null',
      `update entry_items set ends_at = ends_at + interval '1 day' where ends_at is not null`,
    ],
};

t.test('every check finds its damage', async (t) => {
  await fill();
  const checks = [...campaignInvariants, ...entryItemInvariants].map(({ name, check }) => ({
    name,
    find: check,
  }));
  await findDamages(t, app, checks, DAMAGES);
});
