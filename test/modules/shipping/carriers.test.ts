import t from 'tap';
import { startApp } from '../../support/app.ts';
import { makeCarrier, makeMethod, makePriceList, STEP } from '../../support/world-shipping.ts';
import { checkInvariants, ok } from '../orders/support.ts';
import { codes } from './support.ts';

const app = await startApp(t);
const act = (id: string, verb: string) => app.call(`POST /v1/carriers/${id}/${verb}`);

t.test('a carrier begins on trial, is taken on, rests and is filed away', async (t) => {
  const carrier = await ok(app.call('POST /v1/carriers', { body: { name: 'SF', trialShareBps: 500 } }));
  t.match(carrier, { status: 'trial', trialShareBps: 500, methods: [], version: 1 });
  t.match(await ok(act(carrier.id, 'activate')), { status: 'active', version: 2 });
  t.match(await ok(act(carrier.id, 'activate')), { version: 2 }, 'said again it changes nothing');
  t.match(await ok(act(carrier.id, 'pause')), { status: 'paused' });
  t.match(await ok(act(carrier.id, 'try')), { status: 'trial' });
  t.match(await ok(act(carrier.id, 'archive')), { status: 'archived' });
  const back = await act(carrier.id, 'activate');
  t.match([back.status, back.body.code], [409, 'carrier_status_not_possible']);
  const named = await app.call(`PATCH /v1/carriers/${carrier.id}`, { body: { name: 'SF 2' } });
  t.match([named.status, named.body.code], [409, 'carrier_archived']);
  const method = await app.call(`POST /v1/carriers/${carrier.id}/methods`, {
    body: { code: 'x', name: 'X' },
  });
  t.equal(method.body.code, 'carrier_archived');
});

t.test('the ERP keeps carriers by its own ids', async (t) => {
  const put = (body: object) => app.call('PUT /v1/carriers-by-external-id/erp-1', { body });
  const added = await put({ name: 'One', status: 'active', metadata: { a: '1', b: '2' } });
  t.match([added.status, added.body.status], [201, 'active']);
  const changed = await put({ name: 'Two', status: 'trial', metadata: { b: '3' } });
  t.match([changed.status, changed.body], [200, { name: 'Two', status: 'active' }]);
  t.strictSame(changed.body.metadata, { b: '3' }, 'what is named is replaced whole');
  const same = await put({ name: 'Two', metadata: { b: '3' } });
  t.equal(same.body.version, changed.body.version, 'the same again changes nothing');
  t.equal((await put({ name: 'Two', externalId: 'other' })).status, 400);
  t.match(await ok(app.call('GET /v1/carriers-by-external-id/erp-1')), { id: added.body.id });
  const taken = await app.call('POST /v1/carriers', { body: { name: 'Three', externalId: 'erp-1' } });
  t.same(codes(taken), ['carrier_external_id_taken /externalId']);
  t.equal((await app.call('GET /v1/carriers-by-external-id/erp-2')).status, 404);
});

t.test('carriers on trial cannot get more than everything', async (t) => {
  const shop = await app.createShop();
  const add = (trialShareBps: number) =>
    shop.call('POST /v1/carriers', { body: { name: 'New', trialShareBps } });
  const first = await ok(add(7_000));
  const refused = await add(3_001);
  t.match(refused.body, { code: 'trial_shares_too_large', largestShareBps: 3_000 });
  t.same(codes(refused), ['trial_shares_too_large /trialShareBps']);
  const second = await ok(add(3_000));
  await ok(shop.call(`POST /v1/carriers/${first.id}/activate`));
  await ok(shop.call(`PATCH /v1/carriers/${second.id}`, { body: { trialShareBps: 10_000 } }));
  t.equal((await shop.call(`POST /v1/carriers/${first.id}/try`)).body.code, 'trial_shares_too_large');
});

