import type { Reader } from '../db/client.ts';
import { preparedRead } from '../db/prepared.ts';

/** The answer that an earlier request with the same Idempotency-Key got. */
export interface StoredAnswer {
  readonly requestHash: Buffer;
  readonly status: number;
  readonly headers: string;
  readonly body: string;
}

const findAnswer = preparedRead<{ request_hash: Buffer; status: number; headers: string; body: string }>(
  'find_idempotent_answer',
  `select request_hash, status, headers, body from idempotency_keys
   where shop_id = $1 and credential_id = $2 and key = $3`,
);

/** Finds the answer that a credential's key stands for. */
export async function findStoredAnswer(
  on: Reader,
  shopId: string,
  credentialId: string,
  key: string,
): Promise<StoredAnswer | undefined> {
  const [row] = await findAnswer(on, [shopId, credentialId, key]);
  return row && { requestHash: row.request_hash, status: row.status, headers: row.headers, body: row.body };
}
