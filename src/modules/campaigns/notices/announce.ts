import type { Ctx } from '../../../platform/context.ts';
import type { Tx } from '../../../platform/db/client.ts';
import { inTransaction } from '../../../platform/db/transaction.ts';
import type { Subscriber } from '../../../platform/events/dispatcher.ts';
import { appendEvents } from '../../../platform/events/outbox.ts';
import type { Sweep } from '../../../platform/jobs/sweeps.ts';
import { programmeEvents } from '../../loyalty/events.ts';
import { listTiers } from '../../loyalty/tiers/read.ts';
import { announcedEvent } from '../events.ts';
import { followTime } from '../follow-time.ts';
import { lockCampaign, updateCampaignRow } from '../repository.ts';
import { campaigns } from '../tables.ts';
import { insertNotices, listDueNotices, wakeNotices } from './repository.ts';
import { decideNotices } from './rules.ts';

const BATCH = 50;

/** Tells tiers of campaigns that will start, each campaign in a transaction of its own. Returns how many campaigns were looked at. */
async function announceDue(ctx: Ctx): Promise<number> {
  const due = await listDueNotices(ctx.db, ctx.shop.id, ctx.now, BATCH);
  for (const { id } of due) await inTransaction(ctx, (tx) => announce(tx, ctx, id));
  return due.length;
}

async function announce(tx: Tx, ctx: Ctx, id: string): Promise<void> {
  const { row, rule } = await followTime(tx, ctx, await lockCampaign(tx, ctx.shop.id, id));
  const { startsAt, noticeDueAt } = row;
  if (startsAt === null || noticeDueAt === null || noticeDueAt > ctx.now) return;
  const { heard, nextAt } = decideNotices(rule, await listTiers(tx, ctx.shop.id), startsAt, ctx.now);
  const notice = { shopId: ctx.shop.id, campaignId: id, startsAt, toldAt: ctx.now };
  const told = await insertNotices(tx, notice, heard);
  await updateCampaignRow(tx, row, { noticeDueAt: nextAt, updatedAt: ctx.now });
  await appendEvents(
    tx,
    ctx,
    told.map((tierKey) => announcedEvent(ctx, row, rule, tierKey)),
  );
}

export const noticeSweeps: readonly Sweep[] = [
  { name: 'campaigns.announce', due: campaigns.noticeDueAt, run: announceDue },
];

/** When the programme says something else, other tiers may hear of what is scheduled, or at other times. */
export const noticeSubscribers: readonly Subscriber[] = [
  {
    name: 'campaigns.notices',
    events: [programmeEvents.changed],
    handle: (tx, ctx) => wakeNotices(tx, ctx.shop.id, ctx.now),
  },
];
