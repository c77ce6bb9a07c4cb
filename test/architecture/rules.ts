import { posix } from 'node:path';
import type { Finding, Import, Source } from './source.ts';

/** Looks at one file; a few rules also need what the file's imports import. */
export type Rule = (source: Source, sources: ReadonlyMap<string, Source>) => Finding[];

/** In import order: a module imports only from those before it. */
export const MODULES = [
  'calendar',
  'catalogue',
  'customers',
  'segments',
  'ledger',
  'payments',
  'wallets',
  'shipping',
  'conversations',
  'loyalty',
  'campaigns',
  'orders',
  'settlements',
  'after-sales',
  'reviews',
  'activities',
  'entitlements',
  'enquiries',
  'care',
  'outreach',
  'sync',
  'reports',
];

// What a module keeps to itself: its wire, its SQL, its timers, and its own registration.
const PRIVATE = new Set(['routes', 'repository', 'sweeps', 'subscribers', 'presenters', 'module']);
// Leaves without behaviour, which any module may name.
const LEAVES = new Set(['events', 'errors']);
// Every other file of a module is a flow.
const ROLES = new Set([...PRIVATE, ...LEAVES, 'schemas', 'rules', 'states', 'tables', 'settings', 'ports']);

// A second file of a role carries the role at its end, as in `shipment-repository.ts`.
const roleOf = (path: string) => {
  const name = posix.basename(path, '.ts');
  return /-(routes|repository|tables|schemas|rules|states)$/.exec(name)?.[1] ?? name;
};
const moduleOf = (path: string) => /^src\/modules\/([^/]+)\//.exec(path)?.[1];
const isPure = (path: string) =>
  ['rules', 'states'].includes(roleOf(path)) || /\/(rules|states|campaigns\/(engine|mechanics))\//.test(path);

/** Findings for those imports of which something can be said. */
function checkImports(source: Source, says: (found: Import) => string | undefined): Finding[] {
  return source.imports.flatMap((found) => {
    const message = says(found);
    return message === undefined ? [] : [{ line: found.line, message }];
  });
}

/** An import that the other rules cannot follow would pass them all. */
export const importsCanBeFollowed: Rule = (source, sources) =>
  checkImports(source, ({ specifier, target }) => {
    if (specifier === undefined) return 'imports a file by a computed name';
    if (target !== undefined && !sources.has(target))
      return `imports ${specifier}, which is no .ts file of src`;
    return specifier.startsWith('/') || specifier.startsWith('#') ? `imports ${specifier}` : undefined;
  });

export const platformKnowsNoModule: Rule = (source) =>
  checkImports(source, ({ target }) => {
    if (!source.path.startsWith('src/platform/') || target === undefined) return undefined;
    return target.startsWith('src/platform/') ? undefined : `platform imports ${target}`;
  });

export const modulesAreListed: Rule = ({ path }) => {
  const name = moduleOf(path);
  if (!path.startsWith('src/modules/') || (name !== undefined && MODULES.includes(name))) return [];
  return [{ line: 1, message: 'is in no module that has a place in the import order' }];
};

export const modulesImportToTheLeft: Rule = (source) => {
  const from = moduleOf(source.path);
  return checkImports(source, ({ target }) => {
    if (from === undefined || target === undefined || target.startsWith('src/platform/')) return undefined;
    const to = moduleOf(target);
    if (to === undefined) return `a module imports ${target}, which is no module and no platform`;
    if (to === from || LEAVES.has(roleOf(target))) return undefined;
    return MODULES.indexOf(to) < MODULES.indexOf(from)
      ? undefined
      : `${from} imports ${to}, which comes after it`;
  });
};

export const modulesKeepTheirInsides: Rule = (source) => {
  const from = moduleOf(source.path);
  return checkImports(source, ({ target }) => {
    if (from === undefined || target === undefined) return undefined;
    const to = moduleOf(target);
    return to !== undefined && to !== from && PRIVATE.has(roleOf(target)) ? `imports ${target}` : undefined;
  });
};

