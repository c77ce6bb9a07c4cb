import { sql } from 'drizzle-orm';
import { sqlInvariant as invariant } from '../../../platform/invariants.ts';
import type { Invariant } from '../../../platform/module.ts';

export const helpInvariants: readonly Invariant[] = [
  invariant(
    'a like counts for one, for the collection that it was given to; one that was taken out for nothing',
    sql`select count(*) as checked, count(*) filter (where c.units is null or c.participant_id <> h.participant_id
          or c.counted_units <> 1 or (h.voided_at is null) <> (c.units = 1)) as broken
        from helps h left join participant_counts c on c.shop_id = h.shop_id and c.source_type = 'help'
          and c.source_id = h.id and c.activity_id = h.activity_id`,
  ),
  invariant(
    'what counts as a like is one',
    sql`select count(*) as checked, count(*) filter (where h.id is null) as broken
        from participant_counts c left join helps h on h.shop_id = c.shop_id and h.id = c.source_id
        where c.source_type = 'help'`,
  ),
];
