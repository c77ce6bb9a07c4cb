import t from 'tap';
import { clearing, funds, walletOf } from '../../../src/modules/ledger/accounts.ts';
import { hold } from '../../../src/modules/ledger/holds.ts';
import { ledgerInvariants } from '../../../src/modules/ledger/invariants.ts';
import { bookChecks } from '../../../src/modules/ledger/ports.ts';
import { post, reverse } from '../../../src/modules/ledger/post.ts';
import { credit, debit } from '../../../src/modules/ledger/rules.ts';
import type { Db } from '../../../src/platform/db/client.ts';
import { inTransaction } from '../../../src/platform/db/transaction.ts';
import { newId } from '../../../src/platform/ids.ts';
import { startApp } from '../../support/app.ts';
import { makeRichCard } from '../../support/cards-world.ts';
import { makeDebt } from '../../support/credit-world.ts';
import { type Damages, findDamages } from '../../support/damage.ts';
import { makeDeposit, makeDepositActivity } from '../../support/deposits-world.ts';
import { givePoints, makeDearRedemption, makeDebtor, makeMember } from '../../support/loyalty-world.ts';
import { creditWallet, makeOrder, makePaidOrder, pay } from '../../support/world.ts';
import { advance, ok } from '../orders/support.ts';
import { act, makeSettling, offerCharge } from '../settlements/offers-support.ts';

const app = await startApp(t);
const ctx = await app.ctx();

/** Books with something of everything: stored value that was given, spent and held, coupons, refunds and a reversal. */
async function fillBooks(): Promise<void> {
  // One part of two is on its way back.
  const deposit = await makeDeposit(app, (await makeDepositActivity(app, { instalments: 2 })).id);
  await advance(app, 62 * 1_440);
  const body = { payoutWay: 'payment' };
  await ok(app.call(`POST /v1/gift-deposits/${deposit.id}/collect`, { body }));
  const { customer, token, orderId, lineId } = await makeSettling(app);
  const gift = { amount: 200, payoutMethod: 'coupon', isAgreed: true };
  const give = (body: object) => ok(app.call(`POST /v1/orders/${orderId}/goodwill-settlements`, { body }));
  await give(gift);
  await give({ amount: 300, payoutMethod: 'coupon', isAgreed: true });
  const { data: coupons } = await ok(app.call(`GET /v1/coupons?customerId=${customer.id}`));
  const { id } = await offerCharge(app, orderId, lineId);
  await ok(act(app, id, 'accept', undefined, token));
  await ok(act(app, id, 'payments', { provider: 'manual', couponCode: coupons[0].code }));
  await creditWallet(app, customer.id, 5_000);
  const byWallet = await makeOrder(app, { customerId: customer.id });
  await pay(app, byWallet.id, { provider: 'wallet' });
  const byCard = await makeOrder(app);
  await pay(app, byCard.id, { provider: 'card', cardId: (await makeRichCard(app)).id });
  const { order } = await makePaidOrder(app);
  await ok(app.call(`POST /v1/orders/${order.id}/goodwill-settlements`, { body: { amount: 100 } }));
  const [refund] = (await ok(app.call('GET /v1/refunds'))).data;
  await ok(app.call(`POST /v1/refunds/${refund.id}/confirm`, { body: {} }));
  await makeOrder(app);
  await givePoints(app, await makeMember(app), 50);
  const asked = await makeDearRedemption(app, undefined, { quantity: 2 });
  await ok(app.call(`POST /v1/redemptions/${asked.id}/payments`, { body: { provider: 'manual' } }));
  await ok(app.call(`POST /v1/redemptions/${asked.id}/cancel`, { body: { quantity: 1 } }));
  await makeDebtor(app);
  const debt = await makeDebt(app);
  await ok(app.call(`POST /v1/orders/${debt.id}/write-off`, { body: { amount: 100, reason: 'Insolvent.' } }));
  await inTransaction(ctx, async (tx) => {
    const account = walletOf(customer.id);
    await hold(tx, ctx, {
      account,
      amount: 10n,
      reference: newId(),
      expiresAt: new Date(Date.now() + 60_000),
    });
    const [subject, legs] = [newId(), [debit(funds('manual'), 7n), credit(clearing(order.id), 7n)]];
    await post(tx, ctx, { kind: 'tried', subject, legs });
    await reverse(tx, ctx, 'tried', subject);
  });
}

