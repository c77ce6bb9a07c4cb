import { spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { Logger } from '../logging.ts';
import { readIfPresent } from './embedded-lock.ts';

export type EmbeddedLog = Pick<Logger, 'info' | 'warn' | 'error'>;
/** Whom Postgres runs as; empty: whoever runs this process. */
export type Owner = { readonly uid?: number; readonly gid?: number };
/** Where one embedded Postgres keeps everything it has. */
export type Home = {
  readonly dir: string;
  readonly data: string;
  readonly marker: string;
  readonly owner: Owner;
};

// The first database that is made after initdb has this object id or a higher one.
const FIRST_OWN_OID = 16_384;

const homeAt = (dir: string, owner: Owner): Home => ({
  dir,
  data: join(dir, 'data'),
  marker: join(dir, 'initialised'),
  owner,
});

/** Where the data lives and whom Postgres runs as; makes the folder and, as root, the user it needs. */
export function chooseHome(dataDir: string, log: EmbeddedLog): Home {
  const wanted = join(resolve(dataDir), 'postgres');
  const self = process.getuid?.();
  if (self !== 0) {
    fs.mkdirSync(wanted, { recursive: true });
    if (self === undefined || fs.statSync(wanted).uid === self) return homeAt(wanted, {});
    throw new Error(`${wanted} belongs to another user; start as that user or with another DATA_DIR`);
  }
  // Postgres refuses to run as root, and its user may be unable to reach the project: /root is closed to
  // others.
  const name = createHash('sha256').update(wanted).digest('hex').slice(0, 12);
  const places = [wanted, join('/var/lib/makegood', name), join(tmpdir(), `makegood-${name}`)];
  const known = places.find(
    (candidate) => isInitialised(homeAt(candidate, {})) && (candidate === wanted || isRootsAlone(candidate)),
  );
  if (known !== undefined) {
    const { uid, gid } = fs.statSync(join(known, 'data'));
    if (known !== wanted) log.info(`the data is in ${known}`);
    if (canReach(known, { uid, gid })) return homeAt(known, { uid, gid });
    throw new Error(
      `${known} holds data that its owner (uid ${uid}) cannot reach; open its parent folders again`,
    );
  }
  const owner = postgresUser(log);
  const place = places.find((candidate) => offer(candidate, owner));
  if (place === undefined) throw new Error(`the user postgres can reach none of ${places.join(', ')}`);
  if (place !== wanted) log.warn(`the user postgres cannot reach ${wanted}: the data goes to ${place}`);
  return homeAt(place, owner);
}

/** Makes the folder; false: not possible, another may write there, or it is out of reach. */
function offer(place: string, owner: Owner): boolean {
  try {
    const made = fs.mkdirSync(place, { recursive: true });
    // The umask may have closed the folders just made.
    if (made) for (let dir = place; dir.length >= made.length; dir = dirname(dir)) fs.chmodSync(dir, 0o755);
  } catch {
    return false;
  }
  return isRootsAlone(place) && canReach(place, owner);
}

// Anyone may make a folder of this name in /tmp before us, and root writes files into it.
function isRootsAlone(place: string): boolean {
  const found = fs.lstatSync(place);
  return found.isDirectory() && found.uid === 0 && (found.mode & 0o022) === 0;
}

function canReach(path: string, { uid, gid }: Owner): boolean {
  for (let dir = fs.realpathSync(path); ; dir = dirname(dir)) {
    const found = fs.statSync(dir);
    const search = found.uid === uid ? 0o100 : found.gid === gid ? 0o010 : 0o001;
    if ((found.mode & search) === 0) return false;
    if (dir === dirname(dir)) return true;
  }
}

function postgresUser(log: EmbeddedLog): Owner {
  const env = { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin:/usr/bin:/bin` };
  const run = (command: string, ...args: string[]) => spawnSync(command, args, { env, encoding: 'utf8' });
  const idOf = (flag: string) => Number.parseInt(run('id', flag, 'postgres').stdout ?? '', 10);
  if (Number.isNaN(idOf('-u'))) {
    log.info('Postgres refuses to run as root: adding the system user postgres for it');
    run('groupadd', '--system', 'postgres');
    const shell = ['--shell', '/usr/sbin/nologin'];
    const added = run('useradd', '--system', '--gid', 'postgres', '--no-create-home', ...shell, 'postgres');
    if (added.status !== 0) {
      const why = added.error?.message ?? (added.stderr.trim() || `useradd ended with ${added.status}`);
      throw new Error(
        `Postgres refuses to run as root, and the system user postgres could not be added (${why}). ` +
          'Add that user, start as another user, or set DATABASE_URL.',
      );
    }
  }
  return { uid: idOf('-u'), gid: idOf('-g') };
}

/** The password of the superuser, made once. */
export function passwordOf(home: Home): string {
  const file = join(home.dir, 'password');
  const known = readIfPresent(file)?.trim();
  if (known) return known;
  const password = randomBytes(24).toString('hex');
  fs.writeFileSync(file, `${password}\n`, { mode: 0o600, flush: true });
  // initdb reads it as the user Postgres runs as.
  if (home.owner.uid !== undefined) fs.chownSync(file, home.owner.uid, home.owner.gid ?? 0);
  return password;
}

/** Whether a first start was completed here. */
export function isInitialised({ data, marker }: Pick<Home, 'data' | 'marker'>): boolean {
  if (!fs.existsSync(join(data, 'PG_VERSION'))) return false;
  if (fs.existsSync(marker)) return true;
  // The marker is written last, so data without it is half a first start. Not if it holds a database of its
  // own: then somebody moved it here, and nothing may delete it.
  const base = join(data, 'base');
  return fs.existsSync(base) && fs.readdirSync(base).some((oid) => Number(oid) >= FIRST_OWN_OID);
}

/** Deletes the data, so that the next start is a first start. */
export function wipe({ dir, data, marker }: Home): void {
  fs.rmSync(marker, { force: true });
  fs.rmSync(data, { recursive: true, force: true });
  fs.rmSync(join(dir, 'password'), { force: true });
}
