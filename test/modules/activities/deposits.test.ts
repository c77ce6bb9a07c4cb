import t from 'tap';
import { makeSomebody } from '../../support/activities-world.ts';
import { startApp, type TestShop } from '../../support/app.ts';
import {
  depositFormat,
  enableDeposits,
  makeDeposit,
  makeDepositActivity,
  openDeposit,
} from '../../support/deposits-world.ts';
import { must, tokenOf } from '../../support/world.ts';
import { advance, checkInvariants, ok } from '../orders/support.ts';

const app = await startApp(t);
const DAY = 1_440;
const SLOW = { provider: 'simulator', simulate: 'call_back_late', delaySeconds: 3_600 };
const codeOf = async (answer: Promise<any>) => {
  const { status, body } = await answer;
  return [status, body.code];
};
const read = (shop: TestShop, id: string) => ok(shop.call(`GET /v1/gift-deposits/${id}`));
const collect = (shop: TestShop, id: string, payoutWay = 'wallet', as?: string) =>
  shop.call(`POST /v1/gift-deposits/${id}/collect`, {
    body: { payoutWay },
    ...(as !== undefined && { as }),
  });
const walletOf = async (shop: TestShop, customerId: string) =>
  (await ok(shop.call(`GET /v1/customers/${customerId}/wallet`))).balanceAmount;
const confirmAll = async (shop: TestShop): Promise<number> => {
  const { data } = await ok(shop.call('GET /v1/refunds?limit=100'));
  for (const refund of data)
    if (refund.state !== 'succeeded')
      await must(shop.call(`POST /v1/refunds/${refund.id}/confirm`, { body: {} }));
  return data.reduce((sum: number, refund: any) => sum + refund.amount, 0);
};
/** The shop's clock goes to a day. */
const goTo = async (shop: TestShop, date: string) => {
  const { now } = await ok(shop.call('GET /v1/test-clock'));
  const minutes = Math.ceil((new Date(`${date}T12:00:00Z`).getTime() - new Date(now).getTime()) / 60_000);
  await advance(shop, minutes);
  await app.settle();
};

t.test('the two offers: places, goods, and the plan that is shown before', async (t) => {
  const shop = await app.createShop();
  await enableDeposits(shop);
  const offers = [
    { depositAmount: 188_000, worths: [198_000, 19_900], places: 30, instalments: 24 },
    { depositAmount: 298_000, worths: [328_000, 19_900, 49_800], places: 20, instalments: 12 },
  ];
  for (const { depositAmount, worths, places, instalments } of offers) {
    const { id } = await makeDepositActivity(
      shop,
      await depositFormat(shop, { depositAmount, instalments }, worths),
      places,
    );
    const plan = await ok(shop.call(`GET /v1/activities/${id}/deposit-plan`, { as: shop.publishableKey }));
    t.equal(plan.parts.length, instalments);
    t.equal(plan.depositAmount, depositAmount);
    const customerId = await makeSomebody(shop);
    const deposit = await makeDeposit(shop, id, customerId);
    t.match(deposit, { state: 'active', depositAmount, returnedAmount: 0, dueAmount: 0 });
    t.same(
      deposit.parts.map((part: any) => [part.partAmount, part.dueOn]),
      plan.parts.map((part: any) => [part.partAmount, part.dueOn]),
      'as it was shown',
    );
    await app.settle();
    const { data } = await ok(shop.call(`GET /v1/gift-grants?customerId=${customerId}`));
    t.equal(data.length, worths.length);
    t.ok(data.every((one: any) => one.state === 'open' && one.productId !== null));
    t.same(await codeOf(openDeposit(shop, id, customerId)), [409, 'gift_deposit_taken']);
  }
  await checkInvariants(t, app);
});

t.test(
  '24 months: whatever is collected late, at once or in another way, all of it comes back',
  async (t) => {
    const shop = await app.createShop();
    const { id } = await makeDepositActivity(shop);
    const customerId = await makeSomebody(shop);
    const as = await tokenOf(shop, customerId);
    const deposit = await makeDeposit(shop, id, customerId);
    const dueDays: string[] = deposit.parts.map((part: any) => part.dueOn);
    t.same(await codeOf(collect(shop, deposit.id)), [409, 'gift_deposit_nothing_due']);
    let counter = 0;
    for (const [at, day] of dueDays.entries()) {
      await goTo(shop, day);
      // Every fifth month nobody comes: it is collected with the next.
      if (at % 5 === 4 && at < 23) continue;
      const { dueAmount } = await read(shop, deposit.id);
      if (at % 3 === 0) await must(collect(shop, deposit.id, 'wallet', as));
      else if (at % 3 === 1) await must(collect(shop, deposit.id, 'payment', as));
      else {
        const { claimCode } = await must(
          shop.call(`POST /v1/gift-deposits/${deposit.id}/claim-code`, { as }),
        );
        const spoken = `${claimCode.slice(0, 4)}-${claimCode.slice(4)}`.toLowerCase();
        const pay = () => shop.call('POST /v1/gift-deposit-payouts', { body: { claimCode: spoken } });
        const answers = await Promise.all([pay(), pay()]);
        t.same(
          answers.map(({ status }) => status).toSorted((a, b) => a - b),
          [200, 422],
          'once',
        );
        counter += dueAmount;
      }
      t.same(await codeOf(collect(shop, deposit.id)).then(([status]) => status), 409, 'not twice');
    }
    const along = await confirmAll(shop);
    t.equal((await walletOf(shop, customerId)) + along + counter, 188_000, 'to the cent');
    t.match(await read(shop, deposit.id), { state: 'settled', returnedAmount: 188_000, dueAmount: 0 });
    t.same(await codeOf(collect(shop, deposit.id)), [409, 'gift_deposit_not_active']);
    const { data } = await ok(shop.call('GET /v1/ledger/balances'));
    t.notOk(
      data.some(({ account, balanceAmount }: any) => account === 'gift_deposit' && balanceAmount !== 0),
    );
    await checkInvariants(t, app);
  },
);

