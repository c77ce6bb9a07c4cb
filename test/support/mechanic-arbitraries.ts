import fc, { type Arbitrary } from 'fast-check';
import type { Mechanic } from '../../src/modules/campaigns/engine/mechanic.ts';
import type { MechanicParameters } from '../../src/modules/campaigns/mechanics.ts';
import { allComponents } from '../../src/platform/http/schema.ts';
import { idOf } from './pricing.ts';

/** The products that baskets and campaigns are about: few, so that they meet. */
export const PRODUCTS = ['hat', 'shoe', 'coat', 'scarf', 'belt', 'glove'].map(idOf);
/** Those that are given away; the first is also sold. */
export const GIFTS = [idOf('hat'), idOf('card'), idOf('mug')];

interface Shape {
  readonly $ref?: string;
  readonly allOf?: readonly Shape[];
  readonly const?: string;
  readonly enum?: readonly string[];
  readonly type?: string;
  readonly format?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: boolean;
  readonly items?: Shape;
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly required?: readonly string[];
}

const componentOf = (reference: string): Shape =>
  allComponents().find(({ $id }) => `${$id ?? ''}#` === reference) as unknown as Shape;

/** Values of a schema, of the size that small baskets are about. `name` is the property that has it. */
function valuesOf(shape: Shape, name: string): Arbitrary<unknown> {
  if (shape.allOf) {
    const { allOf, ...own } = shape;
    return valuesOf({ ...allOf.map(resolve)[0], ...own }, name);
  }
  if (shape.$ref !== undefined) return valuesOf(componentOf(shape.$ref), name);
  if (shape.const !== undefined) return fc.constant(shape.const);
  if (shape.enum) return fc.constantFrom(...shape.enum);
  if (shape.type === 'boolean') return fc.boolean();
  if (shape.type === 'string')
    return shape.format === 'uuid'
      ? fc.constantFrom(...(name === 'gifts' ? GIFTS : PRODUCTS))
      : fc.string({ minLength: shape.minLength ?? 1, maxLength: (shape.minLength ?? 1) + 4 });
  if (shape.type === 'integer') return integersOf(shape, name);
  if (shape.type === 'array') return arraysOf(shape, name);
  if (shape.type === 'object') return objectsOf(shape, name);
  throw new Error(`no values for ${name}`);
}

const resolve = (shape: Shape): Shape => (shape.$ref === undefined ? shape : componentOf(shape.$ref));

function integersOf({ minimum = 0, maximum = 0 }: Shape, name: string): Arbitrary<number> {
  const usual = name.endsWith('Bps') ? minimum + 10_000 : name.toLowerCase().endsWith('amount') ? 4_000 : 4;
  const max = Math.min(maximum, Math.max(usual, minimum));
  return name.endsWith('Bps')
    ? fc.oneof(
        fc.integer({ min: minimum, max }),
        fc
          .constantFrom(1_000, 2_500, 10_000)
          .map((rate) => minimum + rate - 1)
          .filter((rate) => rate <= max),
      )
    : fc.integer({ min: minimum, max });
}

function arraysOf({ items = {}, minItems = 0, maxItems = 3, uniqueItems }: Shape, name: string) {
  const options = { minLength: minItems, maxLength: Math.max(minItems, Math.min(maxItems, 3)) };
  const one = valuesOf(items, name);
  return uniqueItems ? fc.uniqueArray(one, options) : fc.array(one, options);
}

function objectsOf({ properties = {}, required = [] }: Shape, name: string): Arbitrary<unknown> {
  const values = Object.fromEntries(
    Object.entries(properties).map(([key, shape]) => [
      key,
      valuesOf(shape, name === 'gifts' && key === 'productId' ? 'gifts' : key),
    ]),
  );
  return fc.record(values, { requiredKeys: [...required] });
}

const known = new Map<Mechanic, Arbitrary<MechanicParameters>>();

/** Parameters of a mechanic, made from its schema: one that is registered is met by every law, without a line here. */
export function anyParametersOf(mechanic: Mechanic): Arbitrary<MechanicParameters> {
  const made =
    known.get(mechanic) ??
    (valuesOf(mechanic.parameters as unknown as Shape, '').filter(
      (parameters) => (mechanic.findFaults?.(parameters as never) ?? []).length === 0,
    ) as Arbitrary<MechanicParameters>);
  known.set(mechanic, made);
  return made;
}
