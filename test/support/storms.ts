import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import type { Test } from 'tap';
import { buildApp } from '../../src/app.ts';
import { openDatabase } from '../../src/platform/db/client.ts';
import { connect } from '../modules/orders/support.ts';
import type { TestApp } from './app.ts';
import { applicationUrl } from './database.ts';

/** A second process, as far as the database can tell. */
export async function openSecond(t: Test, app: TestApp): Promise<FastifyInstance> {
  const { config, log } = app.deps;
  const db = openDatabase(applicationUrl(app.url), config, log);
  const { known: _known, ...deps } = app.deps;
  const second = await buildApp({ ...deps, db });
  t.teardown(async () => {
    await second.close();
    await db.$client.end();
  });
  return second;
}

/** Cuts a connection of the application every few milliseconds. Returns how many, when it is over. */
export async function cutConnections(t: Test, app: TestApp, isOver: AbortSignal): Promise<number> {
  const killer = await connect(t, app.url);
  let cut = 0;
  while (!isOver.aborted) {
    await sleep(5 + Math.random() * 25);
    const { rowCount } = await killer.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and pid <> pg_backend_pid() order by random() limit 1`,
    );
    cut += rowCount ?? 0;
  }
  return cut;
}
