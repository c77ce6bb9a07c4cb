import type { RuleGroup, SegmentCondition, SegmentRule } from './rule-schemas.ts';

/** More would be a program. */
export const MAX_CONDITIONS = 100;
/** Every change of a customer is looked at by every rule of the shop. */
export const MAX_LIVE_SEGMENTS = 200;
/** Customers in one request. */
export const MAX_LISTED = 1_000;
/** Movements of one evaluation that are told one by one. */
export const MAX_TOLD = 1_000;

/** A condition with where it stands. */
export interface Placed {
  readonly pointer: string;
  readonly condition: SegmentCondition;
}

/** A group with where it stands. */
export interface PlacedGroup {
  readonly pointer: string;
  readonly group: RuleGroup;
}

/** The conditions of a group itself, with their places. */
export const conditionsOf = ({ group, pointer }: PlacedGroup): Placed[] =>
  (group.conditions ?? []).map((condition, i) => ({ condition, pointer: `${pointer}/conditions/${i}` }));

/** The groups directly inside a group, with their places. */
export const groupsOf = ({ group, pointer }: PlacedGroup): PlacedGroup[] =>
  (group.groups ?? []).map((inner, i) => ({ group: inner, pointer: `${pointer}/groups/${i}` }));

/** Every group of a rule, the outermost first. */
export const allGroups = (placed: PlacedGroup): PlacedGroup[] => [
  placed,
  ...groupsOf(placed).flatMap(allGroups),
];

const RULE = '/rule';
export const wholeOf = (rule: SegmentRule): PlacedGroup => ({ pointer: RULE, group: rule });

/** Every condition of a rule, with its place. */
export const allConditions = (rule: SegmentRule): Placed[] => allGroups(wholeOf(rule)).flatMap(conditionsOf);

/** A reference of a rule to another segment, with where it stands. */
export interface Reference {
  readonly segmentId: string;
  readonly pointer: string;
}

/** The other segments that a rule refers to. */
export const referencesOf = (rule: SegmentRule): Reference[] =>
  allConditions(rule).flatMap(({ condition, pointer }) =>
    condition.field === 'segment'
      ? condition.segmentIds.map((segmentId, i) => ({ segmentId, pointer: `${pointer}/segmentIds/${i}` }))
      : [],
  );

/** Whether a rule goes by RFM scores. */
export const usesRfm = (rule: SegmentRule): boolean =>
  allConditions(rule).some(({ condition: { field } }) => field === 'rfmScore' || field === 'rfmCell');

/** What a rule refers to, for every segment that has one. */
export type ReferenceGraph = ReadonlyMap<string, readonly string[]>;

/** A circle that begins at a segment and comes back to it, without its end; undefined when there is none. */
export function findCycle(graph: ReferenceGraph, start: string): string[] | undefined {
  const seen = new Set<string>();
  const walk = (id: string, path: readonly string[]): string[] | undefined => {
    for (const next of graph.get(id) ?? []) {
      if (next === start) return [...path, id];
      if (seen.has(next)) continue;
      seen.add(next);
      const found = walk(next, [...path, id]);
      if (found) return found;
    }
    return undefined;
  };
  return walk(start, []);
}

/**
 * Segments in levels: each refers only to those of levels before, so that a level can be evaluated at once. A graph without
 * circles; what it does not have, such as a list, is there already.
 */
export function levelsOf(graph: ReferenceGraph): string[][] {
  const depths = new Map<string, number>();
  const depthOf = (id: string): number => {
    const known = depths.get(id);
    if (known !== undefined) return known;
    const inner = (graph.get(id) ?? []).filter((next) => graph.has(next)).map(depthOf);
    const depth = inner.length === 0 ? 0 : Math.max(...inner) + 1;
    depths.set(id, depth);
    return depth;
  };
  const levels: string[][] = [];
  for (const id of [...graph.keys()].toSorted()) {
    const level = (levels[depthOf(id)] ??= []);
    level.push(id);
  }
  return levels;
}

/** A part of a whole in basis points, halves up; null where there is no whole. 1 of 3 is 3,333. */
export const shareBps = (part: bigint, whole: bigint): number | null =>
  whole === 0n ? null : Number((part * 20_000n + whole) / (whole * 2n));