const IMPURE_PACKAGES =
  /^(drizzle-orm|pg|pino|fastify|fastify-plugin|graphile-worker|env-schema|@fastify\/.*)(\/|$)/;
// The words that schemas are made of are pure, and the parameters of a campaign type are a schema.
const IMPURE_FILES = /^src\/platform\/(db\/|http\/(?!schema\.ts$)|jobs\/|clock\.ts|config\.ts|logging\.ts)/;
const isImpure = ({ specifier = '', target = '' }: Import) =>
  IMPURE_PACKAGES.test(specifier) || /^(node:)?(fs|net|http|https|child_process)\b/.test(specifier)
    ? specifier
    : IMPURE_FILES.test(target) && target;

/** Where a file gets to by what it loads, the first impure import found on the way. */
function findImpurePath(start: Source, sources: ReadonlyMap<string, Source>): string | undefined {
  const seen = new Set([start.path]);
  const queue: { source: Source; way: string }[] = [{ source: start, way: '' }];
  for (const { source, way } of queue) {
    for (const found of source.imports.filter(({ typeOnly }) => !typeOnly)) {
      const impure = isImpure(found);
      if (impure) return `${way}${impure}`;
      const next = found.target === undefined ? undefined : sources.get(found.target);
      if (!next || seen.has(next.path)) continue;
      seen.add(next.path);
      queue.push({ source: next, way: `${way}${next.path} → ` });
    }
  }
  return undefined;
}

/** Rules and states name no database, http, clock or config, and load none through another file either. */
export const decisionsArePure: Rule = (source, sources) => {
  if (!isPure(source.path)) return [];
  const direct = checkImports(source, (found) => {
    const impure = isImpure(found);
    return impure ? `a decision imports ${impure}` : undefined;
  });
  const way = direct.length > 0 ? undefined : findImpurePath(source, sources);
  return way === undefined ? direct : [{ line: 1, message: `a decision loads ${way}` }];
};

export const schemasKnowNoClient: Rule = (source) =>
  checkImports(source, ({ specifier, target }) => {
    if (roleOf(source.path) !== 'schemas') return undefined;
    const client = specifier === 'pg' || /^src\/platform\/db\/(client|transaction)\.ts$/.test(target ?? '');
    return client ? `a schema imports ${target ?? specifier}` : undefined;
  });

export const routesKnowNoTables: Rule = (source) =>
  checkImports(source, ({ specifier = '', target, typeOnly }) => {
    if (roleOf(source.path) !== 'routes') return undefined;
    if (/^(drizzle-orm|pg)(\/|$)/.test(specifier)) return `a route imports ${specifier}`;
    const role = target === undefined ? undefined : roleOf(target);
    // The type of a row is what a presenter takes; it is not a way to a table.
    return role === 'repository' || (role === 'tables' && !typeOnly)
      ? `a route imports ${target}`
      : undefined;
  });

// A child process of the embedded Postgres gets the environment of its parent; nothing is configured by that.
const READS_ENVIRONMENT =
  /^src\/(main|worker|cli\/.+|platform\/config|platform\/db\/embedded-(binaries|home))\.ts$/;

export const environmentIsReadAtTheEdge: Rule = (source) => {
  if (READS_ENVIRONMENT.test(source.path)) return [];
  const findings = checkImports(source, ({ specifier, names }) =>
    /^(node:)?process$/.test(specifier ?? '') && names.some((name) => name === 'env' || name === '*')
      ? 'imports the environment'
      : undefined,
  );
  const add = (start: number) =>
    findings.push({ line: source.lineAt(start), message: 'reads the environment' });
  source.visit({
    MemberExpression({ object, property, start }) {
      const named = property.type === 'Identifier' ? property.name : 'value' in property && property.value;
      const inner = object.type === 'MemberExpression' ? object.property : object;
      if (named === 'env' && 'name' in inner && inner.name === 'process') add(start);
    },
    VariableDeclarator({ id, init, start }) {
      if (id.type !== 'ObjectPattern' || init?.type !== 'Identifier' || init.name !== 'process') return;
      if (id.properties.some((p) => p.type === 'RestElement' || ('name' in p.key && p.key.name === 'env')))
        add(start);
    },
  });
  return findings;
};

