import t from 'tap';
import { startApp } from '../../../support/app.ts';
import { makeCoupon } from '../../../support/coupons-world.ts';
import { makeCustomer, makeProduct, must, tokenOf } from '../../../support/world.ts';

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

t.test('a basket without a code is priced however many guesses there were before', async (t) => {
  const product = await makeProduct(app);
  const maria = await tokenOf(app, (await makeCustomer(app)).id);
  const quote = (couponCodes?: string[]) =>
    app.call('POST /v1/quotes', {
      as: maria,
      body: { lines: [{ productId: product.id, quantity: 1 }], ...(couponCodes && { couponCodes }) },
    });
  t.equal((await quote(['WRONG1', 'WRONG2', 'WRONG3', 'WRONG4', 'WRONG5'])).status, 200);
  t.equal((await quote(['WRONG6'])).status, 429);
  t.equal((await quote()).status, 200);
});

t.test('with the key of a shop front nobody is named', async (t) => {
  const coupon = await makeCoupon(app, { usesPerCodeLimit: null });
  const maria = await makeCustomer(app);
  const body = { codes: [coupon.code], customerId: maria.id };
  const answer = await app.call('POST /v1/coupons/check', { as: app.publishableKey, body });
  t.match(answer, { status: 422, body: { code: 'customer_not_nameable' } });
});

t.test('a code is read as it was meant', async (t) => {
  const coupon = await makeCoupon(app, { usesPerCodeLimit: null });
  const definitionId = coupon.definitionId;
  const word = await must(
    app.call(`POST /v1/coupon-definitions/${definitionId}/coupons`, { body: { code: 'LOOK-100' } }),
  );
  const check = async (...codes: string[]) =>
    (await must(app.call('POST /v1/coupons/check', { body: { codes } }))).data.map(
      ({ reason }: { reason: string | null }) => reason,
    );
  const letters = coupon.code.replaceAll('0', 'O').replaceAll('1', 'l');
  t.same(await check(letters), [null]);
  t.same(await check(word.code), [null], 'a word of the shop has its letters');
  const wide = [...coupon.code].map((symbol) => String.fromCodePoint((symbol.codePointAt(0) ?? 0) + 0xfee0));
  t.same(await check(`\u200b${wide.join('')}`), [null]);
  t.same(await check(coupon.code, letters), [null, 'named_twice']);
});
