import { compareSchemas, compareWith, type Node } from './schemas.ts';

/** What users build on: the document of the API, the codes of its refusals with their status, and the events. */
export interface Contract {
  readonly openapi: object;
  readonly errors: Readonly<Record<string, number>>;
  readonly events: Readonly<Record<string, { readonly subjectType: string; readonly data: object }>>;
}

interface Parameter {
  readonly in: string;
  readonly name: string;
  readonly required?: boolean;
  readonly schema?: Node;
}
interface Response {
  readonly content?: Record<string, { schema?: Node }>;
  readonly headers?: Record<string, { schema?: Node }>;
}
interface Described {
  readonly operationId?: string;
  readonly tags?: string[];
  readonly security?: Node[];
  readonly 'x-scope'?: string;
  readonly parameters?: Parameter[];
  readonly requestBody?: { required?: boolean; content: Record<string, { schema?: Node }> };
  readonly responses: Record<string, Response>;
}
interface Document {
  readonly paths: Record<string, Record<string, Described>>;
  readonly components?: { readonly schemas?: Record<string, Node> };
}
type Comparison = ReturnType<typeof compareWith>;

/** Everything that breaks a client of `before`, each as one line that stays the same as long as the break does. */
export function findBreakingChanges(before: Contract, after: Contract): string[] {
  const [oldDocument, newDocument] = [before.openapi as Document, after.openapi as Document];
  const [oldSchemas, newSchemas] = [schemasOf(oldDocument), schemasOf(newDocument)];
  const c = compareWith(oldSchemas, newSchemas);
  // Generated clients export the names of components and programs import them.
  for (const name of Object.keys(oldSchemas))
    if (!(name in newSchemas)) c.found.add(`component removed: ${name}`);
  const operations = operationsOf(newDocument);
  for (const [where, op] of operationsOf(oldDocument)) {
    const now = operations.get(where);
    if (now) compareOperation(c, where, op, now);
    else c.found.add(`operation removed: ${where}`);
  }
  compareErrors(c, before, after);
  compareEvents(c, before, after);
  return [...c.found].toSorted();
}

const schemasOf = (document: Document) => document.components?.schemas ?? {};

const operationsOf = (document: Document): Map<string, Described> =>
  new Map(
    Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, op]): [string, Described] => [
        `${method.toUpperCase()} ${path}`,
        op,
      ]),
    ),
  );

function compareOperation(c: Comparison, where: string, before: Described, after: Described): void {
  if (before.operationId !== after.operationId)
    c.found.add(`operation renamed: ${where}: ${before.operationId} is now ${after.operationId}`);
  // Many generators make one class per tag.
  if (before.tags?.[0] !== after.tags?.[0])
    c.found.add(`tag changed: ${where}: ${before.tags?.[0]} is now ${after.tags?.[0]}`);
  compareCredentials(c, where, before, after);
  compareParameters(c, where, before, after);
  compareBody(c, where, before, after);
  compareResponses(c, where, before, after);
}

function compareCredentials(c: Comparison, where: string, before: Described, after: Described): void {
  const kinds = (op: Described) => (op.security ?? []).flatMap((item) => Object.keys(item));
  const [a, b] = [kinds(before), kinds(after)];
  if (a.length === 0 && b.length > 0) c.found.add(`credential now required: ${where}`);
  if (b.length > 0)
    for (const kind of a.filter((name) => !b.includes(name)))
      c.found.add(`credential removed: ${where}: ${kind}`);
  const scope = after['x-scope'];
  if (scope !== undefined && a.length > 0 && scope !== before['x-scope'])
    c.found.add(`scope changed: ${where}: ${before['x-scope'] ?? 'none'} is now ${scope}`);
}

function compareParameters(c: Comparison, where: string, before: Described, after: Described): void {
  const find = (op: Described, { in: part, name }: Parameter) =>
    op.parameters?.find((other) => other.in === part && other.name.toLowerCase() === name.toLowerCase());
  // An unknown query parameter is refused, so removing one breaks whoever sends it.
  for (const parameter of before.parameters ?? []) {
    const now = find(after, parameter);
    const place = `${where} ${parameter.in} ${parameter.name}`;
    if (now) compareSchemas(c, 'request', place, parameter.schema, now.schema);
    else c.found.add(`parameter removed: ${place}`);
  }
  for (const parameter of after.parameters ?? []) {
    if (parameter.required && !find(before, parameter)?.required)
      c.found.add(`parameter now required: ${where} ${parameter.in} ${parameter.name}`);
  }
}

function compareBody(c: Comparison, where: string, before: Described, after: Described): void {
  const [a, b] = [before.requestBody, after.requestBody];
  if (b?.required && !a?.required) c.found.add(`request body now required: ${where}`);
  if (a && !b) c.found.add(`request body removed: ${where}`);
  if (a && b) compareContent(c, 'request', where, a.content, b.content);
}

function compareContent(
  c: Comparison,
  position: 'request' | 'response',
  where: string,
  before: Response['content'] = {},
  after: Response['content'] = {},
): void {
  for (const [type, { schema }] of Object.entries(before)) {
    const now = after[type];
    const place = position === 'request' ? `${where} body` : where;
    if (now) compareSchemas(c, position, place, schema, now.schema);
    else c.found.add(`media type removed: ${place}: ${type}`);
  }
}

const isSuccess = (status: string) => Number(status) < 400;

// Refusals may come and go: a client has to take any status from 400 with the one shape of a problem. A success that a
// client has never heard of, it cannot read.
function compareResponses(c: Comparison, where: string, before: Described, after: Described): void {
  for (const [status, response] of Object.entries(before.responses)) {
    const now = after.responses[status];
    const place = `${where} ${status}`;
    if (!now) {
      if (isSuccess(status)) c.found.add(`status of success removed: ${place}`);
      continue;
    }
    compareContent(c, 'response', place, response.content, now.content);
    for (const name of Object.keys(response.headers ?? {}))
      if (!now.headers?.[name]) c.found.add(`response header removed: ${place}: ${name}`);
  }
  for (const status of Object.keys(after.responses))
    if (isSuccess(status) && !before.responses[status])
      c.found.add(`status of success added: ${where} ${status}`);
}

function compareErrors(c: Comparison, before: Contract, after: Contract): void {
  for (const [code, status] of Object.entries(before.errors)) {
    const now = after.errors[code];
    if (now === undefined) c.found.add(`error code removed: ${code}`);
    else if (now !== status) c.found.add(`status of an error changed: ${code}: ${status} is now ${now}`);
  }
}

function compareEvents(c: Comparison, before: Contract, after: Contract): void {
  for (const [type, event] of Object.entries(before.events)) {
    const now = after.events[type];
    if (!now) {
      c.found.add(`event removed: ${type}`);
      continue;
    }
    if (now.subjectType !== event.subjectType)
      c.found.add(`subject of an event changed: ${type}: ${event.subjectType} is now ${now.subjectType}`);
    compareSchemas(c, 'event', type, event.data, now.data);
  }
}
