import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { nodeArguments } from '../support/node.ts';

const { ACTIVITY_RUNS = '200', TEST_POSTGRES_URL = '', TAP_TIMEOUT = '1500' } = process.env;

// What friends buy, give back and draw, and how deposits come back: npm test has 8 sequences of each.
const FILES = ['activities/model', 'activities/deposit-model'];

for (const name of FILES) {
  t.test(`${ACTIVITY_RUNS} sequences of ${name}`, async (t) => {
    const file = fileURLToPath(new URL(`../modules/${name}.test.ts`, import.meta.url));
    const { status, stdout } = spawnSync(process.execPath, nodeArguments(file), {
      env: { PATH: process.env['PATH'], MODEL_RUNS: ACTIVITY_RUNS, TEST_POSTGRES_URL, TAP_TIMEOUT },
      encoding: 'utf8',
      maxBuffer: 1e9,
    });
    t.equal(status, 0, status === 0 ? 'each as the model says' : stdout);
  });
}
