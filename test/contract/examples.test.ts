import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { isCountry } from '../../src/platform/countries.ts';
import t from 'tap';
import type { Operation } from '../../src/platform/http/operation.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { fingerprint } from '../support/snapshot.ts';
import { prepare } from '../support/recipes.ts';
import { makeCustomer, tokenOf } from '../support/world.ts';

const app = await startApp(t);
const document = app.app.swagger() as unknown as { components: { schemas: Record<string, object> } };
const ajv = new Ajv2020({ strict: false, validateFormats: true });
addFormats.default(ajv);
ajv.addFormat('country-code', isCountry);
for (const [name, schema] of Object.entries(document.components.schemas)) {
  ajv.addSchema(JSON.parse(JSON.stringify(schema).replaceAll('#/components/schemas/', '')), name);
}

async function readyExample(shop: TestApp, op: Operation) {
  const { params, body, headers, payload, callerId } = await prepare(shop, shop, op.operationId, op.example);
  const path = op.path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(params[name] ?? `no ${name}`),
  );
  const query = new URLSearchParams(
    Object.entries(op.example.query ?? {}).map(([key, value]): [string, string] => [key, String(value)]),
  );
  const target = `${op.method} ${path}${query.size > 0 ? `?${query.toString()}` : ''}`;
  return { target, callerId, body: payload ?? body, ...(headers ? { headers } : {}) };
}

async function callExample(shop: TestApp, op: Operation) {
  const { target, callerId, ...sent } = await readyExample(shop, op);
  const needsCustomer =
    op.access.secret === undefined && op.access.customer === true && !op.access.publishable;
  const as = needsCustomer
    ? await tokenOf(shop, callerId ?? (await makeCustomer(shop)).id)
    : op.access.secret
      ? undefined
      : shop.publishableKey;
  return shop.call(target, { ...sent, ...(as === undefined ? {} : { as }) });
}

for (const op of app.app.operations.values()) {
  t.test(`the example of ${op.operationId}`, async (t) => {
    const answer = await callExample(app, op);
    t.ok(
      (op.success.statuses as readonly number[]).includes(answer.status),
      `${answer.status} ${JSON.stringify(answer.body).slice(0, 500)}`,
    );
    const validate = ajv.getSchema(op.success.schema.$id ?? '');
    t.ok(validate?.(answer.body), `the answer fits its schema: ${JSON.stringify(validate?.errors)}`);
  });
}

// Its key is in every browser: no answer is kept for it, because there is nothing that must not happen twice.
for (const op of [...app.app.operations.values()].filter(({ access }) => access.publishable)) {
  t.test(`with a publishable key ${op.operationId} writes nothing`, async (t) => {
    const { target, callerId: _callerId, ...sent } = await readyExample(app, op);
    const before = await fingerprint(app.deps.db);
    const { status } = await app.call(target, { ...sent, as: app.publishableKey });
    t.ok((op.success.statuses as readonly number[]).includes(status), `answered ${status}`);
    t.strictSame(await fingerprint(app.deps.db), before);
  });
}
