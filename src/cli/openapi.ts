import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { buildDocuments } from '../documents.ts';
import { drawStates } from './state-pictures.ts';

// Writes openapi/ and the pictures of states from the code, or with --check says what is not as the code has it.
const folder = fileURLToPath(new URL('../../openapi/', import.meta.url));
const documents = Object.entries(await buildDocuments()).map(([name, text]) => ({
  file: `${folder}${name}`,
  text,
}));
const stale: string[] = [];
mkdirSync(folder, { recursive: true });
for (const { file, text } of [...documents, ...drawStates()]) {
  if (readOrEmpty(file) === text) continue;
  if (process.argv.includes('--check')) {
    stale.push(file);
  } else {
    writeFileSync(file, text);
    console.log(`written: ${file} (${text.length} characters)`);
  }
}
if (stale.length > 0) {
  console.error(
    `Not what the code says: ${stale.join(', ')}. Run npm run openapi and look at the difference.`,
  );
  process.exitCode = 1;
}

function readOrEmpty(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
