import type { Ctx } from '../../platform/context.ts';
import type { Tx } from '../../platform/db/client.ts';
import { inTransaction } from '../../platform/db/transaction.ts';
import { type EventDefinition, eventRow } from '../../platform/events/define.ts';
import { appendEvents } from '../../platform/events/outbox.ts';
import { instantOrNull } from '../../platform/http/schema.ts';
import type { Page } from '../../platform/http/pagination.ts';
import { newId } from '../../platform/ids.ts';
import { checkVersion } from '../../platform/versions.ts';
import {
  type AnnouncementQuery,
  deleteAnnouncementRow,
  getAnnouncementRow,
  insertAnnouncement,
  listAnnouncementRows,
  lockAnnouncement,
  updateAnnouncementRow,
} from './announcement-repository.ts';
import { findAnnouncementFaults } from './announcement-rules.ts';
import { calendarErrors } from './errors.ts';
import { calendarEvents } from './events.ts';
import type { AnnouncementRow, AnnouncementText, Audience } from './tables.ts';

export interface AnnouncementInput {
  readonly audience: Audience;
  readonly channel?: string | null;
  readonly texts: AnnouncementText[];
  /** Now, when absent. */
  readonly visibleFrom?: string;
  readonly visibleUntil?: string | null;
}

/** All announcements, also those that are over or have still to come, the newest first. */
export const readAnnouncements = (ctx: Ctx, query: AnnouncementQuery): Promise<Page<AnnouncementRow>> =>
  listAnnouncementRows(ctx.db, ctx.shop.id, query);

/** What everybody may read now. */
export const readPublicAnnouncements = (
  ctx: Ctx,
  query: Omit<AnnouncementQuery, 'audience'>,
): Promise<Page<AnnouncementRow>> =>
  listAnnouncementRows(ctx.db, ctx.shop.id, { ...query, audience: 'public' }, ctx.now);

/** An announcement, or `not_found`. */
export const readAnnouncement = (ctx: Ctx, id: string): Promise<AnnouncementRow> =>
  getAnnouncementRow(ctx.db, ctx.shop.id, id);

/** Writes an announcement. Refusal: announcement_inconsistent. */
export async function createAnnouncement(ctx: Ctx, input: AnnouncementInput): Promise<AnnouncementRow> {
  const row = accept({
    shopId: ctx.shop.id,
    id: newId(),
    audience: input.audience,
    channel: input.channel ?? null,
    texts: input.texts,
    visibleFrom: input.visibleFrom === undefined ? ctx.now : new Date(input.visibleFrom),
    visibleUntil: input.visibleUntil == null ? null : new Date(input.visibleUntil),
    version: 1,
    createdAt: ctx.now,
    updatedAt: ctx.now,
  });
  return inTransaction(ctx, async (tx) => {
    await insertAnnouncement(tx, row);
    await tell(tx, ctx, calendarEvents.announcementCreated, row);
    return row;
  });
}

/** Changes an announcement, as JSON merge patch. Refusals: announcement_inconsistent, not_found, version_mismatch. */
export async function updateAnnouncement(
  ctx: Ctx,
  id: string,
  { visibleFrom, visibleUntil, ...changes }: Partial<AnnouncementInput>,
): Promise<AnnouncementRow> {
  return inTransaction(ctx, async (tx) => {
    const current = await lockAnnouncement(tx, ctx.shop.id, id);
    checkVersion(ctx, current);
    const row = accept({
      ...current,
      ...changes,
      ...(visibleFrom === undefined ? {} : { visibleFrom: new Date(visibleFrom) }),
      ...(visibleUntil === undefined
        ? {}
        : { visibleUntil: visibleUntil === null ? null : new Date(visibleUntil) }),
      version: current.version + 1,
      updatedAt: ctx.now,
    });
    await updateAnnouncementRow(tx, row);
    await tell(tx, ctx, calendarEvents.announcementUpdated, row);
    return row;
  });
}

/** Deletes an announcement for good. Refusals: not_found, version_mismatch. */
export async function deleteAnnouncement(ctx: Ctx, id: string): Promise<AnnouncementRow> {
  return inTransaction(ctx, async (tx) => {
    const row = await lockAnnouncement(tx, ctx.shop.id, id);
    checkVersion(ctx, row);
    await deleteAnnouncementRow(tx, row);
    await tell(tx, ctx, calendarEvents.announcementDeleted, row);
    return row;
  });
}

function accept(row: AnnouncementRow): AnnouncementRow {
  const faults = findAnnouncementFaults(row);
  if (faults.length === 0) return row;
  const { code } = calendarErrors.announcement_inconsistent;
  const violations = faults.map((fault) => ({ in: 'body' as const, code, ...fault }));
  throw calendarErrors.announcement_inconsistent(undefined, { violations });
}

const tell = (
  tx: Tx,
  ctx: Ctx,
  kind: EventDefinition<typeof calendarEvents.announcementCreated.data>,
  { id, audience, visibleFrom, visibleUntil }: AnnouncementRow,
): Promise<void> =>
  appendEvents(tx, ctx, [
    eventRow(ctx, kind, id, {
      audience,
      visibleFrom: visibleFrom.toISOString(),
      visibleUntil: instantOrNull(visibleUntil),
    }),
  ]);
