import fc from 'fast-check';
import t from 'tap';
import { type Answer, startApp } from '../support/app.ts';
import { fingerprint } from '../support/snapshot.ts';
import { type Described, type Parameter, type Schema, bodyOf, readDocument, takes } from './document.ts';
import { brokenRequests, targetOf, toCurl, validRequests, type Wire } from './fuzz/requests.ts';
import { makeWorld, type World } from './fuzz/world.ts';

// Every operation of the document gets requests that the document allows, and requests with one thing broken. A failure
// prints the smallest request that fails, and how to repeat it. The long tests do it with more requests.

const RUNS = Number(process.env['FUZZ_RUNS'] ?? 10);
const SEED = process.env['FUZZ_SEED'] === undefined ? {} : { seed: Number(process.env['FUZZ_SEED']) };
const ONLY = process.env['FUZZ_OPERATION'];
// Every so many requests the whole database is compared before and after a refusal.
const COMPARE_EVERY = 20;

const app = await startApp(t);
const published = await readDocument(app);

const parts = new Map<string, Schema>();

/** The schema of all parameters of a part, made once: each is compiled when it is first used. */
function partOf(op: Described, part: Parameter['in']): Schema {
  const name = `${op.operationId} ${part}`;
  const parameters = op.parameters.filter((parameter) => parameter.in === part);
  const schema: Schema = parts.get(name) ?? {
    type: 'object',
    additionalProperties: false,
    properties: Object.fromEntries(parameters.map((parameter) => [parameter.name, parameter.schema])),
    required: parameters.flatMap((parameter) => (parameter.required ? [parameter.name] : [])),
  };
  parts.set(name, schema);
  return schema;
}

/** What a request violates of the document, by the part of the request. */
function findViolation(op: Described, wire: Wire): string | undefined {
  try {
    const url = new URL(`http://a${targetOf(wire)}`);
    const query = Object.fromEntries(
      [...url.searchParams.keys()].map((name) => {
        const values = url.searchParams.getAll(name);
        return [name, values.length > 1 ? values : values[0]];
      }),
    );
    const params = Object.fromEntries(
      Object.entries(wire.params)
        .filter(([name]) => name !== '')
        .map(([name, value]) => [name, decodeURIComponent(value)]),
    );
    // However they are written, URLs drop these segments (RFC 3986, 5.2.4, and %2E as the WHATWG reads it).
    if (Object.values(params).some((value) => value === '.' || value === '..')) return 'a dot segment';
    const found =
      published.misfit(partOf(op, 'query'), query, true) ??
      published.misfit(partOf(op, 'path'), params, true);
    // What proves itself by a signature reads its body as bytes; the token of a link is a credential like others.
    const isSigned = op.security.length === 0 && !('token' in params);
    if (found !== undefined || op.method === 'GET' || isSigned) return found;
    const body = bodyOf(op);
    // A byte order mark may be ignored (RFC 8259, 8.1).
    const text = wire.text?.replace(/^\ufeff/, '') ?? '';
    if (body) return text === '' ? 'no body' : published.misfit(body, JSON.parse(text));
    return ['', 'null', '{}', '[]'].includes(text.trim()) ? undefined : 'a body where none is taken';
  } catch (error) {
    return String(error);
  }
}

// What the document says in words only: what cannot be stored, how deep a body may nest, what goes with what.
const BESIDE_THE_SCHEMA = new Set(['unstorable_text', 'too_deep', 'one_of']);
const IN_WORDS =
  /^must be the externalId of the path|^is not an e-mail address|^must not have more than|^is an earlier contact point/;

function findFault(op: Described, wire: Wire, answer: Answer): string | undefined {
  const fault = published.findFault(op, answer);
  if (fault !== undefined) return fault;
  const violation = findViolation(op, wire);
  if (violation !== undefined && answer.status < 400) return `${answer.status} although ${violation}`;
  const given = answer.body as { code?: string; errors?: { code: string; detail: string }[] };
  const isBySchema =
    given.code === 'validation_failed' &&
    given.errors?.some(({ code, detail }) => !BESIDE_THE_SCHEMA.has(code) && !IN_WORDS.test(detail));
  const isPlain =
    wire.headers['content-type'] === undefined || wire.headers['content-type'] === 'application/json';
  if (violation === undefined && isBySchema && isPlain)
    return `refused although it fits: ${JSON.stringify(given.errors)}`;
  return undefined;
}

async function send(wire: Wire): Promise<Answer> {
  const response = await app.app.inject({
    method: wire.method as 'GET',
    url: targetOf(wire),
    headers: wire.headers,
    ...(wire.text === undefined ? {} : { payload: wire.text }),
  });
  const isJson = String(response.headers['content-type']).includes('json') && response.body !== '';
  return {
    status: response.statusCode,
    body: isJson ? response.json() : response.body,
    headers: response.headers as Record<string, string>,
  };
}

/** The credentials that the document lists for an operation. */
function credentialsOf(op: Described, { shop, customerToken }: World): string[] {
  const secret = takes(op, 'secretKey') ? [shop.secretKey, shop.secretKey] : [];
  const customer = takes(op, 'customerToken') ? [customerToken] : [];
  const publishable = takes(op, 'publishableKey') ? [shop.publishableKey] : [];
  const all = [...secret, ...customer, ...publishable];
  return all.length > 0 ? all : [''];
}

// Reading changes nothing: one shop serves all of it.
const readOnly = makeWorld(app);
const statuses = new Map<number, number>();

for (const op of published.operations.filter(
  ({ operationId }) => ONLY === undefined || ONLY === operationId,
)) {
  t.test(`${op.operationId} takes what it says`, async (t) => {
    const world = op.method === 'GET' ? await readOnly : await makeWorld(app);
    const source = { published, pools: world.pools };
    const request = fc.tuple(
      fc.oneof(validRequests(op, source), brokenRequests(op, source)),
      fc.constantFrom(...credentialsOf(op, world)),
    );
    let count = 0;
    const property = fc.asyncProperty(request, async ([wire, key]) => {
      const sent = {
        ...wire,
        headers: { ...(key === '' ? {} : { authorization: `Bearer ${key}` }), ...wire.headers },
      };
      count += 1;
      const before = count % COMPARE_EVERY === 0 ? await fingerprint(app.deps.db) : undefined;
      const answer = await send(sent);
      statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
      const fault = findFault(op, sent, answer);
      if (fault !== undefined) throw new Error(`${fault}\n${toCurl(sent)}`);
      if (before && answer.status >= 400) {
        const after = await fingerprint(app.deps.db);
        if (JSON.stringify(after) !== JSON.stringify(before))
          throw new Error(`${answer.status} wrote something\n${toCurl(sent)}`);
      }
    });
    const { failed, seed, errorInstance } = await fc.check(property, { numRuns: RUNS, ...SEED });
    const { message } = (errorInstance ?? {}) as Error;
    t.notOk(
      failed,
      failed ? `${message}\nFUZZ_OPERATION=${op.operationId} FUZZ_SEED=${seed}` : `${RUNS} requests`,
    );
  });
}

t.test('the requests come far enough', { skip: ONLY !== undefined }, async (t) => {
  t.comment(JSON.stringify(Object.fromEntries(statuses)));
  for (const status of [200, 201, 400, 404, 409, 422])
    t.ok((statuses.get(status) ?? 0) > 0, `some got ${status}`);
});
