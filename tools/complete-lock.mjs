// Adds to a package-lock.json the optional platform packages that were not served when it was written. `npm ci`
// refuses a lock file that lacks them. usage: node complete-lock.mjs package-lock.json
import { readFileSync, writeFileSync } from 'node:fs';
const file = process.argv[2];
const lock = JSON.parse(readFileSync(file, 'utf8'));
const { packages } = lock;
const added = [];
for (const [path, entry] of Object.entries(packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    let at = path;
    let found = false;
    for (;;) {
      if (packages[`${at ? `${at}/` : ''}node_modules/${name}`]) {
        found = true;
        break;
      }
      if (!at) break;
      at = at.includes('/node_modules/') ? at.slice(0, at.lastIndexOf('/node_modules/')) : '';
    }
    if (found) continue;
    if (!/^\d+\.\d+\.\d+/.test(version)) {
      console.error('not pinned', path, name, version);
      continue;
    }
    const platform =
      /(android|darwin|freebsd|linux|openharmony|win32|windows)-(arm64|arm|x64|ia32|ppc64|riscv64|s390x)(?:-(.*))?$/.exec(
        name,
      );
    if (!platform) {
      console.error('unknown platform', name);
      continue;
    }
    const [, os, cpu, abi = ''] = platform;
    const libc =
      os !== 'linux'
        ? undefined
        : abi.startsWith('gnu')
          ? 'glibc'
          : abi.startsWith('musl')
            ? 'musl'
            : undefined;
    packages[`node_modules/${name}`] = {
      version,
      cpu: [cpu],
      ...(entry.dev ? { dev: true } : {}),
      ...(libc ? { libc: [libc] } : {}),
      optional: true,
      os: [os === 'windows' ? 'win32' : os],
    };
    added.push(name);
  }
}
lock.packages = Object.fromEntries(
  Object.entries(packages).toSorted(([a], [b]) => (a === '' ? -1 : b === '' ? 1 : a.localeCompare(b, 'en'))),
);
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
console.log(`added ${added.length}`);
