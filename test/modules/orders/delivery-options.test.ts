import t from 'tap';
import { startApp, type TestShop } from '../../support/app.ts';
import { makeProduct } from '../../support/world.ts';
import { makeCarrier, makeMethod, makePriceList, STEP } from '../../support/world-shipping.ts';
import { ok } from './support.ts';

const app = await startApp(t);

/** A carrier of one method, which takes an amount for the first 500 g and promises a number of days. */
async function offer(shop: TestShop, name: string, firstAmount: number, toDays: number): Promise<void> {
  const { id: carrierId } = await makeCarrier(shop, { name });
  const { id } = await makeMethod(shop, carrierId, {
    dayKind: 'calendar',
    promises: [{ fromDays: 1, toDays }],
  });
  const zones = [{ name: 'All', areas: [{ country: 'DE' }], steps: [{ ...STEP, firstAmount }] }];
  await makePriceList(shop, { carrierId, id }, { zones });
}

const quote = (shop: TestShop, body: object) =>
  ok(shop.call('POST /v1/quotes', { body, key: null, as: shop.publishableKey }));
const daysBetween = (from: string, to: string) => (Date.parse(to) - Date.parse(from)) / 86_400_000;

t.test('a quote ranks the ways to send its basket, and says when it arrives by the first', async (t) => {
  const shop = await app.createShop();
  await offer(shop, 'Slow and cheap', 300, 9);
  await offer(shop, 'Swift', 900, 2);
  const product = await makeProduct(shop, { weightGrams: 400 });
  const basket = { lines: [{ productId: product.id, quantity: 2 }], destination: { country: 'DE' } };
  const byCost = await quote(shop, basket);
  t.match(byCost.deliveryOptions, {
    rankBy: 'cost',
    data: [
      {
        rank: 1,
        reason: 'best',
        carrierName: 'Slow and cheap',
        expected: { basis: 'promise', expectedDays: 9 },
      },
      { rank: 2, reason: 'behind', carrierName: 'Swift' },
    ],
  });
  t.notMatch(JSON.stringify(byCost.deliveryOptions), 'Amount', 'what carriers take is not for customers');
  const bySpeed = await quote(shop, { ...basket, rankDeliveryBy: 'speed' });
  const [first] = bySpeed.deliveryOptions.data;
  t.match(first, { carrierName: 'Swift', expected: { expectedDays: 2 } });
  const { dispatchOn, latestOn } = bySpeed.delivery;
  t.equal(daysBetween(dispatchOn, latestOn), 2);
  t.equal(first.expected.expectedOn, latestOn, 'counted from the day on which it leaves');
  const again = await quote(shop, basket);
  t.same(again.deliveryOptions, byCost.deliveryOptions, 'the same for the same basket');
});

t.test('what cannot be told is not guessed', async (t) => {
  const shop = await app.createShop();
  await offer(shop, 'Swift', 900, 2);
  const heavy = await makeProduct(shop, { weightGrams: 400 });
  const unknown = await makeProduct(shop);
  const of = (product: { id: string }) => [{ productId: product.id, quantity: 1 }];
  t.match(await quote(shop, { lines: of(heavy) }), { deliveryOptions: null, delivery: { latestOn: null } });
  const destination = { country: 'DE' };
  t.match(await quote(shop, { lines: [...of(heavy), ...of(unknown)], destination }), {
    deliveryOptions: null,
  });
  t.match(await quote(shop, { lines: of(heavy), destination: { country: 'FR' } }), {
    deliveryOptions: { data: [] },
    delivery: { latestOn: null },
  });
  const tooMuch = [{ productId: heavy.id, quantity: 1_000_000 }];
  t.match(await quote(shop, { lines: tooMuch, destination }), { deliveryOptions: { data: [] } });
});
