import t from 'tap';
import { newId } from '../../../src/platform/ids.ts';
import { startApp, type TestShop } from '../../support/app.ts';
import {
  makeActivity,
  makeHelp,
  makeParticipant,
  makeSomebody,
  TIN,
} from '../../support/activities-world.ts';
import { must, tokenOf } from '../../support/world.ts';
import { advance, checkInvariants, ok } from '../orders/support.ts';

const app = await startApp(t);

const LIKES = {
  type: 'likes',
  steps: [
    { key: 'first', at: 58, rewards: [TIN] },
    { key: 'second', at: 98, rewards: [{ kind: 'stored_value', amount: 500 }] },
  ],
  openHours: 72,
  helpsPerDay: 2,
  ringSize: 3,
};
const ask = (shop: TestShop, participantId: string, body: object) =>
  shop.call(`POST /v1/participants/${participantId}/helps`, { body: { channel: 'web', ...body } });
const codeOf = async (answer: Promise<any>) => {
  const { status, body } = await answer;
  return [status, body.code];
};
const device = (value: string = newId()) => ({ identifiers: [{ kind: 'device', value }] });
const progressOf = async (shop: TestShop, id: string) =>
  (await ok(shop.call(`GET /v1/participants/${id}`))).progress;

t.test('58 likes bring the first gift, 98 the second, each once', async (t) => {
  const shop = await app.createShop();
  const { id } = await makeActivity(shop, LIKES);
  const customerId = await makeSomebody(shop);
  const collection = await makeParticipant(shop, id, customerId);
  const rewards = async () =>
    (await ok(shop.call(`GET /v1/activity-rewards?customerId=${customerId}`))).data.map((one: any) => [
      one.earnedBy,
      one.state,
    ]);
  for (let count = 0; count < 57; count += 1) await makeHelp(shop, collection.id);
  t.same(await rewards(), []);
  const last = await makeHelp(shop, collection.id);
  await app.settle();
  t.same(await rewards(), [['step:first', 'given']]);
  for (let count = 58; count < 98; count += 1) await makeHelp(shop, collection.id);
  await app.settle();
  t.same(await rewards(), [
    ['step:second', 'given'],
    ['step:first', 'given'],
  ]);
  t.match(await ok(shop.call(`GET /v1/collections/${collection.id}`, { as: shop.publishableKey })), {
    progress: 98,
    isOpen: true,
    name: 'Likes for tea',
  });
  const voided = await must(
    shop.call(`POST /v1/helps/${last.id}/void`, { body: { reason: 'An emulator.' } }),
  );
  t.match(voided, { voidReason: 'An emulator.' });
  t.equal(await progressOf(shop, collection.id), 97);
  t.same(await codeOf(shop.call(`POST /v1/helps/${last.id}/void`, { body: { reason: 'Again.' } })), [
    409,
    'help_voided',
  ]);
  t.equal((await ok(shop.call(`GET /v1/participants/${collection.id}/helps?limit=100`))).data.length, 98);
  await checkInvariants(t, app);
});

t.test('nobody helps themselves, under whatever name', async (t) => {
  const shop = await app.createShop();
  const { id } = await makeActivity(shop, LIKES);
  const owner = await must(
    shop.call('POST /v1/customers', {
      body: {
        name: 'Ana Trujillo',
        contactPoints: [{ kind: 'mobile', value: '+86 138-0013-8000', isPrimary: true }],
      },
    }),
  );
  const collection = await must(
    shop.call(`POST /v1/activities/${id}/participants`, {
      body: {
        customerId: owner.id,
        channel: 'web',
        identifiers: [{ kind: 'device', value: 'A1' }],
      },
    }),
  );
  const own = [422, 'help_own'];
  t.same(await codeOf(ask(shop, collection.id, { helperCustomerId: owner.id })), own);
  t.same(await codeOf(ask(shop, collection.id, device('A1'))), own, 'the device that opened it');
  const phone = { identifiers: [{ kind: 'phone', value: '0086 13800138000' }] };
  t.same(await codeOf(ask(shop, collection.id, phone)), own, 'the number of the profile');
  t.same(
    await codeOf(
      shop.call(`POST /v1/collections/${collection.id}/helps`, {
        body: { channel: 'web' },
        as: await tokenOf(shop, owner.id),
      }),
    ),
    own,
  );
  t.same(await codeOf(ask(shop, collection.id, {})), [422, 'helper_unknown']);
  t.same(await codeOf(ask(shop, collection.id, { channel: 'wechat', ...device() })), [
    422,
    'activity_sharing_forbidden',
  ]);
  t.equal(await progressOf(shop, collection.id), 0);
  const { rows } = await app.deps.db.$client.query(
    'select fingerprint from participant_identifiers where shop_id = $1',
    [shop.shopId],
  );
  t.match(rows, [{ fingerprint: /^[\w-]{43}$/ }], 'only a hash is kept');
  await checkInvariants(t, app);
});

t.test('a helper counts once, helps so many a day, and not in a ring', async (t) => {
  const shop = await app.createShop();
  const { id } = await makeActivity(shop, LIKES);
  const people = await Promise.all([1, 2, 3, 4].map(() => makeSomebody(shop)));
  const [a = '', b = '', c = '', d = ''] = people;
  const of = new Map<string, string>();
  for (const one of people) of.set(one, (await makeParticipant(shop, id, one)).id);
  const like = (helper: string, owner: string, more: object = {}) =>
    codeOf(ask(shop, of.get(owner) ?? '', { helperCustomerId: helper, ...more }));
  t.same(await like(a, b, device('D1')), [201, undefined]);
  t.same(await like(a, b), [409, 'help_repeated']);
  t.same(await codeOf(ask(shop, of.get(b) ?? '', device('D1'))), [409, 'help_repeated'], 'the same device');
  t.same(await like(b, a), [422, 'help_in_ring'], 'one another');
  t.same(await like(b, c), [201, undefined]);
  t.same(await like(c, a), [422, 'help_in_ring'], 'three in a ring');
  t.same(await like(c, d), [201, undefined]);
  t.same(await like(d, a), [201, undefined], 'four are friends');
  t.same(await like(a, c), [422, 'help_in_ring'], 'c liked d, who liked a');
  const ghost = await Promise.all([1, 2].map(async () => (await makeParticipant(shop, id)).id));
  t.same(await codeOf(ask(shop, ghost[0] ?? '', device('D1'))), [201, undefined], 'the second of the day');
  t.same(await codeOf(ask(shop, ghost[1] ?? '', device('D1'))), [409, 'help_limit_reached']);
  await advance(shop, 24 * 60);
  t.same(await codeOf(ask(shop, ghost[1] ?? '', device('D1'))), [201, undefined], 'another day');
  await advance(shop, 72 * 60);
  t.same(await codeOf(ask(shop, ghost[1] ?? '', device())), [409, 'participation_closed']);
  t.match(await ok(shop.call(`GET /v1/collections/${ghost[1]}`)), { isOpen: false });
  await checkInvariants(t, app);
});
