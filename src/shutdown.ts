import type { Logger } from './platform/logging.ts';

const DRAIN_MS = 25_000;

/** Runs `close` once, on Ctrl-C or SIGTERM, then ends the process. A second signal does not cut it short. */
export function onShutdown(log: Logger, close: () => Promise<void>): void {
  let closing = false;
  const stop = (signal: string) => {
    if (closing) return;
    closing = true;
    log.info({ signal }, 'closing');
    // A request that hangs must not keep the process for ever.
    const late = setTimeout(() => {
      log.error('closing took too long');
      process.exit(1);
    }, DRAIN_MS);
    close().then(
      () => {
        clearTimeout(late);
        process.exit(0);
      },
      (error: unknown) => {
        log.error({ err: error }, 'closing failed');
        process.exit(1);
      },
    );
  };
  process.on('SIGINT', () => stop('SIGINT'));
  process.on('SIGTERM', () => stop('SIGTERM'));
}
