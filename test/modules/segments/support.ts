import type { Test } from 'tap';
import { segmentInvariants } from '../../../src/modules/segments/invariants.ts';
import type { TestApp, TestShop } from '../../support/app.ts';

/** A rule of conditions that all have to be true. */
export const allOf = (...conditions: object[]) => ({ match: 'all', conditions });

/** Texts in one order, to be compared. */
export const sorted = (...texts: string[]): string[] => texts.toSorted();

/** The ids of those who are in a segment, sorted. */
export async function membersOf({ call }: TestShop, segmentId: string): Promise<string[]> {
  const { status, body } = await call(`GET /v1/segments/${segmentId}/members?limit=200`);
  if (status !== 200) throw new Error(JSON.stringify(body));
  return body.data.map(({ customerId }: { customerId: string }) => customerId).toSorted();
}

export const readSegment = async ({ call }: TestShop, segmentId: string) =>
  (await call(`GET /v1/segments/${segmentId}`)).body;

/** Whatever must never be false about segments is true, over all shops of the test. */
export async function checkInvariants(t: Test, { deps }: TestApp): Promise<void> {
  for (const { name, check } of segmentInvariants) {
    const { checked, broken } = await check(deps.db);
    t.equal(Number(broken), 0, `${name}: ${broken} of ${checked} broken`);
  }
}

/** Events of segments and of who is in them, in the order in which they were written. */
export async function eventsOf({ deps }: TestApp, { shopId }: TestShop) {
  const { rows } = await deps.db.$client.query<{ type: string; subject: string; data: any }>(
    `select type, subject_id as subject, data from outbox where shop_id = $1 and type ~ '^(customer_)?segment\\.'
     order by recorded_at, id`,
    [shopId],
  );
  return rows;
}
