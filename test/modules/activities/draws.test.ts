import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { sha256 } from '../../../src/modules/activities/draws/draw-rules.ts';
import { startApp, type TestShop } from '../../support/app.ts';
import { makeSomebody } from '../../support/activities-world.ts';
import { buyFor, drawOne, makeDraw, makeLucky, WHEEL } from '../../support/draws-world.ts';
import { makeColleague } from '../../support/loyalty-world.ts';
import { must, tokenOf } from '../../support/world.ts';
import { checkInvariants, ok } from '../orders/support.ts';

const app = await startApp(t);
const codeOf = async (answer: Promise<any>) => {
  const { status, body } = await answer;
  return [status, body.code];
};
const publishedOf = (shop: TestShop, id: string) =>
  ok(shop.call(`GET /v1/activities/${id}/draw`, { as: shop.publishableKey }));
const end = async (shop: TestShop, id: string) => {
  await must(shop.call(`POST /v1/activities/${id}/end`, { body: { reason: 'Enough.' } }));
  await app.settle();
};

t.test('chances come with what is bought, are used once, and bring what they fell on', async (t) => {
  const shop = await app.createShop();
  const { id } = await makeDraw(shop);
  const customerId = await makeSomebody(shop);
  t.same(await codeOf(drawOne(shop, id, customerId)), [409, 'no_chance_left']);
  await buyFor(app, shop, customerId, 19_999);
  t.same(await codeOf(drawOne(shop, id, customerId)), [409, 'no_chance_left'], 'a cent too little');
  await buyFor(app, shop, customerId, 47_000);
  const own = await tokenOf(shop, customerId);
  const body = { nonce: 'my-own-nonce' };
  const first = await must(shop.call(`POST /v1/me/activities/${id}/tickets`, { body, as: own }));
  t.match(first, { number: 1, nonce: 'my-own-nonce', customerId, ruleVersion: 1, isInsider: false });
  t.same(
    await codeOf(shop.call(`POST /v1/me/activities/${id}/tickets`, { body, as: own })),
    [409, 'nonce_used'],
    'what was drawn on is drawn',
  );
  t.equal((await must(drawOne(shop, id, customerId))).number, 2, 'what was refused left no gap');
  t.same(await codeOf(drawOne(shop, id, customerId)), [409, 'no_chance_left']);
  const published = await publishedOf(shop, id);
  t.match(published, {
    tickets: 2,
    totalWeight: 1_000,
    seed: null,
    odds: [
      { key: 'kettle', probability: 0.01, marketAmount: 19_900 },
      { key: 'credit', probability: 0.3 },
      { key: 'none', probability: 0.69 },
    ],
  });
  t.equal(sha256(published.texts[0].text), published.texts[0].hash);
  const tickets = await ok(shop.call(`GET /v1/me/activities/${id}/tickets`, { as: own }));
  t.same(
    tickets.data.map((one: any) => one.number),
    [2, 1],
  );
  await checkInvariants(t, app);
});

t.test('chances of goods that go back are taken back while nobody used them', async (t) => {
  const shop = await app.createShop();
  const { id } = await makeDraw(shop);
  const customerId = await makeSomebody(shop);
  const order = await buyFor(app, shop, customerId, 60_000);
  await must(drawOne(shop, id, customerId));
  await must(shop.call(`POST /v1/orders/${order.id}/cancel`, { body: {} }));
  await app.settle();
  t.same(await codeOf(drawOne(shop, id, customerId)), [409, 'no_chance_left'], 'two of three are gone');
  const { data } = await ok(shop.call(`GET /v1/participants?customerId=${customerId}`));
  t.match(data, [{ progress: 1, used: 1 }], 'what was used stays');
  await checkInvariants(t, app);
});

t.test('prizes that are gone are replaced, what is won is given', async (t) => {
  const shop = await app.createShop();
  const prizes = [
    { ...WHEEL.prizes[1], weight: 1_000, stock: 3 },
    { ...WHEEL.prizes[2], weight: 1 },
  ];
  const { id } = await makeDraw(shop, { prizes });
  const customerId = await makeLucky(app, shop, 10);
  const tickets = [];
  for (let left = 10; left > 0; left -= 1) tickets.push(await must(drawOne(shop, id, customerId)));
  await app.settle();
  const won = tickets.filter((one) => one.prizeKey === 'credit');
  t.equal(won.length, 3);
  t.ok(tickets.filter((one) => one.drawnKey === 'credit').length > 3);
  t.equal((await ok(shop.call(`GET /v1/customers/${customerId}/wallet`))).balanceAmount, 1_500);
  const { data } = await ok(shop.call(`GET /v1/activity-rewards?customerId=${customerId}`));
  t.same(
    data.map((one: any) => one.earnedBy).toReversed(),
    won.map((one) => `ticket:${one.number}`),
  );
  await end(shop, id);
  t.match(await ok(shop.call(`GET /v1/activities/${id}/draw/verify`)), {
    isValid: true,
    checked: 10,
    faults: [],
  });
  const last = await ok(shop.call(`GET /v1/activities/${id}/tickets/10/verify`));
  t.match(last, { isValid: true, message: `${id}|10|${tickets[9].nonce}` });
  await checkInvariants(t, app);
});

