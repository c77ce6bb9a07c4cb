import t from 'tap';
import { startApp } from '../support/app.ts';
import { prepare } from '../support/recipes.ts';
import { makeProduct } from '../support/world.ts';
import { bodyOf, type Described, readDocument, type Schema } from './document.ts';
import { ask, exampleOf } from './request.ts';

// Every limit that the document states in words, tried at the limit and one beyond it.

const app = await startApp(t);
const published = await readDocument(app);
const { description } = published.info;
const MIB = 1_048_576;
const json = { 'content-type': 'application/json' };

/** A body of exactly so many bytes, which is JSON and names a field that no operation takes. */
const bodyOfSize = (bytes: number) => `{"x":"${'x'.repeat(bytes - 8)}"}`;

const bodies = published.operations.filter((op) => op.method !== 'GET');
const isBulk = ({ path }: Described) => path.endsWith('/bulk');

t.test('bodies', async (t) => {
  t.match(description, '1 MiB, bulk 10 MiB');
  t.ok(bodies.some(isBulk), 'there are bulk operations');
  for (const op of bodies) {
    const limit = isBulk(op) ? 10 * MIB : MIB;
    // The token of a link is looked at before the body is read.
    const isLink = op.path.includes('{token}');
    const prepared = isLink ? await prepare(app, app, op.operationId, exampleOf(op)) : exampleOf(op);
    const send = (bytes: number) =>
      ask(app, op, prepared, { as: app.secretKey, body: bodyOfSize(bytes), headers: json });
    if (op.security.length > 0 && op.security.every((item) => !('secretKey' in item))) continue;
    const [fits, big] = [await send(limit), await send(limit + 1)];
    t.not(fits.status, 413, `${op.operationId} reads ${limit} bytes`);
    t.strictSame([big.status, big.body.code], [413, 'body_too_large'], `${op.operationId}: not one more`);
    t.equal(published.findFault(op, big), undefined, `${op.operationId}: as the document says`);
  }
});

t.test('the request target', async (t) => {
  t.match(description, '8 KiB');
  const target = (bytes: number) => `/v1/orders?x=${'x'.repeat(bytes - '/v1/orders?x='.length)}`;
  const [fits, long] = [await app.call(`GET ${target(8_192)}`), await app.call(`GET ${target(8_193)}`)];
  t.equal(fits.status, 400, 'read, and the unknown parameter is refused');
  t.match(long, { status: 414, body: { code: 'uri_too_long' } });
});

t.test('lines of an order', async (t) => {
  t.match(description, '500 lines');
  const product = await makeProduct(app, { onHandQuantity: 1_000 });
  const isOfOrder = (op: Described) =>
    published.resolve(bodyOf(op) ?? {}).properties?.['lines'] !== undefined;
  const taking = published.operations.filter(isOfOrder);
  t.ok(taking.length > 2, taking.map(({ operationId }) => operationId).join(', '));
  for (const op of taking) {
    const lines: Schema | undefined = published.resolve(bodyOf(op) ?? {}).properties?.['lines'];
    t.equal(lines?.maxItems, 500, `${op.operationId} says so`);
    const { body } = exampleOf(op) as { body: { lines?: object[] } };
    const fields = published.resolve(lines?.items ?? {}).properties ?? {};
    const ids = Object.keys(fields).filter((name) => fields[name]?.format === 'uuid');
    const named = Object.fromEntries(ids.map((name) => [name, product.id as string]));
    const line = { quantity: 1, ...body.lines?.[0], ...named };
    const send = (count: number) =>
      ask(app, op, exampleOf(op), {
        as: app.secretKey,
        body: { ...body, lines: Array.from({ length: count }, () => line) },
      });
    const [fits, many] = [await send(500), await send(501)];
    t.not(fits.body.code, 'validation_failed', `${op.operationId}: 500`);
    const found = many.body.errors?.some(
      ({ pointer, code }: Record<string, string>) => pointer === '/lines' && code === 'too_many',
    );
    t.strictSame([many.status, found], [400, true], `${op.operationId}: not 501`);
  }
});

t.test('filters', async (t) => {
  t.match(description, '50 filters');
  let tried = 0;
  for (const op of published.operations.filter(({ method }) => method === 'GET')) {
    for (const { name, schema } of op.parameters.filter((parameter) => parameter.in === 'query')) {
      const list = published.resolve(schema);
      if (list.type !== 'array') continue;
      t.equal(list.maxItems, 50, `${op.operationId} ${name} says so`);
      const send = (count: number) =>
        app.call(`GET ${op.path}?${Array.from({ length: count }, () => `${name}=a.b`).join('&')}`);
      t.equal((await send(50)).status, 200, `${op.operationId}: 50`);
      const many = await send(51);
      t.match(many, { status: 400, body: { errors: [{ pointer: `/${name}`, code: 'too_many' }] } });
      tried += 1;
    }
  }
  t.ok(tried > 0, `${tried} filters take a list`);
});
