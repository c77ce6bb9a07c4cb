import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { buildDocuments } from '../documents.ts';

// Writes openapi/ from the code, or with --check says what is not as the code has it.
const folder = fileURLToPath(new URL('../../openapi/', import.meta.url));
const documents = await buildDocuments();
const stale: string[] = [];
mkdirSync(folder, { recursive: true });
for (const [name, text] of Object.entries(documents)) {
  if (process.argv.includes('--check')) {
    if (readOrEmpty(`${folder}${name}`) !== text) stale.push(name);
  } else {
    writeFileSync(`${folder}${name}`, text);
    console.log(`openapi/${name}: ${text.length} characters`);
  }
}
if (stale.length > 0) {
  console.error(
    `openapi/ is not what the code says: ${stale.join(', ')}. Run npm run openapi and look at the difference.`,
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
