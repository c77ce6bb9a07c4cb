import t from 'tap';
import { startApp } from '../../../support/app.ts';
import { makeCoupon } from '../../../support/coupons-world.ts';
import { makeCustomer, tokenOf } from '../../../support/world.ts';

const many = { read: 1_000, write: 1_000, bulk: 1_000, front: 1_000, open: 1_000, refused: 1_000 };
let now = Date.parse('2026-06-18T04:00:00.000Z');
const clock = { now: () => new Date(now) };
const app = await startApp(t, { clock, config: { rateLimits: { ...many, guessed: 5 } } });

t.test('who gives many codes that nobody has has to wait, also with a right one', async (t) => {
  const coupon = await makeCoupon(app, { usesPerCodeLimit: null });
  const [maria, other] = [
    await tokenOf(app, (await makeCustomer(app)).id),
    await tokenOf(app, (await makeCustomer(app)).id),
  ];
  const check = (codes: string[], as?: string) =>
    app.call('POST /v1/coupons/check', { body: { codes }, ...(as ? { as } : {}) });
  for (let i = 0; i < 10; i += 1)
    t.equal((await check([coupon.code], maria)).status, 200, 'a right code is no guess');
  t.equal((await check(['WRONG1', 'WRONG2', 'WRONG3'], maria)).status, 200);
  t.equal((await check(['WRONG4', 'WRONG5'], maria)).status, 200);
  const refused = await check([coupon.code], maria);
  t.equal(refused.status, 429);
  t.equal(refused.headers['retry-after'], '60');
  t.equal((await check([coupon.code], other)).status, 200, 'somebody else need not wait');
  for (let i = 0; i < 10; i += 1) t.equal((await check(['WRONG'])).status, 200, 'nor the shop’s own server');
  now += 61_000;
  t.equal((await check([coupon.code], maria)).status, 200);
});
