import t from 'tap';
import { makeSomebody } from '../../support/activities-world.ts';
import { startApp, type TestShop } from '../../support/app.ts';
import {
  CONTEST,
  decide,
  enter,
  makeContest,
  makeEntry,
  makeShort,
  passDeadline,
} from '../../support/contests-world.ts';
import { makeColleague, makeMember, setProgramme } from '../../support/loyalty-world.ts';
import { must, tokenOf } from '../../support/world.ts';
import { checkInvariants, ok } from '../orders/support.ts';

const app = await startApp(t);
const codeOf = async (answer: Promise<any>) => {
  const { status, body } = await answer;
  return [status, body.code];
};
const read = (shop: TestShop, id: string, as?: string) =>
  ok(shop.call(`GET /v1/activities/${id}/contest`, as === undefined ? {} : { as }));
const winnersOf = async (shop: TestShop, id: string): Promise<number[]> =>
  (await ok(shop.call(`GET /v1/activities/${id}/entries?isWinner=true&limit=100`))).data.map(
    (one: any) => one.number,
  );

t.test('who was right shares the pot, to the last point', async (t) => {
  const shop = await app.createShop();
  await setProgramme(shop);
  const { id } = await makeShort(shop);
  const people = [
    await makeMember(shop),
    await makeMember(shop),
    await makeMember(shop),
    await makeMember(shop),
  ];
  for (const [at, one] of people.entries())
    t.match(await must(enter(shop, id, one, at === 1 ? 'away' : 'home')), { number: at + 1 });
  t.same((await read(shop, id, shop.publishableKey)).counts, [], 'nobody goes by others');
  await passDeadline(shop);
  t.same((await read(shop, id, shop.publishableKey)).counts, [
    { key: 'home', entries: 3 },
    { key: 'away', entries: 1 },
    { key: 'draw', entries: 0 },
  ]);
  await decide(app, shop, id, 'home');
  t.match(await read(shop, id, shop.publishableKey), {
    state: 'settled',
    resultKey: 'home',
    rightEntries: 3,
    seed: /^[0-9a-f]{64}$/,
  });
  t.same(await winnersOf(shop, id), [1, 3, 4]);
  const points = await Promise.all(
    people.map(async (one) => (await ok(shop.call(`GET /v1/loyalty-members/${one}`))).activePoints),
  );
  t.same(points, [34, 0, 33, 33]);
  t.match(await ok(shop.call(`GET /v1/activities/${id}/contest/verify`)), {
    checked: 4,
    faults: [],
    isSeedCommitted: true,
    isValid: true,
  });
  await checkInvariants(t, app);
});

t.test('a pot is shared among more than one batch of winners', async (t) => {
  const shop = await app.createShop();
  const { id } = await makeShort(shop, { prize: { kind: 'share', points: 207 } });
  for (let count = 0; count < 205; count += 1) await makeEntry(shop, id);
  await passDeadline(shop);
  await decide(app, shop, id, 'home');
  const { rows } = await app.deps.db.$client.query(
    `select (reward->>'points')::int as points, count(*)::int as winners from activity_rewards
     where activity_id = $1 group by 1 order by 1`,
    [id],
  );
  t.same(rows, [
    { points: 1, winners: 203 },
    { points: 2, winners: 2 },
  ]);
  await checkInvariants(t, app);
});

