import type { TestApp, TestShop } from '../../support/app.ts';

interface WrittenEvent {
  readonly type: string;
  readonly subjectId: string;
  readonly data: any;
}

/** The events of a shop, of these types or of all, that were committed, in the order in which they were written. */
export async function readEvents(
  { deps }: TestApp,
  { shopId }: TestShop,
  ...types: string[]
): Promise<WrittenEvent[]> {
  const { rows } = await deps.db.$client.query<WrittenEvent>(
    `select type, subject_id as "subjectId", data from outbox
     where shop_id = $1 and (type = any($2) or $2 = '{}') order by recorded_at, id`,
    [shopId, types],
  );
  return rows;
}
