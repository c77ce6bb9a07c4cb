import fc from 'fast-check';

// Valid requests, broken in one place. Bodies are broken as text: JSON.stringify cannot write 1e400 or a key twice.

const RAW = 'raw:';
/** JSON in which a text that begins with `raw:` stands as it is. */
export const toText = (value: unknown): string =>
  JSON.stringify(value).replaceAll(/"raw:((?:[^"\\]|\\.)*)"/g, (_, raw: string) =>
    raw.replaceAll('\\"', '"'),
  );

const nested = (depth: number) => `${RAW}${'['.repeat(depth)}${']'.repeat(depth)}`;
const long = 'x'.repeat(20_000);

const JUNK: readonly unknown[] = [
  null,
  true,
  false,
  '',
  ' ',
  'text',
  '0',
  '-1',
  'null',
  'a\u0000b',
  '\u0000',
  '\ud800',
  '\udc00\ud800',
  '🍵'.repeat(500),
  long,
  '../../etc/passwd',
  "'; drop table orders; --",
  '{{7*7}}',
  '%00',
  '2024-02-30T00:00:00Z',
  '2024-01-01',
  '0000-01-01T00:00:00Z',
  '+010000-01-01T00:00:00Z',
  '00000000-0000-0000-0000-000000000000',
  'urn:uuid:01890a5d-ac96-774b-bcce-b302099a8057',
  0,
  -1,
  1,
  1.5,
  -0.1,
  127,
  32_768,
  2 ** 31 - 1,
  2 ** 31,
  -(2 ** 31) - 1,
  2 ** 32,
  2 ** 53 - 1,
  2 ** 53,
  2 ** 53 + 2,
  2 ** 63,
  -(2 ** 63),
  1e18,
  1e19,
  1e300,
  `${RAW}1e400`,
  `${RAW}-1e400`,
  `${RAW}-0`,
  `${RAW}1.0`,
  `${RAW}1e2`,
  `${RAW}9007199254740993`,
  `${RAW}123456789012345678901234567890`,
  [],
  {},
  [[]],
  [null],
  [{}],
  { a: 1 },
  { $ref: '#' },
  { length: 5 },
  nested(20),
  nested(40),
  nested(3_000),
  `${RAW}{"__proto__":{"a":1}}`,
  `${RAW}{"constructor":{"prototype":{}}}`,
  `${RAW}{"toString":1,"valueOf":2}`,
  Array.from({ length: 600 }, () => 1),
];

type Path = readonly (string | number)[];

function pathsOf(value: unknown, path: Path = []): Path[] {
  if (value === null || typeof value !== 'object') return [path];
  return [
    path,
    ...Object.entries(value).flatMap(([key, item]) =>
      pathsOf(item, [...path, Array.isArray(value) ? Number(key) : key]),
    ),
  ];
}

/** A copy of `value` in which what stands at `path` is exchanged; `undefined` takes it out. */
function exchange(value: unknown, [head, ...rest]: Path, change: (old: unknown) => unknown): unknown {
  if (head === undefined) return change(value);
  if (Array.isArray(value))
    return value.map((item, index) => (index === head ? exchange(item, rest, change) : (item as unknown)));
  const old = value as Record<string, unknown>;
  return { ...old, [head]: exchange(old[head], rest, change) };
}

function grow(old: unknown, other: unknown): unknown {
  if (Array.isArray(old)) return [...(old as unknown[]), ...(old as unknown[]), other];
  if (typeof old === 'number') return old + 1;
  if (typeof old === 'string') return `${old}${old}x`;
  if (typeof old === 'object' && old !== null) return { ...old, unknownField: other };
  return [old];
}

const CHANGES: ((old: unknown, junk: unknown) => unknown)[] = [
  (_old, junk) => junk,
  (_old, junk) => junk,
  (_old, junk) => junk,
  grow,
  grow,
  () => undefined,
  (old) => (typeof old === 'number' ? old - 1 : [old]),
  (old) => (typeof old === 'number' ? String(old) : { value: old }),
  (old) =>
    Array.isArray(old) && old.length > 0 ? Array.from({ length: 1_100 }, () => old[0] as unknown) : old,
];

