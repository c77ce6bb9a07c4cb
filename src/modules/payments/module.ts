import { sql } from 'drizzle-orm';
import { sqlInvariant } from '../../platform/invariants.ts';
import type { Module } from '../../platform/module.ts';
import { deliverSimulatorCallback } from './callbacks.ts';
import { paymentErrors } from './errors.ts';
import { paymentEventKinds } from './events.ts';
import { chargePayment, executeRefund } from './provider-calls.ts';
import { paymentRoutes } from './routes.ts';
import { paymentStates, refundStates } from './states.ts';

const refundedIsSum = sqlInvariant(
  "a payment's refunded amount is the sum of its refunds",
  sql`select count(*) as checked, count(*) filter (where p.refunded_amount <> coalesce(r.amount, 0)) as broken
      from payments p left join (select shop_id, payment_id, sum(amount) as amount from refunds
        group by shop_id, payment_id) r on r.shop_id = p.shop_id and r.payment_id = p.id`,
);

export const paymentsModule: Module = {
  name: 'payments',
  tags: { Payments: 'Attempts to take money, what providers said about them, and refunds.' },
  routes: paymentRoutes,
  errors: paymentErrors,
  events: Object.values(paymentEventKinds),
  tasks: {
    'payments.charge': chargePayment,
    'payments.refund': executeRefund,
    'payments.simulatorCallback': deliverSimulatorCallback,
  },
  invariants: [refundedIsSum],
  states: { payment: paymentStates, refund: refundStates },
};
