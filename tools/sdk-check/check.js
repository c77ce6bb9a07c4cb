// Is the OpenAPI document one that generates clean clients? Four generators read both renditions, a program per generator
// that uses what they wrote is compiled strictly, and the tour of one order is run through one of them against a server.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cpSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { findUglyNames } from './names.js';
import { startServer } from './server.js';

const here = import.meta.dirname;
const root = resolve(here, '../..');
const generated = join(here, 'generated');
const DOCUMENTS = { 3.1: 'openapi.json', '3.0': 'openapi-3.0.json' };

const run = promisify(execFile);
const began = Date.now();
const say = (text) => console.log(`${((Date.now() - began) / 1000).toFixed(1)} s: ${text}`);

/** Compiles with the compiler of the folder: the clients need another version than the product. */
async function compile(cwd, project) {
  const require = createRequire(join(cwd, 'package.json'));
  const tsc = join(dirname(require.resolve('typescript/package.json')), 'bin', 'tsc');
  await run(process.execPath, [tsc, '-p', project], { cwd }).catch(({ stdout, stderr }) => {
    throw new Error(`${join(cwd, project)} does not compile:\n${stdout}${stderr}`);
  });
}

async function makeClients() {
  rmSync(generated, { recursive: true, force: true });
  await Promise.all(
    Object.entries(DOCUMENTS).map(async ([version, name]) => {
      const folder = join(generated, version);
      // In a process of its own: generators take minutes of one core, and one of them changes the working directory.
      await run(process.execPath, [join(here, 'generate.js'), join(root, 'openapi', name), folder]);
      // The programs stand among the clients that they import.
      cpSync(join(here, 'programs'), join(folder, 'programs'), { recursive: true });
      say(`clients of OpenAPI ${version} are generated`);
    }),
  );
  assert.deepEqual(findUglyNames(generated), [], 'names and types that nobody would write');
  await compile(here, 'tsconfig.json');
  say('the programs that use them compile');
}

async function buildAndStart() {
  await compile(root, 'tsconfig.build.json');
  const server = await startServer(root);
  say(`a server listens on ${server.url}`);
  return server;
}

async function runTour({ url, key }) {
  const { tour } = await import(pathToFileURL(join(generated, 'built/3.1/programs/openapi-fetch.js')));
  const result = await tour(url, key, String(began));
  assert.deepEqual(result, {
    quotedAmount: result.placedAmount,
    placedAmount: result.paidAmount,
    placedStatus: 'pending',
    sameOrder: true,
    payment: ['succeeded', result.paidAmount],
    status: 'completed',
    paidAmount: result.paidAmount,
    delivered: true,
    refusal: [409, 'order_not_shippable'],
    isListed: true,
  });
  // Two bottles, and what the shop takes for carrying them.
  assert.ok(result.paidAmount >= 2800, `${result.paidAmount} were paid`);
  say(`an order went from quote to completion: ${JSON.stringify(result)}`);
}

// The server starts while the clients are made.
const starting = buildAndStart();
starting.catch(() => undefined);
try {
  await makeClients();
  await runTour(await starting);
} finally {
  const server = await starting.catch(() => undefined);
  await server?.stop();
}
say('the server has ended');
