import { readFileSync } from 'node:fs';
import t from 'tap';

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

/** The files of a diff, each with the runs of lines that it has afterwards. */
function findHunks(diff: string): { readonly path: string; readonly hunk: string }[] {
  return diff.split(/^diff --git .*\n/m).flatMap((file) => {
    const path = /^\+\+\+ b\/(.*)$/m.exec(file)?.[1];
    if (path === undefined) return [];
    return file
      .split(/^@@.*\n/m)
      .slice(1)
      .map((hunk) => ({
        path,
        hunk: hunk
          .split('\n')
          .filter((line) => !line.startsWith('-'))
          .map((line) => line.slice(1))
          .join('\n')
          .trimEnd(),
      }));
  });
}

const SHOWN = ['mechanic', 'activity type'];
const diffs = [...read('CONTRIBUTING.md').matchAll(/```diff\n([^]*?)\n```/g)].map(([, diff = '']) => diff);

t.equal(diffs.length, SHOWN.length);
for (const [at, what] of SHOWN.entries())
  t.test(`the ${what} that CONTRIBUTING shows is the one that is there`, async (t) => {
    const diff = diffs[at] ?? '';
    const hunks = findHunks(diff);
    const paths = new Set(hunks.map(({ path }) => path));
    t.equal(paths.size, 3, `the ${what}, the registry and a test`);
    for (const { path, hunk } of hunks) t.ok(read(path).includes(hunk), `${path} is as it is shown`);
    const added = [...paths].filter((path) => diff.includes(`--- /dev/null\n+++ b/${path}`));
    for (const path of added) {
      const [{ hunk } = { hunk: '' }] = hunks.filter((one) => one.path === path);
      t.equal(hunk, read(path).trimEnd(), `${path} is shown as a whole`);
    }
    t.equal(added.length, 2);
  });
