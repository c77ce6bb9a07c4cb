import { and, eq, gt, isNull, lte, or } from 'drizzle-orm';
import type { Reader, Tx } from '../../platform/db/client.ts';
import { createKeyset } from '../../platform/db/keyset.ts';
import { platformErrors } from '../../platform/errors.ts';
import type { Page } from '../../platform/http/pagination.ts';
import { type AnnouncementRow, announcements, type Audience } from './tables.ts';

const withId = (shopId: string, id: string) =>
  and(eq(announcements.shopId, shopId), eq(announcements.id, id));

/** An announcement, or `not_found`. */
export async function getAnnouncementRow(on: Reader, shopId: string, id: string): Promise<AnnouncementRow> {
  const [row] = await on.select().from(announcements).where(withId(shopId, id));
  if (!row) throw platformErrors.not_found();
  return row;
}

/** The same, locked against other changes. */
export async function lockAnnouncement(tx: Tx, shopId: string, id: string): Promise<AnnouncementRow> {
  const [row] = await tx.select().from(announcements).where(withId(shopId, id)).for('no key update');
  if (!row) throw platformErrors.not_found();
  return row;
}

export const insertAnnouncement = async (tx: Tx, row: AnnouncementRow): Promise<void> =>
  void (await tx.insert(announcements).values(row));

/** Writes a locked announcement. */
export const updateAnnouncementRow = async (tx: Tx, row: AnnouncementRow): Promise<void> =>
  void (await tx.update(announcements).set(row).where(withId(row.shopId, row.id)));

export const deleteAnnouncementRow = async (tx: Tx, { shopId, id }: AnnouncementRow): Promise<void> =>
  void (await tx.delete(announcements).where(withId(shopId, id)));

export interface AnnouncementQuery {
  readonly limit: number;
  readonly cursor?: string;
  readonly audience?: Audience;
  readonly channel?: string;
}

/** Along announcements_visible_idx, of one audience along announcements_audience_idx. */
const keyset = createKeyset({
  name: 'announcements',
  table: announcements,
  filters: {
    audience: (value) => eq(announcements.audience, value),
    channel: (value) => or(isNull(announcements.channel), eq(announcements.channel, value)) as never,
    visibleAt: (value) =>
      and(
        lte(announcements.visibleFrom, value),
        or(isNull(announcements.visibleUntil), gt(announcements.visibleUntil, value)),
      ) as never,
  },
  sorts: {
    '-visibleFrom': { columns: [announcements.visibleFrom, announcements.id], direction: 'desc' },
  },
});

/** Announcements, the newest first; with `visibleAt`, those that are shown at that moment. */
export function listAnnouncementRows(
  on: Reader,
  shopId: string,
  query: AnnouncementQuery,
  visibleAt?: Date,
): Promise<Page<AnnouncementRow>> {
  const { audience, channel } = query;
  return keyset(on, { shopId, page: query, sort: '-visibleFrom', filters: { audience, channel, visibleAt } });
}
