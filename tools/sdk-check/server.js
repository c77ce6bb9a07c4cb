// The built project as a process of its own, with the database that it brings, in a folder that goes away with it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PATIENCE_MS = 120_000;

/** Starts the server on a free port and reads from what it prints where it listens and the key of the demo shop. */
export async function startServer(root) {
  const dataDir = mkdtempSync(join(tmpdir(), 'makegood-sdk-check-'));
  // Started by root, Postgres runs as another user, who has to get in.
  chmodSync(dataDir, 0o755);
  const { DATABASE_URL: _database, ...env } = process.env;
  const child = spawn(process.execPath, [join(root, 'dist', 'main.js')], {
    cwd: root,
    env: { ...env, DATA_DIR: dataDir, HOST: '127.0.0.1', PORT: '0', LOG_LEVEL: 'warn' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'close');
  const stop = async () => {
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
    const [, signal] = await ended;
    clearTimeout(timer);
    rmSync(dataDir, { recursive: true, force: true });
    if (signal === 'SIGKILL') throw new Error('the server did not end when it was told to');
  };
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.once(signal, () => void stop().finally(() => process.exit(1)));
  }

  let said = '';
  const ready = new Promise((resolve, reject) => {
    const fail = (what) => reject(new Error(`the server ${what}:\n${said}`));
    const timer = setTimeout(fail, PATIENCE_MS, 'did not get ready');
    const read = (chunk) => {
      said += chunk;
      const url = /^Makegood listens on (\S+)$/m.exec(said)?.[1];
      const key = /sk_test_\S+/.exec(said)?.[0];
      // The curl line is the last that it prints.
      if (url && key && /^curl .*$/m.test(said)) resolve({ url, key });
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.once('close', (code) => {
      clearTimeout(timer);
      fail(`ended with ${code}`);
    });
  });
  try {
    return { ...(await ready), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
