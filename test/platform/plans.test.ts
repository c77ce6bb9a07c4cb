import t from 'tap';
import { openDatabase } from '../../src/platform/db/client.ts';
import { createLogger } from '../../src/platform/logging.ts';
import { createTestDatabase } from '../support/database.ts';

const { url } = await createTestDatabase(t);
const db = openDatabase(url, { poolSize: 2, preparedStatements: true }, createLogger('silent'));
t.teardown(() => db.$client.end());

t.test('a plan that is made while a table is empty serves the table that has grown', async (t) => {
  await db.$client.query(`create table parents (id int primary key);
    create table children (id int primary key, parent_id int not null references parents)`);
  await db.$client.query('vacuum analyze parents');
  const explain = async (text: string) =>
    JSON.stringify((await db.$client.query(`explain (format json) ${text}`)).rows);
  t.match(await explain('select 1 from parents where id = 7'), /Index (Only )?Scan/);

  // The plan of a foreign key is not to be seen, but what it reads is counted. Its connection keeps the first one.
  await db.$client.query('insert into parents values (1)');
  await db.$client.query('insert into children select -i, 1 from generate_series(1, 10) i');
  await db.$client.query('insert into parents select generate_series(2, 5000)');
  const client = await db.$client.connect();
  await client.query('insert into children select i, i from generate_series(2, 5000) i');
  await client.query('select pg_stat_force_next_flush()');
  client.release();
  const { rows } = await db.$client.query(
    `select seq_tup_read::int as read from pg_stat_user_tables where relname = 'parents'`,
  );
  t.ok(rows[0].read < 5000, `${rows[0].read} rows were read one after the other`);
});

t.test('what short reads share has the same plans', async (t) => {
  const { rows } = await db.lanes.query({ text: 'show enable_seqscan' });
  t.same(rows, [{ enable_seqscan: 'off' }]);
});
