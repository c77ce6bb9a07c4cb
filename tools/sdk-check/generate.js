// Generates clients from one OpenAPI document with four generators, each in a folder of its own, as their manuals show
// it: nothing is renamed or repaired here, because users would not either.
//   node generate.js <document> <folder>
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createClient } from '@hey-api/openapi-ts';
import { safeBuild } from '@kubb/core';
import { pluginClient } from '@kubb/plugin-client';
import { pluginOas } from '@kubb/plugin-oas';
import { pluginTs } from '@kubb/plugin-ts';
import openapiTypescript, { astToString } from 'openapi-typescript';
import { generate as orval } from 'orval';

async function withOpenapiTypescript(document, folder) {
  mkdirSync(folder, { recursive: true });
  // Unless it is told so, a field with a default is one that every request has to name.
  const schema = await openapiTypescript(pathToFileURL(document), { defaultNonNullable: false });
  writeFileSync(join(folder, 'schema.ts'), astToString(schema));
}

async function withHeyApi(document, folder) {
  await createClient({
    input: document,
    output: { path: folder },
    logs: { level: 'silent', file: false },
    plugins: ['@hey-api/typescript', '@hey-api/sdk', '@hey-api/client-fetch'],
  });
}

async function withOrval(document, folder) {
  const target = join(folder, 'client.ts');
  await orval({
    input: document,
    output: { target, schemas: join(folder, 'model'), client: 'fetch', mode: 'split', headers: true },
  });
}

async function withKubb(document, folder) {
  const home = process.cwd();
  mkdirSync(folder, { recursive: true });
  // It writes everything a second time, below the folder that it is called from.
  process.chdir(folder);
  try {
    const { error, failedPlugins } = await safeBuild({
      config: {
        root: folder,
        input: { path: document },
        output: { path: folder },
        plugins: [
          pluginOas({ validate: false }),
          pluginTs({ output: { path: 'types.ts' }, unknownType: 'unknown' }),
          pluginClient({ output: { path: 'clients.ts' }, client: 'fetch' }),
        ],
      },
    });
    const failed = error ?? [...failedPlugins][0]?.error;
    if (failed) throw failed;
  } finally {
    process.chdir(home);
  }
}

const GENERATORS = {
  'openapi-typescript': withOpenapiTypescript,
  'hey-api': withHeyApi,
  orval: withOrval,
  kubb: withKubb,
};

const [document, folder] = process.argv.slice(2);
for (const [name, generate] of Object.entries(GENERATORS)) {
  try {
    await generate(document, join(folder, name));
  } catch (cause) {
    throw new Error(`${name} could not read ${document}`, { cause });
  }
}
