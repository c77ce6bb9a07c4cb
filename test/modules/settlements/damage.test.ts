import t from 'tap';
import { offerInvariants } from '../../../src/modules/settlements/offer-invariants.ts';
import { settlementInvariants } from '../../../src/modules/settlements/invariants.ts';
import { priceProtectionInvariants } from '../../../src/modules/settlements/price-protection/invariants.ts';
import { startApp } from '../../support/app.ts';
import { type Damages, findDamages } from '../../support/damage.ts';
import { makeCustomer, makePolicy, makeProduct } from '../../support/world.ts';
import { ok } from '../orders/support.ts';
import { makePaid } from './edit-support.ts';
import { act, confirmRefunds, makeSettling, offer, offerCharge } from './offers-support.ts';
import { buy, price, runSweeps, sweepNow } from './protection-support.ts';

const app = await startApp(t);

/** A price that fell: claimed as stored value, swept along the payments, and a line that waits for another settlement. */
async function fillPriceProtection(): Promise<void> {
  const methods = { payoutMethods: ['original_payment', 'stored_value'], automaticAmount: 100_000 };
  await makePolicy(app, { ...methods, budgetAmount: 900_000, customerYearCapAmount: 90_000 });
  const [product, customer] = [await makeProduct(app), await makeCustomer(app)];
  const orders: any[] = [];
  for (let n = 0; n < 3; n += 1) orders.push(await buy(app, [product], { customerId: customer.id }));
  const [claimed, , busy] = orders;
  const lines = [{ lineId: busy.lines[0].id, amount: 300, comparedUnitAmount: 2100 }];
  await offerCharge(app, busy.id, busy.lines[0].id, { lines });
  await price(app, product.id, 1500);
  const claim = { reason: 'price_drop', payoutMethod: 'stored_value' };
  await ok(app.call(`POST /v1/orders/${claimed.id}/settlements`, { body: claim }));
  await runSweeps(app, app);
  await sweepNow(app, app, { productIds: [product.id], isDryRun: true });
}

/** A coupon, freight in both directions, a price error paid by a held coupon, and an edit that costs more. */
async function fillOffers(): Promise<void> {
  const { customer, token, orderId, lineId } = await makeSettling(app);
  const gift = { amount: 200, payoutMethod: 'coupon', isAgreed: true };
  await ok(app.call(`POST /v1/orders/${orderId}/goodwill-settlements`, { body: gift }));
  const freight = { reason: 'freight', amount: 300 };
  const asked = await ok(offer(app, orderId, { ...freight, direction: 'from_customer' }));
  await ok(act(app, asked.id, 'accept', undefined, token));
  await ok(act(app, asked.id, 'payments', { provider: 'manual' }));
  const given = await ok(offer(app, orderId, { ...freight, amount: 100, direction: 'to_customer' }));
  await ok(act(app, given.id, 'accept', undefined, token));
  const charge = await offerCharge(app, orderId, lineId);
  await ok(act(app, charge.id, 'accept', undefined, token));
  await ok(act(app, charge.id, 'payments', { provider: 'manual' }));
  const again = await offerCharge(app, orderId, lineId, {
    lines: [{ lineId, amount: 400, comparedUnitAmount: 2500 }],
  });
  await ok(act(app, again.id, 'accept', undefined, token));
  await confirmRefunds(app, app);
  const { data: coupons } = await ok(app.call(`GET /v1/coupons?customerId=${customer.id}`));
  await ok(act(app, again.id, 'payments', { provider: 'simulator', couponCode: coupons[0].code }, token));
  const { order } = await makePaid(app, [{ price: 1000, quantity: 2 }]);
  const dearer = await makeProduct(app, { priceAmount: 5000 });
  const items = [{ productId: dearer.id, quantity: 1 }];
  await ok(app.call(`POST /v1/orders/${order.id}/edits`, { body: { items } }));
}

const UNDONE = `update settlements set state = 'expired', settled_at = null, satisfaction_due_at = null, satisfaction_asked_at = null
  where reason = 'price_error' and state = 'settled'`;

