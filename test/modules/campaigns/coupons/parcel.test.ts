import t from 'tap';
import { startApp } from '../../../support/app.ts';
import { makeCouponDefinition, makeGatedCampaign } from '../../../support/coupons-world.ts';
import { makeCustomer, makeOrder, must, pay } from '../../../support/world.ts';
import { checkInvariants } from '../../orders/support.ts';

const app = await startApp(t);

t.test('a code for the next order goes with a parcel, once', async (t) => {
  const shop = await app.createShop();
  const maria = await makeCustomer(shop);
  const rule = { goesWithParcel: true };
  const own = await makeCouponDefinition(shop, {
    ...rule,
    name: 'Thank you',
    assignment: 'assigned',
    validDays: 90,
  });
  const open = await makeCouponDefinition(shop, {
    ...rule,
    name: 'For a friend',
    parcelMinimumAmount: 3_600,
  });
  await makeCouponDefinition(shop, { ...rule, parcelMinimumAmount: 3_601 });
  await makeCouponDefinition(shop, {
    ...rule,
    campaignId: await makeGatedCampaign(shop, { endsAt: '2026-01-01T00:00:00Z' }),
  });
  const order = await makeOrder(shop, { customerId: maria.id });
  await pay(shop, order.id);
  const slip = () => must(shop.call(`GET /v1/orders/${order.id}/packing-slip`));
  t.same((await slip()).coupons, []);
  const lines = [{ lineId: order.lines[0].id, quantity: 1 }];
  await must(shop.call(`POST /v1/orders/${order.id}/ship`, { body: { lines } }));
  const first = await slip();
  await must(shop.call(`POST /v1/orders/${order.id}/ship`, { body: { lines } }));
  t.same((await slip()).coupons, first.coupons, 'the second parcel brings no other');
  const { data } = await must(shop.call(`GET /v1/coupons?definitionId=${own.id}`));
  t.match(data, [{ customerId: maria.id, parcelOrderId: order.id, usesLimit: 1 }]);
  const theirs = (await must(shop.call(`GET /v1/coupons?definitionId=${open.id}`))).data;
  t.match(theirs, [{ customerId: null, parcelOrderId: order.id }]);
  t.same(first.coupons, [
    { code: data[0].code, name: 'Thank you', validUntil: data[0].validUntil },
    { code: theirs[0].code, name: 'For a friend', validUntil: null },
  ]);
  await checkInvariants(t, app);
});

t.test('a guest gets open codes only, and a definition that issues no more is left out', async (t) => {
  const shop = await app.createShop();
  await makeCouponDefinition(shop, { goesWithParcel: true, assignment: 'assigned' });
  const { id } = await makeCouponDefinition(shop, { goesWithParcel: true, codesLimit: 1 });
  const shipped = async () => {
    const order = await makeOrder(shop);
    await pay(shop, order.id);
    await must(shop.call(`POST /v1/orders/${order.id}/ship`, { body: {} }));
    return (await must(shop.call(`GET /v1/orders/${order.id}/packing-slip`))).coupons.length;
  };
  t.equal(await shipped(), 1);
  t.equal(await shipped(), 0);
  t.equal((await must(shop.call(`GET /v1/coupon-definitions/${id}`))).codesIssuedCount, 1);
  await checkInvariants(t, app);
});
