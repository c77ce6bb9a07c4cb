import type { Reader, Tx } from '../../platform/db/client.ts';
import type { Part } from '../../platform/db/parts.ts';
import { preparedRead, preparedSql } from '../../platform/db/prepared.ts';
import type { Campaign } from './engine/facts.ts';
import type { EntryMark } from './entry-items/mark-rules.ts';

const selectRevision = preparedRead<{ revision: number }>(
  'select_campaign_revision',
  'select revision from campaign_shelves where shop_id = $1',
);

/** The revision of a shop's campaigns; 0 before the first. */
export const findRevision = async (on: Reader, shopId: string): Promise<number> =>
  (await selectRevision(on, [shopId]))[0]?.revision ?? 0;

/** A mark as JSON has it. */
interface ReadMark {
  readonly id: string;
  readonly productId: string;
  readonly minimumMarginBps: number;
  readonly startsAt: string | null;
  readonly endsAt: string | null;
}

// One statement, so that the revision and what stands under it are of one moment. Along campaigns_state_idx and entry_items_product_key.
const selectShelf = preparedSql<{ revision: number; campaigns: Campaign[]; marks: ReadMark[] }>(
  'select_campaign_shelf',
  `select coalesce((select revision from campaign_shelves where shop_id = $1), 0) as revision,
     coalesce((select jsonb_agg(jsonb_build_object('id', c.id, 'version', v.number, 'name', c.name, 'state', c.state,
         'rule', v.rule) order by c.id)
       from campaigns c join campaign_versions v on v.shop_id = c.shop_id and v.campaign_id = c.id and v.number = c.rule_version
       where c.shop_id = $1 and c.state in ('scheduled', 'running', 'paused')), '[]') as campaigns,
     coalesce((select jsonb_agg(jsonb_build_object('id', e.id, 'productId', e.product_id,
         'minimumMarginBps', e.minimum_margin_bps, 'startsAt', e.starts_at, 'endsAt', e.ends_at))
       from entry_items e where e.shop_id = $1 and e.state = 'active'), '[]') as marks`,
);

/** The campaigns that are scheduled, running or paused, by the version in force, and the entry items by product. */
export async function readShelf(on: Reader, shopId: string) {
  const [row] = await selectShelf(on, [shopId]);
  if (!row) throw new Error('a select without from gave no row');
  const { revision, campaigns, marks } = row;
  return { revision, campaigns, entryItems: new Map(marks.map((mark) => [mark.productId, markOf(mark)])) };
}

const dateOf = (value: string | null): Date | null => (value === null ? null : new Date(value));
const markOf = ({ startsAt, endsAt, ...mark }: ReadMark): EntryMark => ({
  ...mark,
  startsAt: dateOf(startsAt),
  endsAt: dateOf(endsAt),
});

// Along the primary keys.
const selectByIds = preparedSql<Record<string, unknown> & Campaign>(
  'select_campaigns_by_id',
  `select c.id, v.number as version, c.name, c.state, v.rule
   from campaigns c join campaign_versions v on v.shop_id = c.shop_id and v.campaign_id = c.id and v.number = c.rule_version
   where c.shop_id = $1 and c.id = any($2::uuid[])`,
);

/** Campaigns of any state. */
export const findCampaigns = (on: Reader, shopId: string, ids: readonly string[]): Promise<Campaign[]> =>
  selectByIds(on, [shopId, ids]);

const raise = preparedSql(
  'raise_campaign_revision',
  `insert into campaign_shelves (shop_id, revision) values ($1, 1)
   on conflict (shop_id) do update set revision = campaign_shelves.revision + 1`,
);
export const raiseRevision = async (tx: Tx, shopId: string): Promise<void> =>
  void (await raise(tx, [shopId]));

/** Makes sure that campaigns are as they were read, as part of one statement. */
export const shelfPart = (shopId: string, revision: number): Part => ({
  name: 'campaigns',
  // By the primary key.
  check: `select refuse('campaigns_changed', '')
    where coalesce((select revision from campaign_shelves where shop_id = $1), 0) <> $2::int`,
  values: [shopId, revision],
});
