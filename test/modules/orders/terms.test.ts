import t from 'tap';
import { type Answer, startApp } from '../../support/app.ts';
import { makeProduct } from '../../support/world.ts';
import { checkInvariants, ok, readStock, tally, times } from './support.ts';

// Placing goes by what a process remembers of products, and the statement that writes the order confirms it. A change over
// the API leaves what is remembered as it is, so that it stands here for one that another process makes.

const app = await startApp(t);
const change = async (id: string, body: object) => ok(app.call(`PATCH /v1/products/${id}`, { body }));
const place = (productId: string, more: object = {}, headers: Record<string, string> = {}) =>
  app.call('POST /v1/orders', { body: { lines: [{ productId, quantity: 1 }], ...more }, headers });

t.test('an order costs what the product costs now, whatever is remembered', async (t) => {
  const { id } = await makeProduct(app, { priceAmount: 1_000 });
  t.equal((await ok(place(id))).totalAmount, 1_000);
  await change(id, { priceAmount: 1_200 });
  t.equal((await ok(place(id))).totalAmount, 1_200);
  await change(id, { priceAmount: 900 });
  t.match(await place(id, { expectedTotalAmount: 1_200 }), {
    status: 409,
    body: { code: 'total_changed', totalAmount: 900 },
  });
  await change(id, { priceAmount: 800 });
  t.equal((await ok(place(id, { expectedTotalAmount: 800 }))).totalAmount, 800, 'a refusal asks first');
  t.equal((await readStock(app, id)).reservedQuantity, 3, 'what failed on the way reserved nothing');
});

t.test('a product that went out of sale is refused, one that came back is not', async (t) => {
  const { id } = await makeProduct(app);
  await ok(place(id));
  await change(id, { status: 'archived' });
  t.match(await place(id), { status: 422, body: { code: 'product_not_available' } });
  await change(id, { status: 'active' });
  t.equal((await place(id)).status, 201);
});

t.test('a repeated request gets its first answer after everything has changed', async (t) => {
  const { id } = await makeProduct(app, { onHandQuantity: 1 });
  const key = { 'idempotency-key': 'terms-1' };
  const first = await place(id, {}, key);
  t.equal(first.status, 201);
  const again = async (more: object = {}) => place(id, more, key);
  t.same((await again()).body, first.body, 'nothing is left in stock');
  await change(id, { priceAmount: 5, status: 'archived' });
  const repeated = await again();
  t.same([repeated.status, repeated.body], [201, first.body], 'and it is not for sale');
  t.equal(repeated.headers['idempotency-replayed'], 'true');
  t.match(await again({ channel: 'other' }), { status: 422, body: { code: 'idempotency_key_reused' } });
});

t.test('no order is placed at a price that was changed before it was asked for', async (t) => {
  const { id } = await makeProduct(app, { priceAmount: 1_000, onHandQuantity: 1_000 });
  const price = { answered: 1_000, sent: 1_000, isChanging: true };
  const raise = async () => {
    for (let step = 1; step <= 25; step += 1) {
      price.sent = 1_000 + step;
      await change(id, { priceAmount: price.sent });
      price.answered = price.sent;
    }
    price.isChanging = false;
  };
  const wrong: string[] = [];
  const answers: Answer[] = [];
  const buy = async () => {
    while (price.isChanging) {
      const least = price.answered;
      const answer = await place(id);
      answers.push(answer);
      const { totalAmount } = answer.body;
      if (answer.status === 201 && (totalAmount < least || totalAmount > price.sent))
        wrong.push(`${totalAmount} and not ${least} to ${price.sent}`);
    }
  };
  await Promise.all([raise(), ...times(6).map(buy)]);
  t.same(wrong, []);
  const { 201: placed = 0 } = tally(answers) as Record<number, number>;
  t.ok(placed > 25, `${placed} orders were placed meanwhile`);
  const codes = answers.filter(({ status }) => status !== 201).map(({ body }) => body.code);
  t.same(
    codes.filter((code) => code !== 'version_conflict'),
    [],
    `${codes.length} others were told to try again`,
  );
  t.equal((await readStock(app, id)).reservedQuantity, placed);
  await checkInvariants(t, app);
});
