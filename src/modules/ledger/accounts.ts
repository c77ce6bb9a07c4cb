/**
 * An account of the books. `owner` tells accounts of one kind apart: the order, the customer, the settlement; accounts of the
 * whole shop have none. Each function below names one; nothing else makes up names.
 */
export interface Account {
  readonly account: string;
  readonly owner: string | null;
  /** What the balance may not go below, for an account with a row of its own that is locked. */
  readonly floor?: 0n;
}

const ofShop = (account: string): Account => ({ account, owner: null });

/** Asset: the shop's money at a payment provider, or in the till for `manual`. */
export const funds = (provider: string): Account => ofShop(`funds:${provider}`);
/** Asset: what the buyer of an order still owes for it. */
export const receivable = (orderId: string): Account => ({ account: 'receivable', owner: orderId });
/** Liability: money of the buyer of an order, of the load of a card, of a gift or of a deposit, that is neither the price nor back with them yet. */
export const clearing = (orderId: string): Account => ({ account: 'clearing', owner: orderId });
/** Liability: a customer's stored value. It never falls below nothing. */
export const walletOf = (customerId: string): Account => ({
  account: 'wallet',
  owner: customerId,
  floor: 0n,
});
/** Liability: what is on a stored-value card. It never falls below nothing. */
export const cardAccount = (cardId: string): Account => ({ account: 'card', owner: cardId, floor: 0n });
/** Liability: what of a deposit with gifts is not back with its customer. It never falls below nothing. */
export const giftDepositOf = (depositId: string): Account => ({
  account: 'gift_deposit',
  owner: depositId,
  floor: 0n,
});
/** Expense: what cards were loaded with beyond what was paid, less what of it ended with its card. */
export const cardBonus = (): Account => ofShop('card_bonus');
/** Income: what was paid for cards, is used up by the rule of their refund, and was still on them. */
export const cardForfeits = (): Account => ofShop('card_forfeits');
/** Liability: what the shop promised a customer to take off as a coupon would. The promises themselves say what is left of each. */
export const couponPromisesOf = (customerId: string): Account => ({
  account: 'coupon_promises',
  owner: customerId,
});
/** Income: what was promised as a coupon and never used. */
export const lapsedCoupons = (): Account => ofShop('lapsed_coupons');
/** Income: what orders cost. */
export const sales = (): Account => ofShop('sales');
/** Income: what members paid on top of points for gifts. */
export const giftSales = (): Account => ofShop('gift_sales');
/** Expense: what was given back because a price was not what it should have been. */
export const priceDifferences = (): Account => ofShop('price_differences');
/** Expense: what was given without an obligation. */
export const goodwill = (): Account => ofShop('goodwill');

/** Expense: stored value that customers got in activities. */
export const rewards = (): Account => ofShop('rewards');
/** Expense: what was owed and given up. */
export const badDebts = (): Account => ofShop('bad_debts');

/** Liability, in points: what a member has, pending points with it. The lots say what it consists of. */
export const pointsOf = (customerId: string): Account => ({ account: 'points', owner: customerId });
/** Asset, in points: what a member owes because points were taken back that they had spent. New points repay it. */
export const pointsDebtOf = (customerId: string): Account => ({ account: 'points_debt', owner: customerId });
/** Expense, in points: what was given. */
export const grantedPoints = (): Account => ofShop('granted_points');
/** Income, in points: what members spent. */
export const spentPoints = (): Account => ofShop('spent_points');
/** Income, in points: what ended without being spent. */
export const endedPoints = (): Account => ofShop('ended_points');

/** The unit of accounts of points; those of money are in a currency. */
export const POINTS = 'points';

/** How an account is written outside: `clearing:01890a5d-…` or `sales`. */
export const nameOf = ({ account, owner }: Account): string =>
  owner === null ? account : `${account}:${owner}`;

/** What the name of an account looks like: kinds with an owner, and those of the whole shop. */
export const ACCOUNT_NAME =
  '^(?:(?:receivable|clearing|wallet|card|gift_deposit|coupon_promises|points|points_debt):[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}' +
  '|sales|gift_sales|price_differences|goodwill|rewards|bad_debts|lapsed_coupons|card_bonus|card_forfeits|granted_points|spent_points|ended_points|funds:[a-z][a-z_]{0,39})$';
const SHAPE = new RegExp(ACCOUNT_NAME);

/** The account that a name means, or undefined. */
export function accountOf(name: string): Pick<Account, 'account' | 'owner'> | undefined {
  if (!SHAPE.test(name)) return undefined;
  const [kind = '', owner = ''] = name.split(':');
  return kind === 'funds' || owner === '' ? ofShop(name) : { account: kind, owner };
}
