import * as fs from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { createPlaces } from '../support/places.ts';

// Where this file runs from: the compiled tree.
const tree = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
const places = createPlaces({ cwd: process.cwd(), tree });

interface Thrower {
  readonly what: string;
}

t.test('a place in the compiled tree is told as the place in the source', async (t) => {
  const thrower: Thrower = { what: 'thrown here' };
  const { stack = '' } = new Error(thrower.what);
  const [, line] = /test\/architecture\/places\.test\.ts:(\d+):\d+/.exec(places(stack)) ?? [];
  const source = fs.readFileSync(join(tree, 'test/architecture/places.test.ts'), 'utf8').split('\n');
  t.match(source[Number(line) - 1], 'new Error(thrower.what)');
});

t.test('what is no place in it stays as it is', async (t) => {
  for (const text of ['', 'at /elsewhere/a.js:1:1', 'at node:fs:1:2', `${tree}/src/none.js:1:1`, 'a.js'])
    t.equal(places(text), text);
});
