import { and, desc, eq, isNull, sql } from 'drizzle-orm';
import type { Reader, Tx } from '../../platform/db/client.ts';
import { createKeyset } from '../../platform/db/keyset.ts';
import { prepared, preparedSql } from '../../platform/db/prepared.ts';
import { platformErrors } from '../../platform/errors.ts';
import type { Page } from '../../platform/http/pagination.ts';
import { type Segment, type SegmentVersion, segments, segmentVersions } from './tables.ts';

const p = sql.placeholder;
const withId = and(eq(segments.shopId, p('shopId')), eq(segments.id, p('id')));
const selectSegment = prepared('select_segment', (db) => db.select().from(segments).where(withId));
const lockStatement = prepared('lock_segment', (db) =>
  db.select().from(segments).where(withId).for('no key update'),
);

/** The segment, or `not_found`. */
export async function getSegment(on: Reader, shopId: string, id: string): Promise<Segment> {
  const [row] = await selectSegment(on, { shopId, id });
  if (!row) throw platformErrors.not_found();
  return row;
}

/** The same, locked against other changes of it. */
export async function lockSegment(tx: Tx, shopId: string, id: string): Promise<Segment> {
  const [row] = await lockStatement(tx, { shopId, id });
  if (!row) throw platformErrors.not_found();
  return row;
}

const selectRuled = prepared('select_ruled_segments', (db) =>
  db
    .select()
    .from(segments)
    .where(and(eq(segments.shopId, p('shopId')), eq(segments.kind, 'rule'), isNull(segments.archivedAt)))
    .orderBy(segments.id),
);

/** A segment that goes by a rule. */
export type RuledSegment = Segment & { readonly rule: NonNullable<Segment['rule']> };

const isRuled = (row: Segment): row is RuledSegment => row.rule !== null;

/** The segments of a shop that go by a rule, without archived ones. By segments_live_idx. */
export const listRuled = async (on: Reader, shopId: string): Promise<RuledSegment[]> =>
  (await selectRuled(on, { shopId })).filter(isRuled);

const selectLive = prepared('select_live_segments', (db) =>
  db
    .select()
    .from(segments)
    .where(and(eq(segments.shopId, p('shopId')), isNull(segments.archivedAt)))
    .orderBy(segments.id),
);

/** The segments of a shop, without archived ones, the oldest first. */
export const listLive = (on: Reader, shopId: string): Promise<Segment[]> => selectLive(on, { shopId });

const selectNamed = prepared('select_named_segments', (db) =>
  db
    .select()
    .from(segments)
    .where(and(eq(segments.shopId, p('shopId')), sql`${segments.id} = any(${p('ids')}::uuid[])`)),
);

/** Those of these segments that the shop has, also archived ones. */
export const listNamed = (on: Reader, shopId: string, ids: readonly string[]): Promise<Segment[]> =>
  selectNamed(on, { shopId, ids: [...ids] });

const holdStatement = prepared('hold_segments', (db) =>
  db
    .select({ id: segments.id, archivedAt: segments.archivedAt })
    .from(segments)
    .where(and(eq(segments.shopId, p('shopId')), sql`${segments.id} = any(${p('ids')}::uuid[])`))
    .orderBy(segments.id)
    .for('share'),
);

/** The same, held against being archived meanwhile. */
export const holdNamed = (
  tx: Tx,
  shopId: string,
  ids: readonly string[],
): Promise<Pick<Segment, 'id' | 'archivedAt'>[]> => holdStatement(tx, { shopId, ids: [...ids] });

const countStatement = preparedSql<{ count: number }>(
  'count_live_segments',
  'select count(*)::int4 as count from segments where shop_id = $1 and archived_at is null',
);

/** How many segments the shop has that are not archived. By segments_live_idx. */
export const countLive = async (on: Reader, shopId: string): Promise<number> =>
  (await countStatement(on, [shopId]))[0]?.count ?? 0;

// Two rules that are written at once may refer to each other, and neither would see the circle.
const lockRulesStatement = preparedSql(
  'lock_segment_rules',
  "select pg_advisory_xact_lock(hashtextextended('segments.rules/' || $1, 0))",
);

