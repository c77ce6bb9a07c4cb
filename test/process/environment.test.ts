import { existsSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { runCommand } from './support.ts';

t.test('every bad variable is reported at once', async (t) => {
  const DATA_DIR = join(t.testdir(), 'data');
  const bad = {
    DATABASE_POOL_SIZE: '1',
    PREPARED_STATEMENTS: 'maybe',
    PORT: '70000',
    METRICS_PORT: 'none',
    TOKEN_SECRET: 'short',
    WORKER: 'true',
    LOG_LEVEL: 'loud',
  };
  const { code, output } = await runCommand(t, 'src/main.ts', { ...bad, DATA_DIR });
  t.equal(code, 1);
  const lines = output.trim().split('\n');
  t.equal(lines.length, 1, output);
  for (const name of Object.keys(bad)) t.match(lines[0], new RegExp(`env/${name} `));
  t.notOk(existsSync(DATA_DIR), 'and nothing was begun');
});

t.test('a database of the operator needs a secret of the operator', async (t) => {
  for (const file of ['src/main.ts', 'src/worker.ts', 'src/cli/verify.ts']) {
    const { code, output } = await runCommand(t, file, { DATABASE_URL: 'postgres://127.0.0.1:1/x' });
    t.equal(code, 1, file);
    t.match(output.trim(), /^env\/TOKEN_SECRET is required with DATABASE_URL/);
  }
});

t.test('a command that cannot be understood is answered with its usage', async (t) => {
  const attempts = [
    [],
    ['create', '--name', 'Own'],
    ['create', '--colour', 'red'],
    ['create', '--name', 'Own', '--currency', 'EUR', '--timezone', 'UTC', '--country', 'XX'],
  ];
  for (const args of attempts) {
    const { code, output } = await runCommand(t, 'src/cli/shops.ts', { DATA_DIR: '/nonexistent' }, args);
    t.equal(code, 1, args.join(' '));
    t.match(output, /^usage:$/m);
  }
});
