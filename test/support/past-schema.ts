import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type pg from 'pg';

const FOLDER = fileURLToPath(new URL('../../migrations/', import.meta.url));

/** Makes the schema as it was before a migration. */
export async function migrateUpTo(client: pg.Client, before: string): Promise<void> {
  await client.query(
    'create table schema_migrations (name text primary key, applied_at timestamptz default now())',
  );
  const files = readdirSync(FOLDER).filter((name) => name.endsWith('.sql') && name < before);
  for (const name of files.toSorted()) {
    await client.query(readFileSync(`${FOLDER}${name}`, 'utf8'));
    await client.query('insert into schema_migrations (name) values ($1)', [name]);
  }
}

/** Writes a row with the columns that the table had then. */
export const insert = (client: pg.Client, table: string, row: object) => {
  const names = Object.keys(row).join(', ');
  const record = `jsonb_populate_record(null::${table}, $1::jsonb)`;
  return client.query(`insert into ${table} (${names}) select ${names} from ${record}`, [
    JSON.stringify(row),
  ]);
};
