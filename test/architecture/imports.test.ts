import t from 'tap';
import * as rules from './rules.ts';
import { parseSource, readSources, report, type Source } from './source.ts';

const inSrc = readSources('src');
const held = new Set<string>();

/** Path of a file and its code; the rule is asked about every file of an example. */
type Example = Record<string, string>;

function findBreaks(rule: rules.Rule, sources: readonly Source[]): string[] {
  const byPath = new Map(sources.map((source) => [source.path, source]));
  return report(sources, (source) => rule(source, byPath));
}

// A rule that finds nothing in code that breaks it would pass for ever, so each is shown what it must refuse, one
// example at a time, and what it must let through.
function hold(rule: rules.Rule, examples: { refused: Example[]; allowed: Example[] }) {
  held.add(rule.name);
  t.test(rule.name, async (t) => {
    const parse = (example: Example) => Object.entries(example).map((entry) => parseSource(...entry));
    for (const example of examples.refused) {
      t.equal(findBreaks(rule, parse(example)).length, 1, `refuses ${JSON.stringify(example)}`);
    }
    for (const example of examples.allowed) {
      t.same(findBreaks(rule, parse(example)), [], `allows ${JSON.stringify(example)}`);
    }
    t.same(findBreaks(rule, inSrc), [], 'holds in src');
  });
}

const ORDERS = 'src/modules/orders/place.ts';

t.test('the files are really read', async (t) => {
  t.ok(inSrc.length > 20, `${inSrc.length} files in src`);
  t.ok(inSrc.flatMap(({ imports }) => imports).some(({ target }) => target === 'src/platform/context.ts'));
  t.throws(() => parseSource('src/a.ts', 'const = 1;'), SyntaxError);
});

hold(rules.importsCanBeFollowed, {
  refused: [
    { [ORDERS]: "import { a } from './rules.ts';" },
    { [ORDERS]: "import './rules.js';", 'src/modules/orders/rules.ts': '' },
    { [ORDERS]: 'await import(name);' },
    { [ORDERS]: "import { a } from '#platform/money.ts';" },
  ],
  allowed: [
    { [ORDERS]: "import { a } from './rules.ts'; import pg from 'pg';", 'src/modules/orders/rules.ts': '' },
    { [ORDERS]: "const text = \"import('./gone.ts')\"; // import './gone.ts'" },
  ],
});

hold(rules.platformKnowsNoModule, {
  refused: [
    { 'src/platform/a.ts': "import { x } from '../modules/orders/place.ts';" },
    { 'src/platform/http/a.ts': "import type { x } from '../../modules/orders/tables.ts';" },
    { 'src/platform/a.ts': "export * from '../modules.ts';" },
    { 'src/platform/a.ts': "export type { x } from '../app.ts';" },
    { 'src/platform/a.ts': "const x = await import('../modules/orders/place.ts');" },
    { 'src/platform/a.ts': "type X = import('../modules/orders/tables.ts').Order;" },
  ],
  allowed: [
    { 'src/platform/http/a.ts': "import { x } from '../db/client.ts'; import { y } from 'fastify';" },
    { 'src/app.ts': "import { x } from './modules.ts';" },
  ],
});

hold(rules.modulesAreListed, {
  refused: [{ 'src/modules/misc/rules.ts': '' }, { 'src/modules/a.ts': '' }],
  allowed: [{ [ORDERS]: '' }, { 'src/modules/campaigns/mechanics/gift.ts': '' }, { 'src/modules.ts': '' }],
});

hold(rules.modulesImportToTheLeft, {
  refused: [
    { [ORDERS]: "import { x } from '../settlements/rules.ts';" },
    { 'src/modules/catalogue/products.ts': "import type { x } from '../customers/tables.ts';" },
    { 'src/modules/campaigns/mechanics/gift.ts': "import { x } from '../../orders/rules.ts';" },
    { [ORDERS]: "import { x } from '../../app.ts';" },
  ],
  allowed: [
    { [ORDERS]: "import { x } from '../catalogue/rules.ts'; import { y } from './rules.ts';" },
    { [ORDERS]: "import { x } from '../settlements/events.ts'; import { y } from '../reports/errors.ts';" },
    { [ORDERS]: "import { x } from '../../platform/context.ts';" },
    { 'src/modules.ts': "import { x } from './modules/reports/module.ts';" },
  ],
});

