import { countTraffic } from '../test/support/traffic.ts';
import { runLoad } from './load.ts';
import type { Stage } from './stage.ts';
import type { Workload } from './workloads.ts';

/** What one operation costs between the server and Postgres, once connections are open and credentials known. */
export interface Cost {
  readonly statements: number;
  readonly roundTrips: number;
}

const OPERATIONS = 20;
// Until the products of the benchmark are remembered, too.
const WARM_UP = 2_000;

/** Counts what the product sends for each kind of work, one client, without the jobs that run beside requests. */
export async function countCosts(
  stage: Stage,
  workloads: readonly Workload[],
): Promise<ReadonlyMap<string, Cost>> {
  const counter = await countTraffic(stage.databaseUrl);
  const server = await stage.startProduct({
    DATABASE_URL: counter.url,
    DATABASE_DIRECT_URL: stage.databaseUrl,
    WORKER: 'off',
  });
  const costs = new Map<string, Cost>();
  for (const { name, product } of workloads) {
    const run = async (operations: number) =>
      runLoad(
        server.origin,
        1,
        0,
        async (send) => {
          for (let done = 0; done < operations; done += 1) await product(send);
        },
        { atLeastOnce: true },
      );
    await run(WARM_UP);
    counter.take();
    await run(OPERATIONS);
    const { executed, plain, roundTrips } = counter.take();
    costs.set(name, { statements: (executed + plain) / OPERATIONS, roundTrips: roundTrips / OPERATIONS });
  }
  await server.stop();
  counter.close();
  return costs;
}
