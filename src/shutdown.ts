import { type Config, readConfig } from './platform/config.ts';
import { type Logger, createLogger } from './platform/logging.ts';

const DRAIN_MS = 25_000;
const EXIT_INTERRUPTED = 130;

/** What a process is given to begin with. */
export interface Runtime {
  readonly config: Config;
  readonly log: Logger;
  /** Says that something is open now and how to close it. */
  readonly opened: (close: () => Promise<void>) => void;
}

type Start = (runtime: Runtime) => Promise<void>;

class Interrupted extends Error {}

/** Runs a server: it stays until Ctrl-C or SIGTERM and then ends with 0. */
export const runUntilStopped = (start: Start): Promise<void> => run(start, { staysOpen: true });

/** Runs a command: it ends with its work, and only warnings are logged. */
export const runToEnd = (work: Start): Promise<void> => run(work, { staysOpen: false });

/**
 * Closes what was opened, the newest first: on a signal, also in the middle of the start, when `start` fails, and at the
 * end of a command. A second signal cuts nothing short: Ctrl-C reaches this process and npm, which passes it on.
 */
async function run(start: Start, { staysOpen }: { staysOpen: boolean }): Promise<void> {
  const config = readConfigOrExit();
  const log = createLogger(staysOpen ? config.logLevel : 'warn');
  const closers: Array<() => Promise<void>> = [];
  let ending = false;
  const opened = (close: () => Promise<void>) => {
    closers.push(close);
    if (ending) throw new Interrupted();
  };
  const end = async (code: number | undefined, interrupted?: Promise<void>) => {
    ending = true;
    // A request that hangs must not keep the process for ever.
    setTimeout(() => exitLate(log), DRAIN_MS);
    try {
      await closeAll(closers);
      // A start under way has failed now: what it stands on is closed. What it opened since is closed after it.
      await interrupted?.catch(() => undefined);
      await closeAll(closers);
    } catch (error) {
      log.error({ err: error }, 'closing failed');
      process.exit(1);
    }
    process.exit(code);
  };

  const started = start({ config, log, opened });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (ending) return;
      log.info({ signal }, 'closing');
      void end(staysOpen ? 0 : EXIT_INTERRUPTED, started);
    });
  }
  try {
    await started;
    if (!staysOpen) await end(undefined);
  } catch (error) {
    if (ending) return;
    if (staysOpen) log.fatal({ err: error }, 'could not start');
    say(reasonOf(error));
    await end(1);
  }
}

async function closeAll(closers: Array<() => Promise<void>>): Promise<void> {
  for (let close = closers.pop(); close; close = closers.pop()) await close();
}

function readConfigOrExit(): Config {
  try {
    return readConfig();
  } catch (error) {
    say(reasonOf(error));
    process.exit(1);
  }
}

function exitLate(log: Logger): never {
  log.error('closing took too long');
  process.exit(1);
}

const say = (text: string): boolean => process.stderr.write(`${text}\n`);

/** What an error and its causes say, in one line; of a mistake in the code also where it is. */
function reasonOf(error: unknown): string {
  if (error instanceof TypeError || error instanceof RangeError) return error.stack ?? error.message;
  const messages: string[] = [];
  for (let cause = error; cause instanceof Error && messages.length < 5; cause = cause.cause) {
    messages.push(cause.message || cause.name);
  }
  return messages.length > 0 ? messages.join(': ') : String(error);
}
