import t from 'tap';
import { startApp } from '../../support/app.ts';
import { claim, makeCustomer, makePolicy, makeProduct, pay, tokenOf } from '../../support/world.ts';
import { checkInvariants, ok, readOrder, tally, times } from './support.ts';

const app = await startApp(t);
const on = (id: string, verb: string, body: object = {}, as = app.secretKey) =>
  app.call(`POST /v1/logo-requests/${id}/${verb}`, {
    ...(verb === 'cancel' || verb === 'quote' ? { body } : {}),
    as,
  });
const QUOTE = { unitAmount: 80, setupAmount: 12_000, leadTimeDays: 15 };

/** Goods with a logo that was agreed on: 500 pieces of a product of 10.00. */
async function agree(fields: object = {}, quote: object = QUOTE, quantity = 500) {
  const { id: customerId } = await makeCustomer(app);
  const product = await makeProduct(app, { priceAmount: 1000, onHandQuantity: 5_000, ...fields });
  const items = [{ productId: product.id, quantity }];
  const { id } = await ok(app.call('POST /v1/logo-requests', { body: { customerId, items } }));
  await ok(on(id, 'quote', { ...QUOTE, ...quote }));
  await ok(on(id, 'accept'));
  return { customerId, productId: product.id as string, logoRequestId: id as string };
}
type Agreed = Awaited<ReturnType<typeof agree>>;
const lineOf = ({ productId, logoRequestId }: Agreed, quantity: number) => ({
  productId,
  quantity,
  logoRequestId,
});
const place = (made: Agreed, quantity: number, fields: object = {}, as = app.secretKey) =>
  app.call('POST /v1/orders', {
    body: { customerId: made.customerId, lines: [lineOf(made, quantity)], ...fields },
    as,
  });
const requestOf = ({ logoRequestId }: Agreed) => ok(app.call(`GET /v1/logo-requests/${logoRequestId}`));

t.test('quote, order and packing slip have the logo with its price and its time', async (t) => {
  const made = await agree();
  const basket = { customerId: made.customerId, lines: [lineOf(made, 100)] };
  const plain = await ok(
    app.call('POST /v1/quotes', { body: { lines: [{ productId: made.productId, quantity: 100 }] } }),
  );
  const quote = await ok(app.call('POST /v1/quotes', { body: basket }));
  // 100 × (10.00 + 0.80) + 120.00
  const logo = { requestId: made.logoRequestId, unitAmount: 80, setupAmount: 12_000, amount: 20_000 };
  t.match(quote.lines, [{ listUnitAmount: 1000, discountAmount: 0, netAmount: 120_000, logo }]);
  t.match(quote, { linesAmount: 120_000, totalAmount: 120_000 });
  t.ok(quote.delivery.dispatchOn > plain.delivery.dispatchOn, 'it takes fifteen working days more');
  const order = await ok(place(made, 100, { quoteToken: quote.quoteToken }));
  t.match(order, { totalAmount: 120_000, lines: [{ netAmount: 120_000, logo }], delivery: quote.delivery });
  t.match(await requestOf(made), { isSetupCharged: true, items: [{ quantity: 500, orderedQuantity: 100 }] });
  const again = await ok(place(made, 50));
  t.match(again, { totalAmount: 54_000, lines: [{ logo: { setupAmount: 0, amount: 4_000 } }] });
  const slip = await ok(app.call(`GET /v1/orders/${order.id}/packing-slip`));
  t.match(slip.lines, [{ logoRequestId: made.logoRequestId }]);
  t.notMatch(JSON.stringify(slip), /Amount/);
  t.match(await place(made, 1, { lines: basket.lines.slice(0, 0), quoteToken: quote.quoteToken }), {
    status: 400,
  });
  const other = { lines: [{ productId: made.productId, quantity: 100 }], quoteToken: quote.quoteToken };
  t.match(await place(made, 1, other), { status: 422, body: { code: 'quote_mismatch' } });
  await checkInvariants(t, app);
});

