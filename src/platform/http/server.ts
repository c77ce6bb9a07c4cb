import type { IncomingMessage, ServerResponse } from 'node:http';
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
import helmet from 'helmet';
import type { Deps } from '../context.ts';
import { platformErrors } from '../errors.ts';
import { newId } from '../ids.ts';
import { PROBLEM_JSON, handleError, problemBody, toProblem } from './error-handler.ts';
import { findUnstorableText, isStorable } from './text-safety.ts';
import { allComponents } from './schema.ts';
import { createSerializers } from './serialization.ts';
import { createValidators } from './validation.ts';

const BODY_LIMIT = 1_048_576;
const URL_LIMIT = 8_192;
const METHODS: readonly HTTPMethods[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** A Fastify instance on which every answer, also to nonsense, has the API's shape. */
export async function createServer(deps: Deps): Promise<FastifyInstance> {
  // As Fastify knows it: pino's own type would make an instance that no plugin's types fit.
  const loggerInstance: FastifyBaseLogger = deps.log;
  const app = Fastify({
    loggerInstance,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: (request) => {
      const given = request.headers['x-request-id'];
      return typeof given === 'string' && /^[\w.:-]{1,100}$/.test(given) ? given : newId();
    },
    bodyLimit: BODY_LIMIT,
    // An external id of 200 characters, percent-encoded.
    routerOptions: { maxParamLength: 2_400, ignoreTrailingSlash: false },
    requestTimeout: 30_000,
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
    done(request.url.length > URL_LIMIT ? platformErrors.uri_too_long() : undefined);
  });
  app.addHook('preValidation', checkText);
  acceptJsonOnly(app);
  await protect(app, deps);
  return app;
}

function acceptJsonOnly(app: FastifyInstance): void {
  // Clients name a media type also where they send nothing: that is no body, not a broken one.
  const parseJson = app.getDefaultJsonParser('error', 'error');
  app.removeContentTypeParser(['application/json', 'text/plain']);
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') done(null, undefined);
    else void parseJson(request, body as string, done);
  });
}

/** What helmet sets, asked once: none of it depends on the request, and every answer carries it. */
function securityHeaders(): Record<string, string> {
  const headers: Record<string, string> = {};
  const response = {
    setHeader: (name: string, value: string) => (headers[name.toLowerCase()] = value),
    removeHeader: () => undefined,
  };
  helmet({
    crossOriginResourcePolicy: { policy: 'cross-origin' },
    // The reference page must also work over plain HTTP in a local network.
    contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } },
  })({} as IncomingMessage, response as unknown as ServerResponse, () => undefined);
  return headers;
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
    exposedHeaders: ['etag', 'idempotency-replayed', 'x-request-id', 'retry-after'],
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

/** What Node's parser refuses never reaches Fastify; it gets the same kind of answer. */
function answerUnreadable(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) return;
  const problem =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? platformErrors.too_many_headers()
      : platformErrors.malformed_request();
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
