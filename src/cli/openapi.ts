import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { buildDocuments } from '../documents.ts';
import { checkBaseline, writeBaseline } from './breaking/baseline.ts';
import { drawStates } from './state-pictures.ts';

// Writes openapi/ and the pictures of states from the code. With --check it writes nothing: it says what is not as the
// code has it, and what breaks clients of the baseline without being declared. With --accept the baseline moves forward.
const { values: flags } = parseArgs({ options: { check: { type: 'boolean' }, accept: { type: 'boolean' } } });
const folder = fileURLToPath(new URL('../../openapi/', import.meta.url));
const documents = await buildDocuments();
const files = Object.entries(documents).map(([name, text]) => ({ file: `${folder}${name}`, text }));
const stale: string[] = [];
mkdirSync(folder, { recursive: true });
for (const { file, text } of [...files, ...drawStates()]) {
  if (existsSync(file) && readFileSync(file, 'utf8') === text) continue;
  if (flags.check) {
    stale.push(file);
  } else {
    writeFileSync(file, text);
    console.log(`written: ${file} (${text.length} characters)`);
  }
}
if (stale.length > 0)
  fail(`Not what the code says: ${stale.join(', ')}. Run npm run openapi and look at the difference.`);

const { all, undeclared } = checkBaseline(documents);
if (undeclared.length > 0) {
  const lines = undeclared.map((finding) => `- \`${finding}\``).join('\n');
  const text = `This breaks clients, and CHANGELOG.md does not say so under "### Breaking" of "## Unreleased":\n${lines}`;
  if (flags.check || flags.accept) fail(text);
  else console.log(text);
} else if (flags.accept) {
  writeBaseline(documents);
  console.log(`accepted as what clients are generated from, with ${all.length} declared breaks`);
}

function fail(text: string): void {
  console.error(text);
  process.exitCode = 1;
}
