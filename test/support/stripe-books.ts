import { randomBytes } from 'node:crypto';

/** What Stripe refuses, as its error object. */
export class StripeRefusal extends Error {
  readonly status: number;
  readonly error: Record<string, unknown>;
  constructor(status: number, error: Record<string, unknown>) {
    super(JSON.stringify(error));
    this.status = status;
    this.error = error;
  }
}

interface Intent {
  id: string;
  object: 'payment_intent';
  amount: number;
  amount_received: number;
  currency: string;
  status: string;
  client_secret: string;
  metadata: Record<string, string>;
  latest_charge: string | null;
  last_payment_error: Record<string, unknown> | null;
  cancellation_reason: string | null;
}

interface StripeRefund {
  id: string;
  object: 'refund';
  amount: number;
  status: string;
  payment_intent: string;
  metadata: Record<string, string>;
  failure_reason?: string;
}

export interface StripeEvent {
  id: string;
  object: 'event';
  type: string;
  created: number;
  data: { object: unknown };
}

const idOf = (kind: string) => `${kind}_${randomBytes(8).toString('hex')}`;
const metadataOf = (params: URLSearchParams) =>
  Object.fromEntries(
    [...params]
      .filter(([name]) => name.startsWith('metadata['))
      .map(([name, value]) => [name.slice(9, -1), value]),
  );

/** What a payment method does when it is charged; other words are codes of a decline. */
const METHODS: Record<string, string> = {
  pm_card_visa: 'succeed',
  pm_card_authenticationRequired: 'act',
  pm_bankDebit: 'wait',
  pm_card_chargeDeclinedInsufficientFunds: 'insufficient_funds',
};

interface Books {
  readonly intents: Map<string, Intent>;
  readonly refunds: StripeRefund[];
  readonly events: StripeEvent[];
  refundStatus: string;
}

const invalid = (status: number, code: string, more: object = {}) =>
  new StripeRefusal(status, { type: 'invalid_request_error', code, ...more });
const unexpected = ({ status }: Intent) =>
  invalid(400, 'payment_intent_unexpected_state', { message: status });

function tell({ events }: Books, type: string, object: object, created = Math.floor(Date.now() / 1000)) {
  const data = { object: structuredClone(object) };
  const event: StripeEvent = { id: idOf('evt'), object: 'event', type, created, data };
  events.push(event);
  return event;
}

function intentOf({ intents }: Books, id: string): Intent {
  const intent = intents.get(id);
  if (intent) return intent;
  throw invalid(404, 'resource_missing', { param: 'intent' });
}

function create({ intents }: Books, params: URLSearchParams): Intent {
  const amount = Number(params.get('amount'));
  if (amount < 50 && params.get('currency') === 'usd')
    throw invalid(400, 'amount_too_small', { param: 'amount' });
  const id = idOf('pi');
  const intent: Intent = {
    id,
    object: 'payment_intent',
    amount,
    amount_received: 0,
    currency: params.get('currency') ?? '',
    status: 'requires_payment_method',
    client_secret: `${id}_secret_${randomBytes(8).toString('hex')}`,
    metadata: metadataOf(params),
    latest_charge: null,
    last_payment_error: null,
    cancellation_reason: null,
  };
  intents.set(id, intent);
  return intent;
}

function capture(books: Books, intent: Intent): StripeEvent {
  Object.assign(intent, { status: 'succeeded', latest_charge: idOf('ch'), last_payment_error: null });
  // The books add up what was taken: a second capture would show.
  intent.amount_received += intent.amount;
  return tell(books, 'payment_intent.succeeded', intent);
}

function decline(books: Books, intent: Intent, code: string): StripeEvent {
  intent.status = 'requires_payment_method';
  const error = { type: 'card_error', code: 'card_declined', decline_code: code, charge: idOf('ch') };
  intent.last_payment_error = error;
  return tell(books, 'payment_intent.payment_failed', intent);
}

