import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { nodeArguments } from '../support/node.ts';

const MODEL = fileURLToPath(new URL('../modules/settlements/model.test.ts', import.meta.url));
const { MODEL_RUNS = '200', TEST_POSTGRES_URL = '', TAP_TIMEOUT = '1500' } = process.env;

t.test(`${MODEL_RUNS} sequences of what people do with an order`, async (t) => {
  const { status, stdout } = spawnSync(process.execPath, nodeArguments(MODEL), {
    env: { PATH: process.env['PATH'], MODEL_RUNS, TEST_POSTGRES_URL, TAP_TIMEOUT },
    encoding: 'utf8',
    maxBuffer: 1e9,
  });
  t.equal(status, 0, status === 0 ? 'each as the model says' : stdout);
});