t.test('winners are drawn by a seed that was bound before anybody entered', async (t) => {
  const shop = await app.createShop();
  const prize = { kind: 'draw', winners: 2, rewards: [{ kind: 'stored_value', amount: 1_000 }] };
  const { id } = await makeShort(shop, { prize });
  const { commitment } = await read(shop, id);
  for (const option of ['home', 'home', 'away', 'home', 'home', 'home']) await makeEntry(shop, id, option);
  await passDeadline(shop);
  t.same(await codeOf(shop.call(`GET /v1/activities/${id}/contest/verify`)), [409, 'contest_not_settled']);
  await decide(app, shop, id, 'home');
  const settled = await read(shop, id);
  t.equal(settled.commitment, commitment);
  const winners = await winnersOf(shop, id);
  t.equal(winners.length, 2);
  t.notOk(winners.includes(3), 'who was wrong');
  t.equal((await ok(shop.call(`GET /v1/activity-rewards?activityId=${id}`))).data.length, 2);
  t.ok((await ok(shop.call(`GET /v1/activities/${id}/contest/verify`))).isValid);
  await app.deps.db.$client.query(
    `update contest_entries set is_winner = not is_winner, version = version + 1 where activity_id = $1 and number = $2`,
    [id, winners[0]],
  );
  t.match(await ok(shop.call(`GET /v1/activities/${id}/contest/verify`)), {
    isValid: false,
    faults: [winners[0]],
  });
  await app.deps.db.$client.query(
    `update contest_entries set is_winner = not is_winner, version = version + 1 where activity_id = $1 and number = $2`,
    [id, winners[0]],
  );
  await checkInvariants(t, app);
});

t.test('one entry each, which changes until the deadline and not after it', async (t) => {
  const shop = await app.createShop();
  const { id } = await makeShort(shop);
  const customerId = await makeSomebody(shop);
  const as = await tokenOf(shop, customerId);
  const give = (optionKey: string) =>
    shop.call(`POST /v1/me/activities/${id}/entry`, { body: { optionKey, channel: 'web' }, as });
  t.equal((await shop.call(`GET /v1/me/activities/${id}/entry`, { as })).status, 404);
  const first = await give('home');
  t.equal(first.status, 201);
  const second = await give('away');
  t.equal(second.status, 200);
  t.match(second.body, { number: 1, optionKey: 'away', nonce: first.body.nonce });
  t.equal((await give('away')).body.version, second.body.version, 'said again');
  t.same(await codeOf(give('elsewhere')), [422, 'contest_option_unknown']);
  const joined = shop.call(`POST /v1/activities/${id}/participants`, {
    body: { customerId, channel: 'web' },
  });
  t.same(await codeOf(joined), [422, 'activity_not_joinable']);
  const early = { resultKey: 'home', reason: 'I know it.' };
  t.same(await codeOf(shop.call(`POST /v1/activities/${id}/contest/result`, { body: early })), [
    409,
    'contest_not_closed',
  ]);
  await passDeadline(shop);
  t.same(await codeOf(give('home')), [409, 'contest_closed']);
  t.same(await codeOf(enter(shop, id, await makeSomebody(shop))), [409, 'contest_closed']);
  t.match(await ok(shop.call(`GET /v1/me/activities/${id}/entry`, { as })), { optionKey: 'away' });
  await checkInvariants(t, app);
});

t.test('a result is entered by one person and locked by another, who says the same', async (t) => {
  const shop = await app.createShop();
  const { id } = await makeShort(shop);
  await makeEntry(shop, id, 'home');
  await passDeadline(shop);
  const enterResult = (resultKey: string | null, as?: string) =>
    shop.call(`POST /v1/activities/${id}/contest/result`, {
      body: { resultKey, reason: 'Final score.' },
      ...(as !== undefined && { as }),
    });
  const lock = (resultKey: string | null, as?: string) =>
    shop.call(`POST /v1/activities/${id}/contest/result/lock`, {
      body: { resultKey },
      ...(as !== undefined && { as }),
    });
  t.same(await codeOf(lock('home')), [409, 'contest_result_missing']);
  t.same(await codeOf(enterResult('elsewhere')), [422, 'contest_option_unknown']);
  await must(enterResult('away'));
  t.match(await must(enterResult('home')), { state: 'entered', resultKey: null }, 'said anew');
  const colleague = await makeColleague(shop, ['activities:write']);
  t.same(await codeOf(lock('home')), [403, 'contest_result_by_one']);
  t.same(await codeOf(lock('away', colleague)), [409, 'contest_result_differs']);
  t.match(await must(lock('home', colleague)), { state: 'locked', resultKey: 'home', rightEntries: 1 });
  t.same(await codeOf(enterResult('away')), [409, 'contest_result_locked']);
  t.same(await codeOf(lock('home', colleague)), [409, 'contest_result_locked']);
  await checkInvariants(t, app);
});

