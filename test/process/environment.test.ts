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
  const { code, output } = await runCommand(t, 'main', { ...bad, DATA_DIR });
  t.equal(code, 1);
  const lines = output.trim().split('\n');
  t.equal(lines.length, 1, output);
  for (const name of Object.keys(bad)) t.match(lines[0], new RegExp(`env/${name} `));
  t.notOk(existsSync(DATA_DIR), 'and nothing was begun');
});

t.test('a database of the operator needs a secret of the operator', async (t) => {
  const { code, output } = await runCommand(t, 'main', { DATABASE_URL: 'postgres://127.0.0.1:1/x' });
  t.equal(code, 1);
  t.match(output.trim(), /^env\/TOKEN_SECRET is required with DATABASE_URL/);
});

t.test('a command that cannot be understood is answered with its usage', async (t) => {
  const attempts = [
    ['create', '--colour', 'red'],
    ['create', '--name', 'Own', '--currency', 'EUR', '--timezone', 'UTC', '--country', 'XX'],
  ];
  for (const args of attempts) {
    const { code, output } = await runCommand(t, 'cli/shops', { DATA_DIR: '/nonexistent' }, args);
    t.equal(code, 1, args.join(' '));
    t.match(output, /^usage:$/m);
  }
});

t.test('the worker does not start a database', async (t) => {
  const { code, output } = await runCommand(t, 'worker', { DATA_DIR: t.testdir() });
  t.equal(code, 1);
  // A line of its own, in plain words. The log goes to another stream, so which of them comes last is open.
  t.match(output, /^the worker needs DATABASE_URL/m);
});