t.test('a ladder takes off the price of the goods, not of the logo; lines share the tools', async (t) => {
  const made = await agree({ priceBreaks: [{ minimumQuantity: 100, unitAmount: 900 }] }, { setupAmount: 1 });
  const lines = [lineOf(made, 60), lineOf(made, 40)];
  const order = await ok(place(made, 1, { lines }));
  t.match(order.lines, [
    { discountAmount: 6_000, netAmount: 60 * 980 + 1, logo: { setupAmount: 1 } },
    { discountAmount: 4_000, netAmount: 40 * 980, logo: { setupAmount: 0 } },
  ]);
  await checkInvariants(t, app);
});

t.test(
  'only what was agreed on with this customer, for this product, as long as pieces are left',
  async (t) => {
    const made = await agree({}, {}, 10);
    const pointer = '/lines/0/logoRequestId';
    const refused = (status: number, code: string, at = pointer) => ({
      status,
      body: { code, errors: [{ pointer: at, code }] },
    });
    const foreign = await agree();
    const mixed = { ...made, logoRequestId: foreign.logoRequestId };
    t.match(await place(mixed, 1), refused(422, 'logo_request_not_found'));
    t.match(
      await place({ ...made, logoRequestId: made.productId }, 1),
      refused(422, 'logo_request_not_found'),
    );
    t.match(await place(made, 1, { customerId: undefined }), refused(422, 'logo_request_not_found'));
    const token = await tokenOf(app, foreign.customerId);
    t.match(await place(made, 1, { customerId: undefined }, token), refused(422, 'logo_request_not_found'));
    t.match(
      await place({ ...made, productId: foreign.productId }, 1),
      refused(422, 'logo_request_not_for_product'),
    );
    t.match(await place(made, 11), refused(409, 'logo_request_used_up', '/lines/0/quantity'));
    const two = { lines: [lineOf(made, 6), lineOf(made, 5)] };
    t.match(await place(made, 1, two), refused(409, 'logo_request_used_up', '/lines/1/quantity'));
    const quoted = { customerId: made.customerId, lines: [lineOf(made, 11)] };
    t.match(
      await app.call('POST /v1/quotes', { body: quoted }),
      refused(409, 'logo_request_used_up', '/lines/0/quantity'),
    );
    const { id: open } = await ok(
      app.call('POST /v1/logo-requests', {
        body: { customerId: made.customerId, items: [{ productId: made.productId, quantity: 5 }] },
      }),
    );
    const early = { ...made, logoRequestId: open };
    t.match(await place(early, 1), refused(409, 'logo_request_not_accepted'));
    await ok(on(open, 'quote', QUOTE));
    t.match(await place(early, 1), refused(409, 'logo_request_not_accepted'), 'not even when it is quoted');
    await ok(on(open, 'cancel'));
    t.match(await place(early, 1), refused(409, 'logo_request_not_accepted'));
    await ok(place(made, 4));
    t.match(await on(made.logoRequestId, 'cancel'), { status: 409, body: { code: 'logo_request_ordered' } });
  },
);

t.test('twenty orders at once take no piece more than was agreed on, and pay the tools once', async (t) => {
  const made = await agree({}, {}, 10);
  const token = await tokenOf(app, made.customerId);
  const answers = await Promise.all(times(20).map(() => place(made, 2, { customerId: undefined }, token)));
  t.equal(tally(answers)['201'], 5);
  const setups = answers
    .filter(({ status }) => status === 201)
    .map(({ body }) => body.lines[0].logo.setupAmount);
  t.same(
    setups.toSorted((a, b) => a - b),
    [0, 0, 0, 0, 12_000],
  );
  t.match(await requestOf(made), { items: [{ orderedQuantity: 10 }] });
  await checkInvariants(t, app);
});