hold(rules.modulesKeepTheirInsides, {
  refused: ['routes', 'repository', 'sweeps', 'subscribers', 'presenters', 'module', 'stock-repository'].map(
    (role) => ({
      [ORDERS]: `import { x } from '../catalogue/${role}.ts';`,
    }),
  ),
  allowed: [
    { [ORDERS]: "import { x } from './repository.ts';" },
    ...['stock', 'rules', 'tables', 'schemas', 'errors', 'events', 'states', 'ports', 'settings'].map(
      (role) => ({
        [ORDERS]: `import { x } from '../catalogue/${role}.ts';`,
      }),
    ),
  ],
});

hold(rules.decisionsArePure, {
  refused: [
    { 'src/modules/orders/rules.ts': "import { sql } from 'drizzle-orm';" },
    { 'src/modules/orders/rules.ts': "import type { PgColumn } from 'drizzle-orm/pg-core';" },
    { 'src/modules/orders/states.ts': "import pg from 'pg';" },
    { 'src/modules/orders/freight-rules.ts': "import pg from 'pg';" },
    { 'src/platform/states.ts': "import type { Db } from './db/client.ts';" },
    { 'src/modules/orders/rules.ts': "import { readFileSync } from 'node:fs';" },
    { 'src/modules/campaigns/mechanics/gift.ts': "import type { FastifyInstance } from 'fastify';" },
    { 'src/modules/campaigns/mechanics/gift.ts': "import { x } from '../../../platform/http/operation.ts';" },
    { 'src/modules/orders/rules.ts': "import { x } from '../../platform/clock.ts';" },
    { 'src/modules/orders/rules.ts': "import { x } from '../../platform/config.ts';" },
    {
      'src/modules/orders/rules.ts': "import { x } from './a.ts';",
      'src/modules/orders/a.ts': "export { x } from './tables.ts';",
      'src/modules/orders/tables.ts': "import { x } from 'drizzle-orm/pg-core';",
    },
  ],
  allowed: [
    { 'src/modules/orders/place.ts': "import { sql } from 'drizzle-orm';" },
    {
      'src/modules/orders/rules.ts': "import { x } from '../../platform/money.ts';",
      'src/platform/money.ts': '',
    },
    { 'src/modules/campaigns/mechanics/gift.ts': "import { x } from '../../../platform/http/schema.ts';" },
    {
      'src/modules/orders/rules.ts': "import type { x } from './tables.ts';",
      'src/modules/orders/tables.ts': "import { x } from 'drizzle-orm/pg-core';",
    },
  ],
});

hold(rules.schemasKnowNoClient, {
  refused: [
    { 'src/modules/orders/schemas.ts': "import type { Db } from '../../platform/db/client.ts';" },
    { 'src/modules/orders/schemas.ts': "import pg from 'pg';" },
  ],
  allowed: [
    { 'src/modules/orders/schemas.ts': "import type { Order } from './tables.ts';" },
    { 'src/modules/orders/repository.ts': "import type { Db } from '../../platform/db/client.ts';" },
  ],
});

hold(rules.routesKnowNoTables, {
  refused: [
    { 'src/modules/orders/routes.ts': "import { orders } from './tables.ts';" },
    { 'src/modules/orders/routes.ts': "import { type Order, orders } from '../catalogue/tables.ts';" },
    { 'src/modules/orders/routes.ts': "import { findOrder } from './repository.ts';" },
    { 'src/platform/audit/routes.ts': "import { eq } from 'drizzle-orm';" },
  ],
  allowed: [
    { 'src/modules/orders/routes.ts': "import type { Order } from './tables.ts';" },
    { 'src/modules/orders/routes.ts': "import { placeOrder } from './place.ts';" },
    { [ORDERS]: "import { findOrder } from './repository.ts';" },
  ],
});

