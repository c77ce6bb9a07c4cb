import '@fastify/swagger';
import { sql } from 'drizzle-orm';
import type { FastifyInstance } from 'fastify';
import { platformErrors } from '../errors.ts';

const READY_MS = 2_000;

/** `/healthz`: the process runs. `/readyz`: it can serve, because the database answers. */
export function healthRoutes(app: FastifyInstance): void {
  app.get('/healthz', { schema: { hide: true } }, async () => ({ status: 'ok' }));
  app.get('/readyz', { schema: { hide: true } }, async () => {
    try {
      await withinTime(app.deps.db.execute(sql`select 1`));
    } catch (error) {
      throw platformErrors.overloaded('The database does not answer.', {
        cause: error,
        headers: { 'retry-after': '1' },
      });
    }
    return { status: 'ready' };
  });
}

// A database that is cut off without a word answers nothing at all, and who asks this gives up sooner than a connection.
async function withinTime(answer: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${READY_MS} ms`)), READY_MS);
  });
  await Promise.race([answer, late]).finally(() => clearTimeout(timer));
}
