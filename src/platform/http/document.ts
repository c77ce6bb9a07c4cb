import type { SwaggerOptions } from '@fastify/swagger';
import type { FastifyInstance } from 'fastify';
import type { ErrorDefinition } from '../errors.ts';
import type { EventDefinition } from '../events/define.ts';
import type { Module } from '../module.ts';
import { describeWebhooks } from '../webhooks/document.ts';
import { completeDocument, takesKey } from './openapi.ts';
import type { Operation } from './operation.ts';
import { describeMembers } from './problem-members.ts';

// Which operations take no key is read off them, so that this page says what they do.
const introduce = (
  operations: Iterable<Operation>,
) => `Commerce around and after the sale: quotes, orders, payments, shipments and customers.

Money is an integer of minor units in fields named \`…Amount\`. Times are RFC 3339 in UTC, in the years 1 to
9999. Errors are
\`application/problem+json\` with a stable \`code\`. Lists page by \`cursor\`; \`GET /v1/changes\` pages by \`after\`, whose value
never ends: it is kept and asked with again. A body is a JSON object; where every field may be left out, \`{}\` will do.

A POST takes an \`Idempotency-Key\` and answers a repetition with the same answer, which is kept for seven days. These take none, because
their answers hold a secret that must not be kept, or because they are called without a credential: ${keyless(operations)}.

Limits: a body has 1 MiB, bulk 10 MiB; a request target 8 KiB; an order 500 lines; a filter that takes several values 50 of
them (50 filters).`;

const keyless = (operations: Iterable<Operation>): string =>
  [...operations]
    .filter((op) => op.method === 'POST' && !takesKey(op))
    .map(({ path }) => `\`POST ${path}\``)
    .toSorted()
    .join(', ');

const bearer = (text: string) => ({ type: 'http' as const, scheme: 'bearer', description: text });

const PLATFORM_TAGS = {
  Shop: 'The shop itself and what it can change about itself.',
  'Test clock': 'The time of a test shop, which can be moved forward.',
  'API keys': 'Keys for servers and shop front ends.',
  Audit: 'Who did what.',
  Webhooks: 'Where events are sent, and the log of what was sent.',
  Changes: 'The feed of everything that happened, for systems that follow the shop.',
};

const tagsOf = (modules: readonly Module[]) =>
  [PLATFORM_TAGS, ...modules.map((module) => module.tags ?? {})].flatMap((tags) =>
    Object.entries(tags).map(([name, text]) => ({ name, description: text })),
  );

/** How the OpenAPI 3.1 document is made from the routes. */
export function documentOptions(
  app: FastifyInstance,
  modules: readonly Module[],
  {
    events,
    errors,
  }: { readonly events: readonly EventDefinition[]; readonly errors: readonly ErrorDefinition[] },
): SwaggerOptions {
  return {
    // The constants by which the members of a union are told apart: 3.1 has a word for them.
    convertConstToEnum: false,
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Makegood',
        version: '1.0.0',
        description: introduce([]),
        license: { name: 'All rights reserved', identifier: 'LicenseRef-Makegood' },
        contact: { name: 'The Makegood developers' },
      },
      tags: tagsOf(modules),
      servers: [{ url: '/', description: 'This server' }],
      components: {
        securitySchemes: {
          secretKey: bearer('A secret key (`sk_…`) for servers, with scopes.'),
          publishableKey: bearer('A publishable key (`pk_…`) for shop front ends.'),
          customerToken: bearer("A short-lived token that the shop's server mints for a customer."),
        },
      },
    },
    refResolver: {
      buildLocalReference: (json, _base, _fragment, i) =>
        typeof json.$id === 'string' ? json.$id : `def-${i}`,
    },
    transformObject: (document) => {
      if (!('openapiObject' in document)) return document.swaggerObject;
      const { info } = document.openapiObject;
      if (info) info.description = introduce(app.operations.values());
      describeWebhooks(document.openapiObject, events);
      describeMembers(document.openapiObject, errors);
      return completeDocument(document.openapiObject, app.operations);
    },
  };
}
