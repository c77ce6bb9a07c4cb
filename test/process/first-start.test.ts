import { spawnSync } from 'node:child_process';
import t from 'tap';
import { caller, isRunning, makeDataDir, postgresPid, runCommand, startServer } from './support.ts';

const dataDir = makeDataDir(t);
const env = { DATA_DIR: dataDir };

t.test('from nothing to the printed curl line', async (t) => {
  const server = await startServer(t, env);
  t.match(server.output(), /830 imported/, 'the demo shop is filled');
  t.match(server.output(), `\nReference: ${server.url}/docs\n`);
  t.match(server.output(), /secret key: +sk_test_\S{40}/);
  t.match(server.output(), /publishable key: +pk_test_\S{40}/);

  const [curl] = await server.says(/^curl .*$/m);
  const pasted = spawnSync('bash', ['-c', curl], { encoding: 'utf8' });
  t.equal(pasted.status, 0, pasted.stderr);
  t.equal(JSON.parse(pasted.stdout).data.length, 3, 'it shows three orders');

  const { status, body } = await server.call('GET /v1/orders?limit=50');
  t.equal(status, 200);
  t.equal(body.data.length, 50);
  t.ok(body.data.every((order: any) => order.origin === 'imported' && order.currency === 'USD'));
  t.match((await server.call('GET /docs/')).headers.get('content-type'), 'text/html');
  t.equal((await server.call('GET /openapi.json')).body.openapi, '3.1.0');
  t.equal((await server.call('GET /openapi-3.0.json')).body.openapi, '3.0.3');
  t.equal((await server.call('GET /errors')).status, 200, 'where the type of every problem points');

  await t.test('commands work beside it', (t) => runBeside(t, server.url, server.pid));

  const postgres = postgresPid(dataDir);
  process.kill(server.pid, 'SIGTERM');
  t.equal(await server.ended, 0);
  t.notOk(isRunning(postgres), 'Postgres has ended before it');
  t.notMatch(server.output(), /"level":[3456]0/, 'nothing of this is worth a warning');
});

async function runBeside(t: Parameters<typeof runCommand>[0], url: string, pid: number) {
  const verified = await runCommand(t, 'cli/verify', env);
  t.equal(verified.code, 0);
  const lines = verified.output.trim().split('\n');
  t.ok(lines.length > 10, `${lines.length} invariants`);
  t.same(
    lines.filter((line) => !/^holds {2}.*: 0 of \d+ break it$/.test(line)),
    [],
    'each holds and has its figure',
  );

  const options = ['--name', 'Kaffeehaus', '--currency', 'EUR', '--timezone', 'Europe/Vienna', '--test'];
  const created = await runCommand(t, 'cli/shops', env, ['create', ...options]);
  t.equal(created.code, 0, created.output);
  const [key = ''] = /sk_test_\S+/.exec(created.output) ?? [];
  t.match((await caller(url, key)('GET /v1/shop')).body, { name: 'Kaffeehaus', currency: 'EUR' });
  const listed = await runCommand(t, 'cli/shops', env, ['list']);
  t.match(listed.output, /USD {2}UTC {2}Northwind Traders\n.*EUR {2}Europe\/Vienna {2}Kaffeehaus/);

  const seeded = await runCommand(t, 'cli/seed', env);
  t.equal(seeded.code, 0, seeded.output);
  t.match(seeded.output, /0 imported, 830 were there/);

  const second = await runCommand(t, 'main', { ...env, PORT: '0' });
  t.equal(second.code, 1, 'a second server on the same data is refused');
  t.match(second.output, new RegExp(`in use by process ${pid}\\.`));
}
