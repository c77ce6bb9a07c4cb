import * as fs from 'node:fs';
import { SourceMap } from 'node:module';
import { relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const PLACE = /((?:file:\/\/)?[^\s()'"]+\.js):(\d+):(\d+)/g;

/**
 * Tells where in the sources a place in the compiled tree is, wherever a line names one. Node does so too when it is asked to, but
 * then reads the map of every module of every test file, also of those that fail nowhere.
 */
export function createPlaces({ cwd, tree }: { readonly cwd: string; readonly tree: string }) {
  const maps = new Map<string, SourceMap | undefined>();
  const mapOf = (file: string): SourceMap | undefined => {
    if (!maps.has(file)) maps.set(file, file.startsWith(tree + sep) ? readMap(`${file}.map`) : undefined);
    return maps.get(file);
  };
  return (text: string): string =>
    text.replaceAll(PLACE, (place, named: string, line: string, column: string) => {
      const file = named.startsWith('file://') ? fileURLToPath(named) : resolve(cwd, named);
      const entry = mapOf(file)?.findEntry(Number(line) - 1, Number(column) - 1);
      if (entry === undefined || !('originalLine' in entry)) return place;
      const source = relative(tree, file).replace(/\.js$/, '.ts');
      return `${source}:${entry.originalLine + 1}:${entry.originalColumn + 1}`;
    });
}

function readMap(file: string): SourceMap | undefined {
  if (!fs.existsSync(file)) return undefined;
  return new SourceMap(
    JSON.parse(fs.readFileSync(file, 'utf8')) as ConstructorParameters<typeof SourceMap>[0],
  );
}
