/**
 * A port lets a module call one that comes after it in the import order: the left module declares what it
 * needs, `modules.ts` fills it once. A port runs in its caller's transaction.
 */
export interface Port<T> {
  readonly name: string;
  readonly fill: (implementation: T) => void;
  readonly get: () => T;
}

/** Declares a port. Using it unfilled or filling it twice is a mistake in the wiring and throws. */
export function definePort<T>(name: string): Port<T> {
  let filled: { implementation: T } | undefined;
  return {
    name,
    fill(implementation) {
      if (filled) throw new Error(`port ${name} is filled twice`);
      filled = { implementation };
    },
    get() {
      if (!filled) throw new Error(`port ${name} is not filled`);
      return filled.implementation;
    },
  };
}
