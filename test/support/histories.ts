/** Something a client did, and between which two moments. Moments are places in one order over all clients. */
export interface Operation<Input, Output> {
  readonly input: Input;
  /** What was answered; undefined when that is not known: it may have happened, at any time since, or never. */
  readonly output: Output | undefined;
  readonly invokedAt: number;
  /** Infinity when the answer is not known. */
  readonly endedAt: number;
}

/** How the thing would behave if everybody came one after the other. */
export interface Model<State, Input, Output> {
  readonly initial: State;
  /** The state after it; undefined where this input cannot have had this answer. Any answer, where it is undefined. */
  step(state: State, input: Input, output: Output | undefined): State | undefined;
  /** The same for equal states and no others. */
  keyOf(state: State): string;
}

export interface Verdict<Input, Output> {
  readonly isValid: boolean;
  /** A valid order; of an invalid history the longest beginning of one. */
  readonly order: readonly Operation<Input, Output>[];
}

interface Frame<State, Input, Output> {
  readonly done: bigint;
  readonly state: State;
  readonly came: Operation<Input, Output> | undefined;
  readonly candidates: readonly number[];
  next: number;
}

/**
 * Whether a history is linearizable: whether all that was answered can be put one after the other, so that nothing comes
 * before what had ended when it began, and each answer is the one that the model gives. The search is that of J. Wing and
 * C. Gong, "Testing and Verifying Concurrent Objects" (1993); what G. Lowe added in "Testing for Linearizability" (2017) is
 * that no set of operations is tried again in a state in which it has been tried.
 */
export function checkHistory<State, Input, Output>(
  model: Model<State, Input, Output>,
  history: readonly Operation<Input, Output>[],
): Verdict<Input, Output> {
  const all = history.toSorted((a, b) => a.invokedAt - b.invokedAt);
  const answered = all.reduce((mask, { output }, i) => (output === undefined ? mask : mask | bit(i)), 0n);
  const tried = new Set<string>();
  const stack: Frame<State, Input, Output>[] = [];
  let longest: readonly Operation<Input, Output>[] = [];
  const enter = (done: bigint, state: State, came: Operation<Input, Output> | undefined): boolean => {
    const name = `${done.toString(36)} ${model.keyOf(state)}`;
    if (tried.has(name)) return false;
    tried.add(name);
    stack.push({ done, state, came, candidates: findCandidates(all, done), next: 0 });
    if (stack.length - 1 > longest.length) longest = orderOf(stack);
    return (done & answered) === answered;
  };

  if (enter(0n, model.initial, undefined)) return { isValid: true, order: [] };
  for (let frame = stack.at(-1); frame; frame = stack.at(-1)) {
    const index = frame.candidates[frame.next];
    frame.next += 1;
    if (index === undefined) {
      stack.pop();
      continue;
    }
    const operation = all[index] as Operation<Input, Output>;
    const state = model.step(frame.state, operation.input, operation.output);
    if (state === undefined) continue;
    if (enter(frame.done | bit(index), state, operation)) return { isValid: true, order: orderOf(stack) };
  }
  return { isValid: false, order: longest };
}

const bit = (index: number): bigint => 1n << BigInt(index);

const orderOf = <S, I, O>(stack: readonly Frame<S, I, O>[]): Operation<I, O>[] =>
  stack.flatMap(({ came }) => (came ? [came] : []));

/** What may come next: what is not done and began before anything else that is not done had ended. */
function findCandidates<I, O>(all: readonly Operation<I, O>[], done: bigint): number[] {
  const open: number[] = [];
  let firstEnd = Number.POSITIVE_INFINITY;
  for (const [index, operation] of all.entries()) {
    // By when they began: what follows began later still.
    if (operation.invokedAt > firstEnd) break;
    if (done & bit(index)) continue;
    open.push(index);
    firstEnd = Math.min(firstEnd, operation.endedAt);
  }
  return open.filter((index) => (all[index] as Operation<I, O>).invokedAt < firstEnd);
}

/** Writes down what clients do and when. */
export function createRecorder<Input, Output>() {
  const history: Operation<Input, Output>[] = [];
  let moment = 0;
  const tick = () => (moment += 1);
  return {
    history,
    now: tick,
    /** `call` gives the answer, `info` when it is not known, `fail` when it is known that nothing happened. */
    record: async (
      input: Input,
      call: () => Promise<Output | 'info' | 'fail'>,
    ): Promise<Output | undefined> => {
      const invokedAt = tick();
      const output = await call();
      if (output === 'fail') return undefined;
      if (output === 'info') {
        history.push({ input, output: undefined, invokedAt, endedAt: Number.POSITIVE_INFINITY });
        return undefined;
      }
      history.push({ input, output, invokedAt, endedAt: tick() });
      return output;
    },
  };
}
