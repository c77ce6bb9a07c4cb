import type { Test } from 'tap';
import { startApp, type TestApp, type TestShop } from '../../../support/app.ts';
import type { StripeAccount, StripeEvent } from '../../../support/stripe-books.ts';
import { signStripe, startStripe, type StripeStandIn } from '../../../support/stripe-stand-in.ts';
import { connectStripe, makeOrder, pay } from '../../../support/world.ts';
import { ok } from '../../orders/support.ts';

export const VISA = { provider: 'stripe', paymentMethod: 'pm_card_visa' };

/** A shop with an account of its own at the stand-in. */
export interface StripeShop {
  readonly shop: TestShop;
  readonly account: StripeAccount;
  readonly secretKey: string;
  readonly webhookSecret: string;
}

export interface StripeWorld {
  readonly app: TestApp;
  readonly stripe: StripeStandIn;
  addShop(input?: object): Promise<StripeShop>;
  /** Sends an event as Stripe does, or with what is given instead. */
  callBack(
    to: StripeShop,
    event: StripeEvent | string,
    change?: Change,
  ): Promise<{ status: number; body: any }>;
}

interface Change {
  readonly secret?: string;
  readonly at?: Date;
  readonly signature?: string;
  readonly payload?: string;
  readonly shopId?: string;
}

/** The API beside a stand-in for Stripe. */
export async function startWorld(
  t: Test,
  options: Parameters<typeof startApp>[1] = {},
): Promise<StripeWorld> {
  const stripe = await startStripe(t);
  const app = await startApp(t, { ...options, config: { stripeApiUrl: stripe.url } });
  let count = 0;
  return {
    app,
    stripe,
    async addShop(input = {}) {
      count += 1;
      const keys = {
        secretKey: `sk_test_Secret${count}OfShop`,
        webhookSecret: `whsec_Signing${count}OfShop`,
      };
      const shop = await app.createShop(input);
      await connectStripe(shop, keys);
      return { shop, account: stripe.addAccount(keys.secretKey), ...keys };
    },
    async callBack({ shop, webhookSecret }, event, change = {}) {
      const payload = typeof event === 'string' ? event : JSON.stringify(event);
      const signature = change.signature ?? signStripe(payload, change.secret ?? webhookSecret, change.at);
      const answer = await app.app.inject({
        method: 'POST',
        url: `/v1/payment-callbacks/stripe/${change.shopId ?? shop.shopId}`,
        headers: { 'content-type': 'application/json', 'stripe-signature': signature },
        payload: change.payload ?? payload,
      });
      return { status: answer.statusCode, body: answer.json() };
    },
  };
}

/** An order and an attempt to pay it by Stripe; its job has not run yet. */
export async function startCharge(shop: TestShop, body: object = VISA) {
  const order = await makeOrder(shop);
  return { order, payment: await pay(shop, order.id, body) };
}

export const readPayment = (shop: TestShop, id: string): Promise<any> =>
  ok(shop.call(`GET /v1/payments/${id}`));

/** The intent that was made for a payment. */
export function intentFor(account: StripeAccount, paymentId: string) {
  const found = [...account.intents.values()].filter(
    (intent) => intent.metadata['makegood_payment_id'] === paymentId,
  );
  const [intent] = found.toReversed();
  if (!intent) throw new Error(`no intent was made for ${paymentId}`);
  return intent;
}

export const lastEvent = (account: StripeAccount, type: string): StripeEvent => {
  const event = account.events.findLast((one) => one.type === type);
  if (!event) throw new Error(`Stripe said nothing of ${type}`);
  return event;
};
