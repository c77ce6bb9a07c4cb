import { sql } from 'drizzle-orm';
import type { Db } from '../../platform/db/client.ts';
import type { Module } from '../../platform/module.ts';
import { deliverSimulatorCallback } from './callbacks.ts';
import { paymentErrors } from './errors.ts';
import { paymentEventKinds } from './events.ts';
import { chargePayment, executeRefund } from './provider-calls.ts';
import { paymentRoutes } from './routes.ts';
import { paymentStates, refundStates } from './states.ts';

async function checkRefunded(db: Db) {
  const { rows } = await db.execute<{ checked: bigint; broken: bigint }>(sql`
    select count(*) as checked, count(*) filter (where p.refunded_amount <> coalesce(r.amount, 0)) as broken
    from payments p
    left join (select shop_id, payment_id, sum(amount) as amount from refunds group by shop_id, payment_id) r
      on r.shop_id = p.shop_id and r.payment_id = p.id`);
  return rows[0] ?? { checked: 0n, broken: 0n };
}

export const paymentsModule: Module = {
  name: 'payments',
  routes: paymentRoutes,
  errors: paymentErrors,
  events: Object.values(paymentEventKinds),
  tasks: {
    'payments.charge': chargePayment,
    'payments.refund': executeRefund,
    'payments.simulatorCallback': deliverSimulatorCallback,
  },
  invariants: [{ name: "a payment's refunded amount is the sum of its refunds", check: checkRefunded }],
  states: { payment: paymentStates, refund: refundStates },
};