export const noIndexFiles: Rule = ({ path }) =>
  roleOf(path) === 'index' ? [{ line: 1, message: 'is an index file' }] : [];

export const onlyErrorsAreClasses: Rule = (source) => {
  const findings: Finding[] = [];
  const check = ({ superClass, start }: { superClass: unknown; start: number }) => {
    const parent = superClass as { type: string; name?: string } | null;
    if (parent?.type === 'Identifier' && /(Error|Problem)$/.test(parent.name ?? '')) return;
    findings.push({ line: source.lineAt(start), message: 'is a class and no error' });
  };
  source.visit({
    ClassDeclaration: check,
    ClassExpression: check,
    Decorator: ({ start }) => findings.push({ line: source.lineAt(start), message: 'is a decorator' }),
  });
  return findings;
};

export const noDefaultExports: Rule = (source) => {
  const findings: Finding[] = [];
  const add = (start: number) =>
    findings.push({ line: source.lineAt(start), message: 'is a default export' });
  source.visit({
    ExportDefaultDeclaration: ({ start }) => add(start),
    ExportSpecifier({ exported, start }) {
      if (('name' in exported ? exported.name : exported.value) === 'default') add(start);
    },
  });
  return findings;
};

/** Transactions are opened by flows, platform and cli; by no role file and by nothing that already has one. */
export const flowsOwnTransactions: Rule = (source) => {
  const { path } = source;
  const findings: Finding[] = [];
  const mayOpen = /^src\/(platform|cli|modules)\//.test(path) && !ROLES.has(roleOf(path)) && !isPure(path);
  const functions: { params: readonly unknown[] }[] = [];
  const enter = (fn: { params: readonly unknown[] }) => void functions.push(fn);
  const leave = () => void functions.pop();
  const hasTransaction = () =>
    functions.some(({ params }) => (params[0] as { name?: string })?.name === 'tx');
  source.visit({
    FunctionDeclaration: enter,
    'FunctionDeclaration:exit': leave,
    FunctionExpression: enter,
    'FunctionExpression:exit': leave,
    ArrowFunctionExpression: enter,
    'ArrowFunctionExpression:exit': leave,
    CallExpression({ callee, start }) {
      if (callee.type !== 'Identifier' || callee.name !== 'inTransaction') return;
      const line = source.lineAt(start);
      if (!mayOpen) findings.push({ line, message: 'opens a transaction, but is no flow' });
      else if (hasTransaction()) findings.push({ line, message: 'opens a transaction inside one' });
    },
  });
  const hidden = checkImports(source, ({ names }) =>
    !mayOpen && names.includes('inTransaction') ? 'imports inTransaction, but is no flow' : undefined,
  );
  return [...findings, ...hidden];
};

const CLOCKS = /^(Date\.now|performance\.now|Math\.random|process\.hrtime|Temporal\.Now\..*)$/;

/** In modules time and randomness are passed in; a shop in test mode has a clock of its own. */
export const modulesTakeTheTime: Rule = (source) => {
  if (moduleOf(source.path) === undefined) return [];
  const findings = checkImports(source, ({ specifier, names }) =>
    /^(node:)?crypto$/.test(specifier ?? '') && names.some((name) => /^(random.*|default|\*)$/.test(name))
      ? 'a module imports randomness'
      : undefined,
  );
  const nameOf = (node: object): string => {
    if (!('object' in node && 'property' in node)) return 'name' in node ? String(node.name) : '';
    return `${nameOf(node.object as object)}.${nameOf(node.property as object)}`;
  };
  const add = (start: number, what: string) =>
    findings.push({ line: source.lineAt(start), message: `calls ${what}` });
  source.visit({
    CallExpression({ callee, start }) {
      const name = nameOf(callee);
      if (CLOCKS.test(name) || name === 'Date') add(start, name);
    },
    NewExpression({ callee, arguments: given, start }) {
      if (nameOf(callee) === 'Date' && given.length === 0) add(start, 'new Date()');
    },
  });
  return findings;
};
