import type { Ctx } from './context.ts';
import { platformErrors } from './errors.ts';

/** Refuses with 412 when If-Match names another version than the locked row has. */
export function checkVersion(ctx: Pick<Ctx, 'expectedVersion'>, row: { readonly version: number }): void {
  if (ctx.expectedVersion === undefined || ctx.expectedVersion === row.version) return;
  throw platformErrors.version_mismatch(`The resource is at version ${row.version}.`, {
    extra: { currentVersion: row.version },
    headers: { etag: `"${row.version}"` },
  });
}