t.test('the archive of a finished draw is drawn again elsewhere; a forged one is found out', async (t) => {
  const shop = await app.createShop();
  const { id } = await makeDraw(shop);
  const customerId = await makeLucky(app, shop, 40);
  for (let left = 40; left > 0; left -= 1) await must(drawOne(shop, id, customerId));
  const path = `GET /v1/activities/${id}/draw/archive.ndjson`;
  t.same(await codeOf(shop.call(path)), [409, 'draw_not_revealed']);
  t.same(await codeOf(shop.call(`GET /v1/activities/${id}/draw/verify`)), [409, 'draw_not_revealed']);
  await end(shop, id);
  const archive = await readText(shop, path.slice(4));
  const lines = archive.trim().split('\n');
  t.equal(lines.length, 41);
  t.notMatch(archive, new RegExp(customerId), 'nobody is named');
  const dir = mkdtempSync(join(tmpdir(), 'draw-'));
  t.teardown(() => rmSync(dir, { recursive: true }));
  const verify = (text: string) => {
    const file = join(dir, 'archive.ndjson');
    writeFileSync(file, text);
    return spawnSync(process.execPath, [join('docs', 'verify-draw.mjs'), file], { encoding: 'utf8' });
  };
  const honest = verify(archive);
  t.equal(honest.status, 0, honest.stderr);
  t.match(honest.stdout, /As drawn: 40 tickets/);
  const edit = (at: number, change: (entry: any) => void) => {
    const entry = JSON.parse(lines[at] ?? '');
    change(entry);
    return lines.with(at, JSON.stringify(entry)).join('\n');
  };
  const retext = (head: any, from: string, to: string) => {
    head.versions[0].text = head.versions[0].text.replace(from, to);
    head.versions[0].hash = sha256(head.versions[0].text);
  };
  const forgeries: [string, string][] = [
    [
      'another prize',
      edit(7, (one) => Object.assign(one, { prize: one.prize === 'none' ? 'credit' : 'none' })),
    ],
    ['another seed', edit(0, (head) => Object.assign(head, { seed: 'ab'.repeat(32) }))],
    ['a ticket less', lines.toSpliced(9, 1).join('\n')],
    ['the last ticket less', lines.slice(0, -1).join('\n')],
    ['a text that was never published', edit(0, (head) => (head.versions[0].text += ' '))],
    ['a text with another hash as well', edit(0, (head) => retext(head, '"weight":690', '"weight":10'))],
  ];
  for (const [what, forged] of forgeries) t.equal(verify(forged).status, 1, what);
});

async function readText(shop: TestShop, url: string): Promise<string> {
  const answer = await app.app.inject({
    method: 'GET',
    url,
    headers: { authorization: `Bearer ${shop.publishableKey}` },
  });
  return answer.body;
}

t.test('a draw that has begun changes in favour of customers, by two people', async (t) => {
  const shop = await app.createShop();
  const { id } = await makeDraw(shop);
  const colleague = await makeColleague(shop, ['activities:write']);
  const more = {
    ...WHEEL,
    prizes: WHEEL.prizes.map((one) => (one.key === 'kettle' ? { ...one, stock: 2 } : one)),
  };
  t.same(await codeOf(shop.call(`PATCH /v1/activities/${id}`, { body: { format: more } })), [
    409,
    'draw_frozen',
  ]);
  const odds = { ...WHEEL, prizes: WHEEL.prizes.map((one) => ({ ...one, weight: 7 })) };
  const ask = (format: object) =>
    shop.call(`POST /v1/activities/${id}/draw/changes`, {
      body: { format, reason: 'A second kettle came.' },
    });
  t.same(await codeOf(ask(odds)), [409, 'activity_worse_for_customers']);
  const change = await must(ask(more));
  t.match(change, { state: 'requested', ruleVersion: null });
  const approve = (as?: string) => shop.call(`POST /v1/draw-changes/${change.id}/approve`, as ? { as } : {});
  t.same(await codeOf(approve()), [403, 'draw_change_by_one']);
  t.match(await must(approve(colleague)), { state: 'approved', ruleVersion: 2 });
  t.same(await codeOf(approve(colleague)), [409, 'draw_change_decided']);
  const published = await publishedOf(shop, id);
  t.match(published, { odds: [{ stock: 2 }], texts: [{ ruleVersion: 1 }, { ruleVersion: 2 }] });
  const customerId = await makeLucky(app, shop, 5);
  for (let left = 5; left > 0; left -= 1) t.equal((await must(drawOne(shop, id, customerId))).ruleVersion, 2);
  await end(shop, id);
  t.match(await ok(shop.call(`GET /v1/activities/${id}/draw/verify`)), {
    isValid: true,
    areTextsUnchanged: true,
  });
  await checkInvariants(t, app);
});

t.test('a ticket, and one purchase, bring at most what is allowed', async (t) => {
  const shop = await app.createShop();
  const grand = (marketAmount: number, stock: number) => [
    { ...WHEEL.prizes[0], stock, rewards: [{ kind: 'goods', name: 'Car', quantity: 1, marketAmount }] },
    WHEEL.prizes[2],
  ];
  const start = async (format: object) => {
    const draft = await must(
      shop.call('POST /v1/activities', { body: { name: 'Car', format: { ...WHEEL, ...format } } }),
    );
    return codeOf(shop.call(`POST /v1/activities/${draft.id}/start`));
  };
  t.same(await start({ prizes: grand(5_000_001, 1) }), [422, 'draw_prize_too_valuable']);
  t.same(
    await start({ prizes: grand(2_000_000, 3) }),
    [422, 'draw_prize_too_valuable'],
    'three by one purchase',
  );
  t.same(await start({ prizes: grand(5_000_000, 1) }), [200, undefined]);
  t.same(await start({ prizes: grand(2_000_000, 3), chancesPerPurchaseLimit: 2 }), [200, undefined]);
  const worthless = [{ ...WHEEL.prizes[0], rewards: [{ kind: 'points', points: 5 }] }, WHEEL.prizes[2]];
  t.same(
    await codeOf(
      shop.call('POST /v1/activities', { body: { name: 'x', format: { ...WHEEL, prizes: worthless } } }),
    ),
    [422, 'activity_format_faulty'],
    'a prize says what it is worth',
  );
});
