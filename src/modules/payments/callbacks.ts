import { type Deps, systemContext } from '../../platform/context.ts';
import { inTransaction } from '../../platform/db/transaction.ts';
import { platformErrors } from '../../platform/errors.ts';
import { findShop } from '../../platform/shops/shop.ts';
import { paymentErrors } from './errors.ts';
import { recordStatement } from './outcomes.ts';
import type { CallbackRequest, ProviderEvent } from './providers/provider.ts';
import { recordRefundStatement } from './refunds.ts';
import { providerOf } from './providers/registry.ts';
import { simulatorCallback } from './providers/simulator.ts';
import { findPayment } from './repository.ts';

interface CallbackInput extends CallbackRequest {
  readonly provider: string;
  readonly shopId: string;
}

/**
 * Takes a provider's callback: genuine ones are answered 200, however often they come and whatever the payment's
 * state. `callback_not_genuine` when the signature is not the provider's; a shop that is not there looks the same.
 */
export async function receiveCallback(deps: Deps, input: CallbackInput): Promise<{ received: number }> {
  const shop = await findShop(deps.db, input.shopId);
  if (!shop) throw paymentErrors.callback_not_genuine();
  const events = await providerOf(input).readCallback(deps, shop, input);
  if (!events) throw paymentErrors.callback_not_genuine();
  for (const event of events) {
    const payment = await findPayment(deps.db, shop.id, event.paymentId);
    if (payment?.provider !== input.provider) throw platformErrors.not_found('There is no such payment.');
    const ctx = {
      ...systemContext(deps, shop, 'payments.callback'),
      actor: { kind: 'provider', id: input.provider } as const,
    };
    await inTransaction(ctx, (tx) =>
      'refundId' in event
        ? recordRefundStatement(tx, ctx, payment, event)
        : recordStatement(tx, ctx, payment, event),
    );
  }
  return { received: events.length };
}

/** The simulator calls back: signed and read like any provider's callback. */
export async function deliverSimulatorCallback(
  deps: Deps,
  job: { shopId: string; event: ProviderEvent },
): Promise<void> {
  await receiveCallback(deps, {
    provider: 'simulator',
    shopId: job.shopId,
    ...simulatorCallback(deps, job.shopId, job.event),
  });
}
