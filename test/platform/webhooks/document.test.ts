import { Type } from '@sinclair/typebox';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import t from 'tap';
import { defineEvent } from '../../../src/platform/events/define.ts';
import { describeWebhooks } from '../../../src/platform/webhooks/document.ts';
import { allEvents } from '../../../src/registry.ts';
import { makePaidOrder } from '../../support/world.ts';
import { createEndpoint, deliver, ok, startHooks, startReceiver } from './support.ts';

const app = await startHooks(t);
const document = app.app.swagger() as any;

t.test('every type of event is in the webhooks section', async (t) => {
  t.same(
    Object.keys(document.webhooks),
    allEvents()
      .map(({ type }) => type)
      .toSorted(),
  );
  for (const [type, { post }] of Object.entries<any>(document.webhooks)) {
    const name = post.requestBody.content['application/json'].schema.$ref.split('/').at(-1);
    const schema = document.components.schemas[name];
    t.equal(schema.properties.type.const, type);
    t.ok(document.components.schemas[schema.properties.data.$ref.split('/').at(-1)], `${type}: its data`);
    t.ok(post.parameters.every((header: any) => header.in === 'header' && header.description));
  }
});

t.test('what is sent fits what the document says', async (t) => {
  const ajv = new Ajv2020({ strict: false, validateFormats: true });
  addFormats.default(ajv);
  for (const [name, schema] of Object.entries(document.components.schemas))
    ajv.addSchema(JSON.parse(JSON.stringify(schema).replaceAll('#/components/schemas/', '')), name);
  const receiver = await startReceiver(t);
  const { id } = await createEndpoint(app, receiver.url);
  const { order } = await makePaidOrder(app);
  await ok(app.call(`POST /v1/orders/${order.id}/cancel`, { body: {} }));
  await ok(app.call(`POST /v1/webhook-endpoints/${id}/test`));
  for (let round = 0; round < 3; round += 1) await deliver(app);
  const types = new Set(receiver.received.map(({ body }) => body.type));
  for (const type of ['order.placed', 'order.paid', 'payment.succeeded', 'order.cancelled', 'webhook.test'])
    t.ok(types.has(type), type);
  for (const { body } of receiver.received) {
    const name = document.webhooks[body.type].post.requestBody.content['application/json'].schema.$ref;
    const validate = ajv.getSchema(name.split('/').at(-1));
    t.ok(validate?.(body), `${body.type}: ${JSON.stringify(validate?.errors)}`);
  }
  const validate = ajv.getSchema('OrderPlacedEvent');
  t.notOk(validate?.({ ...receiver.received[0]?.body, type: 'order.paid' }), 'the schema can refuse');
});

t.test('two events of one name are a mistake', async (t) => {
  const data = Type.Object({});
  const events = [defineEvent('a.b_c', 'One.', data), defineEvent('a_b.c', 'Another.', data)];
  t.throws(() => describeWebhooks({}, events), /ABCEvent/);
});