/** What a text says, and what is broken about the text itself. */
const TEXTS: ((text: string) => string)[] = [
  (text) => text.slice(0, -1),
  (text) => `${text}${text}`,
  (text) => `${text},`,
  (text) => `\ufeff${text}`,
  (text) => ` \n\t${text}\r\n`,
  (text) => text.replace(/^\{"(\w+)":/, '{"$1":null,"$1":'),
  (text) => text.replace(/^\{/, '{"__proto__":{"a":1},'),
  (text) => text.replaceAll('"', "'"),
  (text) => text.replace(/\d+/, 'NaN'),
  (text) => text.replace(/(\d)\b/, '$1e400'),
  () => '',
  () => 'null',
  () => '0',
  () => '[]',
  () => '{}',
  () => '"text"',
  () => '{',
  () => `${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`,
];

/** Bodies with one thing wrong, as text. */
export const brokenBodies = (bodies: fc.Arbitrary<unknown>): fc.Arbitrary<string> =>
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc
        .tuple(bodies, fc.nat(), fc.constantFrom(...CHANGES), fc.constantFrom(...JUNK))
        .map(([body, at, change, junk]) => {
          const paths = pathsOf(body);
          const changed = exchange(body, paths[at % paths.length] ?? [], (old) => change(old, junk));
          return changed === undefined ? '' : toText(changed);
        }),
    },
    {
      weight: 1,
      arbitrary: fc.tuple(bodies, fc.constantFrom(...TEXTS)).map(([body, change]) => change(toText(body))),
    },
  );

/** What stands in a path or a query where something else belongs; already percent-encoded, or never to be. */
export const brokenText: fc.Arbitrary<string> = fc.constantFrom(
  'x',
  '0',
  '-1',
  '1.5',
  '1e400',
  '201',
  '2147483648',
  '9007199254740993',
  '99999999999999999999',
  'null',
  'true',
  '%',
  '%zz',
  '%00',
  'a%00b',
  '%ff',
  '%c0%80',
  '%ed%a0%80',
  '%F0%9F%8D%B5',
  '%2F',
  '%2e%2e%2f',
  '+',
  '%20',
  '[]',
  '{}',
  '%22',
  "'",
  'a,b',
  'a;b',
  '__proto__',
  'constructor',
  '00000000-0000-0000-0000-000000000000',
  '01890A5D-AC96-774B-BCCE-B302099A8057',
  'urn:uuid:01890a5d-ac96-774b-bcce-b302099a8057',
  '0000-01-01T00:00:00Z',
  '9999-12-31T23:59:59-23:59',
  '0001-01-01T00:00:00%2B23:59',
  'x'.repeat(1_000),
  '%E8%8C%B6'.repeat(300),
  'x'.repeat(9_000),
  Buffer.from('["orders","",{}]').toString('base64url'),
  Buffer.from('[null]').toString('base64url'),
  'bnVsbA',
  'W10',
);

/** Headers that say nothing, or too much. */
export const brokenHeaders: fc.Arbitrary<Record<string, string>> = fc.oneof(
  fc
    .constantFrom(
      '',
      '"0"',
      '"1"',
      '"999999"',
      '"2147483648"',
      '"99999999999999999999"',
      'W/"1"',
      '*',
      '1',
      '"a"',
      '"1", "2"',
    )
    .map((value) => ({ 'if-match': value })),
  fc
    .constantFrom('', ' ', 'two words', 'x'.repeat(255), 'x'.repeat(256), 'ä', '"quoted"', '\t')
    .map((value) => ({ 'idempotency-key': value })),
  fc.constantFrom('', 'a b', 'x'.repeat(200), '<script>', 'ä').map((value) => ({ 'x-request-id': value })),
  fc
    .constantFrom(
      'text/plain',
      'application/xml',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'x',
      '',
      'application/json; charset=utf-16',
      'application/merge-patch+json',
    )
    .map((value) => ({ 'content-type': value })),
  fc.constantFrom('text/html', 'application/xml;q=1', '*/*;q=0', 'x').map((value) => ({ accept: value })),
  fc.constantFrom('"1"', '*', 'W/"1"', '').map((value) => ({ 'if-none-match': value })),
  fc.constantFrom('gzip', 'x').map((value) => ({ 'content-encoding': value })),
);