t.test('methods and their promises', async (t) => {
  const carrier = await makeCarrier(app);
  const method = await makeMethod(app, carrier.id, { code: 'express' });
  const same = await app.call(`POST /v1/carriers/${carrier.id}/methods`, {
    body: { code: 'express', name: 'E' },
  });
  t.same(codes(same), ['method_code_taken /code']);
  const path = `PATCH /v1/carriers/${carrier.id}/methods/${method.id}`;
  const twice = [
    { countries: ['DE'], fromDays: 1, toDays: 2 },
    { countries: ['AT', 'DE'], fromDays: 3, toDays: 2 },
  ];
  const refused = await app.call(path, { body: { promises: twice } });
  t.same(codes(refused), [
    'method_inconsistent /promises/1/toDays',
    'method_inconsistent /promises/1/countries/1',
  ]);
  t.match(await ok(app.call(path, { body: { dayKind: 'calendar' } })), { dayKind: 'calendar', version: 2 });
  t.match(await ok(app.call(`GET /v1/carriers/${carrier.id}`)), {
    methods: [{ code: 'express', version: 2 }],
  });
  const other = await makeCarrier(app);
  t.equal((await app.call(`PATCH /v1/carriers/${other.id}/methods/${method.id}`, { body: {} })).status, 404);
});

t.test('price lists neither overlap nor have gaps, and one ends before the next', async (t) => {
  const carrier = await makeCarrier(app);
  const method = await makeMethod(app, carrier.id);
  const path = `/v1/carriers/${carrier.id}/methods/${method.id}/price-lists`;
  const add = (fields: object) =>
    app.call(`POST ${path}`, {
      body: { zones: [{ name: 'Z', areas: [{ country: 'DE' }], steps: [STEP] }], ...fields },
    });
  const refused = await add({
    zones: [
      { name: 'A', areas: [{ country: 'DE' }], steps: [STEP, { ...STEP, fromGrams: 40_000, toGrams: null }] },
      { name: 'B', areas: [{ country: 'AT' }, { country: 'DE' }], steps: [STEP] },
    ],
    validFrom: '2030-01-01T00:00:00Z',
    validTo: '2030-01-01T00:00:00Z',
  });
  t.same(codes(refused).toSorted(), [
    'price_list_inconsistent /validTo',
    'price_list_inconsistent /zones/0/steps/1/fromGrams',
    'price_list_inconsistent /zones/1/areas/1',
  ]);
  const nowhere = (country: string, ...regions: string[]) =>
    add({ zones: [{ name: 'There', areas: [{ country, regions }], steps: [STEP] }] });
  t.same(codes(await nowhere('DE', 'CN-GD', 'DE-BE')), [
    'price_list_inconsistent /zones/0/areas/0/regions/0',
  ]);
  t.same(codes(await nowhere('CN', '440300', 'Nowhereland')), [
    'price_list_inconsistent /zones/0/areas/0/regions/1',
  ]);
  t.equal((await nowhere('XX', 'XX-1')).body.code, 'validation_failed');
  const first = await makePriceList(app, method);
  const second = await add({ validFrom: '2090-01-01T00:00:00Z' });
  t.match([second.status, second.body], [409, { code: 'price_list_overlaps', priceListId: first.id }]);
  t.same(codes(second), ['price_list_overlaps /validFrom']);
  const end = (id: string, validTo?: string) =>
    app.call(`POST ${path}/${id}/end`, { body: validTo ? { validTo } : {} });
  t.same(codes(await end(first.id, '2020-01-01T00:00:00Z')), ['price_list_inconsistent /validTo']);
  t.match(await ok(end(first.id, '2090-01-01T00:00:00Z')), { validTo: '2090-01-01T00:00:00.000Z' });
  t.same(codes(await end(first.id, '2091-01-01T00:00:00Z')), ['price_list_inconsistent /validTo']);
  const next = await ok(add({ validFrom: '2090-01-01T00:00:00Z' }));
  const before = await add({ validFrom: '2020-01-01T00:00:00Z', validTo: '2099-01-01T00:00:00Z' });
  t.equal(before.status, 409);
  const page = await ok(app.call(`GET ${path}?limit=1`));
  t.match(page.data, [{ id: next.id }]);
  t.match((await ok(app.call(`GET ${path}?limit=1&cursor=${page.nextCursor}`))).data, [{ id: first.id }]);
});

t.test('versions are honoured, and everything holds', async (t) => {
  const carrier = await makeCarrier(app);
  const headers = { 'if-match': '"9"' };
  t.equal((await app.call(`PATCH /v1/carriers/${carrier.id}`, { body: {}, headers })).status, 412);
  t.equal((await app.call(`POST /v1/carriers/${carrier.id}/pause`, { headers })).status, 412);
  await checkInvariants(t, app);
});
