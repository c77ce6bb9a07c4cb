import t from 'tap';
import { startApp } from '../../support/app.ts';
import { addCustomer, email, home, isProblem, tokenFor } from './support.ts';

let realNow = new Date('2026-03-01T10:00:00Z');
const app = await startApp(t, { clock: { now: () => realNow } });

const SECRETS = { staffNote: 'difficult', metadata: { margin: 'low' }, externalId: 'ERP-7' };

t.test('customers see themselves and nothing of staff', async (t) => {
  const shop = await app.createShop();
  const { id } = await addCustomer(shop, { ...SECRETS, contactPoints: [email('m@x.example', true)] });
  await addCustomer(shop, { name: 'Somebody else' });
  const as = await tokenFor(shop, id);
  const own = await shop.call('GET /v1/me', { as });
  t.equal(own.status, 200);
  t.match(own.body, { id, name: 'Maria Anders', consents: [], version: 1 });
  t.equal(own.headers['etag'], '"1"');
  const changed = await shop.call('PATCH /v1/me', {
    as,
    body: {
      name: 'Maria A.',
      locale: 'de-DE',
      contactPoints: [email('m@y.example')],
      addresses: [{ address: home('Allee 1'), isDefault: true }],
      preferences: { size: 'M' },
    },
    headers: { 'if-match': '"1"' },
  });
  t.equal(changed.status, 200, JSON.stringify(changed.body));
  t.match(changed.body, { name: 'Maria A.', locale: 'de-DE', preferences: { size: 'M' }, version: 2 });
  for (const { body } of [own, changed])
    t.notMatch(JSON.stringify(body), /difficult|margin|ERP-7|staffNote|metadata/);
  t.match((await shop.call(`GET /v1/customers/${id}`)).body, { ...SECRETS, name: 'Maria A.', version: 2 });
});

t.test('customers cannot write what is the shop’s', async (t) => {
  const shop = await app.createShop();
  const customer = await addCustomer(shop, SECRETS);
  const as = await tokenFor(shop, customer.id);
  for (const [field, value] of Object.entries({ ...SECRETS, company: 'X', country: 'DE', erasedAt: null })) {
    const answer = await shop.call('PATCH /v1/me', { as, body: { [field]: value } });
    isProblem(t, answer, 400, 'validation_failed', `/${field}`);
    t.equal(answer.body.errors[0].code, 'unknown_field');
  }
  t.same((await shop.call(`GET /v1/customers/${customer.id}`)).body, customer);
});

t.test('a customer token opens nothing else', async (t) => {
  const shop = await app.createShop();
  const { id } = await addCustomer(shop);
  const other = await addCustomer(shop);
  const as = await tokenFor(shop, id);
  const targets = [
    'GET /v1/customers',
    `GET /v1/customers/${id}`,
    `GET /v1/customers/${other.id}`,
    `GET /v1/customers/${id}/consents`,
    `GET /v1/customers/${id}/personal-data`,
    `POST /v1/customers/${id}/erase`,
  ];
  for (const target of targets) isProblem(t, await shop.call(target, { as }), 403, 'insufficient_scope');
  const mint = await shop.call('POST /v1/customer-tokens', { as, body: { customerId: other.id } });
  isProblem(t, mint, 403, 'insufficient_scope');
  isProblem(t, await shop.call('GET /v1/me'), 403, 'insufficient_scope');
  isProblem(t, await shop.call('GET /v1/me', { as: shop.publishableKey }), 403, 'insufficient_scope');
});

t.test('a token counts for its time and in its shop', async (t) => {
  const shop = await app.createShop();
  const { id } = await addCustomer(shop);
  const made = await shop.call('POST /v1/customer-tokens', { body: { customerId: id, ttlMinutes: 5 } });
  t.equal(made.status, 201);
  t.equal(made.body.expiresAt, new Date(realNow.getTime() + 5 * 60_000).toISOString());
  const usual = await shop.call('POST /v1/customer-tokens', { body: { customerId: id } });
  t.equal(usual.body.expiresAt, new Date(realNow.getTime() + 60 * 60_000).toISOString());
  const { token: as } = made.body;
  t.equal((await shop.call('GET /v1/me', { as })).body.id, id);
  isProblem(t, await shop.call('GET /v1/me', { as: `${as}x` }), 401, 'unauthenticated');

  const before = realNow;
  realNow = new Date(realNow.getTime() + 6 * 60_000);
  isProblem(t, await shop.call('GET /v1/me', { as }), 401, 'unauthenticated');
  realNow = before;
  for (const ttlMinutes of [0, 1441, 1.5, '5']) {
    const answer = await shop.call('POST /v1/customer-tokens', { body: { customerId: id, ttlMinutes } });
    isProblem(t, answer, 400, 'validation_failed', '/ttlMinutes');
  }
});

t.test('customers decide for themselves, in one step', async (t) => {
  const shop = await app.createShop();
  const { id } = await addCustomer(shop);
  const as = await tokenFor(shop, id);
  const decide = (decision: string) =>
    shop.call('POST /v1/me/consents', { as, body: { purpose: 'marketing', channel: 'email', decision } });
  t.match((await decide('granted')).body, { decision: 'granted', source: 'own profile' });
  t.equal((await decide('refused')).status, 201);
  const own = await shop.call('GET /v1/me', { as, headers: { 'if-none-match': '"2"' } });
  t.equal(own.status, 200, 'a decision changes the ETag of the profile');
  t.match(own.body.consents, [{ purpose: 'marketing', channel: 'email', decision: 'refused' }]);
  const { data } = (await shop.call(`GET /v1/customers/${id}/consents`)).body;
  t.equal(data.length, 2, 'the consent is still known');
});
