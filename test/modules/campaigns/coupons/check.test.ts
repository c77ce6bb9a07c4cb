import t from 'tap';
import type { CouponReason } from '../../../../src/modules/campaigns/coupons/rules.ts';
import { startApp } from '../../../support/app.ts';
import {
  issueCoupon,
  makeCoupon,
  makeCouponDefinition,
  makeGatedCampaign,
} from '../../../support/coupons-world.ts';
import { makeCustomer, must, tokenOf } from '../../../support/world.ts';
import { takeCodes } from './support.ts';

const app = await startApp(t);

const check = async (codes: readonly string[], fields: object = {}, options: object = {}) =>
  (await must(app.call('POST /v1/coupons/check', { body: { codes, ...fields }, ...options }))).data;
const reasonOf = async (code: string, fields: object = {}): Promise<CouponReason | null> =>
  (await check([code], fields))[0].reason;
const soon = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString();

t.test('a code that can be used names what it opens', async (t) => {
  const campaignId = await makeGatedCampaign(app);
  const definition = await makeCouponDefinition(app, { campaignId });
  const coupon = await issueCoupon(app, definition.id);
  const spelled = `${coupon.code.slice(0, 4)} - ${coupon.code.slice(4).toLowerCase()}`;
  t.same(await check([spelled]), [
    {
      code: spelled,
      isUsable: true,
      couponId: coupon.id,
      definitionId: definition.id,
      campaignId,
      reason: null,
    },
  ]);
});

t.test('a code of another shop is as unknown as none', async (t) => {
  const theirs = await makeCoupon(await app.createShop());
  const [of, none, odd] = await check([theirs.code, 'NOSUCHCODE', '?']);
  t.same({ ...of, code: '' }, { ...none, code: '' });
  t.equal(of.reason, 'unknown_code');
  t.equal(odd.reason, 'unknown_code');
});

t.test('each campaign that is not there says so', async (t) => {
  const reasons = {
    campaign_draft: await makeGatedCampaign(app, {}, 'draft'),
    campaign_paused: await makeGatedCampaign(app, {}, 'paused'),
    campaign_not_started: await makeGatedCampaign(app, { startsAt: soon(1) }, 'scheduled'),
    campaign_ended: await makeGatedCampaign(app, { endsAt: soon(-1) }),
    channel_not_included: await makeGatedCampaign(app, { channels: ['app'] }),
  };
  for (const [reason, campaignId] of Object.entries(reasons)) {
    const { code } = await makeCoupon(app, { campaignId });
    t.equal(await reasonOf(code, { channel: 'web' }), reason);
  }
  const started = await makeGatedCampaign(app, { startsAt: soon(-1) }, 'scheduled');
  t.equal(await reasonOf((await makeCoupon(app, { campaignId: started })).code), null, 'the dates decide');
});

t.test('a definition that is paused or archived says so, and a time that has not come', async (t) => {
  const { id } = await makeCouponDefinition(app);
  const { code } = await issueCoupon(app, id);
  await must(app.call(`POST /v1/coupon-definitions/${id}/pause`));
  t.equal(await reasonOf(code), 'definition_paused');
  await must(app.call(`POST /v1/coupon-definitions/${id}/archive`));
  t.equal(await reasonOf(code), 'definition_archived');
  t.equal(await reasonOf((await makeCoupon(app, { validFrom: soon(1) })).code), 'not_yet_valid');
});

t.test('a code that belongs to somebody is theirs', async (t) => {
  const [maria, other] = [await makeCustomer(app), await makeCustomer(app)];
  const { code } = await makeCoupon(app, { assignment: 'assigned' }, { customerId: maria.id });
  t.equal(await reasonOf(code), 'customer_required');
  t.equal(await reasonOf(code, { customerId: other.id }), 'other_customer');
  t.equal(await reasonOf(code, { customerId: maria.id }), null);
  const [own] = await check([code], {}, { as: await tokenOf(app, maria.id) });
  t.equal(own.reason, null);
  // Whoever calls is meant, whatever they say.
  const [claimed] = await check([code], { customerId: maria.id }, { as: await tokenOf(app, other.id) });
  t.equal(claimed.reason, 'other_customer');
});

t.test('what is held, used up, or has reached a limit says so', async (t) => {
  const maria = await makeCustomer(app);
  const held = await makeCoupon(app);
  await takeCodes(app, [held.code]);
  t.equal(await reasonOf(held.code), 'code_held');
  const used = await makeCoupon(app);
  await takeCodes(app, [used.code], { isPaid: true });
  t.equal(await reasonOf(used.code), 'code_used_up');
  const own = await makeCoupon(app, { usesPerCodeLimit: null, usesPerCustomerLimit: 1 });
  t.equal(await reasonOf(own.code), 'customer_required');
  await takeCodes(app, [own.code], { customerId: maria.id });
  t.equal(await reasonOf(own.code, { customerId: maria.id }), 'customer_limit_reached');
  const monthly = await makeCoupon(app, { usesPerCodeLimit: null, periodLimit: { uses: 1, per: 'year' } });
  await takeCodes(app, [monthly.code], { customerId: maria.id });
  t.equal(await reasonOf(monthly.code, { customerId: maria.id }), 'period_limit_reached');
});

t.test('of codes that are too many, twice there or of one campaign the others say so', async (t) => {
  const { id } = await makeCouponDefinition(app, { usesPerCodeLimit: null });
  const [one, two] = [await issueCoupon(app, id), await issueCoupon(app, id)];
  const reasons = (await check([one.code, one.code.toLowerCase(), two.code])).map(
    ({ reason }: { reason: string }) => reason,
  );
  t.same(reasons, [null, 'named_twice', 'same_campaign']);
  const many = await Promise.all(Array.from({ length: 11 }, async () => (await makeCoupon(app)).code));
  const last = (await check(many)).at(-1);
  t.equal(last.reason, 'too_many_codes');
});

t.test('a publishable key may ask', async (t) => {
  const { code } = await makeCoupon(app);
  const [answer] = await check([code], {}, { as: app.publishableKey });
  t.equal(answer.isUsable, true);
});
