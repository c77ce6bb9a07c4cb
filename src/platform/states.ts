/** A state machine as a table: each state with the states that may follow it. */
export interface States<S extends string = string> {
  readonly names: readonly S[];
  readonly next: Readonly<Record<S, readonly S[]>>;
  /** Where a thing stays, unless something unusual takes it up again. */
  readonly ends: readonly S[];
  readonly canMove: (from: S, to: S) => boolean;
  readonly isEnd: (state: S) => boolean;
}

/**
 * Defines a state machine from its transition table. The first state is where things begin. Those without a following state
 * are ends; so are those in `rests`, where a thing stays unless something unusual takes it up again.
 */
export function defineStates<const T extends Record<string, readonly string[]>>(
  table: T & Record<keyof T, readonly (keyof T & string)[]>,
  rests: readonly (keyof T & string)[] = [],
): States<keyof T & string> {
  type S = keyof T & string;
  const next = table as unknown as Record<S, readonly S[]>;
  const names = Object.keys(table) as S[];
  const ends = names.filter((name) => next[name].length === 0 || rests.includes(name));
  return {
    names,
    next,
    ends,
    canMove: (from, to) => next[from].includes(to),
    isEnd: (state) => ends.includes(state),
  };
}

/** The transition table as a Mermaid diagram, for a module's README. */
export function stateDiagram(states: Pick<States, 'names' | 'ends' | 'next'>): string {
  const arrows = states.names.flatMap((from) => (states.next[from] ?? []).map((to) => `  ${from} --> ${to}`));
  const ends = states.ends.map((name) => `  ${name} --> [*]`);
  return ['stateDiagram-v2', `  [*] --> ${states.names[0] ?? ''}`, ...arrows, ...ends].join('\n');
}
