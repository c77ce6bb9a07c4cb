import t from 'tap';
import { creditInvariants } from '../../../src/modules/orders/credit/invariants.ts';
import { orderInvariants } from '../../../src/modules/orders/invariants.ts';
import { logoInvariants } from '../../../src/modules/orders/logo-requests/invariants.ts';
import { startApp } from '../../support/app.ts';
import { runCampaign } from '../../support/campaign-rows.ts';
import { type Damages, findDamages } from '../../support/damage.ts';
import { makeGoodsGrant } from '../../support/loyalty-world.ts';
import { makeLogoRequest } from '../../support/logo-world.ts';
import { makeCustomer, makeFreightTemplate, makeProduct, pay } from '../../support/world.ts';
import { makeSentOrder } from '../../support/world-shipping.ts';
import { ok, readOrder } from './support.ts';

const app = await startApp(t);
const TAXED = { priceAmount: 1000, taxRateBps: 1900, onHandQuantity: 10_000, weightGrams: 100 };
const post = (path: string, body: object = {}) => ok(app.call(`POST /v1/${path}`, { body }));

/** Two products, one of them with a ladder, in an order of two lines with freight. */
async function place(fields: object = {}) {
  const one = await makeProduct(app, TAXED);
  const priceBreaks = [{ minimumQuantity: 5, unitAmount: 900 }];
  const two = await makeProduct(app, { ...TAXED, priceBreaks });
  const lines = [
    { productId: one.id, quantity: 2 },
    { productId: two.id, quantity: 6 },
  ];
  return post('orders', { lines, ...fields });
}

/** Orders with a campaign: one that waits for its payment, one that was paid, one that was cancelled. */
async function fillCampaigns(): Promise<void> {
  const hat = await makeProduct(app, TAXED);
  const rule = { productIds: [hat.id], usesLimit: 10 };
  await runCampaign(app, app, { type: 'percent_off', rateBps: 1_000 }, rule);
  const lines = [{ productId: hat.id, quantity: 1 }];
  await post('orders', { lines });
  await pay(app, (await post('orders', { lines })).id);
  await post(`orders/${(await post('orders', { lines })).id}/cancel`);
}

/** Orders that were lowered, edited, settled, cancelled, and that left and arrived in parts. */
async function fillOrders(): Promise<void> {
  await makeFreightTemplate(app, { firstAmount: 500 });
  await fillCampaigns();
  await fillGifts();
  const lowered = await place();
  await post(`orders/${lowered.id}/lower-price`, { reductionAmount: 333, reason: 'Late.' });
  const edited = await place();
  await pay(app, edited.id);
  const [line] = edited.lines;
  const cheap = await makeProduct(app, { ...TAXED, priceAmount: 100 });
  const items = [{ productId: cheap.id, quantity: 1 }];
  await post(`orders/${edited.id}/edits`, { lines: [{ lineId: line.id, quantity: 1 }], items });
  await post(`orders/${edited.id}/goodwill-settlements`, { amount: 100 });
  await post(`orders/${edited.id}/edits`, { items: [{ productId: cheap.id, quantity: 3 }] });
  const cancelled = await place();
  await pay(app, cancelled.id);
  await post(`orders/${cancelled.id}/cancel`);
  const sent = await place();
  await pay(app, sent.id);
  const part = { lines: [{ lineId: sent.lines[0].id, quantity: 2 }] };
  const { shipments } = await post(`orders/${sent.id}/ship`, part);
  await ok(app.call(`POST /v1/orders/${sent.id}/shipments/${shipments[0].id}/deliver`));
  await post(`orders/${sent.id}/ship`, { lines: [{ lineId: sent.lines[1].id, quantity: 3 }] });
}

/** A gift that goes with an order, and one that has left. */
async function fillGifts(): Promise<void> {
  const shippingAddress = { name: 'Maria Anders', line1: 'Obere Str. 57', city: 'Berlin', country: 'DE' };
  const send = async () => {
    const { id, customerId } = await makeGoodsGrant(app);
    return post('gift-orders', { customerId, giftGrantIds: [id], shippingAddress });
  };
  await send();
  await post(`orders/${(await send()).id}/ship`);
}

/** Goods with a logo, an order on account with a deposit, and parcels that have arrived. */
async function fillTrade(): Promise<void> {
  const made = await makeLogoRequest(app, 'quote', 'accept');
  const [{ productId }] = made.items;
  const lines = [{ productId, quantity: 10, logoRequestId: made.id }];
  await post('orders', { customerId: made.customerId, lines });
  const { id: customerId } = await makeCustomer(app);
  const terms = { depositShareBps: 2500, netDays: 30, netFrom: 'placed', creditLimitAmount: null };
  await ok(app.call(`PUT /v1/customers/${customerId}/payment-terms`, { body: terms }));
  await place({ customerId, terms: 'on_account' });
  const { orderId } = await makeSentOrder(app);
  const { shipments } = await readOrder(app, orderId);
  await ok(app.call(`POST /v1/orders/${orderId}/shipments/${shipments[0].id}/deliver`));
  await app.settle();
}

