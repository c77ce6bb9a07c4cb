import { isUtf8 } from 'node:buffer';
import type { Socket } from 'node:net';
import cors from '@fastify/cors';
import Fastify, {
  type FastifyBaseLogger,
  LogController,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type HTTPMethods,
} from 'fastify';
import type { Deps } from '../context.ts';
import { platformErrors } from '../errors.ts';
import { newId } from '../ids.ts';
import { PROBLEM_JSON, handleError, problemBody, toProblem } from './error-handler.ts';
import { securityHeaders } from './headers.ts';
import { createGate, watchEventLoop } from './load.ts';
import { createGuesses } from './guesses.ts';
import { createRateLimits } from './rate-limits.ts';
import { findUnstorableText, isStorable } from './text-safety.ts';
import { allComponents } from './schema.ts';
import { createSchemaBucket } from './schema-bucket.ts';
import { createSerializers } from './serialization.ts';
import { requestIdOf, sheddingServer } from './shedding.ts';
import { createValidators } from './validation.ts';

const BODY_LIMIT = 1_048_576;
const URL_LIMIT = 8_192;
// A request that trickles in is held by nobody but its own socket, and not for ever.
const REQUEST_TIMEOUT_MS = 30_000;
const HEADERS_TIMEOUT_MS = 10_000;
const METHODS: readonly HTTPMethods[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** A Fastify instance on which every answer, also to nonsense, has the API's shape. */
export async function createServer(deps: Deps): Promise<FastifyInstance> {
  // As Fastify knows it: pino's own type would make an instance that no plugin's types fit.
  const loggerInstance: FastifyBaseLogger = deps.log;
  const gate = createGate(deps.config.poolSize);
  const app = Fastify({
    loggerInstance,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: requestIdOf,
    serverFactory: sheddingServer(gate, deps.config),
    bodyLimit: BODY_LIMIT,
    // An external id of 200 characters, percent-encoded.
    routerOptions: { maxParamLength: 2_400, ignoreTrailingSlash: false },
    requestTimeout: REQUEST_TIMEOUT_MS,
    // How often Node looks for requests that are late.
    http: { connectionsCheckingInterval: 2_000, headersTimeout: HEADERS_TIMEOUT_MS },
    trustProxy: trustOf(deps.config.trustProxy),
    schemaController: { bucket: createSchemaBucket as never },
    forceCloseConnections: 'idle',
    frameworkErrors: (error, request, reply) =>
      void handleError(error, request as FastifyRequest, reply as FastifyReply),
    clientErrorHandler: answerUnreadable,
  });
  app.decorate('deps', deps);
  app.decorate('operations', new Map());
  app.decorateRequest('authenticated', null);
  app.decorateRequest('idempotencyKey', undefined);
  for (const schema of allComponents()) app.addSchema(schema);
  app.setValidatorCompiler(createValidators(app) as never);
  app.setSerializerCompiler(createSerializers(app) as never);
  app.setErrorHandler(handleError);
  app.setNotFoundHandler((request, reply) =>
    handleError(platformErrors.not_found('There is no such path.'), request, reply),
  );
  const headers = securityHeaders();
  app.addHook('onRequest', (request, reply, done) => {
    reply.headers(headers).header('x-request-id', request.id);
    done(findFault(request));
  });
  app.decorate('gate', gate);
  app.decorate('rateLimits', await createRateLimits(app, deps.config));
  app.decorate('guesses', createGuesses(deps.config, deps.clock));
  await watchEventLoop(app, gate);
  app.addHook('preValidation', checkText);
  acceptJsonOnly(app);
  await protect(app, deps);
  return app;
}

// The nearest address is hop 0: with two proxies in front, hops 0 and 1 are theirs.
const trustOf = (proxies: number | string | false) =>
  typeof proxies === 'number' ? (_address: string, hop: number) => hop < proxies : proxies;

function findFault({ url, headers }: FastifyRequest): Error | undefined {
  if (url.length > URL_LIMIT) return platformErrors.uri_too_long();
  const query = url.indexOf('?');
  if (query >= 0 && url.includes('%', query) && !isDecodable(url.slice(query)))
    return platformErrors.malformed_request('The query is not valid UTF-8 in percent encoding.');
  const encoding = headers['content-encoding'];
  // A small body could unpack to a huge one; nothing is unpacked.
  if (encoding === undefined || encoding === 'identity') return undefined;
  return platformErrors.unsupported_media_type('The body must not be encoded or compressed.', {
    headers: { 'accept-encoding': 'identity' },
  });
}

function isDecodable(text: string): boolean {
  try {
    return decodeURIComponent(text) !== '';
  } catch {
    return false;
  }
}

function acceptJsonOnly(app: FastifyInstance): void {
  // Clients name a media type also where they send nothing: that is no body, not a broken one.
  const parseJson = app.getDefaultJsonParser('error', 'error');
  app.removeContentTypeParser(['application/json', 'text/plain']);
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    if (body.length === 0) return done(null, undefined);
    const text = readUtf8(request.headers['content-type'], body as Buffer);
    if (text instanceof Error) done(text);
    else void parseJson(request, text, done);
  });
}

