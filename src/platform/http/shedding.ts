import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { FastifyServerFactory } from 'fastify';
import type { Config } from '../config.ts';
import { newId } from '../ids.ts';
import { PROBLEM_JSON, problemBody } from './error-handler.ts';
import { securityHeaders } from './headers.ts';
import { type Gate, overloaded } from './load.ts';

/** The id that the caller gave a request, where it can stand in a log, or a new one. */
export function requestIdOf({ headers }: Pick<IncomingMessage, 'headers'>): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && /^[\w.:-]{1,100}$/.test(given) ? given : newId();
}

/**
 * A server that refuses what cannot be taken on before Fastify sees it. Under four times the load that can be borne, three of
 * four requests are refused: what each refusal costs is taken from the work that is still done.
 */
export function sheddingServer(gate: Gate, config: Pick<Config, 'corsOrigins'>): FastifyServerFactory {
  return (handler, options) => {
    const refuse = refusal(config);
    const { http, keepAliveTimeout, requestTimeout } = options as typeof options & {
      http: object;
      keepAliveTimeout: number;
      requestTimeout: number;
    };
    return createServer({ ...http, keepAliveTimeout, requestTimeout }, (request, response) => {
      // A preflight costs no work, and without its answer the browser would hide the refusal.
      if (request.method === 'OPTIONS' || !gate.isClosedFor(request.url ?? '')) {
        handler(request, response);
        return;
      }
      gate.countRefusal();
      refuse(request, response);
    });
  };
}

/** Answers `overloaded` as the error handler would, from parts made once. */
function refusal({ corsOrigins }: Pick<Config, 'corsOrigins'>): RequestListener {
  const mark = 'request-id';
  const [before = '', after = ''] = JSON.stringify(problemBody(overloaded, mark)).split(mark);
  const headers = {
    ...securityHeaders(),
    ...overloaded.headers,
    'content-type': PROBLEM_JSON,
    'cache-control': 'no-store',
    'access-control-expose-headers': 'x-request-id, retry-after',
  };
  const allow = (origin = '') => {
    if (corsOrigins === '*') return { 'access-control-allow-origin': '*' };
    return corsOrigins.includes(origin)
      ? { vary: 'Origin', 'access-control-allow-origin': origin }
      : { vary: 'Origin' };
  };
  return (request, response) => {
    const id = requestIdOf(request);
    const body = Buffer.from(before + id + after);
    response.writeHead(overloaded.definition.status, {
      ...headers,
      ...allow(request.headers.origin),
      'x-request-id': id,
      'content-length': body.byteLength,
    });
    response.end(body);
  };
}
