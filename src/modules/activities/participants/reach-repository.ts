import type { Reader } from '../../../platform/db/client.ts';
import { preparedSql } from '../../../platform/db/prepared.ts';

// Along participants_activity_idx.
const selectCounted = preparedSql<{ id: string; joined_at: Date }>(
  'list_counted_participants',
  `select id, joined_at from participants where shop_id = $1 and activity_id = $2 and progress > 0 and absorbed_at is null
     and ($3::timestamptz is null or (joined_at, id) > ($3::timestamptz, $4::uuid)) order by joined_at, id limit $5`,
);

/** For whom something is counted, in the order in which they joined. */
export const listCounted = async (
  on: Reader,
  shopId: string,
  activityId: string,
  {
    after,
    limit,
  }: { readonly after: { readonly joinedAt: string; readonly id: string } | null; readonly limit: number },
): Promise<{ readonly id: string; readonly joinedAt: Date }[]> =>
  (await selectCounted(on, [shopId, activityId, after?.joinedAt ?? null, after?.id ?? null, limit])).map(
    ({ id, joined_at }) => ({ id, joinedAt: joined_at }),
  );