// Decoded leniently, bytes that are no UTF-8 would be stored as other characters than were sent.
function readUtf8(contentType: string | undefined, body: Buffer): string | Error {
  const charset = /;\s*charset="?([^";\s]+)/i.exec(contentType ?? '')?.[1];
  if (charset !== undefined && !/^utf-?8$/i.test(charset))
    return platformErrors.unsupported_media_type('The body must be JSON in UTF-8.');
  return isUtf8(body)
    ? body.toString('utf8')
    : platformErrors.malformed_request('The body is not valid UTF-8.');
}

/** Which front ends may call from a browser. */
async function protect(app: FastifyInstance, deps: Deps): Promise<void> {
  await app.register(cors, {
    origin: deps.config.corsOrigins === '*' ? '*' : [...deps.config.corsOrigins],
    methods: [...METHODS] as string[],
    allowedHeaders: [
      'authorization',
      'content-type',
      'idempotency-key',
      'if-match',
      'if-none-match',
      'x-request-id',
    ],
    exposedHeaders: [
      'etag',
      'idempotency-replayed',
      'x-request-id',
      'retry-after',
      'ratelimit',
      'ratelimit-policy',
    ],
    maxAge: 86_400,
    // A plain OPTIONS is answered by the path itself, with Allow.
    strictPreflight: false,
    preflightContinue: true,
  });
}

function checkText(request: FastifyRequest, _reply: FastifyReply, done: (error?: Error) => void): void {
  const { params, query, body } = request;
  if (isStorable(params) && isStorable(query) && isStorable(body)) return done();
  const violations = [
    ...findUnstorableText(request.params, 'path'),
    ...findUnstorableText(request.query, 'query'),
    ...findUnstorableText(request.body, 'body'),
  ];
  const detail = 'The request contains values that cannot be stored.';
  done(platformErrors.validation_failed(detail, { violations }));
}

const UNREADABLE: Readonly<Record<string, () => Error & { definition: { status: number } }>> = {
  HPE_HEADER_OVERFLOW: () => platformErrors.too_many_headers(),
  ERR_HTTP_REQUEST_TIMEOUT: () => platformErrors.request_timeout(),
};

/** What Node's parser refuses never reaches Fastify; it gets the same kind of answer. */
function answerUnreadable(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) return;
  const make = UNREADABLE[error.code ?? ''] ?? platformErrors.malformed_request;
  const problem = make();
  const { status } = problem.definition;
  const body = JSON.stringify(problemBody(toProblem(problem), newId()));
  const head = `HTTP/1.1 ${status} Error\r\nContent-Type: ${PROBLEM_JSON}\r\nContent-Length: ${Buffer.byteLength(body)}`;
  socket.end(`${head}\r\nConnection: close\r\n\r\n${body}`);
}

/** Answers 405 with Allow, and OPTIONS, for every path that exists. Call it when all routes are registered. */
export function answerOtherMethods(
  app: FastifyInstance,
  routes: ReadonlyMap<string, ReadonlySet<string>>,
): void {
  for (const [url, known] of routes) {
    const allow = [...known, 'OPTIONS'].toSorted().join(', ');
    const others = METHODS.filter((method) => !known.has(method));
    app.route({
      method: [...others],
      url,
      schema: { hide: true },
      // Before the body is read: whatever it is, the method is wrong.
      onRequest: async () => {
        throw platformErrors.method_not_allowed(`This path takes ${allow}.`, { headers: { allow } });
      },
      handler: async () => undefined,
    });
    app.options(url, { schema: { hide: true } }, async (_request, reply) =>
      reply.code(204).header('allow', allow).send(),
    );
  }
}
