import t from 'tap';
import { startApp } from '../../support/app.ts';
import { makeHoliday, setHours } from '../../support/calendar-world.ts';
import { makeProduct } from '../../support/world.ts';
import { ok, times } from './support.ts';

// A Friday, 11:00 in Berlin.
const app = await startApp(t, {
  clock: { now: () => new Date('2026-11-20T10:00:00Z') },
  shop: { timezone: 'Europe/Berlin' },
});
const berlin = () => app.createShop({ timezone: 'Europe/Berlin' });

t.test('the quote and the order say when it leaves, by the longest lead time', async (t) => {
  const shop = await berlin();
  await setHours(shop);
  const [quick, slow] = [await makeProduct(shop), await makeProduct(shop, { leadTimeDays: 3 })];
  const both = { lines: [quick, slow].map(({ id }) => ({ productId: id, quantity: 1 })) };
  const one = { lines: [{ productId: quick.id, quantity: 1 }] };
  const expected = (dispatchOn: string) => ({ dispatchOn, earliestOn: null, latestOn: null });
  t.same((await ok(shop.call('POST /v1/quotes', { body: one }))).delivery, expected('2026-11-23'));
  t.same((await ok(shop.call('POST /v1/quotes', { body: both }))).delivery, expected('2026-11-26'));
  const order = await ok(shop.call('POST /v1/orders', { body: both }));
  t.same(order.delivery, expected('2026-11-26'));
  await ok(
    shop.call('PATCH /v1/shop', { body: { settings: { calendar: { handlingDays: 0, cutOffHour: 11 } } } }),
  );
  t.same(
    (await ok(shop.call('POST /v1/orders', { body: one }))).delivery,
    expected('2026-11-23'),
    'it is 11 o’clock',
  );
  await ok(shop.call('PATCH /v1/shop', { body: { settings: { calendar: { cutOffHour: 12 } } } }));
  t.same((await ok(shop.call('POST /v1/orders', { body: one }))).delivery, expected('2026-11-20'));
  t.same(
    (await ok(shop.call(`GET /v1/orders/${order.id}`))).delivery,
    expected('2026-11-26'),
    'it stays as it was said',
  );
});

t.test('no order is placed by a calendar that was changed before it was asked for', async (t) => {
  const shop = await berlin();
  await setHours(shop);
  const { id } = await makeProduct(shop, { onHandQuantity: 10_000 });
  const place = () => shop.call('POST /v1/orders', { body: { lines: [{ productId: id, quantity: 1 }] } });
  t.equal((await ok(place())).delivery.dispatchOn, '2026-11-23');
  await makeHoliday(shop, { startsOn: '2026-11-23' });
  t.equal((await ok(place())).delivery.dispatchOn, '2026-11-24', 'what is remembered is made sure of');
  const said = { answered: 0, isChanging: true };
  const close = async () => {
    for (let day = 1; day <= 15; day += 1) {
      await makeHoliday(shop, {
        startsOn: '2026-11-24',
        endsOn: new Date(Date.UTC(2026, 10, 23 + day)).toISOString().slice(0, 10),
      });
      said.answered = day;
    }
    said.isChanging = false;
  };
  const early: string[] = [];
  let placed = 0;
  const buy = async () => {
    while (said.isChanging) {
      const closedUntil = new Date(Date.UTC(2026, 10, 23 + said.answered)).toISOString().slice(0, 10);
      const { status, body } = await place();
      if (status !== 201) continue;
      placed += 1;
      if (said.answered > 0 && body.delivery.dispatchOn <= closedUntil) early.push(body.delivery.dispatchOn);
    }
  };
  await Promise.all([close(), ...times(4).map(buy)]);
  t.same(early, []);
  t.ok(placed > 15, `${placed} orders were placed meanwhile`);
});

t.test('an order that was made elsewhere says nothing of it', async (t) => {
  const { id } = await makeProduct(app);
  const order = await ok(
    app.call('POST /v1/orders/import', {
      body: {
        externalId: 'x-1',
        number: 'X-1',
        channel: 'erp',
        lines: [{ productId: id, quantity: 1, unitAmount: 100 }],
        freightAmount: 0,
        placedAt: '2026-11-01T00:00:00Z',
      },
    }),
  );
  t.equal(order.delivery, null);
});
