import { inflateRawSync } from 'node:zlib';
import t from 'tap';
import { startApp, type TestShop } from '../../support/app.ts';
import { runCampaign } from '../../support/campaign-rows.ts';
import { makeSegment } from '../../support/segments-world.ts';
import { makeCustomer, makeProduct, tokenOf } from '../../support/world.ts';
import { ok } from '../orders/support.ts';

const app = await startApp(t);
const tenOff = { type: 'percent_off', rateBps: 1_000 } as const;

/** A shop with an offer for all, one for members, one for who has a code, and one of another channel. */
async function open() {
  const shop = await app.createShop();
  const [hat, maria, members] = [await makeProduct(shop), await makeCustomer(shop), await makeSegment(shop)];
  await ok(shop.call(`POST /v1/segments/${members.id}/members`, { body: { customerIds: [maria.id] } }));
  const ids = {
    all: await runCampaign(app, shop, tenOff),
    members: await runCampaign(app, shop, tenOff, { segmentIds: [members.id] }),
    code: await runCampaign(app, shop, tenOff, { isCouponRequired: true }),
    douyin: await runCampaign(app, shop, tenOff, { channels: ['douyin'] }),
    later: await runCampaign(app, shop, tenOff, { startsAt: '2090-01-01T00:00:00.000Z' }),
  };
  return { shop, hat, ids, maria: maria.id as string, lines: [{ productId: hat.id, quantity: 1 }] };
}
type World = Awaited<ReturnType<typeof open>>;

/** Which of the campaigns something names. */
const namedIn = ({ ids }: World, something: unknown): string[] => {
  const text = JSON.stringify(something);
  return Object.entries(ids).flatMap(([name, id]) => (text.includes(id) ? [name] : []));
};

/** What a token says to who has it: nobody needs the key of its signature to read it. */
function textOfToken(token: string): string {
  const parts = token.split('.').map((part) => Buffer.from(part, 'base64url').toString());
  const packed = /"packed":"([^"]+)"/.exec(parts.join(''))?.[1];
  return parts.join('') + (packed ? inflateRawSync(Buffer.from(packed, 'base64url')).toString() : '');
}

const quote = (shop: TestShop, as: string, body: object) =>
  ok(shop.call('POST /v1/quotes', { as, body, key: null }));

t.test('a quote names no campaign that is not for buyers to know of, and its token neither', async (t) => {
  const world = await open();
  const { shop, lines, maria } = world;
  for (const as of [shop.publishableKey, shop.secretKey]) {
    const { quoteToken, ...quoted } = await quote(shop, as, { lines });
    t.same(namedIn(world, quoted), ['all']);
    t.same(namedIn(world, textOfToken(quoteToken)), ['all']);
  }
  const hers = await quote(shop, await tokenOf(shop, maria), { lines });
  t.same(namedIn(world, hers), ['all', 'members']);
  const tried = await ok(shop.call('POST /v1/campaigns/evaluate', { body: { lines }, key: null }));
  t.same(namedIn(world, tried), Object.keys(world.ids), 'staff is told of all');
});

t.test('the offers of a product are those that the list of current campaigns shows', async (t) => {
  const world = await open();
  const { shop, hat, maria } = world;
  const offers = `GET /v1/products/${hat.id}/offers`;
  const current = 'GET /v1/campaigns/current';
  for (const [as, seen] of [
    [shop.publishableKey, ['all']],
    [await tokenOf(shop, maria), ['all', 'members']],
  ] as const) {
    t.same(namedIn(world, await ok(shop.call(offers, { as }))), seen);
    t.same(namedIn(world, await ok(shop.call(current, { as }))), seen);
  }
});

t.test(
  'the trace of an order is whole for staff, and for the customer without what is not for them',
  async (t) => {
    const world = await open();
    const { shop, lines, maria } = world;
    const order = await ok(shop.call('POST /v1/orders', { body: { lines, customerId: maria } }));
    const read = async (as: string) => {
      const { trace } = await ok(shop.call(`GET /v1/orders/${order.id}/price-trace`, { as }));
      return namedIn(world, trace);
    };
    t.same(await read(shop.secretKey), Object.keys(world.ids));
    t.same(await read(await tokenOf(shop, maria)), ['all', 'members']);
  },
);
