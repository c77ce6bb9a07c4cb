import t from 'tap';
import { startApp } from '../../support/app.ts';
import { fingerprint } from '../../support/snapshot.ts';
import { addCustomer, email, home, isProblem, times, tokenFor } from './support.ts';

const app = await startApp(t);
const { id } = await addCustomer(app, { externalId: 'A', metadata: { a: '1' }, preferences: { b: '1' } });
const as = await tokenFor(app, id);

const keys = (count: number, prefix = 'k') =>
  Object.fromEntries(times(count).map((i) => [`${prefix}${i}`, 'v']));
const contacts = (...entries: object[]) => ({ contactPoints: entries });
const addresses = (...entries: object[]) => ({ addresses: entries });

// What is wrong, where it is wrong, and the status and code when they are not those of the schema.
const BAD: [string, object, string, number?, string?][] = [
  ['name of a wrong type', { name: 5 }, '/name'],
  ['empty name', { name: '' }, '/name'],
  ['name that is null', { name: null }, '/name'],
  ['name too long', { name: 'x'.repeat(201) }, '/name'],
  ['name with U+0000', { name: 'a\u0000b' }, '/name'],
  ['name with half a surrogate pair', { name: 'a\ud800' }, '/name'],
  ['unknown field', { nickname: 'M' }, '/nickname'],
  ['erasedAt', { erasedAt: null }, '/erasedAt'],
  ['version', { version: 2 }, '/version'],
  ['locale', { locale: 'deutsch bitte' }, '/locale'],
  ['country in lower case', { country: 'de' }, '/country'],
  ['externalId empty', { externalId: '' }, '/externalId'],
  ['preferences as list', { preferences: ['a'] }, '/preferences'],
  ['preference that is no text', { preferences: { a: 1 } }, '/preferences/a'],
  ['preference with U+0000', { preferences: { a: '\u0000' } }, '/preferences/a'],
  ['51 preferences', { preferences: keys(51) }, '/preferences'],
  ['51 keys of metadata', { metadata: keys(51) }, '/metadata'],
  ['metadata key with U+0000', { metadata: { 'a\u0000': 'x' } }, '/metadata'],
  ['contact points as object', { contactPoints: {} }, '/contactPoints'],
  ['21 contact points', contacts(...times(21).map((i) => email(`${i}@x.example`))), '/contactPoints'],
  ['contact without value', contacts({ kind: 'email' }), '/contactPoints/0/value'],
  ['contact of unknown kind', contacts({ kind: 'fax', value: '1' }), '/contactPoints/0/kind'],
  [
    'contact with unknown field',
    contacts({ ...email('a@x.example'), verified: true }),
    '/contactPoints/0/verified',
  ],
  ['contact with U+0000', contacts(email('a\u0000@x.example')), '/contactPoints/0/value'],
  ['e-mail without a host', contacts(email('a@x.example'), email('maria')), '/contactPoints/1/value'],
  ['contact twice', contacts(email('a@x.example'), email('a@x.example', true)), '/contactPoints/1/value'],
  [
    'two primary of a kind',
    contacts(email('a@x.example', true), email('b@x.example', true)),
    '/contactPoints/1/isPrimary',
    422,
    'primary_not_unique',
  ],
  [
    'isPrimary as text',
    contacts({ ...email('a@x.example'), isPrimary: 'yes' }),
    '/contactPoints/0/isPrimary',
  ],
  ['21 addresses', addresses(...times(21).map((i) => ({ address: home(`${i}`) }))), '/addresses'],
  [
    'address without city',
    addresses({ address: { name: 'M', line1: '1', country: 'DE' } }),
    '/addresses/0/address/city',
  ],
  [
    'address with unknown field',
    addresses({ address: { ...home('1'), floor: 3 } }),
    '/addresses/0/address/floor',
  ],
  ['address with half a pair', addresses({ address: home('\udc00') }), '/addresses/0/address/line1'],
  [
    'two default addresses',
    addresses({ address: home('1'), isDefault: true }, { address: home('2'), isDefault: true }),
    '/addresses/1/isDefault',
    422,
    'primary_not_unique',
  ],
];