const DAMAGES: Damages = {
  "a settlement's lines and freight sum to its amount": [
    'update settlements set amount = amount + 1 where edit_id is null',
    'update settlement_lines set amount = amount + 1',
    'update settlements set freight_amount = freight_amount - 1 where freight_amount > 0',
  ],
  'what is settled of a line is the sum of its accepted settlements': [
    'update order_lines set settled_amount = settled_amount - 1 where settled_amount > 0',
    "update settlements set accepted_at = null where reason = 'price_drop'",
  ],
  "an order's settled amount is that of its lines and its freight": [
    'update orders set settled_freight_amount = settled_freight_amount - 1 where settled_freight_amount > 0',
    'update order_lines set settled_amount = settled_amount - 1 where settled_amount > 0',
  ],
  'a settlement keeps its lines busy until it ends': [
    'update settlement_lines set is_open = true where ctid = (select min(ctid) from settlement_lines where not is_open)',
    'update settlement_lines set is_open = false',
  ],
  'the refunds of an accepted settlement carry its amount': [
    "update refunds set amount = amount - 1 where reason = 'settlement'",
    'delete from settlement_payouts',
  ],
  'a settlement as stored value is in the wallet with its amount': [
    "delete from wallet_movements where subject_type = 'settlement'",
    'update wallet_movements set amount = amount - 1',
  ],
  'a settlement as a coupon is given with its amount': [
    "delete from coupons where from_type = 'settlement'",
    'update coupons set amount = amount + 1',
  ],
  "what is used of a policy's caps is the sum of the settlements that count in them": [
    'update price_difference_policy_uses set used_amount = used_amount + 1 where year = 0',
    'update price_difference_policy_uses set used_amount = used_amount + 1 where year > 0',
    'delete from settlements where policy_id is not null',
  ],
  'no promise pays for what was bought in a flash sale that it leaves out': [
    'update order_lines set is_flash_sale = true where settled_amount > 0',
  ],
  'the newest offer of a settlement has its amount, and none is missing before it': [
    'update settlement_offers set amount = amount + 1',
    'update settlement_offers set round = round + 2',
  ],
  'what the customer pays was offered, or is what an edit costs': ['delete from settlement_offers'],
  'what is charged on a line is the sum of what customers paid for it': [
    'update order_lines set charged_amount = charged_amount - 1 where charged_amount > 0',
    UNDONE,
  ],
  "an order's settled and charged freight are those of its settlements": [
    'update orders set charged_freight_amount = charged_freight_amount - 1 where charged_freight_amount > 0',
    'update orders set settled_freight_amount = settled_freight_amount - 1 where settled_freight_amount > 0',
  ],
  'a settlement that the customer paid kept payments of its amount, and no other kept any': [
    "update payments set amount = amount + 1 where subject_type = 'settlement' and state = 'succeeded'",
    UNDONE,
  ],
  'a coupon is held only for a settlement whose payment is on its way': [
    'update coupons set taken_for_id = id where held > 0',
    "update settlements set state = 'accepted' where state = 'paying'",
  ],
  'every line that a sweep looked at was opened, waits or was refused': [
    'update price_protection_sweeps set found_line_count = found_line_count + 1',
    "update price_protection_sweeps set refused_line_counts = '{}' where refused_line_counts <> '{}'",
  ],
  'a sweep has opened what it says, and a dry run nothing': [
    'update price_protection_sweeps set opened_count = 0, customer_count = 0 where not is_dry_run',
    'update price_protection_sweeps set opened_amount = opened_amount + 1 where not is_dry_run',
    'update price_protection_sweeps set customer_count = 0 where not is_dry_run',
    'update settlements set sweep_id = (select id from price_protection_sweeps where is_dry_run) where sweep_id is not null',
  ],
  'a sweep waits for as many lines as there are waits': [
    'delete from price_protection_waits',
    'update price_protection_sweeps set waiting_line_count = waiting_line_count + 1 where not is_dry_run',
  ],
  'a line waits only while another settlement of its order is open': [
    "update settlements set state = 'expired', due_at = null where direction = 'from_customer' and settled_at is null",
  ],
  'what a sweep accepted is paid or due': [
    `update settlements set state = 'accepted', payout_due_at = null, settled_at = null, satisfaction_due_at = null, satisfaction_asked_at = null
       where sweep_id is not null`,
  ],
  'an ended sweep leaves no work behind': [
    `insert into price_protection_orders (shop_id, sweep_id, order_id)
     select w.shop_id, w.id, o.id from price_protection_sweeps w join orders o on o.shop_id = w.shop_id`,
  ],
};

t.test('every invariant of settlements finds the damage that it is for', async (t) => {
  await fillPriceProtection();
  await fillOffers();
  const checks = [...settlementInvariants, ...offerInvariants, ...priceProtectionInvariants];
  await findDamages(
    t,
    app,
    checks.map(({ name, check }) => ({ name, find: check })),
    DAMAGES,
  );
});
