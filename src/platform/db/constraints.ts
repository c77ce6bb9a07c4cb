interface PostgresError {
  readonly code?: string;
  readonly constraint?: string;
  readonly message?: string;
  readonly detail?: string;
}

/** The error that Postgres gave, also when a library has wrapped it. */
export function postgresError(error: unknown): PostgresError | undefined {
  for (let cause: unknown = error, depth = 0; cause instanceof Error && depth < 5; depth += 1) {
    const { code } = cause as PostgresError;
    if (typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code)) return cause;
    cause = cause.cause;
  }
  return undefined;
}

export const isUniqueViolation = (error: unknown, constraint: string): boolean => {
  const found = postgresError(error);
  return found?.code === '23505' && found.constraint === constraint;
};

/** Runs a write and turns the violation of a named unique or exclusion constraint into the module's own error. */
export async function onConflict<T>(write: Promise<T>, constraint: string, toError: () => Error): Promise<T> {
  try {
    return await write;
  } catch (error) {
    if (isUniqueViolation(error, constraint)) throw toError();
    throw error;
  }
}

const RETRIED = new Set(['40001', '40P01']);
/** A serialisation failure or a deadlock: the same transaction may succeed when it is run again. */
export const isRetriable = (error: unknown): boolean => RETRIED.has(postgresError(error)?.code ?? '');

/** A lock that was not to be had within `lock_timeout`. */
export const isLockTimeout = (error: unknown): boolean => postgresError(error)?.code === '55P03';

const AWAY = new RegExp(
  [
    'ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN',
    'Connection terminated|timeout exceeded when trying to connect|timeout expired|Query read timeout',
    'not queryable|after calling end on the pool',
  ].join('|'),
);

/** The database is away, restarting, out of connections or over its time limit: the caller may try again later. */
export const isUnavailable = (error: unknown): boolean => {
  const code = postgresError(error)?.code ?? '';
  if (/^(08|53|57)/.test(code)) return true;
  return AWAY.test(rootCause(error));
};

function rootCause(error: unknown): string {
  const messages: string[] = [];
  for (let cause: unknown = error, depth = 0; cause instanceof Error && depth < 5; depth += 1) {
    messages.push(cause.message, (cause as { code?: string }).code ?? '');
    cause = cause.cause;
  }
  return messages.join(' ');
}

/** The detail of a refusal that a statement gave by itself, with the database's function `refuse(code, detail)`. */
export function refusalDetail(error: unknown, code: string): string | undefined {
  const found = postgresError(error);
  return found?.code === 'MG001' && found.message === code ? (found.detail ?? '') : undefined;
}
