import t from 'tap';
import { startApp } from '../../support/app.ts';
import { makeHoliday } from '../../support/calendar-world.ts';
import {
  makeCarrier,
  makeMethod,
  makePriceList,
  makeReadyOrder,
  parcelsOf,
} from '../../support/world-shipping.ts';
import { ok } from '../orders/support.ts';
import { ship } from './support.ts';

const app = await startApp(t);
const DAY = 86_400_000;
const dayAfter = (day: string, days: number) =>
  new Date(Date.parse(day) + days * DAY).toISOString().slice(0, 10);
const isWeekend = (day: string) => [0, 6].includes(new Date(day).getUTCDay());
const nextBusinessDay = (day: string): string => {
  const next = dayAfter(day, 1);
  return isWeekend(next) ? nextBusinessDay(next) : next;
};

t.test('a holiday of the shop moves what is expected and what a parcel is promised for', async (t) => {
  const shop = await app.createShop();
  const { id: carrierId } = await makeCarrier(shop);
  const method = await makeMethod(shop, carrierId, { promises: [{ fromDays: 1, toDays: 1 }] });
  await makePriceList(shop, method);
  const send = async () => {
    const order = await makeReadyOrder(shop);
    await ok(ship(shop, order.id, { carrierId, method: 'standard' }));
    return (await parcelsOf(shop, order.id))[0];
  };
  const expected = async () =>
    (
      await ok(
        shop.call('POST /v1/delivery-options', { body: { country: 'DE', weightGrams: 400 }, key: null }),
      )
    ).data[0].expected;
  const before = await send();
  const first = nextBusinessDay(before.shippedAt.slice(0, 10));
  t.equal(before.promisedOn, first);
  t.match(await expected(), { basis: 'promise', expectedOn: first });

  await makeHoliday(shop, { startsOn: first, endsOn: first });
  const second = nextBusinessDay(first);
  t.match(await expected(), { basis: 'promise', expectedOn: second });
  t.equal((await send()).promisedOn, second);
  t.equal((await parcelsOf(shop, before.orderId))[0].promisedOn, first, 'what was promised stays');
});