t.test('what is never collected stays owed, and is told once and reported by age', async (t) => {
  const shop = await app.createShop();
  const { id } = await makeDepositActivity(shop, { instalments: 12 });
  const deposit = await makeDeposit(shop, id);
  await goTo(shop, deposit.parts[11].dueOn);
  await advance(shop, 400 * DAY);
  await app.settle();
  t.match(await read(shop, deposit.id), { state: 'active', dueAmount: 188_000 });
  const ageing = await ok(shop.call('GET /v1/gift-deposit-ageing'));
  t.match(ageing, { exposedAmount: 188_000, limitAmount: 10_000_000 });
  t.match(ageing.ages.at(-1), { age: 'days_over_90', parts: 12, deposits: 1, owedAmount: 188_000 });
  const { data } = await ok(shop.call('GET /v1/changes?limit=1000'));
  t.equal(data.filter(({ type }: any) => type === 'gift_deposit.part_due').length, 12);
  await must(collect(shop, deposit.id));
  t.match(await read(shop, deposit.id), { state: 'settled' });
  t.match(await ok(shop.call('GET /v1/gift-deposit-ageing')), { exposedAmount: 0 });
  await checkInvariants(t, app);
});

t.test('off by default, and capped: what is open counts, what is back does not', async (t) => {
  const shop = await app.createShop();
  const format = await depositFormat(shop);
  const draft = await must(shop.call('POST /v1/activities', { body: { name: 'Deposits', format } }));
  const start = () => shop.call(`POST /v1/activities/${draft.id}/start`);
  t.same(await codeOf(start()), [409, 'gift_deposits_off']);
  await enableDeposits(shop, { giftDepositLimitAmount: 376_000 });
  await must(start());
  const first = await makeDeposit(shop, draft.id);
  await makeDeposit(shop, draft.id);
  const third = await makeSomebody(shop);
  t.same(await codeOf(openDeposit(shop, draft.id, third)), [409, 'gift_deposit_limit_reached']);
  t.equal(
    (await ok(shop.call(`GET /v1/activities/${draft.id}/participants`))).data.length,
    2,
    'no place gone',
  );
  await must(shop.call(`POST /v1/gift-deposits/${first.id}/settle`, { body: { reason: 'Asked for.' } }));
  await must(collect(shop, first.id));
  t.equal((await openDeposit(shop, draft.id, third)).status, 201);
  await enableDeposits(shop, { giftDepositsEnabled: false });
  t.same(await codeOf(openDeposit(shop, draft.id, await makeSomebody(shop))), [409, 'gift_deposits_off']);
  await checkInvariants(t, app);
});

t.test('a place is held until it is paid, and is free again when it is not', async (t) => {
  const shop = await app.createShop();
  const { id } = await makeDepositActivity(shop, {}, 1);
  const [ana, bo] = [await makeSomebody(shop), await makeSomebody(shop)];
  const pending = await must(openDeposit(shop, id, ana, SLOW));
  t.match(pending.deposit, { state: 'pending', payUntil: String });
  t.same(await codeOf(openDeposit(shop, id, bo)), [409, 'activity_full']);
  t.same(await codeOf(collect(shop, pending.deposit.id)), [409, 'gift_deposit_not_active']);
  await advance(shop, 25 * 60);
  await app.settle();
  t.match(await read(shop, pending.deposit.id), { state: 'cancelled' });
  const declined = await openDeposit(shop, id, ana, { provider: 'simulator', simulate: 'decline' });
  t.equal(declined.status, 201);
  await app.settle();
  t.match(await read(shop, declined.body.deposit.id), { state: 'cancelled' }, 'at once');
  t.match(await openDeposit(shop, id, bo), { status: 201 });
  t.same(await codeOf(openDeposit(shop, id, ana)), [409, 'activity_full']);
  const wallet = openDeposit(shop, id, ana, { provider: 'wallet' });
  t.same(await codeOf(wallet), [422, 'provider_not_available'], 'stored value is no money to lend');
  await checkInvariants(t, app);
});

