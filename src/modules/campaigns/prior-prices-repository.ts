import type { Reader } from '../../platform/db/client.ts';
import { preparedSql } from '../../platform/db/prepared.ts';
import type { PastCampaign } from './prior-price-rules.ts';
import type { CampaignRule } from './rule-schemas.ts';

// Along campaigns_created_at_idx, which has the campaigns of a shop; their versions by the primary key.
const selectPast = preparedSql<{
  id: string;
  name: string;
  started_at: Date;
  ended_at: Date | null;
  versions: { number: number; rule: CampaignRule; createdAt: string }[];
}>(
  'select_past_campaigns',
  `select c.id, c.name, c.started_at, c.ended_at, v.versions
   from campaigns c cross join lateral (
     select jsonb_agg(jsonb_build_object('number', number, 'rule', rule, 'createdAt', created_at) order by number) as versions
     from campaign_versions where shop_id = $1 and campaign_id = c.id) v
   where c.shop_id = $1 and c.started_at < $3 and (c.ended_at is null or c.ended_at > $2)
   order by c.id`,
);

/** The campaigns of a shop that were there at some time between two moments. */
export async function findPastCampaigns(
  on: Reader,
  shopId: string,
  from: Date,
  to: Date,
): Promise<PastCampaign[]> {
  const rows = await selectPast(on, [shopId, from, to]);
  return rows.map(({ id, name, started_at: startedAt, ended_at: endedAt, versions }) => ({
    id,
    name,
    startedAt,
    endedAt,
    versions: versions.map((one) => ({ ...one, createdAt: new Date(one.createdAt) })),
  }));
}
