import t from 'tap';
import type { Tx } from '../../src/platform/db/client.ts';
import { afterCommit, inTransaction } from '../../src/platform/db/transaction.ts';
import { startApp } from '../support/app.ts';

const app = await startApp(t, { poolSize: 4 });
const { $client } = app.deps.db;
await $client.query('create table probe (id int primary key, value int not null)');
await $client.query('insert into probe values (1, 0), (2, 0)');

const bump = (tx: Tx, id: number) =>
  tx.$client.query('update probe set value = value + 1 where id = $1', [id]);
const fail = (tx: Tx, sqlState: string) =>
  tx.$client.query(`do $$ begin raise exception 'probe' using errcode = '${sqlState}'; end $$`);
const valueOf = async (id: number) =>
  (await $client.query<{ value: number }>('select value from probe where id = $1', [id])).rows[0]?.value;

t.test('a deadlock is tried again, and both commit', async (t) => {
  const ctx = await app.ctx();
  let [attempts, held] = [0, 0];
  let meet: () => void = () => undefined;
  const both = new Promise<void>((resolve) => (meet = resolve));
  const cross = (first: number, second: number) =>
    inTransaction(ctx, async (tx) => {
      attempts += 1;
      await bump(tx, first);
      // Each holds its first row before it asks for the other's.
      held += 1;
      if (held === 2) meet();
      if (held <= 2) await both;
      await bump(tx, second);
    });
  await Promise.all([cross(1, 2), cross(2, 1)]);
  t.equal(attempts, 3, 'one of them was the victim, once');
  t.same([await valueOf(1), await valueOf(2)], [2, 2]);
});

t.test('a serialisation failure is tried again, three times at most', async (t) => {
  const ctx = await app.ctx();
  let attempts = 0;
  const third = await inTransaction(ctx, async (tx) => {
    attempts += 1;
    if (attempts < 3) await fail(tx, '40001');
    return attempts;
  });
  t.equal(third, 3);
  attempts = 0;
  const hopeless = inTransaction(ctx, async (tx) => {
    attempts += 1;
    await fail(tx, '40001');
  });
  await t.rejects(hopeless, { code: '40001' });
  t.equal(attempts, 4);
  for (const sqlState of ['23505', '55P03', 'P0001']) {
    attempts = 0;
    await t.rejects(
      inTransaction(ctx, async (tx) => {
        attempts += 1;
        await fail(tx, sqlState);
      }),
      { code: sqlState },
    );
    t.equal(attempts, 1, `${sqlState} is final`);
  }
});

t.test('hooks run after the commit, never when it rolls back', async (t) => {
  const ctx = await app.ctx();
  const ran: string[] = [];
  let attempts = 0;
  await inTransaction(ctx, async (tx) => {
    attempts += 1;
    const name = `attempt ${attempts}`;
    afterCommit(tx, () => ran.push(name));
    if (attempts === 1) await fail(tx, '40P01');
    await bump(tx, 1);
    t.same(ran, [], 'not yet');
  });
  t.same(ran, ['attempt 2'], 'those of the attempt that failed are forgotten');
  await t.rejects(
    inTransaction(ctx, async (tx) => {
      afterCommit(tx, () => ran.push('never'));
      throw new Error('changed my mind');
    }),
    { message: 'changed my mind' },
  );
  t.same(ran, ['attempt 2']);
});

t.test('a transaction that failed inside is not taken for committed', async (t) => {
  const ctx = await app.ctx();
  const ran: string[] = [];
  const before = await valueOf(1);
  await t.rejects(
    inTransaction(ctx, async (tx) => {
      afterCommit(tx, () => ran.push('never'));
      await bump(tx, 1);
      // Postgres answers the COMMIT that follows with ROLLBACK, and no error.
      await fail(tx, '23505').catch(() => undefined);
    }),
    { message: /ROLLBACK/ },
  );
  t.equal(await valueOf(1), before);
  t.same(ran, []);
});

t.test('what is thrown rolls everything back, and the connection is as before', async (t) => {
  const ctx = await app.ctx();
  const before = await valueOf(1);
  for (let i = 0; i < 10; i += 1) {
    await t.rejects(
      inTransaction(ctx, async (tx) => {
        await bump(tx, 1);
        throw new Error('no');
      }),
    );
  }
  t.equal(await valueOf(1), before);
  t.equal($client.totalCount, $client.idleCount, 'no connection is lost');
  const limits = async (on: { query(text: string): Promise<{ rows: unknown[] }> }) => {
    const { rows } = await on.query(
      `select current_setting('lock_timeout') as lock, current_setting('statement_timeout') as statement,
         current_setting('transaction_isolation') as level`,
    );
    return rows[0];
  };
  const inside = await inTransaction(ctx, (tx) => limits(tx.$client));
  t.same(inside, { lock: '5s', statement: '30s', level: 'read committed' });
  const outside = { lock: '5s', statement: '0', level: 'read committed' };
  t.same(
    await limits($client),
    outside,
    'only locks are bounded: for statements that are a transaction of their own',
  );
});

t.test('a connection that the server cuts is thrown away', async (t) => {
  const ctx = await app.ctx();
  const before = await valueOf(1);
  await t.rejects(
    inTransaction(ctx, async (tx) => {
      await bump(tx, 1);
      await tx.$client.query('select pg_terminate_backend(pg_backend_pid())');
    }),
  );
  t.equal(await valueOf(1), before);
  for (let i = 0; i < 6; i += 1) await inTransaction(ctx, (tx) => bump(tx, 2));
  t.equal($client.totalCount, $client.idleCount);
});

t.test('more transactions than connections take turns', async (t) => {
  const ctx = await app.ctx();
  const before = (await valueOf(1)) ?? 0;
  await Promise.all(Array.from({ length: 40 }, () => inTransaction(ctx, (tx) => bump(tx, 1))));
  t.equal(await valueOf(1), before + 40);
});

t.test('a transaction whose client falls silent does not keep its locks', async (t) => {
  const { rows } = await $client.query(
    `select current_setting('idle_in_transaction_session_timeout') as idle`,
  );
  t.same(rows, [{ idle: '1min' }]);
});