t.test('settled early: all of it, nothing taken off, by whom it may be', async (t) => {
  const shop = await app.createShop();
  const { id } = await makeDepositActivity(shop);
  const customerId = await makeSomebody(shop);
  const as = await tokenOf(shop, customerId);
  const deposit = await makeDeposit(shop, id, customerId);
  await app.settle();
  await goTo(shop, deposit.parts[1].dueOn);
  await must(collect(shop, deposit.id));
  const settle = (by?: string) =>
    shop.call(`POST /v1/gift-deposits/${deposit.id}/settle`, {
      body: { reason: 'I need it.' },
      ...(by !== undefined && { as: by }),
    });
  const { data: grants } = await ok(shop.call(`GET /v1/gift-grants?customerId=${customerId}`));
  const { claimCode } = await must(shop.call(`POST /v1/gift-grants/${grants[0].id}/claim-code`));
  await must(shop.call('POST /v1/gift-grants/hand-over', { body: { claimCode } }));
  t.same(await codeOf(settle(as)), [409, 'gift_deposit_goods_out']);
  t.equal((await read(shop, deposit.id)).dueAmount, 0, 'nothing changed');
  const settled = await must(settle());
  t.equal(settled.dueAmount, 188_000 - 2 * 7_834);
  t.same(await codeOf(settle()), [409, 'gift_deposit_settled_early']);
  await must(collect(shop, deposit.id, 'payment', as));
  await confirmAll(shop);
  t.match(await read(shop, deposit.id), { state: 'settled', returnedAmount: 188_000 });

  const other = await makeSomebody(shop);
  const own = await tokenOf(shop, other);
  const second = await makeDeposit(shop, id, other);
  await app.settle();
  await must(shop.call(`POST /v1/gift-deposits/${second.id}/settle`, { body: { reason: 'No.' }, as: own }));
  const { data } = await ok(shop.call(`GET /v1/gift-grants?customerId=${other}`));
  t.ok(
    data.every(({ state }: any) => state === 'cancelled'),
    'goods that are not out are not owed',
  );
  t.equal((await must(collect(shop, second.id, 'wallet', own))).returnedAmount, 188_000);
  await checkInvariants(t, app);
});

t.test('a customer with a deposit is not erased, and a merge takes it along', async (t) => {
  const shop = await app.createShop();
  const { id } = await makeDepositActivity(shop);
  const [ana, twin] = [await makeSomebody(shop), await makeSomebody(shop)];
  const [one, two] = [await makeDeposit(shop, id, ana), await makeDeposit(shop, id, twin)];
  t.match(await shop.call(`POST /v1/customers/${twin}/erase`), {
    status: 409,
    body: { code: 'gift_deposit_not_back', outstandingAmount: 188_000 },
  });
  await must(shop.call(`POST /v1/customers/${ana}/merge`, { body: { duplicateCustomerId: twin } }));
  await app.settle();
  for (const deposit of [one, two]) {
    t.equal((await read(shop, deposit.id)).customerId, ana);
    await must(shop.call(`POST /v1/gift-deposits/${deposit.id}/settle`, { body: { reason: 'Both.' } }));
    await must(collect(shop, deposit.id));
  }
  t.equal(await walletOf(shop, ana), 376_000);
  const exported = await ok(shop.call(`GET /v1/customers/${ana}/personal-data`));
  t.match(JSON.stringify(exported), /"gift_deposits"/);
  await checkInvariants(t, app);
});

t.test('of two deposits that a merge brings together one can end unpaid', async (t) => {
  const shop = await app.createShop();
  const { id } = await makeDepositActivity(shop);
  const [ana, twin] = [await makeSomebody(shop), await makeSomebody(shop)];
  const kept = await makeDeposit(shop, id, ana);
  const pending = (await must(openDeposit(shop, id, twin, SLOW))).deposit;
  await must(shop.call(`POST /v1/customers/${ana}/merge`, { body: { duplicateCustomerId: twin } }));
  await advance(shop, 25 * 60);
  await app.settle();
  t.match(await read(shop, pending.id), { state: 'cancelled', customerId: ana });
  t.match(await read(shop, kept.id), { state: 'active' });
  await checkInvariants(t, app);
});

t.test('what it cannot be is refused when it is written', async (t) => {
  const shop = await app.createShop();
  const format = await depositFormat(shop);
  const draft = (fields: object) =>
    shop.call('POST /v1/activities', { body: { name: 'Deposits', format: { ...format, ...fields } } });
  const faulty = [422, 'activity_format_faulty'];
  const money = { kind: 'stored_value', amount: 500 };
  t.same(await codeOf(draft({ gifts: [money] })), faulty, 'money back with yield');
  const loose = { kind: 'goods', name: 'Something', quantity: 1, marketAmount: 100 };
  t.same(await codeOf(draft({ gifts: [loose] })), faulty, 'goods of no product');
  t.same(await codeOf(draft({ depositAmount: 11, instalments: 12 })), faulty);
  t.same(await codeOf(draft({ gifts: [] })), [400, 'validation_failed']);
});
