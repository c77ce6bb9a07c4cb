import type { MechanicParameters } from '../../src/modules/campaigns/mechanics.ts';
import { type CampaignRule, RULE_DEFAULTS } from '../../src/modules/campaigns/rule-schemas.ts';
import { mechanicOf } from '../../src/modules/campaigns/mechanics.ts';
import { newId } from '../../src/platform/ids.ts';
import type { TestApp, TestShop } from './app.ts';

/** A running campaign, written as the module writes it, without its routes. Returns its id. */
export async function runCampaign(
  app: TestApp,
  shop: TestShop,
  mechanic: MechanicParameters,
  rule: Partial<CampaignRule> = {},
  state = 'running',
): Promise<string> {
  const { $client } = app.deps.db;
  const id = newId();
  const whole = { ...RULE_DEFAULTS, mechanic, stackingClass: mechanicOf(mechanic.type).classes[0], ...rule };
  await $client.query(
    `insert into campaign_shelves (shop_id, revision) values ($1, 1)
     on conflict (shop_id) do update set revision = campaign_shelves.revision + 1`,
    [shop.shopId],
  );
  await $client.query(
    `insert into campaigns (shop_id, id, name, state, starts_at, ends_at, due_at, started_at, ended_at, created_at, updated_at)
     values ($1, $2, $3, $4, $5, $6, case when $4 = 'scheduled' then $5::timestamptz when $4 in ('running', 'paused') then $6::timestamptz end,
       now(), case when $4 = 'ended' then now() end, now(), now())`,
    [shop.shopId, id, `Campaign ${mechanic.type}`, state, whole.startsAt ?? null, whole.endsAt ?? null],
  );
  await $client.query(
    `insert into campaign_versions (shop_id, campaign_id, number, rule, actor_kind, actor_id, created_at)
     values ($1, $2, 1, $3, 'system', 'test', now())`,
    [shop.shopId, id, JSON.stringify(whole)],
  );
  return id;
}

/** Ends a campaign. */
export async function stopCampaign(app: TestApp, shop: TestShop, id: string): Promise<void> {
  const { $client } = app.deps.db;
  await $client.query('update campaign_shelves set revision = revision + 1 where shop_id = $1', [
    shop.shopId,
  ]);
  await $client.query(
    `update campaigns set state = 'ended', ended_at = now(), due_at = null, version = version + 1 where shop_id = $1 and id = $2`,
    [shop.shopId, id],
  );
}
