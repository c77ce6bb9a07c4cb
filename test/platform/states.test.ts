import t from 'tap';
import { modules } from '../../src/modules.ts';
import { defineStates, stateDiagram } from '../../src/platform/states.ts';
import { platformStates } from '../../src/platform/webhooks/states.ts';

/** A machine as a graph. */
interface Machine {
  readonly names: readonly string[];
  readonly ends: readonly string[];
  readonly next: Readonly<Record<string, readonly string[]>>;
}

const machines: [name: string, states: Machine][] = [
  platformStates,
  ...modules.map((module) => module.states ?? {}),
].flatMap((states) => Object.entries(states));

/** The states that can be reached from one, itself included. */
function reachableFrom({ next }: Machine, start: string): Set<string> {
  const seen = new Set([start]);
  for (const state of seen) for (const following of next[state] ?? []) seen.add(following);
  return seen;
}
const deadEnds = (states: Machine) =>
  states.names.filter(
    (name) => ![...reachableFrom(states, name)].some((state) => states.ends.includes(state)),
  );
const unreachable = (states: Machine) => {
  const reached = reachableFrom(states, states.names[0] ?? '');
  return states.names.filter((name) => !reached.has(name));
};

t.test('the search finds what it looks for', async (t) => {
  const trap = defineStates({
    open: ['wait', 'done'],
    wait: ['again'],
    again: ['wait'],
    done: [],
    lost: ['done'],
  });
  t.same(deadEnds(trap), ['wait', 'again']);
  t.same(unreachable(trap), ['lost']);
});

t.test('every state is reached, and from every state an end is reached', async (t) => {
  t.ok(machines.length >= 3, `${machines.length} machines`);
  for (const [name, states] of machines) {
    t.same(deadEnds(states), [], `${name}: no dead end`);
    t.same(unreachable(states), [], `${name}: nothing is out of reach`);
    for (const state of states.names) {
      t.ok(
        states.next[state]?.every((following) => states.names.includes(following)),
        `${name}: ${state} leads to states that exist`,
      );
      t.notOk(states.next[state]?.includes(state), `${name}: ${state} is not left for itself`);
    }
  }
});

t.test('what the table says', async (t) => {
  const door = defineStates({ open: ['closed'], closed: ['open', 'locked'], locked: [] });
  t.same(door.names, ['open', 'closed', 'locked']);
  t.ok(door.canMove('closed', 'locked'));
  t.notOk(door.canMove('open', 'locked'));
  t.same(door.names.map(door.isEnd), [false, false, true]);
  t.equal(
    stateDiagram(door),
    [
      'stateDiagram-v2',
      '  [*] --> open',
      '  open --> closed',
      '  closed --> open',
      '  closed --> locked',
      '  locked --> [*]',
    ].join('\n'),
  );
});
