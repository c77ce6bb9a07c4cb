/** A schema, or anything else of the document that has names. */
export type Node = Record<string, unknown>;

/**
 * Who writes a value decides what breaks: of what clients send, taking less does; of what they get, promising less, or
 * sending what they have never seen.
 */
type Position = 'request' | 'response' | 'event';

interface Comparison {
  readonly before: Record<string, Node>;
  readonly after: Record<string, Node>;
  readonly found: Set<string>;
  readonly seen: Set<string>;
}

/** A comparison of schemas, with the components of both documents. What it finds stands in `found`. */
export const compareWith = (before: Record<string, Node>, after: Record<string, Node>): Comparison => ({
  before,
  after,
  found: new Set(),
  seen: new Set(),
});

const asNode = (value: unknown): Node =>
  value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Node) : {};
const asList = (value: unknown): unknown[] =>
  Array.isArray(value) ? value : value === undefined ? [] : [value];
/** A value in a finding; a text is not quoted. */
const words = (value: unknown): string =>
  value === undefined ? 'none' : typeof value === 'string' ? value : JSON.stringify(value);
const nameOf = ({ $ref }: Node): string | undefined =>
  typeof $ref === 'string' ? $ref.split('/').at(-1)?.replace(/#$/, '') : undefined;

/** A schema with its reference followed, and whether null may stand in its place. */
interface Resolved {
  readonly name: string | undefined;
  readonly schema: Node;
  readonly orNull: boolean;
}

function resolve(components: Record<string, Node>, value: unknown, orNull = false): Resolved {
  const { $ref: _ref, ...own } = asNode(value);
  const name = nameOf(asNode(value));
  const schema = name === undefined ? own : { ...components[name], ...own };
  const members = asList(schema['anyOf']).map(asNode);
  const others = members.filter((member) => member['type'] !== 'null');
  if (members.length === 2 && others.length === 1) return resolve(components, others[0], true);
  return { name, schema, orNull: orNull || asList(schema['type']).includes('null') };
}

/** Compares one place; `where` names it unless a component does. */
export function compareSchemas(
  c: Comparison,
  position: Position,
  where: string,
  a: unknown,
  b: unknown,
): void {
  const before = resolve(c.before, a);
  const after = resolve(c.after, b);
  if (position === 'request' && before.orNull && !after.orNull)
    c.found.add(`request no longer takes null: ${where}`);
  if (position !== 'request' && after.orNull && !before.orNull)
    c.found.add(`${position} may now be null: ${where}`);
  const pair = `${position} ${before.name ?? where} ${after.name ?? where}`;
  if (c.seen.has(pair)) return;
  c.seen.add(pair);
  const place = before.name ?? where;
  // Of something else nothing more can be compared. It is told where it stands when another component is used there.
  const at = before.name === after.name ? place : where;
  if (!compareTypes(c, position, at, before.schema, after.schema)) return;
  compareValues(c, position, place, before.schema, after.schema);
  if (position === 'request') compareLimits(c, place, before.schema, after.schema);
  compareObjects(c, position, place, before.schema, after.schema);
  compareMembers(c, position, place, before.schema, after.schema);
}

/** Types that a schema takes, but for null; undefined when it says nothing of them. */
function typesOf(schema: Node): ReadonlySet<string> | undefined {
  const types = asList(schema['type']).map(String);
  return types.length === 0 ? undefined : new Set(types.filter((type) => type !== 'null'));
}

// Every integer is a number.
const takes = (types: ReadonlySet<string>, type: string): boolean =>
  types.has(type) || (type === 'integer' && types.has('number'));

function compareTypes(c: Comparison, position: Position, where: string, before: Node, after: Node): boolean {
  const a = typesOf(before);
  const b = typesOf(after);
  const names = (of: typeof a) => (of ? [...of].toSorted().join(' or ') || 'null' : 'anything');
  // In a request what was taken must still be; in an answer nothing may come that could not come before.
  const [needed, given] = position === 'request' ? [a, b] : [b, a];
  const fits =
    given === undefined || (needed !== undefined && [...needed].every((type) => takes(given, type)));
  if (!fits) c.found.add(`type changed in ${article(position)}: ${where}: ${names(a)} is now ${names(b)}`);
  return fits;
}

const article = (position: Position) => (position === 'event' ? 'an event' : `a ${position}`);

/** Enums, formats and defaults. */
function compareValues(c: Comparison, position: Position, where: string, before: Node, after: Node): void {
  const values = (schema: Node) =>
    ('const' in schema ? [schema['const']] : (schema['enum'] as unknown[] | undefined))?.map(String);
  const [a, b] = [values(before), values(after)];
  if (position === 'request') {
    if (b) {
      if (!a) c.found.add(`enum new in a request: ${where}`);
      for (const value of (a ?? []).filter((v) => !b.includes(v)))
        c.found.add(`enum value removed from a request: ${where}: ${value}`);
    }
    if ('default' in before && JSON.stringify(before['default']) !== JSON.stringify(after['default']))
      c.found.add(`default changed: ${where}: ${words(before['default'])} is now ${words(after['default'])}`);
  } else if (a) {
    // A client with a class for the enum cannot read a value that the class does not have.
    if (!b) c.found.add(`enum dropped from ${article(position)}: ${where}`);
    for (const value of (b ?? []).filter((v) => !a.includes(v)))
      c.found.add(`enum value added to ${article(position)}: ${where}: ${value}`);
  }
  const [oldFormat, newFormat] = [before['format'], after['format']];
  const matters = position === 'request' ? newFormat !== undefined : oldFormat !== undefined;
  if (matters && oldFormat !== newFormat)
    c.found.add(
      `format changed in ${article(position)}: ${where}: ${words(oldFormat)} is now ${words(newFormat)}`,
    );
}

const FLOORS = ['minimum', 'exclusiveMinimum', 'minLength', 'minItems', 'minProperties'];
const CEILINGS = ['maximum', 'exclusiveMaximum', 'maxLength', 'maxItems', 'maxProperties'];
const RULES = ['pattern', 'multipleOf', 'uniqueItems'];

// Only of what clients send: a limit of an answer tells what to expect and no program fails when it moves.
function compareLimits(c: Comparison, where: string, before: Node, after: Node): void {
  const tightened = (keyword: string) =>
    c.found.add(
      `limit tightened in a request: ${where}: ${keyword} ${words(before[keyword])} is now ${words(after[keyword])}`,
    );
  for (const keyword of FLOORS) {
    const [a, b] = [Number(before[keyword] ?? -Infinity), Number(after[keyword] ?? -Infinity)];
    const saysNothing = keyword.startsWith('min') && keyword !== 'minimum' && b === 0;
    if (b > a && !saysNothing) tightened(keyword);
  }
  for (const keyword of CEILINGS) {
    if (Number(after[keyword] ?? Infinity) < Number(before[keyword] ?? Infinity)) tightened(keyword);
  }
  for (const keyword of RULES) {
    const rule = after[keyword];
    if (rule !== undefined && rule !== false && rule !== before[keyword]) tightened(keyword);
  }
  if (after['propertyNames'] !== undefined)
    compareSchemas(c, 'request', `${where} (keys)`, before['propertyNames'], after['propertyNames']);
}

function compareObjects(c: Comparison, position: Position, where: string, before: Node, after: Node): void {
  const [oldFields, newFields] = [asNode(before['properties']), asNode(after['properties'])];
  const [wasRequired, isRequired] = [asList(before['required']), asList(after['required'])];
  for (const [field, schema] of Object.entries(oldFields)) {
    if (field in newFields) compareSchemas(c, position, `${where}.${field}`, schema, newFields[field]);
    else c.found.add(`${position} field removed: ${where}.${field}`);
  }
  if (position === 'request') {
    for (const field of isRequired.filter((name) => !wasRequired.includes(name)))
      c.found.add(`request field now required: ${where}.${String(field)}`);
  } else {
    for (const field of wasRequired.filter((name) => !isRequired.includes(name) && String(name) in newFields))
      c.found.add(`${position} field now optional: ${where}.${String(field)}`);
  }
  const [oldMore, newMore] = [before['additionalProperties'] ?? true, after['additionalProperties'] ?? true];
  if (newMore === false && oldMore !== false && position === 'request' && isObject(before))
    c.found.add(`unknown fields now refused: ${where}`);
  else if (oldMore !== false && newMore !== false && (oldMore !== true || newMore !== true))
    compareSchemas(c, position, `${where}.*`, oldMore, newMore);
}

const isObject = (schema: Node): boolean => asList(schema['type']).includes('object');

/** Items of lists, and the members of unions, told apart by their component or else by their type. */
function compareMembers(c: Comparison, position: Position, where: string, before: Node, after: Node): void {
  if (before['items'] !== undefined || after['items'] !== undefined)
    compareSchemas(c, position, `${where}[]`, before['items'], after['items']);
  for (const union of ['anyOf', 'oneOf', 'allOf']) {
    const [a, b] = [membersOf(before[union]), membersOf(after[union])];
    if (a.size === 0 && b.size === 0) continue;
    for (const [name, schema] of a) {
      if (b.has(name)) compareSchemas(c, position, where, schema, b.get(name));
    }
    const gone = [...a.keys()].filter((name) => !b.has(name));
    const added = [...b.keys()].filter((name) => !a.has(name));
    // Every rule of `allOf` holds, so there it is the other way round.
    const isRequest = (position === 'request') === (union !== 'allOf');
    for (const name of isRequest ? gone : added)
      c.found.add(
        `alternative ${isRequest ? 'removed from' : 'added to'} ${article(position)}: ${where}: ${name}`,
      );
  }
}

const membersOf = (union: unknown): Map<string, unknown> =>
  new Map(
    asList(union).map((member, index) => {
      const schema = asNode(member);
      return [
        nameOf(schema) ?? (asList(schema['type']).map(String).join(' or ') || `number ${index + 1}`),
        schema,
      ];
    }),
  );
