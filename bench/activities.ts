import { appendFileSync } from 'node:fs';
import { createActivity } from '../src/modules/activities/activities.ts';
import { drawTicket } from '../src/modules/activities/draws/ticket.ts';
import { giveHelp } from '../src/modules/activities/helps/help.ts';
import { startActivity } from '../src/modules/activities/steps.ts';
import type { Ctx } from '../src/platform/context.ts';
import { newId } from '../src/platform/ids.ts';
import { fillMembers, makeBenchShop } from './points-fill.ts';
import { rateBeside, rateOf, type RateOptions, rowOf, transfer, type Work } from './rate.ts';
import { setStage, type Stage } from './stage.ts';

const CUSTOMERS = 20_000;
const DRAWS = 20;
const CHANCES = 1_000_000;

const tin = { kind: 'goods' as const, name: 'Tin', quantity: 1, marketAmount: 100 };
const WHEEL = {
  type: 'draw' as const,
  look: 'wheel' as const,
  chancePerSpentAmount: 100,
  chancePerLoadedAmount: null,
  chancesPerPurchaseLimit: 1_000,
  prizes: [
    { key: 'tin', name: 'Tin', weight: 1, stock: 1_000, rewards: [tin] },
    { key: 'none', name: 'Nothing', weight: 999, stock: null, rewards: [] },
  ],
  fallbackKey: 'none',
};
const LIKES = {
  type: 'likes' as const,
  steps: [{ key: 'first', at: 1_000_000, rewards: [tin] }],
  openHours: null,
  helpsPerDay: 1_000,
  ringSize: 2,
};

async function begin(ctx: Ctx, format: typeof WHEEL | typeof LIKES): Promise<string> {
  const { row } = await createActivity(ctx, { name: 'Bench', rule: { format } });
  await startActivity(ctx, row.id);
  return row.id;
}

/** Everybody takes part, with so much counted for them. */
async function fill({ db }: Stage, shopId: string, activityId: string, progress: number): Promise<void> {
  await db.$client.query(
    `insert into participants (shop_id, id, activity_id, customer_id, channel, progress, used, promised_amount, joined_at, version, updated_at)
     select $1, gen_random_uuid(), $2, id, 'web', $3, 0, 0, now(), 1, now() from customers where shop_id = $1`,
    [shopId, activityId, progress],
  );
}

/** Tickets of one draw go one after the other, by their numbers; those of several do not. */
function drawIn(activityIds: readonly string[]): Work {
  let turn = 0;
  return (ctx, customerId) =>
    drawTicket(ctx, activityIds[turn++ % activityIds.length] ?? '', { customerId, nonce: newId() });
}

/** Somebody whom nobody knows likes a collection, with their device and their account elsewhere. */
async function likeOf({ db }: Stage, activityId: string): Promise<Work> {
  const { rows } = await db.$client.query<{ id: string }>(
    'select id from participants where activity_id = $1',
    [activityId],
  );
  let turn = 0;
  return (ctx) =>
    giveHelp(ctx, rows[turn++ % rows.length]?.id ?? '', {
      channel: 'web',
      identifiers: [
        { kind: 'device', value: newId() },
        { kind: 'wechat', value: newId() },
      ],
    });
}

/** How often customers draw a ticket and helpers like a collection in a second, beside bare transfers in the same rounds. */
export async function runActivities({ rounds, seconds, resultsFile, heading }: RateOptions): Promise<void> {
  const stage = await setStage();
  try {
    const ctx = await makeBenchShop(stage);
    const customers = await fillMembers(stage, ctx.shop.id, CUSTOMERS);
    const draws: string[] = [];
    while (draws.length < DRAWS) {
      const id = await begin(ctx, WHEEL);
      await fill(stage, ctx.shop.id, id, CHANCES);
      draws.push(id);
    }
    const likes = await begin(ctx, LIKES);
    await fill(stage, ctx.shop.id, likes, 0);
    const works = {
      'draw a ticket of one draw': drawIn(draws.slice(0, 1)),
      [`draw a ticket of ${DRAWS} draws`]: drawIn(draws),
      'like a collection': await likeOf(stage, likes),
    };
    const lines = [
      `\n${heading} · activities a second\n`,
      '| | bare transfers /s | activities /s | ratio | from | to | aim |',
      '|---|---|---|---|---|---|---|',
    ];
    for (const work of [transfer, ...Object.values(works)]) await rateOf(ctx, customers, seconds, work);
    await stage.db.$client.query('vacuum analyze');
    for (const [name, work] of Object.entries(works))
      lines.push(rowOf(name, await rateBeside(ctx, customers, { rounds, seconds }, work), ''));
    console.log(lines.join('\n'));
    appendFileSync(resultsFile, `${lines.join('\n')}\n`);
  } finally {
    await stage.clear();
  }
}
