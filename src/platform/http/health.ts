import '@fastify/swagger';
import { sql } from 'drizzle-orm';
import type { FastifyInstance } from 'fastify';
import { platformErrors } from '../errors.ts';

/** `/healthz`: the process runs. `/readyz`: it can serve, because the database answers. */
export function healthRoutes(app: FastifyInstance): void {
  app.get('/healthz', { schema: { hide: true } }, async () => ({ status: 'ok' }));
  app.get('/readyz', { schema: { hide: true } }, async () => {
    try {
      await app.deps.db.execute(sql`select 1`);
    } catch (error) {
      throw platformErrors.overloaded('The database does not answer.', {
        cause: error,
        headers: { 'retry-after': '1' },
      });
    }
    return { status: 'ready' };
  });
}
