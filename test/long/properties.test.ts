import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { nodeArguments } from '../support/node.ts';

const FOLDER = fileURLToPath(new URL('../', import.meta.url));
const { PROPERTY_RUNS = '10000', TEST_POSTGRES_URL = '', TAP_TIMEOUT = '1500' } = process.env;

// Every test file whose properties take their number of runs from outside.
const files = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.test.ts') && !file.startsWith('long'))
  .map((file) => join(FOLDER, file))
  .filter((file) => readFileSync(file, 'utf8').includes('PROPERTY_RUNS'))
  .toSorted();

t.test(`properties at ${PROPERTY_RUNS} runs`, async (t) => {
  t.ok(files.length > 1, `${files.length} files have properties`);
  for (const file of files) {
    const { status, stdout } = spawnSync(process.execPath, nodeArguments(file), {
      env: { PATH: process.env['PATH'], PROPERTY_RUNS, TEST_POSTGRES_URL, TAP_TIMEOUT },
      encoding: 'utf8',
      maxBuffer: 1e9,
    });
    t.equal(status, 0, `${file.slice(FOLDER.length)}${status === 0 ? '' : `\n${stdout}`}`);
  }
});