t.test('a contest that is ended before its deadline is decided all the same', async (t) => {
  const shop = await app.createShop();
  const { id } = await makeContest(shop);
  await makeEntry(shop, id, 'home');
  await must(
    shop.call(`POST /v1/activities/${id}/end`, { body: { reason: 'The match was brought forward.' } }),
  );
  await decide(app, shop, id, 'home');
  t.match(await read(shop, id), { state: 'settled', rightEntries: 1 });
  await checkInvariants(t, app);
});

t.test('where nobody was right, or nothing came true, nobody wins', async (t) => {
  const shop = await app.createShop();
  for (const result of ['draw', null]) {
    const { id } = await makeShort(shop);
    await makeEntry(shop, id, 'home');
    await passDeadline(shop);
    await decide(app, shop, id, result);
    t.match(await read(shop, id), { state: 'settled', resultKey: result, rightEntries: 0 });
    t.same(await winnersOf(shop, id), []);
    t.ok((await ok(shop.call(`GET /v1/activities/${id}/contest/verify`))).isValid);
  }
  await checkInvariants(t, app);
});

t.test('what was announced stays, and what cannot be is refused before it begins', async (t) => {
  const shop = await app.createShop();
  const { id } = await makeContest(shop);
  const change = (format: object) =>
    shop.call(`PATCH /v1/activities/${id}`, { body: { format: { ...CONTEST, ...format } } });
  for (const worse of [
    { question: 'Who wins on Sunday?' },
    { options: CONTEST.options.slice(1) },
    { entriesUntil: '2099-06-02T12:00:00Z' },
    { prize: { kind: 'share', points: 99 } },
  ])
    t.same(await codeOf(change(worse)), [409, 'activity_worse_for_customers']);
  t.equal((await change({ prize: { kind: 'share', points: 200 } })).status, 200);
  const draft = (format: object) =>
    shop.call('POST /v1/activities', { body: { name: 'Other', format: { ...CONTEST, ...format } } });
  const [home, away] = CONTEST.options;
  t.same(await codeOf(draft({ options: [home, { ...away, key: 'home' }] })), [422, 'activity_format_faulty']);
  const drawn = (rewards: object[]) => ({ prize: { kind: 'draw', winners: 1, rewards } });
  t.same(await codeOf(draft(drawn([{ kind: 'points', points: 5 }]))), [422, 'activity_format_faulty']);
  const car = { kind: 'goods', name: 'Car', quantity: 1, marketAmount: 5_000_001 };
  const tooMuch = await must(draft(drawn([car])));
  t.same(await codeOf(shop.call(`POST /v1/activities/${tooMuch.id}/start`)), [
    422,
    'draw_prize_too_valuable',
  ]);
  const late = await must(draft({ entriesUntil: '2020-01-01T00:00:00Z' }));
  t.same(await codeOf(shop.call(`POST /v1/activities/${late.id}/start`)), [409, 'contest_closed']);
});

t.test('who turns out to be one person has one entry, until it is decided', async (t) => {
  const shop = await app.createShop();
  const { id } = await makeShort(shop);
  const [one, two] = [await makeEntry(shop, id, 'home'), await makeEntry(shop, id, 'home')];
  const other = await makeSomebody(shop);
  const third = await makeEntry(shop, id, 'home');
  const merge = async (survivor: string, duplicateCustomerId: string) =>
    must(shop.call(`POST /v1/customers/${survivor}/merge`, { body: { duplicateCustomerId } }));
  await merge(one.customerId, two.customerId);
  await merge(other, third.customerId);
  await passDeadline(shop);
  await decide(app, shop, id, 'home');
  t.match(await read(shop, id), { entries: 3, rightEntries: 2 });
  t.same(await winnersOf(shop, id), [1, 3]);
  const { data } = await ok(shop.call(`GET /v1/activity-rewards?activityId=${id}`));
  t.same(Object.fromEntries(data.map((got: any) => [got.customerId, got.reward.points])), {
    [one.customerId]: 50,
    [other]: 50,
  });
  const exported = await ok(shop.call(`GET /v1/customers/${other}/personal-data`));
  t.match(JSON.stringify(exported), /"optionKey":"home"/);
  await checkInvariants(t, app);
});
