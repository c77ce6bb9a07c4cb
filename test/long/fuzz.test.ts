import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { nodeArguments } from '../support/node.ts';

const FILE = fileURLToPath(new URL('../contract/fuzz.test.ts', import.meta.url));
const { FUZZ_RUNS = '200', TEST_POSTGRES_URL = '', TAP_TIMEOUT = '1500' } = process.env;

t.test(`every operation with ${FUZZ_RUNS} requests`, async (t) => {
  const { status, stdout } = spawnSync(process.execPath, nodeArguments(FILE), {
    env: { PATH: process.env['PATH'], FUZZ_RUNS, TEST_POSTGRES_URL, TAP_TIMEOUT },
    encoding: 'utf8',
    maxBuffer: 1e9,
  });
  t.equal(status, 0, status === 0 ? 'no fault' : stdout);
});
