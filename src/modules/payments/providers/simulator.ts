import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Deps } from '../../../platform/context.ts';
import { preparedSql } from '../../../platform/db/prepared.ts';
import type { Shop } from '../../../platform/shops/shop.ts';
import type { Payment } from '../tables.ts';
import { refusePaymentMethod } from './payment-method.ts';
import type { PaymentProvider, ProviderEvent } from './provider.ts';

/** How the simulator can be told to behave. */
export const SIMULATIONS = [
  'succeed',
  'decline',
  'time_out_after_capture',
  'call_back_twice',
  'call_back_late',
  'call_back_out_of_order',
] as const;
export type Simulation = (typeof SIMULATIONS)[number];

// Counts calls per key; the first one moves the money, whatever happens to its answer.
const countCall = preparedSql<{ calls: number }>(
  'simulator_count_call',
  `insert into simulator_charges as c (shop_id, key, moved_amount, calls) values ($1, $2, $3, 1)
   on conflict (shop_id, key) do update set calls = c.calls + 1 returning calls`,
);

const findCalls = preparedSql<{ calls: number }>(
  'simulator_find_calls',
  'select calls from simulator_charges where shop_id = $1 and key = $2',
);

const addCallback = preparedSql(
  'simulator_add_callback',
  `select graphile_worker.add_job('payments.simulatorCallback', $1::json, run_at => now() + $2 * interval '1 second')`,
);

/** A pretended provider for test shops. It keeps its own books, apart from the shop's transactions. */
export const simulator: PaymentProvider = {
  name: 'simulator',
  manual: false,
  isAvailable: (_on, shop) => shop.mode === 'test',
  checkCharge: refusePaymentMethod,

  async charge(deps, shop, payment) {
    const { simulate, delaySeconds } = behaviourOf(payment);
    if (simulate === 'decline') return statement(payment, 'failed');
    const [row] = await countCall(deps.db, [shop.id, payment.id, payment.amount]);
    const isFirst = row?.calls === 1;
    if (simulate === 'succeed') return statement(payment, 'succeeded');
    if (simulate === 'time_out_after_capture') {
      if (isFirst) throw new Error('the simulator took the money and did not answer');
      return statement(payment, 'succeeded');
    }
    if (isFirst) await scheduleCallbacks(deps, shop, payment, simulate, delaySeconds);
    return statement(payment, 'processing');
  },

  findCharge,
  // What it was not asked for yet it will not be asked for; what it has taken it tells, now or by its callback.
  cancel: findCharge,

  async refund(deps, shop, refund) {
    await countCall(deps.db, [shop.id, refund.id, -refund.amount]);
    return { kind: 'succeeded', reference: `sim-refund-${refund.id}` };
  },

  async readCallback(deps, shop, { headers, body }) {
    const given = Buffer.from(String(headers['x-simulator-signature'] ?? ''), 'hex');
    const expected = sign(deps, shop.id, body);
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
    return [JSON.parse(body.toString()) as ProviderEvent];
  },
};

async function findCharge(deps: Deps, shop: Shop, payment: Payment): Promise<ProviderEvent | undefined> {
  const [known] = await findCalls(deps.db, [shop.id, payment.id]);
  const { simulate } = behaviourOf(payment);
  // The others tell by callback, and will.
  const isTold = simulate === 'succeed' || simulate === 'time_out_after_capture';
  return known && statement(payment, isTold ? 'succeeded' : 'processing');
}

function behaviourOf({ options }: Payment): { simulate: Simulation; delaySeconds: number } {
  const { simulate = 'succeed', delaySeconds = 0 } = options as {
    simulate?: Simulation;
    delaySeconds?: number;
  };
  return { simulate, delaySeconds };
}

async function scheduleCallbacks(
  deps: Deps,
  shop: Shop,
  payment: Payment,
  simulate: Simulation,
  delaySeconds: number,
) {
  const success = statement(payment, 'succeeded');
  const callbacks: Record<string, ProviderEvent[]> = {
    call_back_twice: [success, success],
    call_back_late: [success],
    call_back_out_of_order: [success, statement(payment, 'processing')],
  };
  for (const event of callbacks[simulate] ?? []) {
    await addCallback(deps.db, [JSON.stringify({ shopId: shop.id, event }), delaySeconds]);
  }
}

const statement = (payment: Payment, kind: ProviderEvent['kind']): ProviderEvent => ({
  paymentId: payment.id,
  eventId: `sim-${payment.id}-${kind}`,
  kind,
  reference: `sim-${payment.id}`,
  failureCode: kind === 'failed' ? 'card_declined' : null,
});

const sign = (deps: Deps, shopId: string, body: Buffer): Buffer =>
  createHmac('sha256', deps.config.tokenSecret).update(`simulator.${shopId}.`).update(body).digest();

/** A callback as the simulator sends it: the body and its signature. */
export function simulatorCallback(deps: Deps, shopId: string, event: ProviderEvent) {
  const body = Buffer.from(JSON.stringify(event));
  return { body, headers: { 'x-simulator-signature': sign(deps, shopId, body).toString('hex') } };
}
