/** A state machine as a table: each state with the states that may follow it. */
export interface States<S extends string = string> {
  readonly names: readonly S[];
  readonly next: Readonly<Record<S, readonly S[]>>;
  readonly canMove: (from: S, to: S) => boolean;
  readonly isEnd: (state: S) => boolean;
}

/** Defines a state machine from its transition table. The first state is where things begin. */
export function defineStates<const T extends Record<string, readonly string[]>>(
  table: T & Record<keyof T, readonly (keyof T & string)[]>,
): States<keyof T & string> {
  type S = keyof T & string;
  const next = table as unknown as Record<S, readonly S[]>;
  return {
    names: Object.keys(table),
    next,
    canMove: (from, to) => next[from].includes(to),
    isEnd: (state) => next[state].length === 0,
  };
}

/** The transition table as a Mermaid diagram, for a module's README. */
export function stateDiagram(states: Pick<States, 'names' | 'next'>): string {
  const arrows = states.names.flatMap((from) => (states.next[from] ?? []).map((to) => `  ${from} --> ${to}`));
  const ends = states.names
    .filter((name) => states.next[name]?.length === 0)
    .map((name) => `  ${name} --> [*]`);
  return ['stateDiagram-v2', `  [*] --> ${states.names[0] ?? ''}`, ...arrows, ...ends].join('\n');
}
