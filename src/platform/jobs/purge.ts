import { lt } from 'drizzle-orm';
import { idempotencyKeys } from '../auth/tables.ts';
import { after, DAY_MS } from '../time.ts';
import type { Deps } from '../context.ts';
import { KEY_KEPT_DAYS } from '../http/idempotency.ts';

/** Forgets idempotency keys older than seven real days. */
export async function purgeIdempotencyKeys(deps: Deps): Promise<void> {
  await deps.db
    .delete(idempotencyKeys)
    .where(lt(idempotencyKeys.createdAt, after(deps.clock.now(), -KEY_KEPT_DAYS * DAY_MS)));
}
