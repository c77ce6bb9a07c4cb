import * as fs from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const ATTEMPTS = 20;

/** The text of a file; undefined: there is none. */
export function readIfPresent(file: string): string | undefined {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * Whether the process runs. With `started`, whether it is still the same one and not a later one of that
 * number.
 */
export function isAlive(pid: number, started?: string): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  const status = statusOf(pid);
  // A zombie has ended; only its parent has not asked yet, and the first process of a container may never
  // ask.
  if (status?.state === 'Z') return false;
  return !started || !status || status.started === started;
}

/** On Linux, what tells this process from another of its number, also across a restart of the machine. */
function statusOf(pid: number): { state: string; started: string } | undefined {
  try {
    const boot = fs.readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the program's name, which may hold spaces and brackets.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0] ?? '', started: `${boot}:${fields[19]}` };
  } catch {
    return undefined;
  }
}

/**
 * Makes this process the only one that uses the folder and returns how to give it back; throws if another
 * does.
 */
export async function takeLock(dir: string): Promise<() => void> {
  const file = join(dir, 'owner.pid');
  const mine = `${process.pid} ${statusOf(process.pid)?.started ?? ''}\n`;
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    try {
      fs.writeFileSync(file, mine, { flag: 'wx' });
      return () => fs.rmSync(file, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const found = readIfPresent(file);
    const [pid, started] = (found ?? '').trimEnd().split(' ');
    if (found?.endsWith('\n') && isAlive(Number(pid), started)) {
      throw new Error(
        `${dir} is in use by process ${pid}. Stop it, or delete ${file} if that is another program.`,
      );
    }
    // Without its line end the file is being written at this moment, or its writer was killed in the middle.
    if (found === undefined || (!found.endsWith('\n') && attempt < ATTEMPTS / 2)) await sleep(50);
    else removeStale(file, found);
  }
  throw new Error(`${file} could not be taken over`);
}

// Between reading the file and removing it, another process may have removed it and put its own in its place.
function removeStale(file: string, found: string): void {
  const aside = `${file}.${process.pid}`;
  try {
    fs.renameSync(file, aside);
    if (fs.readFileSync(aside, 'utf8') !== found) fs.linkSync(aside, file);
  } catch {
    // Another process was faster; the next attempt sees what it left.
  }
  fs.rmSync(aside, { force: true });
}