t.test('what a customer cannot be is refused with its place, and nothing is written', async (t) => {
  const before = await fingerprint(app.deps.db);
  const operations: [string, object, object?][] = [
    ['POST /v1/customers', { name: 'Maria' }],
    ['PUT /v1/customers-by-external-id/NEW', { name: 'Maria' }],
    ['PUT /v1/customers-by-external-id/A', { name: 'Maria' }],
    [`PATCH /v1/customers/${id}`, {}],
  ];
  for (const [target, base] of operations) {
    for (const [what, fields, pointer, status = 400, code = 'validation_failed'] of BAD) {
      const answer = await app.call(target, { body: { ...base, ...fields } });
      t.comment(`${target}: ${what}`);
      isProblem(t, answer, status, code, pointer);
    }
  }
  t.strictSame(await fingerprint(app.deps.db), before);
});

t.test('the own profile and bulk refuse the same', async (t) => {
  const before = await fingerprint(app.deps.db);
  const OWN = ['name', 'locale', 'preferences', 'contactPoints', 'addresses'];
  for (const [what, fields, pointer, status = 400, code = 'validation_failed'] of BAD) {
    t.comment(what);
    const item = { externalId: 'NEW', name: 'Maria', ...fields };
    const bulk = await app.call('POST /v1/customers/bulk', { body: { items: [item] } });
    isProblem(
      t,
      bulk,
      bulk.body.code === 'bulk_refused' ? 422 : status,
      bulk.body.code,
      `/items/0${pointer}`,
    );
    t.ok(['validation_failed', 'bulk_refused'].includes(bulk.body.code));
    if (!OWN.includes(Object.keys(fields)[0] ?? '')) continue;
    isProblem(t, await app.call('PATCH /v1/me', { as, body: fields }), status, code, pointer);
  }
  t.strictSame(await fingerprint(app.deps.db), before);
});

t.test('a merge patch cannot grow a map beyond its limit', async (t) => {
  for (const name of ['preferences', 'metadata']) {
    t.equal((await app.call(`PATCH /v1/customers/${id}`, { body: { [name]: keys(49) } })).status, 200);
    const over = await app.call(`PATCH /v1/customers/${id}`, { body: { [name]: keys(2, 'more') } });
    isProblem(t, over, 400, 'validation_failed', `/${name}`);
  }
});

t.test('all that is wrong is said at once', async (t) => {
  const body = {
    name: 'M',
    ...contacts(email('x'), email('a@x.example', true), email('b@x.example', true)),
    metadata: { k: 5 },
  };
  const schema = await app.call('POST /v1/customers', { body: { ...body, country: 1, nickname: 'x' } });
  t.same(schema.body.errors.map(({ pointer }: any) => pointer).toSorted(), [
    '/country',
    '/metadata/k',
    '/nickname',
  ]);
  const rules = await app.call('POST /v1/customers', { body: { ...body, metadata: {} } });
  t.equal(rules.status, 422);
  t.same(
    rules.body.errors.map(({ pointer, code }: any) => [pointer, code]),
    [
      ['/contactPoints/2/isPrimary', 'primary_not_unique'],
      ['/contactPoints/0/value', 'wrong_format'],
    ],
  );
});

t.test('lists refuse what they do not know', async (t) => {
  const queries = [
    'limit=0',
    'limit=201',
    'sort=name',
    'country=Germany',
    'updatedSince=yesterday',
    'contact=',
    'email=x',
  ];
  for (const query of queries) {
    const pointer = `/${query.split('=')[0]}`;
    isProblem(t, await app.call(`GET /v1/customers?${query}`), 400, 'validation_failed', pointer);
  }
  isProblem(t, await app.call('GET /v1/customers?contact=%00'), 400, 'validation_failed', '/contact');
  isProblem(t, await app.call('GET /v1/customers/no-id'), 400, 'validation_failed', '/customerId');
});
