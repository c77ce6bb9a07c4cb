import rateLimit, { type CreateRateLimitOptions } from '@fastify/rate-limit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '../config.ts';
import { platformErrors } from '../errors.ts';
import type { Operation } from './operation.ts';

const WINDOW_SECONDS = 60;
// Who is counted beyond these many is the one who was quiet longest.
const MAX_COUNTED = 20_000;

/**
 * Classes of routes, each with its own allowance per minute: `read` and `write` for each secret key, `bulk` for its
 * requests of up to 10 MiB, `front` for each customer and for each address that uses a publishable key, `open` for each
 * address that calls without a credential, `refused` for each address whose credentials do not count, `guessed` for each
 * address that calls with tokens of links that lead nowhere.
 */
export const RATE_CLASSES = ['read', 'write', 'bulk', 'front', 'open', 'refused', 'guessed'] as const;
export type RateClass = (typeof RATE_CLASSES)[number];

type Check = ReturnType<FastifyInstance['createRateLimit']>;
export type RateLimits = ReadonlyMap<RateClass, Check>;

/** Counts requests in this process. With several processes a caller has the allowance at each of them. */
export async function createRateLimits(app: FastifyInstance, config: Config): Promise<RateLimits> {
  const limits = new Map<RateClass, Check>();
  if (!config.rateLimits) return limits;
  await app.register(rateLimit, { global: false });
  for (const name of RATE_CLASSES) {
    const options: CreateRateLimitOptions & { cache: number } = {
      max: config.rateLimits[name],
      timeWindow: WINDOW_SECONDS * 1_000,
      cache: MAX_COUNTED,
      keyGenerator: (request) => callerOf(request),
    };
    limits.set(name, app.createRateLimit(options));
  }
  return limits;
}

function callerOf(request: FastifyRequest): string {
  const principal = request.authenticated?.principal;
  if (!principal) return request.ip;
  // A publishable key is in the hands of everybody who visits the shop.
  return principal.kind === 'publishable' ? `${principal.id} ${request.ip}` : principal.id;
}

/** The class of an operation for who calls it. */
export function rateClassOf(op: Operation, request: FastifyRequest): RateClass {
  const kind = request.authenticated?.principal.kind;
  if (kind === undefined) return 'open';
  if (kind !== 'secret') return 'front';
  if (op.bodyLimit !== undefined) return 'bulk';
  return op.method === 'GET' ? 'read' : 'write';
}

/**
 * Counts a request and says in its answer what is left, as draft-ietf-httpapi-ratelimit-headers-10 has it. `rate_limited`
 * when nothing is.
 */
export async function takeRate(
  limits: RateLimits,
  name: RateClass,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const limit = await limits.get(name)?.(request);
  if (!limit || limit.isAllowed) return;
  reply.header('ratelimit-policy', `"${name}";q=${limit.max};w=${WINDOW_SECONDS}`);
  reply.header('ratelimit', `"${name}";r=${limit.remaining};t=${limit.ttlInSeconds}`);
  if (limit.isExceeded) throw tooMany(limit.ttlInSeconds);
}

const tooMany = (seconds: number) =>
  platformErrors.rate_limited(`The allowance is used up; it is renewed in ${seconds} s.`, {
    headers: { 'retry-after': String(seconds) },
  });
