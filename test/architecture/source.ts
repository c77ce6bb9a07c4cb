import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseSync, type Program, Visitor, type VisitorObject } from 'oxc-parser';

/** One import, re-export, dynamic import or type import of a file. */
export interface Import {
  /** As written, for example `../orders/rules.ts` or `pg`; undefined when it is not a plain string. */
  readonly specifier: string | undefined;
  /** Path from the project's root, when a file of the project is meant. */
  readonly target: string | undefined;
  /** True when nothing of it is left at run time. */
  readonly typeOnly: boolean;
  /** Names as the other file exports them; `*` for all. */
  readonly names: readonly string[];
  readonly line: number;
}

export interface Source {
  /** From the project's root, with slashes on every system. */
  readonly path: string;
  readonly lineCount: number;
  readonly imports: readonly Import[];
  lineAt(offset: number): number;
  visit(visitor: VisitorObject): void;
}

/** Something that breaks a rule, and where. */
export interface Finding {
  readonly line: number;
  readonly message: string;
}

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Parses one file; a file that cannot be parsed throws, because rules would find nothing in it. */
export function parseSource(path: string, text: string): Source {
  const { program, errors } = parseSync(path, text);
  if (errors.length > 0) throw new SyntaxError(`${path}: ${errors[0]?.message}`);
  const lineAt = (offset: number) => text.slice(0, offset).split('\n').length;
  return {
    path,
    lineCount: text.trimEnd().split('\n').length,
    imports: listImports(path, program, lineAt),
    lineAt,
    visit: (visitor) => new Visitor(visitor).visit(program),
  };
}

/** Parses every TypeScript file below a folder of the project, in the order of their paths. */
export function readSources(folder: string): Source[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => posix.join(folder, file.replaceAll('\\', '/')))
    .toSorted()
    .map((path) => parseSource(path, readFileSync(join(ROOT, path), 'utf8')));
}

/** What a rule finds in some files, each as `path:line message`. */
export function report(sources: readonly Source[], find: (source: Source) => Finding[]): string[] {
  return sources.flatMap((source) =>
    find(source).map(({ line, message }) => `${source.path}:${line} ${message}`),
  );
}

// `import { type A } from` counts as a run-time import: the statement stays when its types are erased, so the file is
// loaded. Only `import type` leaves nothing.
function listImports(path: string, program: Program, lineAt: (offset: number) => number): Import[] {
  const imports: Import[] = [];
  const add = (specifier: string | undefined, start: number, typeOnly: boolean, names: string[]) => {
    const target = specifier?.startsWith('.') ? posix.join(posix.dirname(path), specifier) : undefined;
    imports.push({ specifier, target, typeOnly, names, line: lineAt(start) });
  };
  const nameOf = (name: { name: string } | { value: string }) => ('name' in name ? name.name : name.value);
  new Visitor({
    ImportDeclaration({ source, start, importKind, specifiers }) {
      const names = specifiers.map((specifier) => {
        if (specifier.type === 'ImportSpecifier') return nameOf(specifier.imported);
        return specifier.type === 'ImportDefaultSpecifier' ? 'default' : '*';
      });
      add(source.value, start, importKind === 'type', names);
    },
    ExportNamedDeclaration({ source, start, exportKind, specifiers }) {
      const names = specifiers.map((specifier) => nameOf(specifier.local));
      if (source) add(source.value, start, exportKind === 'type', names);
    },
    ExportAllDeclaration({ source, start, exportKind }) {
      add(source.value, start, exportKind === 'type', ['*']);
    },
    ImportExpression({ source, start }) {
      const plain = source.type === 'Literal' && typeof source.value === 'string' ? source.value : undefined;
      add(plain, start, false, ['*']);
    },
    TSImportType({ source, start }) {
      add(source.value, start, true, ['*']);
    },
  }).visit(program);
  return imports;
}
