import { and, eq, inArray, lte } from 'drizzle-orm';
import type { Reader, Tx } from '../../../platform/db/client.ts';
import { preparedSql } from '../../../platform/db/prepared.ts';
import { contactPoints } from '../../customers/tables.ts';
import { participants } from '../tables.ts';
import { identifierForgets, participantIdentifiers } from './tables.ts';

const insertStatement = preparedSql(
  'insert_participant_identifiers',
  `insert into participant_identifiers (shop_id, activity_id, participant_id, fingerprint)
   select $1, $2, $3, f from unnest($4::text[]) as t (f) order by f on conflict do nothing`,
);

export const insertIdentifiers = async (
  tx: Tx,
  shopId: string,
  of: { readonly activityId: string; readonly id: string; readonly fingerprints: readonly string[] },
): Promise<void> => void (await insertStatement(tx, [shopId, of.activityId, of.id, of.fingerprints]));

/** Who of an activity is told apart by one of these. Along the primary key. */
export const listParticipantsWith = (
  on: Reader,
  shopId: string,
  activityId: string,
  fingerprints: readonly string[],
): Promise<{ participantId: string; customerId: string; fingerprint: string }[]> =>
  fingerprints.length === 0
    ? Promise.resolve([])
    : on
        .select({
          participantId: participantIdentifiers.participantId,
          customerId: participants.customerId,
          fingerprint: participantIdentifiers.fingerprint,
        })
        .from(participantIdentifiers)
        .innerJoin(
          participants,
          and(
            eq(participants.shopId, participantIdentifiers.shopId),
            eq(participants.id, participantIdentifiers.participantId),
          ),
        )
        .where(
          and(
            eq(participantIdentifiers.shopId, shopId),
            eq(participantIdentifiers.activityId, activityId),
            inArray(participantIdentifiers.fingerprint, [...fingerprints]),
          ),
        );

/** How a customer is reached. Along the primary key. */
export const listContactsOf = (
  on: Reader,
  shopId: string,
  customerId: string,
): Promise<{ kind: string; value: string }[]> =>
  on
    .select({ kind: contactPoints.kind, value: contactPoints.value })
    .from(contactPoints)
    .where(and(eq(contactPoints.shopId, shopId), eq(contactPoints.customerId, customerId)));

export const insertForget = async (tx: Tx, row: typeof identifierForgets.$inferInsert): Promise<void> =>
  void (await tx.insert(identifierForgets).values(row).onConflictDoNothing());

/** Activities whose identifiers are to be forgotten by now. By identifier_forgets_due_idx. */
export const listForgets = async (on: Reader, shopId: string, now: Date, limit: number): Promise<string[]> =>
  (
    await on
      .select({ id: identifierForgets.activityId })
      .from(identifierForgets)
      .where(and(eq(identifierForgets.shopId, shopId), lte(identifierForgets.dueAt, now)))
      .orderBy(identifierForgets.dueAt)
      .limit(limit)
  ).map(({ id }) => id);

/** Forgets by what was told apart in an activity. */
export async function forgetIdentifiers(tx: Tx, shopId: string, activityId: string): Promise<void> {
  await tx
    .delete(participantIdentifiers)
    .where(and(eq(participantIdentifiers.shopId, shopId), eq(participantIdentifiers.activityId, activityId)));
  await tx
    .delete(identifierForgets)
    .where(and(eq(identifierForgets.shopId, shopId), eq(identifierForgets.activityId, activityId)));
}
