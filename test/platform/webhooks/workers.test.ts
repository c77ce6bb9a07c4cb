import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import t from 'tap';
import { settleEvents, startJobs } from '../../../src/jobs.ts';
import { reviveWebhooks } from '../../../src/platform/webhooks/upkeep.ts';
import {
  causeEvents,
  createEndpoint,
  deliver,
  listDeliveries,
  startHooks,
  startReceiver,
  startWorkerProcess,
  until,
} from './support.ts';
import { makeOrder, pay } from '../../support/world.ts';

const app = await startHooks(t);
const { $client } = app.deps.db;

t.test('an endpoint that hangs slows neither another nor payments', async (t) => {
  const [slow, quick] = [await app.createShop(), await app.createShop()];
  const [hanging, healthy] = [await startReceiver(t), await startReceiver(t)];
  const open = new Set<ServerResponse>();
  let most = 0;
  hanging.answer((response) => {
    open.add(response);
    most = Math.max(most, open.size);
    response.on('close', () => open.delete(response));
  });
  const { id } = await createEndpoint(slow, hanging.url);
  await createEndpoint(quick, healthy.url, { types: ['product.created'] });
  await causeEvents(slow, 200);
  const jobs = await startJobs(app.deps, app.url);
  t.teardown(() => jobs.stop());
  await until('it hangs', async () => open.size === 4);

  await causeEvents(quick, 50);
  const order = await makeOrder(quick);
  const payment = await pay(quick, order.id, { provider: 'simulator' });
  await until('the other has its events', async () => healthy.received.length === 51);
  await until('the payment is made', async () => {
    const { body } = await quick.call(`GET /v1/payments/${payment.id}`);
    return body.state === 'succeeded';
  });
  // Whatever takes long here, at most two rounds of attempts can have timed out meanwhile.
  t.ok((await listDeliveries(slow, `&endpointId=${id}&state=pending`)).length >= 192, 'it still hangs');
  t.equal(most, 4, 'it never had more than four workers');
  t.equal(new Set(healthy.received.map(({ body }) => body.id)).size, 51, 'each once');
  await $client.query(
    "update webhook_endpoints set state = 'disabled', disabled_reason = 'staff', disabled_at = now()",
  );
  for (const response of open) response.end();
});

t.test('a worker that is killed in the middle of an attempt loses nothing', async (t) => {
  const shop = await app.createShop();
  const receiver = await startReceiver(t);
  receiver.answer(() => undefined);
  const { id } = await createEndpoint(shop, receiver.url);
  const worker = startWorkerProcess(t, app);
  await causeEvents(shop);
  await until('the attempt is under way', async () => receiver.received.length === 1);
  worker.kill('SIGKILL');
  await once(worker, 'close');

  receiver.answer((response) => response.end());
  await reviveWebhooks(app.deps);
  await deliver(app);
  t.equal(receiver.received.length, 1, 'its lock is young: it may be alive');
  // As if two minutes had passed.
  for (const table of ['_private_jobs', '_private_job_queues'])
    await $client.query(`update graphile_worker.${table} set locked_at = locked_at - interval '2 minutes'`);
  await reviveWebhooks(app.deps);
  await until('it arrives', async () => {
    await deliver(app);
    return receiver.received.length === 2;
  });
  const [delivery] = await listDeliveries(shop, `&endpointId=${id}`);
  t.match(delivery, { state: 'succeeded', attemptCount: 1 });
  t.equal(receiver.received[0]?.body.id, receiver.received[1]?.body.id, 'the same event again');
});

t.test('a delivery whose job is lost is found again', async (t) => {
  const shop = await app.createShop();
  const receiver = await startReceiver(t);
  await createEndpoint(shop, receiver.url);
  await causeEvents(shop);
  await settleEvents(app.deps);
  await $client.query('delete from graphile_worker._private_jobs');
  await reviveWebhooks(app.deps);
  await deliver(app);
  t.equal(receiver.received.length, 0, 'it is not overdue yet');
  const later = { ...app.deps, clock: { now: () => new Date(Date.now() + 3 * 60_000) } };
  await reviveWebhooks(later);
  await reviveWebhooks(later);
  await deliver(app);
  t.equal(receiver.received.length, 1);
});
