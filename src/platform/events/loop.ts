import type { Logger } from '../logging.ts';

const IDLE_MS = 500;

export interface Loop {
  /** Runs at once instead of at the next tick; several calls while it runs make one more run. */
  wake(): void;
  stop(): Promise<void>;
}

/** Calls `work` again and again: at once while it finds something, else every half second or when woken. */
export function startLoop(work: () => Promise<number>, log: Logger): Loop {
  let stopped = false;
  let woken = false;
  let ring: () => void = () => undefined;

  const pause = () =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, IDLE_MS);
      ring = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  const run = async () => {
    while (!stopped) {
      woken = false;
      const found = await work().catch((error: unknown) => {
        log.warn({ err: error }, 'dispatching events failed; trying again');
        return 0;
      });
      if (found === 0 && !woken && !stopped) await pause();
    }
  };
  const finished = run();

  return {
    wake() {
      woken = true;
      ring();
    },
    async stop() {
      stopped = true;
      ring();
      await finished;
    },
  };
}
