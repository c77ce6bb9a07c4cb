import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { nodeArguments } from '../support/node.ts';

// How often each is run: npm test has 500 baskets under the laws and 5,000 against the enumeration.
const FILES = [
  ['laws', process.env['LAW_RUNS'] ?? '20000'],
  ['differential', process.env['DIFFERENTIAL_RUNS'] ?? '20000'],
] as const;

for (const [name, runs] of FILES) {
  t.test(`${name} at ${runs} runs`, async (t) => {
    const file = fileURLToPath(new URL(`../modules/campaigns/${name}.test.ts`, import.meta.url));
    const { status, stdout } = spawnSync(process.execPath, nodeArguments(file), {
      env: { PATH: process.env['PATH'], PROPERTY_RUNS: runs, TAP_TIMEOUT: '1500' },
      encoding: 'utf8',
      maxBuffer: 1e9,
    });
    t.equal(status, 0, `${name}${status === 0 ? '' : `\n${stdout}`}`);
  });
}