const FIRST_SALE = `(select transfer_id from ledger_entries where account = 'sales' limit 1)`;
const OF_WALLET = `account = 'wallet' and account_version`;
const PAID = `(select e.transfer_id from ledger_entries e join ledger_transfers t on t.id = e.transfer_id
  where t.kind = 'refund_paid' limit 1)`;

const DAMAGES: Damages = {
  'every transfer has entries, and they sum to zero': [
    `update ledger_entries set amount = amount - 1 where account = 'sales'`,
    `delete from ledger_entries where transfer_id = ${FIRST_SALE}`,
  ],
  'a balance is the sum of its entries, which are numbered from 1 without a gap': [
    'update ledger_accounts set balance = balance + 1',
    'update ledger_accounts set version = version + 1',
    `update ledger_entries set account_version = 9 where ${OF_WALLET} = 2`,
    `with gone as (delete from ledger_entries where ${OF_WALLET} = 1 returning amount)
     update ledger_entries set amount = amount + (select amount from gone) where ${OF_WALLET} = 2`,
  ],
  'every entry of an account with a floor says the balance after it': [
    `update ledger_entries set balance_after = balance_after + 1 where ${OF_WALLET} = 1`,
  ],
  'a snapshot and the tail behind it are the full sum of the entries': [
    `update ledger_tail set amount = amount + 1 where account = 'sales'`,
    `update ledger_entries set account = 'goodwill' where account = 'sales'`,
  ],
  'what is held of a balance is the sum of its active holds': [
    'update ledger_accounts set held = held + 1',
    `update ledger_holds set amount = amount + 1`,
  ],
  'a reversal takes back exactly what was posted': [
    `update ledger_entries set owner_id = transfer_id where account = 'clearing'
       and transfer_id = (select id from ledger_transfers where reverses_id is not null)`,
  ],
  'what is owed for an order is its price less what was kept of its payments and what was written off': [
    `update ledger_entries set amount = amount + 1 where account = 'receivable'`,
    'update orders set paid_amount = paid_amount - 1 where paid_amount > 0',
  ],
  'the clearing of an order holds exactly what is on its way back or about to be, and nothing when that has arrived':
    [
      `update ledger_entries set amount = amount + 1 where account = 'clearing'`,
      'update orders set settling_amount = settling_amount + 1, settled_amount = settled_amount + 1',
      `update refunds set state = 'pending'`,
    ],
  'no more was given back for an order than was captured': [
    `update ledger_entries set amount = 9000 where account = 'clearing' and transfer_id = ${PAID}`,
  ],
  'the books know of as much settled as orders do': [
    'update orders set settled_amount = settled_amount + 1, settling_amount = settling_amount + 1',
    `update ledger_entries set amount = 1, account = 'price_differences' where account = 'goodwill'`,
  ],
  'the books know of as much written off as orders do': [
    `update orders set written_off_amount = written_off_amount - 1 where written_off_amount > 0`,
    `update ledger_entries set account = 'goodwill' where account = 'bad_debts'`,
  ],
  'every payment that succeeded is in the books with its amount, and no other': [
    `update payments set amount = amount + 1`,
    `update payments set state = 'failed' where provider = 'wallet'`,
    `delete from ledger_entries where transfer_id in (select id from ledger_transfers where kind = 'payment_captured')`,
  ],
  "a member's points are what the books say that the shop owes them": [
    'update loyalty_members set active_points = active_points + 1 where left_at is null',
    `update ledger_entries set amount = amount - 1 where account = 'points'`,
  ],
  'what is on a card is what the books say that the shop owes for it': [
    'update cards set principal_amount = principal_amount + 1',
    `update ledger_accounts set balance = balance + 1 where account = 'card'`,
  ],
  'every entry of a card has movements that tell the same': [
    'update card_movements set amount = amount - 1',
    'update card_movements set balance_after = balance_after + 1',
    `delete from card_movements where kind = 'spent'`,
    `delete from ledger_entries where account = 'card'`,
  ],
  'every payment by card took its amount out of lots and gave back what was refunded': [
    'delete from card_uses',
    'update card_uses set returned_amount = returned_amount + 1',
    `update payments set refunded_amount = refunded_amount + 1 where provider = 'card'`,
  ],
  'a load that is on a card was paid, and its payment gave back what its card’s end says': [
    `update payments set amount = amount + 1 where subject_type = 'card_load'`,
    `update payments set refunded_amount = refunded_amount + 1 where subject_type = 'card_load'`,
    'update card_loads set paid_amount = paid_amount + 1',
  ],
  'what a member owes in points is what the books say': [
    'update loyalty_members set debt_points = debt_points + 1',
    `update ledger_entries set amount = amount + 1 where account = 'points_debt'`,
  ],
  'what was paid for a redemption, and given back, is what its payments say; of what is had, that is its price':
    [
      'update redemptions set paid_amount = paid_amount + 1',
      'update redemptions set refunded_amount = refunded_amount - 1 where refunded_amount > 0',
      `update payments set amount = amount + 1 where subject_type = 'redemption'`,
      'update redemptions set unit_amount = unit_amount - 1 where unit_amount > 0',
    ],
  'the clearing of a redemption holds what was paid until it is had, and what is on its way back': [
    `delete from ledger_entries where account = 'clearing'`,
    `update refunds set amount = amount + 1 where subject_type = 'redemption'`,
  ],
  'the account of a deposit holds what of it is not back': [
    `update ledger_accounts set balance = balance + 1 where account = 'gift_deposit'`,
    'update gift_deposits set returned_amount = returned_amount + 1',
  ],
  'the clearing of a deposit holds what is on its way back': [
    `update refunds set amount = amount - 1 where subject_type = 'gift_deposit'`,
    `delete from ledger_entries e using gift_deposits d where e.account = 'clearing' and e.owner_id = d.id`,
  ],
  'the books know of as much paid for gifts as redemptions do': [
    `update ledger_entries set amount = amount - 1 where account = 'gift_sales'`,
    'update redemptions set unit_amount = unit_amount - 1 where unit_amount > 0',
  ],
  "a customer's movements sum to the balance of the wallet": [
    'update wallet_movements set amount = amount - 1 where position = 1',
    'update ledger_accounts set balance = balance + 1',
    'delete from wallet_movements',
  ],
  'every entry of a wallet has one movement that tells the same': [
    'update wallet_movements set balance_after = balance_after + 1',
    'update wallet_movements set transfer_id = customer_id',
    'update wallet_movements set amount = amount - 1',
    'delete from wallet_movements where position = 2',
    `delete from ledger_entries where ${OF_WALLET} = 2`,
  ],
  'what is owed as coupons is the sum of those that can be used, for every customer': [
    `update coupons set amount = amount + 1 where used = 0`,
    `delete from ledger_entries where account = 'coupon_promises'`,
  ],
  'a coupon of a value and its rests sum to what was posted for it': [
    'update coupons set amount = amount + 1',
    `delete from ledger_transfers where kind = 'coupon_promise_issued'`,
  ],
  'what a payment by coupon keeps is what is used of its coupon': [
    `update coupons set amount = amount + 1 where used > 0`,
    `update coupons set taken_for_id = id where used > 0`,
    `update payments set refunded_amount = 1 where provider = 'coupon'`,
  ],
  'every payment by stored value took its amount out of a wallet': [
    `update payments set amount = amount + 1 where provider = 'wallet'`,
    `update ledger_entries set account = 'clearing' where ${OF_WALLET} = 2`,
  ],
};

t.test('every check of the books finds the damage that it is for', async (t) => {
  await fillBooks();
  const checks = [...ledgerInvariants, ...bookChecks.get()].map(({ name, checkShop }) => ({
    name,
    find: (db: Db) => checkShop(db, app.shopId),
  }));
  await findDamages(t, app, checks, DAMAGES);
});
