import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export interface Build {
  /** The folder with the programs. */
  readonly folder: string;
  remove(): void;
}

/** The project as `npm start` builds it, only without looking at types: a folder with all that the programs read. */
export function buildProject(): Build {
  const folder = fs.mkdtempSync(join(tmpdir(), 'makegood-build-'));
  const remove = () => fs.rmSync(folder, { recursive: true, force: true });
  for (const name of ['package.json', 'node_modules', 'migrations', 'data']) {
    fs.symlinkSync(join(ROOT, name), join(folder, name));
  }
  const options = ['--noCheck', '--incremental', 'false', '--tsBuildInfoFile', 'null'];
  const args = ['-p', 'tsconfig.build.json', ...options, '--outDir', join(folder, 'dist')];
  const { status, stdout, error } = spawnSync(compiler(), args, { cwd: ROOT, encoding: 'utf8' });
  if (status === 0) return { folder: join(folder, 'dist'), remove };
  remove();
  throw new Error(`the project could not be built:\n${stdout}`, { cause: error });
}

// The program itself and not its script, which would only start it.
function compiler(): string {
  const typescript = createRequire(import.meta.url).resolve('typescript/package.json');
  const platform = `@typescript/typescript-${process.platform}-${process.arch}/package.json`;
  const name = process.platform === 'win32' ? 'tsc.exe' : 'tsc';
  return join(dirname(createRequire(typescript).resolve(platform)), 'lib', name);
}
