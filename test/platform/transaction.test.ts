import t from 'tap';
import { systemContext } from '../../src/platform/context.ts';
import { postgresError } from '../../src/platform/db/constraints.ts';
import { afterCommit, inTransaction, sendAlong } from '../../src/platform/db/transaction.ts';
import { getShop } from '../../src/platform/shops/shop.ts';
import { startApp } from '../support/app.ts';

const app = await startApp(t);
const ctx = systemContext(app.deps, await getShop(app.deps.db, app.shopId), 'test');
const { $client } = app.deps.db;
await $client.query('create table notes (id int primary key, text text)');
const notes = async () => (await $client.query('select id, text from notes order by id')).rows;

t.test('a write that is sent along is there when the transaction is', async (t) => {
  await inTransaction(ctx, async (tx) => {
    await sendAlong(tx, tx.$client.query("insert into notes values (1, 'one')"));
    await sendAlong(tx, tx.$client.query("update notes set text = 'two' where id = 1"));
    const seen = await tx.$client.query('select text from notes');
    t.same(seen.rows, [{ text: 'two' }], 'what follows sees it');
  });
  t.same(await notes(), [{ id: 1, text: 'two' }]);
});

t.test('when it fails the transaction fails with its error, and nothing is written', async (t) => {
  let committed = false;
  const failing = async (then: (query: (text: string) => Promise<unknown>) => Promise<unknown>) =>
    inTransaction(ctx, async (tx) => {
      afterCommit(tx, () => (committed = true));
      await sendAlong(tx, tx.$client.query("insert into notes values (2, 'before')"));
      await sendAlong(tx, tx.$client.query("insert into notes values (1, 'again')"));
      return then((text) => tx.$client.query(text));
    }).then(
      () => 'no error',
      (error: unknown) => postgresError(error)?.code ?? String(error),
    );
  t.equal(await failing(async () => undefined), '23505', 'at the commit');
  t.equal(await failing((query) => query('select 1')), '23505', 'and not that what follows is refused');
  t.equal(await failing((query) => query('nonsense')), '23505', 'whatever follows');
  t.equal(
    await failing(async () => {
      throw new Error('of its own');
    }),
    '23505',
    'the first failure counts',
  );
  t.notOk(committed);
  t.same(await notes(), [{ id: 1, text: 'two' }]);
  t.equal($client.totalCount, $client.idleCount, 'no connection is lost');
});

t.test('outside of a transaction it is waited for', async (t) => {
  const client = await $client.connect();
  await t.rejects(sendAlong(client as never, client.query('nonsense')));
  client.release();
});