function confirm(books: Books, intent: Intent, method: string): Intent {
  if (intent.status !== 'requires_payment_method' && intent.status !== 'requires_action')
    throw unexpected(intent);
  const behaviour = METHODS[method];
  if (behaviour === undefined) throw invalid(400, 'resource_missing', { param: 'payment_method' });
  if (behaviour === 'succeed') capture(books, intent);
  else if (behaviour === 'act' || behaviour === 'wait') {
    intent.status = behaviour === 'act' ? 'requires_action' : 'processing';
    tell(books, `payment_intent.${intent.status}`, intent);
  } else {
    decline(books, intent, behaviour);
    throw new StripeRefusal(402, { ...intent.last_payment_error, payment_intent: intent });
  }
  return intent;
}

function cancel(books: Books, intent: Intent): Intent {
  if (!intent.status.startsWith('requires_')) throw unexpected(intent);
  intent.status = 'canceled';
  tell(books, 'payment_intent.canceled', intent);
  return intent;
}

const refundedOf = ({ refunds }: Books, intentId: string) =>
  refunds
    .filter((one) => one.payment_intent === intentId && one.status !== 'failed')
    .reduce((sum, one) => sum + one.amount, 0);

function refund(books: Books, params: URLSearchParams): StripeRefund {
  const intent = intentOf(books, params.get('payment_intent') ?? '');
  const amount = Number(params.get('amount'));
  if (refundedOf(books, intent.id) + amount > intent.amount_received)
    throw invalid(400, 'charge_already_refunded');
  const made: StripeRefund = {
    id: idOf('re'),
    object: 'refund',
    amount,
    status: books.refundStatus,
    payment_intent: intent.id,
    metadata: metadataOf(params),
  };
  books.refunds.push(made);
  return made;
}

function perform(books: Books, call: string, params: URLSearchParams): object {
  const [, id = '', verb] = /^[A-Z]+ \/v1\/payment_intents\/(\w+)(?:\/(\w+))?$/.exec(call) ?? [];
  if (call === 'POST /v1/payment_intents') return create(books, params);
  if (call === 'POST /v1/refunds') return refund(books, params);
  if (call === 'GET /v1/refunds') {
    const data = books.refunds.filter((one) => one.payment_intent === params.get('payment_intent'));
    return { object: 'list', has_more: false, url: '/v1/refunds', data };
  }
  if (verb === 'confirm') return confirm(books, intentOf(books, id), params.get('payment_method') ?? '');
  if (verb === 'cancel') return cancel(books, intentOf(books, id));
  if (call === `GET /v1/payment_intents/${id}`) return intentOf(books, id);
  throw new StripeRefusal(404, { type: 'invalid_request_error', message: `no ${call}` });
}

/** One account at Stripe with its books: what was captured and what went back, by intent. */
export function createBooks() {
  const books: Books = { intents: new Map(), refunds: [], events: [], refundStatus: 'succeeded' };
  const { intents, refunds, events } = books;
  return {
    events,
    intents,
    refunds,
    capture: (intent: Intent) => capture(books, intent),
    decline: (intent: Intent, code: string) => decline(books, intent, code),
    cancel: (intent: Intent) => cancel(books, intent),
    tell: (type: string, object: object, created?: number) => tell(books, type, object, created),
    perform: (call: string, params: URLSearchParams) => perform(books, call, params),
    /** With which status refunds begin from now on. */
    refundWith: (status: string) => void (books.refundStatus = status),
    /** A refund ends later, or fails after it had succeeded. */
    endRefund(one: StripeRefund, status: 'succeeded' | 'failed'): StripeEvent {
      one.status = status;
      if (status === 'failed') one.failure_reason = 'expired_or_canceled_card';
      return tell(books, status === 'failed' ? 'refund.failed' : 'refund.updated', one);
    },
    /** Captured and refunded over all intents. */
    totals: () => ({
      captured: [...intents.values()].reduce((sum, one) => sum + one.amount_received, 0),
      refunded: [...intents.keys()].reduce((sum, id) => sum + refundedOf(books, id), 0),
    }),
  };
}

export type StripeAccount = ReturnType<typeof createBooks>;
