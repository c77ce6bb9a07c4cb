import t from 'tap';
import { startApp } from '../../support/app.ts';
import { makeLogoRequest } from '../../support/logo-world.ts';
import { makeCustomer, makeProduct, tokenOf } from '../../support/world.ts';
import { checkInvariants, ok, tally, times } from './support.ts';

const app = await startApp(t);
const QUOTE = { unitAmount: 80, setupAmount: 12_000, leadTimeDays: 15 };
const on = (id: string, verb: string, body?: object, as = app.secretKey) =>
  app.call(`POST /v1/logo-requests/${id}/${verb}`, { ...(body ? { body } : {}), as });

t.test('asked for by the customer, quoted, accepted, made', async (t) => {
  const { id: customerId } = await makeCustomer(app);
  const { id: productId } = await makeProduct(app);
  const as = await tokenOf(app, customerId);
  const body = {
    items: [{ productId, quantity: 500 }],
    files: [{ name: 'a.svg', url: 'https://x.example/a.svg' }],
  };
  const made = await ok(app.call('POST /v1/logo-requests', { body, as }));
  t.match(made, { customerId, state: 'requested', unitAmount: null, version: 1 });
  t.equal((await on(made.id, 'quote', QUOTE, as)).status, 403);
  t.match(await on(made.id, 'accept', undefined, as), {
    status: 409,
    body: { code: 'logo_request_not_open' },
  });
  t.match(await ok(on(made.id, 'quote', QUOTE)), { state: 'quoted', ...QUOTE });
  const better = await ok(on(made.id, 'quote', { ...QUOTE, unitAmount: 70 }));
  t.match(better, { state: 'quoted', unitAmount: 70, version: 3 });
  const stale = await app.call(`POST /v1/logo-requests/${made.id}/accept`, {
    as,
    headers: { 'if-match': '"2"' },
  });
  t.equal(stale.status, 412, 'what was read is not what is quoted now');
  t.match(await ok(on(made.id, 'accept', undefined, as)), { state: 'accepted' });
  t.match(await on(made.id, 'quote', QUOTE), { status: 409, body: { code: 'logo_request_not_open' } });
  t.match(await ok(on(made.id, 'start')), { state: 'in_production' });
  t.equal((await on(made.id, 'cancel', {}, as)).status, 409, 'what is being made only the shop calls off');
  t.match(await ok(on(made.id, 'finish')), { state: 'done' });
  const { data } = await ok(app.call('GET /v1/logo-requests?state=done', { as }));
  t.match(data, [{ id: made.id, items: [{ productId, quantity: 500 }] }]);
  await app.settle();
  const changes = (await ok(app.call('GET /v1/changes?types=logo_request.changed'))).data;
  t.same(
    changes.map(({ data: told }: { data: { state: string } }) => told.state),
    ['requested', 'quoted', 'quoted', 'accepted', 'in_production', 'done'],
  );
});

t.test('both sides can end it, one of them', async (t) => {
  const { id, customerId } = await makeLogoRequest(app, 'quote');
  const as = await tokenOf(app, customerId);
  const answers = await Promise.all([
    ...times(5).map(() => on(id, 'accept', undefined, as)),
    ...times(5).map(() => on(id, 'decline', { reason: 'Too dear.' })),
  ]);
  t.same(tally(answers), { 200: 1, 409: 9 });
  const { state } = await ok(app.call(`GET /v1/logo-requests/${id}`));
  t.ok(state === 'accepted' || state === 'declined');
});

t.test('what is wrong with a request', async (t) => {
  const { id: customerId } = await makeCustomer(app);
  const { id: productId } = await makeProduct(app);
  const send = (fields: object) => app.call('POST /v1/logo-requests', { body: { customerId, ...fields } });
  const item = { productId, quantity: 1 };
  t.match(await send({ items: [item, item] }), {
    status: 422,
    body: { code: 'logo_request_inconsistent', errors: [{ pointer: '/items/1/productId' }] },
  });
  t.match(await send({ items: [{ ...item, productId: customerId }] }), {
    status: 422,
    body: { code: 'product_not_available' },
  });
  t.match(await send({ items: [item], customerId: undefined }), {
    status: 422,
    body: { code: 'logo_request_inconsistent' },
  });
  t.equal((await send({ items: [item], files: [{ name: 'x', url: 'http://x.example/' }] })).status, 400);
  const stranger = await tokenOf(app, (await makeCustomer(app)).id);
  const { id } = await makeLogoRequest(app);
  t.equal((await app.call(`GET /v1/logo-requests/${id}`, { as: stranger })).status, 404);
});

t.test('a merge moves it, an erasure takes the words and the files', async (t) => {
  const { id, customerId } = await makeLogoRequest(app);
  const { id: survivor } = await makeCustomer(app);
  await ok(app.call(`POST /v1/customers/${survivor}/merge`, { body: { duplicateCustomerId: customerId } }));
  t.match(await ok(app.call(`GET /v1/logo-requests/${id}`)), { customerId: survivor });
  t.match(JSON.stringify(await ok(app.call(`GET /v1/customers/${survivor}/personal-data`))), /logo\.svg/);
  const erased = await ok(app.call(`POST /v1/customers/${survivor}/erase`));
  t.match(JSON.stringify(erased), /1 requests for goods with a logo/);
  t.match(await ok(app.call(`GET /v1/logo-requests/${id}`)), { files: [], note: null });
  await checkInvariants(t, app);
});
