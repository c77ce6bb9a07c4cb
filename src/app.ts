import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import { modules } from './modules.ts';
import { closeGently } from './closing.ts';
import { auditRoutes } from './platform/audit/routes.ts';
import { apiKeyRoutes } from './platform/auth/routes.ts';
import type { Deps } from './platform/context.ts';
import { changeRoutes } from './platform/events/routes.ts';
import { documentOptions } from './platform/http/document.ts';
import { toOpenApi30 } from './platform/http/openapi-3-0.ts';
import { healthRoutes } from './platform/http/health.ts';
import { answerOtherMethods, createServer } from './platform/http/server.ts';
import { settleEvents } from './jobs.ts';
import { webhookRoutes } from './platform/webhooks/routes.ts';
import { allErrors, allEvents, describeErrors, webhookTypes } from './registry.ts';
import { shopRoutes } from './platform/shops/routes.ts';
import { shopSchemas } from './platform/shops/schemas.ts';

// Made once per process: components have names, and a name is defined once.
const shopWire = shopSchemas(modules.flatMap((module) => module.settings ?? []));

// The page needs nothing but this server. The plugin's own policy lets it load from elsewhere, and sends browsers to HTTPS,
// which a server in a local network may not have.
const REFERENCE_PAGE_CSP = [
  "default-src 'self'",
  "img-src 'self' data:",
  "object-src 'none'",
  "base-uri 'self'",
  "frame-ancestors 'self'",
].join('; ');

/** Builds the whole API on what the process has. It does not listen. */
export async function buildApp(
  deps: Deps,
  prepare: (app: FastifyInstance) => void = () => undefined,
): Promise<FastifyInstance> {
  const app = await createServer(deps);
  closeGently(app);
  prepare(app);
  const known = new Map<string, Set<string>>();
  app.addHook('onRoute', ({ method, url }) => {
    for (const name of [method].flat()) known.set(url, (known.get(url) ?? new Set()).add(name));
  });
  await app.register(
    swagger,
    documentOptions(app, modules, { events: allEvents(), errors: allErrors().map(({ error }) => error) }),
  );

  healthRoutes(app);
  shopRoutes(app, shopWire, {
    sweeps: modules.flatMap((module) => module.sweeps ?? []),
    settleEvents,
  });
  apiKeyRoutes(app);
  auditRoutes(app);
  changeRoutes(app);
  webhookRoutes(app, webhookTypes());
  for (const module of modules) module.routes?.(app);
  // Scopes of their own, such as that of callbacks, register their routes only now.
  await app.after();
  answerOtherMethods(app, new Map(known));

  // Where the `type` of every problem points.
  app.get('/errors', { schema: { hide: true } }, async (_request, reply) => {
    return reply.type('text/markdown; charset=utf-8').send(describeErrors());
  });
  app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger());
  // Made when it is first asked for: few generators need it, and a start should not wait for it.
  let rendition30: object | undefined;
  app.get(
    '/openapi-3.0.json',
    { schema: { hide: true } },
    async () => (rendition30 ??= toOpenApi30(app.swagger())),
  );
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    uiConfig: { validatorUrl: null, deepLinking: true, docExpansion: 'list', layout: 'BaseLayout' },
    theme: { title: 'Makegood' },
    staticCSP: REFERENCE_PAGE_CSP,
  });
  await app.ready();
  return app;
}
