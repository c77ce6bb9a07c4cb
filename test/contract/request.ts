import type { Answer, TestShop } from '../support/app.ts';
import type { Prepared } from '../support/recipes.ts';
import type { Described } from './document.ts';

/** What is different from the prepared request. */
export interface Change {
  /** A credential; none when null. */
  readonly as: string | null;
  readonly params?: Record<string, string>;
  readonly query?: Record<string, string>;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

/** The example that the document shows. */
export function exampleOf(op: Described): { params: Record<string, string>; body?: unknown } {
  const named = op.parameters as readonly { in: string; name: string; example?: string }[];
  const params = named.filter((parameter) => parameter.in === 'path');
  const json = op.requestBody?.content['application/json'] as { example?: unknown } | undefined;
  return {
    params: Object.fromEntries(params.map(({ name, example }) => [name, example ?? ''])),
    ...(json ? { body: json.example } : {}),
  };
}

/** Sends what was prepared for an operation, with one thing changed. */
export async function ask(
  shop: TestShop,
  op: Described,
  prepared: Prepared,
  change: Change,
): Promise<Answer> {
  const params = { ...prepared.params, ...change.params };
  const path = op.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ''));
  const required = (
    op.parameters as readonly { in: string; name: string; required?: boolean; example?: unknown }[]
  )
    .filter((parameter) => parameter.in === 'query' && parameter.required === true)
    .map(({ name, example }): [string, string] => [name, String(example)]);
  const query = new URLSearchParams({ ...Object.fromEntries(required), ...change.query });
  return shop.call(`${op.method} ${path}${query.size > 0 ? `?${query.toString()}` : ''}`, {
    as: change.as,
    body: 'body' in change ? change.body : (prepared.payload ?? prepared.body),
    headers: { ...prepared.headers, ...change.headers },
  });
}