t.test(
  'a cancelled order gives pieces and tools back; what is being made, only the shop cancels',
  async (t) => {
    const made = await agree();
    const token = await tokenOf(app, made.customerId);
    const order = await ok(place(made, 100));
    await pay(app, order.id);
    await ok(on(made.logoRequestId, 'start'));
    const own = await app.call(`POST /v1/orders/${order.id}/cancel`, { body: {}, as: token });
    t.match(own, { status: 409, body: { code: 'order_not_cancellable' } });
    await ok(app.call(`POST /v1/orders/${order.id}/cancel`, { body: {} }));
    t.match(await readOrder(app, order.id), { status: 'cancelled', refundedAmount: 120_000 });
    t.match(await requestOf(made), { isSetupCharged: false, items: [{ orderedQuantity: 0 }] });
    t.match(await ok(place(made, 10)), { lines: [{ logo: { setupAmount: 12_000 } }] });
    await checkInvariants(t, app);
  },
);

t.test('an edit keeps the tools with the pieces that stay, and brings more with their logo', async (t) => {
  const made = await agree();
  const order = await ok(place(made, 10));
  await pay(app, order.id);
  const [line] = order.lines;
  const edit = (body: object, verb = '') => app.call(`POST /v1/orders/${order.id}/edits${verb}`, { body });
  const fewer = await ok(edit({ lines: [{ lineId: line.id, quantity: 3 }] }));
  t.match(fewer, { creditedAmount: 7 * 1080, state: 'applied' });
  t.match(await requestOf(made), { isSetupCharged: true, items: [{ orderedQuantity: 3 }] });
  const more = await ok(edit({ lines: [{ lineId: line.id, quantity: 5 }] }));
  t.match(more.items, [{ quantity: 2, netAmount: 2 * 1080, logo: { unitAmount: 80, setupAmount: 0 } }]);
  t.match(await requestOf(made), { items: [{ orderedQuantity: 5 }] }, 'it is kept while the edit waits');
  await checkInvariants(t, app);
  await ok(app.call(`POST /v1/settlements/${more.settlement.id}/cancel`, { body: {} }));
  t.match(await requestOf(made), { items: [{ orderedQuantity: 3 }] });
  const tooMany = { lines: [{ lineId: line.id, quantity: 501 }] };
  t.match(await edit(tooMany, '/preview'), {
    status: 409,
    body: { code: 'logo_request_used_up', errors: [{ pointer: '/lines/0/quantity' }] },
  });
  const unknown = { items: [{ productId: made.productId, quantity: 1, logoRequestId: made.productId }] };
  t.match(await edit(unknown, '/preview'), {
    status: 422,
    body: { code: 'logo_request_not_found', errors: [{ pointer: '/items/0/logoRequestId' }] },
  });
  const other = await makeProduct(app, { priceAmount: 500 });
  const last = await ok(
    edit({ lines: [{ lineId: line.id, quantity: 0 }], items: [{ productId: other.id, quantity: 1 }] }),
  );
  t.match(last, { creditedAmount: 3 * 1080 + 12_000 }, 'with the last piece the tools go');
  t.match(await requestOf(made), { isSetupCharged: false, items: [{ orderedQuantity: 0 }] });
  await checkInvariants(t, app);
});

t.test(
  'a price that falls is held against the goods alone, and so is the price of the last days',
  async (t) => {
    const made = await agree();
    await makePolicy(app, { automaticAmount: 1_000_000 });
    const order = await ok(place(made, 10));
    await pay(app, order.id);
    const body = { reason: 'price_drop' };
    const none = await app.call(`POST /v1/orders/${order.id}/settlements`, { body });
    t.match(none.body, { code: 'claim_refused', refusal: 'no_difference' }, 'the logo is no difference');
    await ok(app.call(`PATCH /v1/products/${made.productId}`, { body: { priceAmount: 900 } }));
    const settled = await claim(app, order.id);
    t.match(settled, { amount: 1_000, lines: [{ paidNetAmount: 10_000, comparedUnitAmount: 900 }] });
    const prices = await ok(app.call(`GET /v1/products/${made.productId}/best-prior-price?market=CN`));
    t.match(prices, { amount: 1_000 });
    await checkInvariants(t, app);
  },
);
