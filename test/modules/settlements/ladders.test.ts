import t from 'tap';
import { startApp, type TestShop } from '../../support/app.ts';
import { claim, makePolicy, makeProduct, pay } from '../../support/world.ts';
import { checkInvariants, ok } from '../orders/support.ts';
import { price, runSweeps, settlementsOf, sweepsOf } from './protection-support.ts';

const app = await startApp(t);
const LADDER = [
  { minimumQuantity: 10, unitAmount: 900 },
  { minimumQuantity: 100, unitAmount: 700 },
];
const ladderTo = (shop: TestShop, id: string, ...amounts: number[]) =>
  ok(
    shop.call(`PATCH /v1/products/${id}`, {
      body: {
        priceBreaks: LADDER.map((rung, index) => ({
          ...rung,
          unitAmount: amounts[index] ?? rung.unitAmount,
        })),
      },
    }),
  );

/** A shop with a promise, and a product of 10.00 that costs less in quantities. */
async function start(fields: object = {}) {
  const shop = await app.createShop();
  await makePolicy(shop, { automaticAmount: 10_000_000 });
  const ladder = { priceAmount: 1000, priceBreaks: LADDER, onHandQuantity: 100_000 };
  const { id } = await makeProduct(shop, { ...ladder, ...fields });
  const buy = async (...quantities: number[]) => {
    const lines = quantities.map((quantity) => ({ productId: id, quantity }));
    const order = await ok(shop.call('POST /v1/orders', { body: { lines } }));
    await pay(shop, order.id);
    return order;
  };
  return { shop, id: id as string, buy };
}
/** What was settled of each order. */
const amountsOf = async (shop: TestShop, orders: readonly { id: string }[]) => {
  const all = await settlementsOf(shop);
  return orders.map(({ id }) => all.filter(({ orderId }) => orderId === id).map(({ amount }) => amount));
};
const refused = async (shop: TestShop, orderId: string) =>
  (await shop.call(`POST /v1/orders/${orderId}/settlements`, { body: { reason: 'price_drop' } })).body
    .refusal;

t.test('what was bought at a rung is held against the rung of now', async () => {
  const { shop, id, buy } = await start();
  const [single, many] = [await buy(1), await buy(100)];
  await price(shop, id, 950);
  const cheaper = await claim(shop, single.id);
  t.match(cheaper, { amount: 50, lines: [{ comparedUnitAmount: 950 }] });
  t.equal(await refused(shop, many.id), 'no_difference', 'a piece of a hundred costs what it did');
  await ladderTo(shop, id, 900, 650);
  const settled = await claim(shop, many.id);
  t.match(settled, { amount: 5_000, lines: [{ quantity: 100, comparedUnitAmount: 650 }] });
});

t.test('lines of one product reach a rung together, and what is cancelled does not count', async (t) => {
  const { shop, id, buy } = await start();
  const order = await buy(60, 40);
  await ladderTo(shop, id, 900, 600);
  const both = await claim(shop, order.id);
  t.match(both, { amount: 10_000, lines: [{ amount: 6_000 }, { amount: 4_000 }] });
  const fewer = await buy(100);
  await ladderTo(shop, id, 580, 550);
  await ok(
    shop.call(`POST /v1/orders/${fewer.id}/edits`, {
      body: { lines: [{ lineId: fewer.lines[0].id, quantity: 20 }] },
    }),
  );
  t.match(await claim(shop, fewer.id), { amount: 20 * 20, lines: [{ comparedUnitAmount: 580 }] });
  await checkInvariants(t, app);
});

t.test('a rung is never held below the floor of the product', async () => {
  const { shop, id, buy } = await start({ costAmount: 650 });
  const order = await buy(100);
  await ladderTo(shop, id, 900, 500);
  t.match(await claim(shop, order.id), { amount: 5_000, lines: [{ comparedUnitAmount: 650 }] });
});

t.test(
  'a ladder that falls is swept by itself, and a list price that falls spares who bought a hundred',
  async (t) => {
    const { shop, id, buy } = await start();
    const orders = [await buy(1), await buy(10), await buy(60, 40)];
    await ladderTo(shop, id, 900, 600);
    await app.settle();
    t.match(await sweepsOf(shop), [{ state: 'queued', cause: 'price_changed', reason: 'price_drop' }]);
    await runSweeps(app, shop);
    t.match(await sweepsOf(shop), [{ state: 'finished', openedCount: 1, openedAmount: 10_000 }]);
    await price(shop, id, 950);
    await runSweeps(app, shop);
    t.same(await amountsOf(shop, orders), [[50], [], [10_000]], 'the rung of ten stayed');
    await ladderTo(shop, id, 940, 930);
    await runSweeps(app, shop);
    t.match(
      await sweepsOf(shop),
      [{ state: 'finished', openedCount: 0 }, {}, {}],
      'one that rises gives nothing',
    );
    await checkInvariants(t, app);
  },
);

t.test('a sweep and a claim decide the same', async (t) => {
  const { shop, id, buy } = await start();
  const [claimed, swept] = [await buy(7, 5, 100), await buy(7, 5, 100)];
  await ladderTo(shop, id, 800, 666);
  const { amount } = await claim(shop, claimed.id);
  await runSweeps(app, shop);
  t.match(await amountsOf(shop, [swept]), [[amount]]);
});
