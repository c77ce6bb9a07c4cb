import t from 'tap';
import { newId } from '../../../src/platform/ids.ts';
import { startApp } from '../../support/app.ts';
import { askLoad, makeCard, makeRichCard, readCard, setTerms } from '../../support/cards-world.ts';
import { makeOrder } from '../../support/world.ts';
import { checkInvariants, tally, times } from '../orders/support.ts';
import { cancel } from './support.ts';

const app = await startApp(t, { poolSize: 24 });

/** An order costs 3,600. */
const PRICE = 3600;
const orders = (count: number): Promise<any[]> => Promise.all(times(count).map(() => makeOrder(app)));
const payBy = (orderId: string, cardId: string, more: object = {}) =>
  app.call(`POST /v1/orders/${orderId}/payments`, { body: { provider: 'card', cardId }, ...more });
const end = (cardId: string) => app.call(`POST /v1/cards/${cardId}/refund`, { body: { cause: 'customer' } });
const statuses = (answers: readonly { status: number }[]) => answers.map(({ status }) => status);

t.test('a card that pays fifty orders at once pays what is on it and no more', async (t) => {
  const { id } = await makeRichCard(app, 5 * PRICE + 100);
  const made = await orders(50);
  const answers = await Promise.all(made.map((order) => payBy(order.id, id)));
  t.same(tally(answers), { 201: 5, 422: 45 });
  t.equal((await readCard(app, id)).balanceAmount, 100);
});

t.test('the last value is spent once', async (t) => {
  const { id } = await makeRichCard(app, PRICE);
  const made = await orders(50);
  t.same(tally(await Promise.all(made.map((order) => payBy(order.id, id)))), { 201: 1, 422: 49 });
});

t.test('loads at once never make more than may be on a card', async (t) => {
  const { id } = await makeCard(app);
  await setTerms(app);
  const answers = await Promise.all(times(20).map(() => askLoad(app, id, 30_000)));
  t.same(tally(answers), { 201: 3, 422: 17 });
  t.equal((await readCard(app, id)).balanceAmount, 90_000);
});

t.test('a card ends or pays, in one order or the other', async (t) => {
  for (const _ of times(6)) {
    const { id } = await makeRichCard(app, PRICE);
    const [order] = await orders(1);
    const [ended, paid] = await Promise.all([end(id), payBy(order.id, id)]);
    t.equal(ended.status, 200);
    t.same([ended.body.refundAmount, paid.status], paid.status === 201 ? [0, 201] : [PRICE, 422]);
    t.equal((await readCard(app, id)).balanceAmount, 0);
  }
});

t.test('of ends at once one pays back', async (t) => {
  const { id } = await makeRichCard(app, PRICE);
  t.same(tally(await Promise.all(times(8).map(() => end(id)))), { 200: 1, 409: 7 });
});

t.test('of reissues at once one gives a card', async (t) => {
  const { id } = await makeRichCard(app, PRICE);
  const answers = await Promise.all(times(8).map(() => app.call(`POST /v1/cards/${id}/reissue`)));
  t.same(tally(answers), { 201: 1, 409: 7 });
  t.equal((await readCard(app, (await readCard(app, id)).replacedById)).balanceAmount, PRICE);
});

t.test('a reissue, a cancellation and a load at once lose nothing', async (t) => {
  for (const _ of times(4)) {
    const { id } = await makeRichCard(app, 2 * PRICE);
    const [order] = await orders(1);
    t.equal((await payBy(order.id, id)).status, 201);
    const [reissued, cancelled, loaded] = await Promise.all([
      app.call(`POST /v1/cards/${id}/reissue`),
      cancel(app, order.id),
      askLoad(app, id, 1_000),
    ]);
    t.same(statuses([reissued, cancelled]), [201, 200]);
    t.ok([201, 409].includes(loaded.status));
    const now = await readCard(app, reissued.body.id);
    t.equal(now.balanceAmount, 2 * PRICE + (loaded.status === 201 ? 1_000 : 0));
  }
});

t.test('twins with one key pay and load once', async (t) => {
  const { id } = await makeRichCard(app, 2 * PRICE);
  const [order] = await orders(1);
  const [payKey, loadKey] = [newId(), newId()];
  const body = { amount: 500, termsVersion: await setTerms(app), provider: 'manual' };
  await Promise.all(
    times(8).flatMap(() => [
      payBy(order.id, id, { key: payKey }),
      app.call(`POST /v1/cards/${id}/loads`, { body, key: loadKey }),
    ]),
  );
  t.equal((await readCard(app, id)).balanceAmount, PRICE + 500);
});

t.test('everything holds', (t) => checkInvariants(t, app));
