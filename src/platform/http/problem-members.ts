import type { TSchema } from '@sinclair/typebox';
import type { ErrorDefinition } from '../errors.ts';
import { plainSchema } from './references.ts';
import { ProblemDetails } from './schema.ts';

/** What a problem can say beside the standard fields, and with which codes. */
export interface ProblemMember {
  readonly name: string;
  readonly schema: TSchema;
  readonly codes: readonly string[];
}

/** The members of all refusals, by name. One name means one thing, whatever the code. */
export function collectMembers(errors: readonly ErrorDefinition[]): ProblemMember[] {
  const found = new Map<string, { schema: TSchema; codes: string[] }>();
  for (const { code, members } of errors) {
    for (const [name, schema] of Object.entries(members)) {
      if (name in ProblemDetails.properties) throw new Error(`${code}: every problem has a field ${name}`);
      const known = found.get(name) ?? { schema, codes: [] };
      if (JSON.stringify(known.schema) !== JSON.stringify(schema))
        throw new Error(`the member ${name} of ${code} is another than that of ${known.codes.join(', ')}`);
      known.codes.push(code);
      found.set(name, known);
    }
  }
  return [...found]
    .map(([name, { schema, codes }]) => ({ name, schema, codes: codes.toSorted() }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** How the page of errors and the document name the codes: `a`, `b`. */
export const codeList = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(', ');

interface Document {
  components?: { schemas?: Record<string, { properties?: Record<string, object> }> };
}

/** Adds the members to `Problem`, so that generated clients have them. Which of them come depends on the code. */
export function describeMembers(document: object, errors: readonly ErrorDefinition[]): void {
  const problem = (document as Document).components?.schemas?.['Problem'];
  if (!problem) throw new Error('the document has no component Problem');
  const members = collectMembers(errors).map(({ name, schema, codes }): [string, object] => [
    name,
    { ...plainSchema(schema), description: `${schema.description ?? ''} With ${codeList(codes)}.` },
  ]);
  problem.properties = { ...problem.properties, ...Object.fromEntries(members) };
}
