import { type TProperties, Type } from '@sinclair/typebox';
import { divideRounded, MAX_AMOUNT, sumOf } from '../../../platform/money.ts';
import { enumeration, model, PositiveAmount, ref } from '../../../platform/http/schema.ts';
import { AMOUNT_BASES, type AmountBasis } from '../engine/facts.ts';
import type { ParameterFault, ViewLine } from '../engine/mechanic.ts';

export const AmountBasisName = enumeration(
  'AmountBasis',
  'Which amount is looked at. `list`: list prices. `current`: what is left after the offers of the class `product`. `after_order`: what ' +
    'is left after everything that was applied before.',
  AMOUNT_BASES,
);

/** The parameters of a mechanic, under its name. */
export const parametersOf = <const T extends string, P extends TProperties>(
  $id: string,
  type: T,
  description: string,
  properties: P,
) =>
  model($id, description, {
    type: Type.Literal(type, { description: 'The mechanic.' }),
    ...properties,
  });

export const rateBps = (description: string) =>
  Type.Integer({
    minimum: 1,
    maximum: 10_000,
    description: `${description} In basis points: 2,000 is 20 %.`,
  });
export const amountOf = (description: string) =>
  Type.Integer({ minimum: 1, maximum: Number(MAX_AMOUNT), description });
export const anyAmount = (description: string) => ref(PositiveAmount, { description });
export const count = (description: string, maximum = 1_000_000, minimum = 1) =>
  Type.Integer({ minimum, maximum, description });
export const basis = () =>
  Type.Optional(ref(AmountBasisName, { description: 'Which amount is looked at; `current`, when absent.' }));
export const productIds = (description: string, minItems = 1) =>
  Type.Array(Type.String({ format: 'uuid' }), { minItems, maxItems: 500, uniqueItems: true, description });

/** What a rule looks at of a line. */
export const lookAt = (line: ViewLine, by: AmountBasis = 'current'): bigint =>
  by === 'list' ? line.listAmount : by === 'current' ? line.currentAmount : line.leftAmount;

export const totalOf = (lines: readonly ViewLine[], by?: AmountBasis): bigint =>
  sumOf(lines.map((line) => lookAt(line, by)));

/** The lines with what a rule looks at, as weights. */
export const weigh = (lines: readonly ViewLine[], by?: AmountBasis) =>
  lines.map((line) => ({ index: line.index, amount: lookAt(line, by) }));

export const unitsOf = (lines: readonly ViewLine[]): number =>
  lines.reduce((sum, { item }) => sum + item.quantity, 0);

/** What the first `units` of a line cost: 10.00 for three are 3.33, 6.67 and 10.00. */
export const prefixOf = (amount: bigint, units: number, quantity: number): bigint =>
  divideRounded(amount * BigInt(units), BigInt(quantity));

/** Lines by what one unit costs, the cheapest first; of the same price the earlier line. */
export const cheapestFirst = (lines: readonly ViewLine[], by?: AmountBasis): ViewLine[] =>
  lines.toSorted((a, b) => {
    const difference = lookAt(a, by) * BigInt(b.item.quantity) - lookAt(b, by) * BigInt(a.item.quantity);
    return difference === 0n ? a.index - b.index : difference < 0n ? -1 : 1;
  });

/** So many units of lines, from the first line on. */
export function takeUnits(lines: readonly ViewLine[], units: number): { line: ViewLine; units: number }[] {
  let rest = units;
  return lines.flatMap((line) => {
    const taken = Math.min(rest, line.item.quantity);
    rest -= taken;
    return taken > 0 ? [{ line, units: taken }] : [];
  });
}

/** Steps have to rise. `field` is what they rise by. */
export const findStepFaults = <F extends string>(
  steps: readonly Readonly<Record<F, number>>[],
  field: F,
): ParameterFault[] =>
  steps.flatMap((step, i): ParameterFault[] => {
    const before = steps[i - 1];
    return before && step[field] <= before[field]
      ? [{ pointer: `/steps/${i}/${field}`, detail: `must be more than ${before[field]}` }]
      : [];
  });

/** Exactly one of two things has to be said. */
export const findEitherFaults = (
  pointer: string,
  first: unknown,
  second: unknown,
  names: string,
): ParameterFault[] =>
  (first === undefined) === (second === undefined)
    ? [{ pointer, detail: `needs exactly one of ${names}` }]
    : [];

/** The places of products that are named twice. */
export const findTwice = (ids: readonly string[], pointerOf: (i: number) => string): ParameterFault[] =>
  ids.flatMap((id, i) => (ids.indexOf(id) < i ? [{ pointer: pointerOf(i), detail: 'is named twice' }] : []));
export const text16 = (description: string) => Type.String({ minLength: 16, maxLength: 100, description });
