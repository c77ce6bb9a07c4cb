import { sql } from 'drizzle-orm';
import { sqlInvariant } from '../../platform/invariants.ts';
import type { Module } from '../../platform/module.ts';
import { deliverSimulatorCallback } from './callbacks.ts';
import { paymentErrors } from './errors.ts';
import { paymentEventKinds } from './events.ts';
import { cancelCharge, chargePayment, executeRefund, reconcilePayment } from './provider-calls.ts';
import { paymentRoutes } from './routes.ts';
import { paymentStates, refundStates } from './states.ts';
import { paymentSweeps } from './sweeps.ts';

const refundedIsSum = sqlInvariant(
  "a payment's refunded amount is the sum of its refunds",
  sql`select count(*) as checked, count(*) filter (where p.refunded_amount <> coalesce(r.amount, 0)) as broken
      from payments p left join (select shop_id, payment_id, sum(amount) as amount from refunds
        group by shop_id, payment_id) r on r.shop_id = p.shop_id and r.payment_id = p.id`,
);

const openIsAskedAbout = sqlInvariant(
  'every open payment and refund of a provider is asked about until it ends',
  sql`select count(*) as checked, count(*) filter (where due is null) as broken from (
        select reconcile_due_at as due from payments where state in ('created', 'processing')
        union all
        select r.reconcile_due_at from refunds r join payments p on p.shop_id = r.shop_id and p.id = r.payment_id
          where r.state = 'pending' and p.provider <> 'manual') open`,
);

export const paymentsModule: Module = {
  name: 'payments',
  tags: {
    Payments: 'Attempts to take money, what providers said about them, refunds, and accounts with providers.',
  },
  routes: paymentRoutes,
  errors: paymentErrors,
  events: Object.values(paymentEventKinds),
  tasks: {
    'payments.charge': chargePayment,
    'payments.cancel': cancelCharge,
    'payments.reconcile': reconcilePayment,
    'payments.refund': executeRefund,
    'payments.simulatorCallback': deliverSimulatorCallback,
  },
  sweeps: paymentSweeps,
  invariants: [refundedIsSum, openIsAskedAbout],
  states: { payment: paymentStates, refund: refundStates },
};
