import { eq, getTableColumns, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { bigint, boolean, integer, jsonb, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core';
import pg from 'pg';
import t from 'tap';
import type { Tx } from '../../src/platform/db/client.ts';
import { prepared } from '../../src/platform/db/prepared.ts';
import { rowTypes } from '../../src/platform/db/rows.ts';
import { createTestDatabase } from '../support/database.ts';

const boxes = pgTable('boxes', {
  id: integer('id').primaryKey(),
  amount: bigint('amount', { mode: 'bigint' }),
  at: timestamp('at', { withTimezone: true, precision: 3 }),
  day: text('day'),
  flag: boolean('flag'),
  owner: uuid('owner'),
  extra: jsonb('extra'),
});
const lids = pgTable('lids', {
  id: integer('id').primaryKey(),
  boxId: integer('box_id'),
  name: text('name'),
});

const INSTANTS = [
  '0001-01-01T00:00:00.000Z',
  '1883-11-18T17:00:00.500Z',
  '1999-12-31T23:59:59.999Z',
  '2026-03-29T01:00:00.000Z',
  '2026-10-25T01:30:00.120Z',
  '9999-12-31T23:59:59.000Z',
];
const AMOUNTS = ['0', '-1', '9007199254740993', '9223372036854775807', '-9223372036854775808', null];

const { url } = await createTestDatabase(t);
const client = new pg.Client({ connectionString: url, types: rowTypes });
await client.connect();
t.teardown(() => client.end());
await client.query(`create table boxes (id int primary key, amount int8, at timestamptz(3), day text, flag boolean, owner uuid,
  extra jsonb); create table lids (id int primary key, box_id int, name text)`);
for (const [i, at] of INSTANTS.entries()) {
  await client.query('insert into boxes values ($1, $2, $3, $4, $5, $6, $7)', [
    i,
    AMOUNTS[i],
    at,
    i === 2 ? null : 'Tag',
    i % 2 === 0,
    i === 3 ? null : '0198c0de-0000-7000-8000-000000000001',
    i === 4 ? null : JSON.stringify({ at, list: [1, null, 'x'] }),
  ]);
}
await client.query(`insert into lids values (1, 0, null), (2, 1, 'lid')`);

// Statements of a transaction go to its own connection, which is all that is needed of one here.
const tx = Object.assign(drizzle(client), { preparedStatements: true }) as unknown as Tx;
const selectFlat = prepared('test_flat', (db) => db.select().from(boxes).orderBy(boxes.id));
const selectJoined = prepared('test_joined', (db) =>
  db
    .select({
      box: getTableColumns(boxes),
      lid: getTableColumns(lids),
      twice: sql<number>`${boxes.id} * 2`,
      count: sql<bigint>`count(*) over ()`.mapWith(BigInt),
    })
    .from(boxes)
    .leftJoin(lids, eq(lids.boxId, boxes.id))
    .orderBy(boxes.id),
);

for (const zone of ['UTC', 'Asia/Shanghai', 'Asia/Kolkata', 'America/St_Johns', 'Europe/Berlin']) {
  t.test(`rows mean the same on a connection in ${zone}`, async (t) => {
    await client.query(`set timezone = '${zone}'`);
    const rows = await selectFlat(tx, {});
    t.same(
      rows.map(({ at }) => at?.toISOString()),
      INSTANTS,
    );
    t.same(
      rows.map(({ amount }) => (amount === null ? null : String(amount))),
      AMOUNTS,
    );
    t.equal(typeof rows[0]?.amount, 'bigint');
    t.same(rows.map(({ day, flag, owner, extra }) => [day, flag, owner === null, extra]).at(2), [
      null,
      true,
      false,
      { at: INSTANTS[2], list: [1, null, 'x'] },
    ]);
  });
}

t.test('a table that an outer join found nothing in is null, one of empty columns is not', async (t) => {
  const rows = await selectJoined(tx, {});
  t.same(
    rows.map(({ lid }) => lid),
    [{ id: 1, boxId: 0, name: null }, { id: 2, boxId: 1, name: 'lid' }, null, null, null, null],
  );
  t.same(rows[5], {
    box: {
      id: 5,
      amount: null,
      at: new Date(INSTANTS[5] ?? ''),
      day: 'Tag',
      flag: false,
      owner: '0198c0de-0000-7000-8000-000000000001',
      extra: { at: INSTANTS[5], list: [1, null, 'x'] },
    },
    lid: null,
    twice: 10,
    count: 6n,
  });
});
