import type { ShopInvariant } from '../../platform/invariants.ts';
import { definePort } from '../../platform/ports.ts';

/** What other modules' figures have to agree with in the books. */
export const bookChecks = definePort<readonly ShopInvariant[]>('ledger.checks');
