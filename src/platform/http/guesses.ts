import type { FastifyRequest } from 'fastify';
import { putBounded } from '../bounded-map.ts';
import type { Clock } from '../clock.ts';
import type { Config } from '../config.ts';
import { platformErrors, Problem } from '../errors.ts';
import type { Operation } from './operation.ts';

const WINDOW_MS = 60_000;
// Who is counted beyond these many is the one who was quiet longest.
const MAX_COUNTED = 20_000;

/** What callers guessed wrong, such as codes that nobody has, each within a minute. */
export interface Guesses {
  /** `rate_limited` when a caller has guessed too often: also a right guess is not answered then, else it would be told by that. */
  refuse(request: FastifyRequest): void;
  count(request: FastifyRequest, guesses: number): void;
}

/** Counts in this process, as rate limits do, by the allowance of the class `guessed`. */
export function createGuesses({ rateLimits }: Config, clock: Clock): Guesses {
  const most = rateLimits?.guessed;
  if (most === undefined) return { refuse: () => undefined, count: () => undefined };
  const counted = new Map<string, { readonly startedAt: number; readonly guesses: number }>();
  const currentOf = (caller: string, now: number) => {
    const known = counted.get(caller);
    return known && now - known.startedAt < WINDOW_MS ? known : { startedAt: now, guesses: 0 };
  };
  return {
    refuse(request) {
      const caller = guesserOf(request);
      if (caller === undefined) return;
      const now = clock.now().getTime();
      const { startedAt, guesses } = currentOf(caller, now);
      if (guesses < most) return;
      const seconds = String(Math.ceil((startedAt + WINDOW_MS - now) / 1_000));
      throw platformErrors.rate_limited(`There were too many wrong guesses; ask again in ${seconds} s.`, {
        headers: { 'retry-after': seconds },
      });
    },
    count(request, guesses) {
      const caller = guesserOf(request);
      if (caller === undefined || guesses <= 0) return;
      const { startedAt, guesses: before } = currentOf(caller, clock.now().getTime());
      putBounded(counted, MAX_COUNTED, caller, { startedAt, guesses: before + guesses });
    },
  };
}

// A secret key is the shop's own server, which asks for all of its customers.
function guesserOf(request: FastifyRequest): string | undefined {
  const principal = request.authenticated?.principal;
  if (!principal) return request.ip;
  if (principal.kind === 'secret') return undefined;
  return principal.kind === 'publishable' ? `${principal.id} ${request.ip}` : principal.id;
}

/** The operation, for which wrong guesses are counted and limited. */
export function limitGuesses(guesses: Guesses, op: Operation): Operation {
  const { guessesIn, mayGuess, run } = op;
  if (!guessesIn) return op;
  return {
    ...op,
    async run(ctx, input, request) {
      if (mayGuess?.(input) !== false) guesses.refuse(request);
      try {
        const result = await run(ctx, input, request);
        guesses.count(request, guessesIn({ result }));
        return result;
      } catch (error) {
        if (error instanceof Problem) guesses.count(request, guessesIn({ problem: error }));
        throw error;
      }
    },
  };
}
