// Names and types that a generator makes up when the document has none to offer.
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

const EXPORTED = /^export (?:declare )?(?:type|interface|const|enum|function|class) (\w+)/gm;
// Made from a path, numbered to be different, or named after nothing.
const UGLY_NAME = /^(?:v1|get\w*v1|post\w*v1)[A-Z]|def[-_]?\d|inline|anonymous|(?<![1-5]\d)\d$|__/i;
// An object of which the document does not say what it holds.
const EMPTY = /^(?!export type (?:webhooks|\$defs) ).*(?:Record<string, never>|: any\b|: object\b)/;
// What a generator brings along for every document.
const OWN = /hey-api\/(client|core)\/|\.kubb\//;

/** Each as `file: what`. */
export function findUglyNames(folder) {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.ts') && !file.includes('programs') && !OWN.test(file.replaceAll('\\', '/')),
  );
  if (files.length < 8) throw new Error('there is nothing to look at');
  return files.flatMap((file) => {
    const text = readFileSync(join(folder, file), 'utf8');
    const names = [...text.matchAll(EXPORTED)].map(([, name]) => name).filter((name) => UGLY_NAME.test(name));
    const types = text.split('\n').filter((line) => EMPTY.test(line) && !/^\s*(\*|\/[/*])/.test(line));
    return [...names, ...types].map((what) => `${relative('.', file)}: ${what.trim()}`);
  });
}