const DAMAGES: Damages = {
  'a gift goes with one line of its order, as a whole, and no line is a gift that does not go with it': [
    `update gift_grants set quantity = quantity + 1 where state = 'in_order'`,
    `update gift_grants set state = 'shipped' where state = 'in_order'`,
    `update gift_grants set state = 'in_order' where state = 'shipped'`,
    'update order_lines set gift_grant_id = null where gift_grant_id is not null',
  ],
  'a line that is a gift has it, or had it': [
    `update gift_grants set state = 'open', order_id = null where state = 'in_order'`,
  ],
  "an order's lines sum to its amounts": [
    'update orders set lines_amount = lines_amount + 1, total_amount = total_amount + 1',
    'update orders set discount_amount = discount_amount - 1, total_amount = total_amount + 1 where discount_amount > 0',
    'update orders set tax_amount = tax_amount - 1 where tax_amount > 0',
    'delete from order_lines where position = 1',
  ],
  'every order has lines': ['delete from order_lines'],
  "a line's adjustments sum to its discount": [
    'delete from order_adjustments',
    'update order_adjustments set amount = amount + 1',
  ],
  "an order's freight is that of its parts": [
    `update orders set freight_amount = freight_amount + 1, total_amount = total_amount + 1 where freight_parts <> '[]'`,
  ],
  "an order's campaigns are its uses, with the same discounts": [
    'delete from campaign_uses',
    'update campaign_uses set discount_amount = discount_amount + 1',
    `update orders set campaigns = '[]' where campaigns <> '[]'`,
  ],
  'uses of campaigns are held by unpaid orders, used by paid ones and given back by cancelled ones': [
    `update campaign_uses set state = 'returned' where state = 'held'`,
    `update campaign_uses set state = 'held' where state = 'used'`,
    `update campaign_uses set state = 'used' where state = 'returned'`,
  ],
  "an order's paid and refunded amounts are those of its payments": [
    'update orders set paid_amount = paid_amount + 1',
    `delete from payments where state = 'succeeded'`,
    `update orders set refunded_amount = refunded_amount - 1 where status = 'cancelled' and refunded_amount > 0`,
  ],
  'what is shipped and delivered of a line is in its parcels': [
    'update order_lines set shipped_quantity = shipped_quantity - 1 where shipped_quantity > delivered_quantity',
    'update order_lines set delivered_quantity = delivered_quantity - 1 where delivered_quantity > 0',
    'delete from order_shipment_lines',
    'update order_shipments set delivered_at = null where delivered_at is not null',
  ],
  'stock is reserved for exactly what open orders have still to ship, and what open edits bring': [
    'update stock_items set reserved = reserved + 1 where reserved < on_hand',
    `update order_edits set state = 'dropped' where state = 'open'`,
    'update order_lines set cancelled_quantity = cancelled_quantity + 1 where quantity > shipped_quantity + cancelled_quantity',
  ],
  'what went with units of a line is in its credits': [
    'update order_credits set amount = amount + 1, paid_amount = paid_amount + 1',
    `update order_credits set kind = 'returned'`,
    'delete from order_credits',
  ],
  'an edit that was applied took off and brought what it was opened for': [
    `update order_edits set credited_amount = credited_amount + 1 where state = 'applied'`,
    `update order_edits set added_amount = added_amount + 1 where state = 'applied'`,
    'delete from order_edit_items',
    'delete from order_edit_units',
  ],
  "an order's charged and credited amounts are those of its lines and its freight": [
    `update orders set credited_amount = credited_amount + 1 where credited_amount > 0 and status <> 'cancelled'`,
    'update order_lines set charged_amount = charged_amount + 1',
  ],
  'what is left of a line is what was paid, less what was settled and credited': [
    'update order_lines set settled_amount = settled_amount + 1 where settled_amount + credited_amount < net_amount',
    'update order_lines set valued_quantity = quantity, valued_amount = 0 where net_amount > credited_amount',
  ],
  'a cancelled order keeps no money but what its customer got as stored value': [
    `update orders set refunded_amount = refunded_amount - 1 where status = 'cancelled' and refunded_amount > 0`,
    `update orders set paid_amount = paid_amount + 1 where status = 'cancelled'`,
  ],
  'every order has a timeline that begins with its placing': ['delete from order_timeline'],
  'what is used of a credit is what is open of the orders on account': [
    'update customer_credits set used_amount = used_amount + 1',
    'delete from customer_credits',
    `update orders set terms = 'prepaid' where terms = 'on_account'`,
    `update orders set written_off_amount = 1 where terms = 'on_account'`,
  ],
  'the parts of an order on account sum to what it was sold for': [
    'update order_dues set amount = amount + 1',
    `delete from order_dues where part = 'deposit'`,
  ],
  'what is ordered with a logo is what orders and open edits have of it': [
    'update logo_request_items set ordered_quantity = ordered_quantity - 1 where ordered_quantity > 0',
    'delete from logo_request_items',
    'update order_lines set logo_request_id = id where logo_request_id is not null',
  ],
  'the tools of a logo are paid once, and are then the price that was agreed on': [
    'update logo_requests set is_setup_charged = not is_setup_charged',
    'update logo_requests set setup_amount = setup_amount + 1',
  ],
  'a line with a logo has its price and its customer': [
    'update logo_requests set customer_id = id',
    'update logo_requests set unit_amount = unit_amount + 1',
    'update order_lines set logo_request_id = id where logo_request_id is not null',
  ],
};

t.test('every invariant of orders finds the damage that it is for', async (t) => {
  await fillOrders();
  await fillTrade();
  // Those of parcels are damaged with the parcels themselves.
  const checks = [...orderInvariants, ...creditInvariants, ...logoInvariants];
  await findDamages(
    t,
    app,
    checks.map(({ name, check }) => ({ name, find: check })),
    DAMAGES,
  );
});
