import type { FastifyInstance } from 'fastify';
import type { ErrorDefinition } from './errors.ts';
import type { EventDefinition } from './events/define.ts';
import type { Subscriber } from './events/dispatcher.ts';
import type { Task } from './jobs/runner.ts';
import type { Sweep } from './jobs/sweeps.ts';
import type { Settings } from './shops/settings.ts';
import type { States } from './states.ts';
import type { Db } from './db/client.ts';

/** Something that must never be false: a query that counts what breaks it. */
export interface Invariant {
  readonly name: string;
  /** What was looked at and what breaks the rule, over the whole database. */
  readonly check: (db: Db) => Promise<{ checked: bigint; broken: bigint }>;
}

/** What a module brings; `modules.ts` lists them all. */
export interface Module {
  readonly name: string;
  /** The tags of its operations, with what they are about. */
  readonly tags?: Readonly<Record<string, string>>;
  readonly routes?: (app: FastifyInstance) => void;
  readonly errors?: Record<string, ErrorDefinition>;
  readonly events?: readonly EventDefinition[];
  readonly settings?: Settings;
  readonly sweeps?: readonly Sweep[];
  readonly subscribers?: readonly Subscriber[];
  readonly tasks?: Record<string, Task>;
  readonly invariants?: readonly Invariant[];
  /** For the pictures in its README; only the table is read. */
  readonly states?: Record<string, Pick<States, 'names' | 'ends' | 'next'>>;
}
