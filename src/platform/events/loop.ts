import type { Logger } from '../logging.ts';

const IDLE_MS = 500;

export interface Loop {
  /** Runs at once instead of at the next tick; several calls while it runs make one more run. */
  wake(): void;
  stop(): Promise<void>;
}

const noBell = (): void => undefined;

/** Calls `work` again and again: at once while it finds something, else every half second or when woken. */
export function startLoop(work: () => Promise<number>, log: Logger): Loop {
  const state = { stopped: false, woken: false, ring: noBell };

  const pause = () =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, IDLE_MS);
      state.ring = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  const run = async () => {
    while (!state.stopped) {
      state.woken = false;
      const found = await work().catch((error: unknown) => {
        log.warn({ err: error }, 'dispatching events failed; trying again');
        return 0;
      });
      if (found === 0 && !state.woken && !state.stopped) await pause();
    }
  };
  const finished = run();

  return {
    wake() {
      state.woken = true;
      state.ring();
    },
    async stop() {
      state.stopped = true;
      state.ring();
      await finished;
    },
  };
}
