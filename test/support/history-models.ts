import type { Model } from './histories.ts';

export type StockInput =
  /** `order` is the client's own name for it. */
  | { readonly kind: 'place'; readonly order: string; readonly quantity: number }
  | { readonly kind: 'cancel'; readonly order: string }
  | { readonly kind: 'adjust'; readonly change: number }
  | { readonly kind: 'read' };
export type StockOutput = 'ok' | 'refused' | { readonly onHand: number; readonly reserved: number };

interface Stock {
  readonly onHand: number;
  /** What open orders hold. */
  readonly held: ReadonlyMap<string, number>;
}

const sumOf = (held: Stock['held']): number =>
  [...held.values()].reduce((sum, quantity) => sum + quantity, 0);
const shows = (output: StockOutput | undefined, { onHand, held }: Stock): boolean =>
  output === undefined ||
  (typeof output === 'object' && output.onHand === onHand && output.reserved === sumOf(held));

/** The stock of one product: no more is promised than is there, and an order holds its goods until it is cancelled. */
export const stockModel = (onHand: number): Model<Stock, StockInput, StockOutput> => ({
  initial: { onHand, held: new Map() },
  keyOf: ({ onHand, held }) => `${onHand} ${[...held.keys()].toSorted().join(' ')}`,
  step(stock, input, output) {
    const available = stock.onHand - sumOf(stock.held);
    if (input.kind === 'read') return shows(output, stock) ? stock : undefined;
    if (input.kind === 'place') {
      const fits = input.quantity <= available;
      if (!fits) return output === 'refused' || output === undefined ? stock : undefined;
      if (output === 'refused') return undefined;
      return { ...stock, held: new Map(stock.held).set(input.order, input.quantity) };
    }
    if (input.kind === 'cancel') {
      const held = new Map(stock.held);
      held.delete(input.order);
      return { ...stock, held };
    }
    if (input.change + available < 0) return output === 'refused' || output === undefined ? stock : undefined;
    const changed = { ...stock, onHand: stock.onHand + input.change };
    return shows(output, changed) ? changed : undefined;
  },
});

export type PaymentInput =
  /** A manual payment counts at once. */
  | { readonly kind: 'pay'; readonly amount: number }
  /** An attempt with a provider; `charge` is what becomes of it. */
  | { readonly kind: 'start'; readonly amount: number }
  | { readonly kind: 'charge'; readonly amount: number }
  | { readonly kind: 'lower'; readonly amount: number }
  | { readonly kind: 'cancel' }
  | { readonly kind: 'read' };
/** The name of an answer, or the figures of the order. */
export type PaymentOutput = string | Account;

export interface Account {
  readonly status: string;
  readonly total: number;
  readonly paid: number;
  readonly refunded: number;
}

/** What was paid beyond what the order costs goes back with it; everything, once it is cancelled. */
function settle(account: Account): Account {
  const kept = account.paid - account.refunded;
  if (account.status === 'cancelled') return { ...account, refunded: account.refunded + kept };
  const status = kept >= account.total ? 'paid' : account.status;
  return { ...account, status, refunded: account.refunded + Math.max(0, kept - account.total) };
}

const isSame = (a: Account, b: Account): boolean =>
  a.status === b.status && a.total === b.total && a.paid === b.paid && a.refunded === b.refunded;

/** Why money is not taken; undefined when it is. */
function refusalOf(account: Account, amount: number): string | undefined {
  const due = Math.max(0, account.total - (account.paid - account.refunded));
  if (account.status === 'cancelled' || due === 0) return 'order_not_payable';
  return amount > due ? `payment_too_large ${due}` : undefined;
}

/** The money of one order: never more kept than it costs, and nothing once it is cancelled. */
export const paymentModel = (total: number): Model<Account, PaymentInput, PaymentOutput> => ({
  initial: { status: 'pending', total, paid: 0, refunded: 0 },
  keyOf: ({ status, total, paid, refunded }) => `${status} ${total} ${paid} ${refunded}`,
  step(account, input, output) {
    /** `next` where the answer fits. */
    const when = (answer: string, next: Account) =>
      output === answer || output === undefined ? next : undefined;
    if (input.kind === 'read')
      return typeof output === 'object' && !isSame(output, account) ? undefined : account;
    if (input.kind === 'cancel') return when('ok', settle({ ...account, status: 'cancelled' }));
    if (input.kind === 'lower') {
      if (account.status !== 'pending') return when('order_not_repricable', account);
      return when('ok', settle({ ...account, total: account.total - input.amount }));
    }
    // A provider takes money also after the order has ended; it goes back. It is given up only when the order has ended.
    if (input.kind === 'charge' && output === 'cancelled')
      return account.status === 'pending' ? undefined : account;
    const taken = settle({ ...account, paid: account.paid + input.amount });
    if (input.kind === 'charge') return when('succeeded', taken);
    const refusal = refusalOf(account, input.amount);
    if (refusal !== undefined) return when(refusal, account);
    return when('ok', input.kind === 'pay' ? taken : account);
  },
});
