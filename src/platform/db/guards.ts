import { refusalDetail } from './constraints.ts';
import type { Part } from './parts.ts';

/**
 * A part of a statement that makes sure of something by refusing, and what an error of the statement means to it. An error that is
 * not its own it gives back as it is.
 */
export interface Guard {
  readonly part: Part;
  readonly toError: (error: unknown) => unknown;
}

/**
 * What a process remembered of a row, or read before it wrote, has changed since. Nothing was written and it is no longer
 * remembered: whoever tries again reads it.
 */
export class StaleRead extends Error {}

/** What a refusal of the database's function `refuse` with this code means. */
export const whenRefused =
  (code: string, toCause: (detail: string) => unknown) =>
  (error: unknown): unknown => {
    const detail = refusalDetail(error, code);
    return detail === undefined ? error : toCause(detail);
  };

/** A refusal that says that something was read too early: `forget` drops it from what is remembered. */
export const whenStale = (code: string, forget: () => void) =>
  whenRefused(code, () => {
    forget();
    return new StaleRead();
  });

/** What an error means to the guards of the statement that failed: each is asked, and one at most knows. */
export async function explainFailure(error: unknown, guards: readonly Guard[]): Promise<unknown> {
  let cause = error;
  for (const { toError } of guards) cause = await toError(cause);
  return cause;
}
