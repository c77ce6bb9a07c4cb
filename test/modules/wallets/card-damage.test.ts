import t from 'tap';
import { cardInvariants } from '../../../src/modules/wallets/cards/invariants.ts';
import { startApp } from '../../support/app.ts';
import { askLoad, loadCard, makeCard, makeOffer, makeRichCard } from '../../support/cards-world.ts';
import { type Damages, findDamages } from '../../support/damage.ts';
import { makeCustomer, makeOrder, makeProduct, must } from '../../support/world.ts';

const app = await startApp(t);

/** Cards that were loaded with a bonus and a gift, spent, reissued and ended, a load that waits, and one that was cancelled. */
async function fill() {
  const { id: productId } = await makeProduct(app);
  const gifts = [{ productId, quantity: 1 }];
  await makeOffer(app, { paidAmount: 10_000, bonusAmount: 2_000, gifts });
  const { id } = await makeCard(app);
  await loadCard(app, id, 10_000);
  const order = await makeOrder(app);
  await must(app.call(`POST /v1/orders/${order.id}/payments`, { body: { provider: 'card', cardId: id } }));
  await must(app.call(`POST /v1/cards/${id}/reissue`));
  const ended = await makeRichCard(app, 9_000);
  await must(app.call(`POST /v1/cards/${ended.id}/refund`, { body: { cause: 'customer' } }));
  const waits = await makeCard(app, 'named');
  await askLoad(app, waits.id, 20_000, { provider: 'simulator' });
  const cancelled = await makeCard(app);
  await askLoad(app, cancelled.id, 20_000, { provider: 'simulator' });
  await must(app.call(`POST /v1/cards/${cancelled.id}/refund`, { body: { cause: 'merchant' } }));
  const [one, two] = [await makeCustomer(app), await makeCustomer(app)];
  await must(app.call(`POST /v1/customers/${one.id}/merge`, { body: { duplicateCustomerId: two.id } }));
}

const DAMAGES: Damages = {
  'a card has the value of its lots': [
    "update cards set principal_amount = principal_amount + 1 where state = 'active'",
    'update cards set bonus_amount = bonus_amount - 1 where bonus_amount > 0',
    'update card_lots set left_amount = left_amount - 1 where left_amount > 0',
  ],
  'what is left of a lot of a card is the sum of its movements': [
    `delete from card_movements where kind = 'spent'`,
    'update card_lots set left_amount = left_amount - 1 where left_amount > 0',
  ],
  "a card's movements are numbered from 1 without a gap, and each tells the balance after it": [
    'delete from card_movements where position = 1',
    'update card_movements set balance_after = balance_after + 1',
    'update cards set movement_count = movement_count + 1',
  ],
  'a load has the lots of what was paid and what came on top, on the same card, and none before it is paid': [
    'update card_lots set granted_amount = granted_amount + 1',
    `delete from card_lots where kind = 'bonus'`,
    'update card_lots set card_id = lot.id from (select id from card_lots limit 1) lot',
    `update card_loads set state = 'cancelled', loaded_at = null where state = 'active' and refunded_amount = 0`,
  ],
  'what was paid back of a load is what the ends of its cards say, and never more than was paid': [
    'update card_loads set refunded_amount = refunded_amount - 1 where refunded_amount > 0',
    'delete from card_refunds',
  ],
  'gifts of a load are owed only once it is paid': [
    `update card_load_gifts set state = 'owed' where state in ('promised', 'cancelled')`,
    `update card_load_gifts set state = 'promised' where state = 'owed'`,
  ],
  'nobody who was merged has a card': [
    `update cards set customer_id = (select id from customers where merged_into_id is not null) where kind = 'named'`,
  ],
};

t.test('each damage is found', async (t) => {
  await fill();
  const checks = cardInvariants.map(({ name, check }) => ({ name, find: check }));
  await findDamages(t, app, checks, DAMAGES);
});