hold(rules.environmentIsReadAtTheEdge, {
  refused: [
    { [ORDERS]: 'const port = process.env.PORT;' },
    { [ORDERS]: "const port = process['env'].PORT;" },
    { 'src/app.ts': 'const { env } = process;' },
    { 'src/platform/context.ts': 'f(globalThis.process.env);' },
    { [ORDERS]: "import { env } from 'node:process';" },
  ],
  allowed: [
    {
      'src/main.ts': 'f(process.env);',
      'src/worker.ts': 'f(process.env);',
      'src/cli/a.ts': 'f(process.env);',
    },
    { 'src/platform/config.ts': 'f(process.env);' },
    { [ORDERS]: "f(process.pid, config.env, 'process.env'); // process.env" },
  ],
});

hold(rules.noIndexFiles, {
  refused: [{ 'src/modules/orders/index.ts': '' }],
  allowed: [{ 'src/modules/orders/index-prices.ts': '' }],
});

hold(rules.onlyErrorsAreClasses, {
  refused: [
    { [ORDERS]: 'class OrderService {}' },
    { [ORDERS]: 'export const A = class extends Base {};' },
    { [ORDERS]: 'class A extends Error { @logged a = 1; }' },
    { [ORDERS]: 'class A extends mix(Error) {}' },
  ],
  allowed: [
    { [ORDERS]: 'class A extends Error {} class B extends RangeError {} class C extends Problem {}' },
    { [ORDERS]: "const text = 'class A {}'; // class A {}" },
  ],
});

hold(rules.noDefaultExports, {
  refused: [
    { [ORDERS]: 'export default function a() {}' },
    { [ORDERS]: 'const a = 1; export { a as default };' },
    { [ORDERS]: "export { default } from 'pg';" },
  ],
  allowed: [{ [ORDERS]: "import pg from 'pg'; export const a = { default: pg };" }],
});

hold(rules.flowsOwnTransactions, {
  refused: [
    ...['routes', 'repository', 'rules', 'schemas', 'sweeps', 'subscribers'].map((role) => ({
      [`src/modules/orders/${role}.ts`]: 'inTransaction(ctx, async (tx) => f(tx));',
    })),
    { 'src/platform/auth/routes.ts': 'inTransaction(ctx, async (tx) => f(tx));' },
    { 'src/app.ts': 'inTransaction(ctx, async (tx) => f(tx));' },
    {
      'src/modules/orders/repository.ts':
        "import { inTransaction as open } from '../../platform/db/transaction.ts';",
    },
    { [ORDERS]: 'async function reserve(tx: Tx, ctx: Ctx) { await inTransaction(ctx, f); }' },
    { [ORDERS]: 'inTransaction(ctx, async (tx) => { await inTransaction(ctx, f); });' },
  ],
  allowed: [
    { [ORDERS]: 'inTransaction(ctx, async (tx) => f(tx)); inTransaction(ctx, async (tx) => f(tx));' },
    { 'src/platform/shops/manage.ts': 'inTransaction(ctx, async (tx) => f(tx));' },
    { 'src/cli/seed.ts': 'inTransaction(ctx, async (tx) => f(tx));' },
    { 'src/modules/orders/routes.ts': '// inTransaction(ctx, f)' },
  ],
});

hold(rules.modulesTakeTheTime, {
  refused: [
    { [ORDERS]: 'const now = Date.now();' },
    { [ORDERS]: 'const now = new Date();' },
    { [ORDERS]: 'const now = Temporal.Now.instant();' },
    { [ORDERS]: 'const share = Math.random();' },
    { [ORDERS]: "import { randomUUID } from 'node:crypto';" },
  ],
  allowed: [
    { [ORDERS]: "import { createHash } from 'node:crypto'; f(new Date(ctx.now), Math.round(1.5));" },
    { 'src/platform/clock.ts': 'export const systemClock = () => new Date();' },
  ],
});

t.test('every rule is held', async (t) => {
  const exported = Object.entries(rules).filter(([, rule]) => typeof rule === 'function');
  t.same(
    [...held].toSorted(),
    exported.map(([name]) => name),
  );
});
