import type { Ctx } from '../../../platform/context.ts';
import type { Tx } from '../../../platform/db/client.ts';
import { inTransaction } from '../../../platform/db/transaction.ts';
import { newId } from '../../../platform/ids.ts';
import { checkVersion } from '../../../platform/versions.ts';
import { tellCarrier } from './carriers.ts';
import { carrierErrors } from './errors.ts';
import { carrierEvents } from './events.ts';
import { insertMethod, lockCarrier, lockMethod, updateMethodRow } from './repository.ts';
import type { DayKind } from './states.ts';
import type { Carrier, CarrierMethod } from './tables.ts';
import { findPromiseFaults, type TransitPromise } from './transit-rules.ts';

export interface MethodInput {
  readonly code: string;
  readonly name: string;
  readonly dayKind?: DayKind;
  readonly promises?: readonly TransitPromise[];
  readonly isOffered?: boolean;
}

/** Adds a method to a carrier. Refusals: carrier_archived, method_code_taken, method_inconsistent. */
export async function addCarrierMethod(
  ctx: Ctx,
  carrierId: string,
  input: MethodInput,
): Promise<CarrierMethod> {
  return inTransaction(ctx, async (tx) => {
    const carrier = await lockOpen(tx, ctx, carrierId);
    refuseFaults(input.promises);
    const method: CarrierMethod = {
      shopId: ctx.shop.id,
      id: newId(),
      carrierId,
      code: input.code,
      name: input.name,
      dayKind: input.dayKind ?? 'business',
      promises: input.promises ?? [],
      isOffered: input.isOffered ?? true,
      version: 1,
      createdAt: ctx.now,
      updatedAt: ctx.now,
    };
    await insertMethod(tx, method);
    await tellCarrier(tx, ctx, carrierEvents.changed, carrier);
    return method;
  });
}

export type MethodChanges = Partial<Omit<MethodInput, 'code'>>;

/** Changes a method for parcels from now on; what earlier ones were promised stays. Refusals: carrier_archived, method_inconsistent. */
export async function updateCarrierMethod(
  ctx: Ctx,
  { carrierId, methodId }: { readonly carrierId: string; readonly methodId: string },
  changes: MethodChanges,
): Promise<CarrierMethod> {
  return inTransaction(ctx, async (tx) => {
    const carrier = await lockCarrier(tx, ctx.shop.id, carrierId);
    const current = await lockMethod(tx, ctx.shop.id, carrierId, methodId);
    checkVersion(ctx, current);
    if (carrier.status === 'archived') throw carrierErrors.carrier_archived();
    refuseFaults(changes.promises);
    if (Object.keys(changes).length === 0) return current;
    const method = await updateMethodRow(tx, current, { ...changes, updatedAt: ctx.now });
    await tellCarrier(tx, ctx, carrierEvents.changed, carrier);
    return method;
  });
}

/** Locks a carrier that is not archived. */
export async function lockOpen(tx: Tx, ctx: Ctx, carrierId: string): Promise<Carrier> {
  const carrier = await lockCarrier(tx, ctx.shop.id, carrierId);
  if (carrier.status === 'archived') throw carrierErrors.carrier_archived();
  return carrier;
}

function refuseFaults(promises: readonly TransitPromise[] = []): void {
  const faults = findPromiseFaults(promises);
  if (faults.length === 0) return;
  const violations = faults.map((fault) => ({ in: 'body' as const, code: 'method_inconsistent', ...fault }));
  throw carrierErrors.method_inconsistent(undefined, { violations });
}