/** Waits until nobody else writes a rule or archives a segment of the shop, and keeps them waiting until the caller commits. */
export const lockRules = async (tx: Tx, shopId: string): Promise<void> =>
  void (await lockRulesStatement(tx, [shopId]));

export const insertSegment = async (tx: Tx, row: Segment): Promise<void> =>
  void (await tx.insert(segments).values(row));

export const insertVersion = async (tx: Tx, row: SegmentVersion): Promise<void> =>
  void (await tx.insert(segmentVersions).values(row));

/** Changes a locked segment, one version further. */
export async function updateSegmentRow(
  tx: Tx,
  current: Segment,
  changes: Partial<Segment>,
): Promise<Segment> {
  const [row] = await tx
    .update(segments)
    .set({ ...changes, version: current.version + 1 })
    .where(
      and(
        eq(segments.shopId, current.shopId),
        eq(segments.id, current.id),
        eq(segments.version, current.version),
      ),
    )
    .returning();
  if (!row) throw platformErrors.version_conflict();
  return row;
}

const resizeStatement = preparedSql<{ id: string }>(
  'resize_segments',
  `update segments s set member_count = s.member_count + r.change
   from unnest($2::uuid[], $3::int[]) as r (id, change) where s.shop_id = $1 and s.id = r.id and r.change <> 0
   returning s.id`,
);

/** Changes the sizes of segments by so many members each. */
export async function resizeSegments(
  tx: Tx,
  shopId: string,
  changes: ReadonlyMap<string, number>,
): Promise<void> {
  if (changes.size === 0) return;
  // In one order: two who change the same ones wait for each other instead of deadlocking.
  const ids = [...changes.keys()].toSorted();
  await resizeStatement(tx, [shopId, ids, ids.map((id) => changes.get(id) ?? 0)]);
}

// By segments_due_idx.
const selectDue = preparedSql<{ id: string }>(
  'list_due_segments',
  'select id from segments where shop_id = $1 and due_at <= $2 order by due_at, id',
);

/** The segments whose customers are all to be looked at. */
export const listDueIds = async (on: Reader, shopId: string, now: Date): Promise<string[]> =>
  (await selectDue(on, [shopId, now])).map(({ id }) => id);

const dueStatement = preparedSql<{ id: string }>(
  'make_segments_due',
  `update segments set due_at = $3 where shop_id = $1 and id = any($2::uuid[]) and archived_at is null
     and kind = 'rule' and (due_at is null or due_at > $3) returning id`,
);

/** Has all customers looked at by the rules of these segments. */
export const makeDue = async (tx: Tx, shopId: string, ids: readonly string[], now: Date): Promise<void> =>
  void (ids.length > 0 && (await dueStatement(tx, [shopId, ids, now])));

const keyset = createKeyset({
  name: 'segments',
  table: segments,
  filters: {
    kind: (value) => sql`${segments.kind} = ${value}`,
    isArchived: (value) => sql`(${segments.archivedAt} is not null) = ${value}::boolean`,
  },
  // The primary key. A shop has at most some hundred of them.
  sorts: { '-id': { columns: [segments.id], direction: 'desc' } },
});

export interface SegmentQuery {
  readonly limit: number;
  readonly cursor?: string;
  readonly kind?: Segment['kind'];
  readonly isArchived?: boolean;
}

/** Segments, newest first, also archived ones. */
export const listSegmentRows = (on: Reader, shopId: string, query: SegmentQuery): Promise<Page<Segment>> =>
  keyset(on, {
    shopId,
    page: query,
    sort: '-id',
    filters: { kind: query.kind, isArchived: query.isArchived },
  });

/** Every rule of a segment, newest first. Along the primary key. */
export const listVersionRows = (on: Reader, shopId: string, segmentId: string): Promise<SegmentVersion[]> =>
  on
    .select()
    .from(segmentVersions)
    .where(and(eq(segmentVersions.shopId, shopId), eq(segmentVersions.segmentId, segmentId)))
    .orderBy(desc(segmentVersions.ruleVersion));
