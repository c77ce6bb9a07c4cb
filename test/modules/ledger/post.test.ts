import t, { type Test } from 'tap';
import { clearing, funds, goodwill, sales, walletOf } from '../../../src/modules/ledger/accounts.ts';
import { readBalance } from '../../../src/modules/ledger/balances.ts';
import { captureHold, expireHolds, hold, releaseHold } from '../../../src/modules/ledger/holds.ts';
import { ledgerInvariants } from '../../../src/modules/ledger/invariants.ts';
import { post, reverse } from '../../../src/modules/ledger/post.ts';
import { credit, debit, type Leg } from '../../../src/modules/ledger/rules.ts';
import { postgresError } from '../../../src/platform/db/constraints.ts';
import { inTransaction } from '../../../src/platform/db/transaction.ts';
import { Problem } from '../../../src/platform/errors.ts';
import { newId } from '../../../src/platform/ids.ts';
import { startApp } from '../../support/app.ts';
import { times } from '../orders/support.ts';

const app = await startApp(t);
const { db } = app.deps;
const ctx = await app.ctx();

const move = (legs: readonly Leg[], subject: string = newId(), kind = 'tried') =>
  inTransaction(ctx, (tx) => post(tx, ctx, { kind, subject, legs }));
const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'done',
    (error: unknown) =>
      error instanceof Problem ? error.definition.code : (postgresError(error)?.code ?? String(error)),
  );
const give = (customer: string, amount: bigint) => [
  debit(goodwill(), amount),
  credit(walletOf(customer), amount),
];
const spend = (customer: string, amount: bigint) => [
  debit(walletOf(customer), amount),
  credit(sales(), amount),
];
const balanceOf = (customer: string) => readBalance(db, app.shopId, walletOf(customer));
const soon = () => new Date(ctx.now.getTime() + 60_000);

async function proveBooks(t: Test) {
  for (const { name, checkShop } of ledgerInvariants)
    t.equal((await checkShop(db, app.shopId)).broken, 0n, name);
}

t.test('the same thing is posted once', async (t) => {
  const legs = [debit(funds('manual'), 100n), credit(sales(), 100n)];
  const subject = newId();
  t.equal(await codeOf(move(legs, subject)), 'done');
  t.equal(await codeOf(move(legs, subject)), '23505');
  const twins = await Promise.all(times(20).map(() => codeOf(move(legs, 'the same'))));
  t.equal(twins.filter((code) => code === 'done').length, 1, 'also of twenty at once');
});

t.test('a transfer is taken back once, and nothing else is changed', async (t) => {
  const subject = newId();
  await move([debit(funds('manual'), 700n), credit(clearing(subject), 700n)], subject);
  const takeBack = () => codeOf(inTransaction(ctx, (tx) => reverse(tx, ctx, 'tried', subject)));
  const answers = await Promise.all(times(8).map(takeBack));
  t.same(answers.toSorted(), [...times(7).map(() => '23505'), 'done'].toSorted());
  const { rows } = await db.$client.query(
    "select sum(amount)::int as sum, count(*)::int as n from ledger_entries where account = 'clearing' and owner_id = $1",
    [subject],
  );
  t.same(rows, [{ sum: 0, n: 2 }]);
  await t.rejects(
    inTransaction(ctx, (tx) => reverse(tx, ctx, 'tried', newId())),
    /no transfer/,
  );
});

t.test('the database refuses what no code should ask for', async (t) => {
  await move(give(newId(), 1n));
  for (const [what, text] of [
    ['a change', 'update ledger_entries set amount = amount + 1'],
    ['a deletion', 'delete from ledger_transfers'],
    ['emptying', 'truncate ledger_entries'],
    [
      'a single entry',
      `insert into ledger_entries (shop_id, transfer_id, position, account, amount)
       select shop_id, id, 9, 'sales', 5 from ledger_transfers limit 1`,
    ],
    ['a balance below its floor', 'update ledger_accounts set balance = floor - 1'],
  ] as const)
    t.match(await codeOf(db.$client.query(text)), /^23/, what);
});

t.test('fifty who spend at once never spend more than there is', async (t) => {
  const customer = newId();
  await move(give(customer, 1_000n));
  const answers = await Promise.all(times(50).map(() => codeOf(move(spend(customer, 70n)))));
  t.equal(answers.filter((code) => code === 'done').length, 14);
  t.equal(answers.filter((code) => code === 'insufficient_balance').length, 36);
  t.same(await balanceOf(customer), { balanceAmount: 20n, heldAmount: 0n, availableAmount: 20n });
  t.equal(
    await codeOf(move(spend(newId(), 1n))),
    'insufficient_balance',
    'who never had anything has nothing',
  );
  await proveBooks(t);
});

t.test('what is held cannot be spent, and is captured, released or expired once', async (t) => {
  const customer = newId();
  await move(give(customer, 500n));
  const promise = (amount: bigint, expiresAt = soon()) =>
    inTransaction(ctx, (tx) =>
      hold(tx, ctx, { account: walletOf(customer), amount, reference: newId(), expiresAt }),
    );
  const first = await promise(300n);
  t.equal(await codeOf(promise(201n)), 'insufficient_balance');
  t.equal(await codeOf(move(spend(customer, 201n))), 'insufficient_balance');
  const capture = (id: string, amount: bigint) =>
    codeOf(
      inTransaction(ctx, (tx) =>
        captureHold(tx, ctx, id, { kind: 'captured', subject: id, legs: [credit(sales(), amount)] }),
      ),
    );
  const release = (id: string) => codeOf(inTransaction(ctx, (tx) => releaseHold(tx, ctx, id)));
  t.equal(await capture(first, 301n), 'hold_not_active', 'no more than was held');
  const answers = await Promise.all([
    ...times(10).map(() => capture(first, 120n)),
    ...times(10).map(() => release(first)),
  ]);
  t.equal(answers.filter((code) => code === 'done').length, 1);
  t.equal(answers.filter((code) => code === 'hold_not_active').length, 19);
  const { balanceAmount, heldAmount } = await balanceOf(customer);
  t.ok([380n, 500n].includes(balanceAmount) && heldAmount === 0n, `${balanceAmount}`);

  const late = await promise(100n, new Date(ctx.now.getTime() - 1));
  t.equal(await capture(late, 100n), 'hold_not_active', 'its time is over');
  const ends = await Promise.all([expireHolds(ctx), expireHolds(ctx), release(late)]);
  t.ok(ends);
  t.equal((await balanceOf(customer)).heldAmount, 0n);
  t.equal(await expireHolds(ctx), 0);
  await proveBooks(t);
});
