import type { TSchema } from '@sinclair/typebox';
import { allComponents } from './schema.ts';

type Node = Record<string, unknown>;

/** TypeBox's schema as the document writes it: references lead to components. */
export function plainSchema(schema: TSchema): Node {
  const text = JSON.stringify(schema).replaceAll(/"\$ref":"(\w+)#"/g, '"$ref":"#/components/schemas/$1"');
  return JSON.parse(text) as Node;
}

const isNode = (value: unknown): value is Node => value !== null && typeof value === 'object';

/**
 * Puts back what a property says beside a reference: OpenAPI 3.1 keeps both, @fastify/swagger keeps the reference alone, and
 * then the settled amount of an order reads like its total. `schemas` are the components of the document.
 */
export function restoreDescriptions(schemas: Record<string, Node>): void {
  for (const component of allComponents()) restore(component, schemas[component.$id ?? '']);
}

function restore(source: unknown, target: unknown): void {
  if (!isNode(source) || !isNode(target)) return;
  const { $ref, description } = source;
  if ($ref !== undefined && target['$ref'] !== undefined && typeof description === 'string')
    target['description'] = description;
  for (const [key, inner] of Object.entries(source)) restore(inner, target[key]);
}
