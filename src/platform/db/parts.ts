import type pg from 'pg';
import type { Db } from './client.ts';
import { BEGIN, keepsSession } from './session.ts';

/**
 * A part of one statement: common table expressions that write, and a check. Modules make them, a use case puts them
 * together: the whole is one message to Postgres, one transaction, one answer. That is why a guard that is missed must fail
 * by itself: the check calls the database's function `refuse`.
 */
export interface Part {
  /** The same name stands for the same text. */
  readonly name: string;
  /** `name as (…), name as (…)`, with values numbered from $1; the names must be the part's own. */
  readonly ctes?: string;
  /** A select of at most one value, evaluated after the part's own expressions. */
  readonly check?: string;
  readonly values: readonly unknown[];
}

interface Composed {
  readonly name: string;
  readonly text: string;
}

// Use cases put parts together in a handful of ways.
const composed = new Map<string, Composed>();

/** Runs parts as one prepared statement, in a transaction of its own. All of it happens, or the first failure is thrown. */
export async function runParts(on: Db, parts: readonly Part[]): Promise<void> {
  const key = parts.map((part) => part.name).join('+');
  let statement = composed.get(key);
  if (!statement) composed.set(key, (statement = compose(parts, `parts_${composed.size}`)));
  const { name, text } = statement;
  const values = parts.flatMap((part) => part.values);
  const isNamed = (on as unknown as { preparedStatements: boolean }).preparedStatements;
  // Not the pool's own query(): it throws the connection away after every error, also after a refusal.
  const client = await on.$client.connect();
  try {
    const query = isNamed ? { name, text, values } : { text, values };
    await ((await keepsSession(client)) ? client.query(query) : runWithLimits(client, query));
  } finally {
    client.release();
  }
}

// Without limits it could wait for a lock for ever. All three are sent together.
async function runWithLimits(client: pg.PoolClient, query: pg.QueryConfig): Promise<void> {
  const answers = [client.query(BEGIN), client.query(query), client.query('commit')];
  for (const answer of await Promise.allSettled<unknown>(answers))
    if (answer.status === 'rejected') throw answer.reason;
}

// Each part numbers its values from $1.
const shift = (text: string, by: number): string =>
  text.replaceAll(/\$(\d+)/g, (_match, number: string) => `$${Number(number) + by}`);

function compose(parts: readonly Part[], name: string): Composed {
  let offset = 0;
  const ctes: string[] = [];
  const checks: string[] = [];
  for (const part of parts) {
    if (part.ctes !== undefined) ctes.push(shift(part.ctes, offset));
    if (part.check !== undefined) checks.push(`(${shift(part.check, offset)})`);
    offset += part.values.length;
  }
  return { name, text: `with ${ctes.join(',\n')}\nselect ${checks.length > 0 ? checks.join(',\n') : '1'}` };
}
