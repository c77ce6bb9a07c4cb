import { Problem, type Violation } from './errors.ts';

type Place = Pick<Violation, 'in' | 'pointer'>;

/** Where the parts of a request that a flow makes stand in the one that its caller sent: `{ '/items/0': '/productId' }`. */
export type Places = Readonly<Record<string, string | Place>>;

/** The place in the caller's request: by the longest part that is named, with what follows it; else the same. */
export function placeOf(pointer: string, places: Places): Place {
  const [part] = Object.keys(places)
    .filter((name) => pointer === name || pointer.startsWith(`${name}/`))
    .toSorted((a, b) => b.length - a.length);
  const found = part === undefined ? undefined : places[part];
  if (part === undefined || found === undefined) return { in: 'body', pointer };
  const place = typeof found === 'string' ? { in: 'body' as const, pointer: found } : found;
  return { ...place, pointer: `${place.pointer}${pointer.slice(part.length)}` };
}

/** Does what has a request of its own as a part of another: a refusal of it points into the request that was sent. */
export async function pointingInto<T>(places: Places, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof Problem ? moved(error, places) : error;
  }
}

function moved(problem: Problem, places: Places): Problem {
  const { definition, detail, extra, headers, cause } = problem;
  const violations = problem.violations.map((violation) =>
    violation.in === 'body' ? { ...violation, ...placeOf(violation.pointer, places) } : violation,
  );
  return new Problem(definition, detail, { violations, extra, headers, cause });
}
