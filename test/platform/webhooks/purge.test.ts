import t from 'tap';
import { tasks } from '../../../src/jobs.ts';
import {
  causeEvents,
  createEndpoint,
  deliverDue,
  listDeliveries,
  makeClock,
  readDelivery,
  startHooks,
  startReceiver,
} from './support.ts';

const DAY_MS = 86_400_000;
const clock = makeClock();
const app = await startHooks(t, clock);

t.test('deliveries are forgotten 30 days after they are over, with their attempts', async (t) => {
  const shop = await app.createShop();
  const receiver = await startReceiver(t);
  const { id } = await createEndpoint(shop, receiver.url);
  await causeEvents(shop, 3);
  await deliverDue(app, shop, id);
  receiver.answer((response) => response.writeHead(500).end());
  await causeEvents(shop);
  await deliverDue(app, shop, id);
  const purge = () => tasks['purge']?.(app.deps, undefined as never);
  clock.move(29.9 * DAY_MS);
  await purge();
  t.equal((await listDeliveries(shop)).length, 4);
  clock.move(0.2 * DAY_MS);
  await purge();
  const [left, ...others] = await listDeliveries(shop);
  t.same([left.state, others.length], ['pending', 0], 'what is not over stays');
  t.equal((await readDelivery(shop, left.id)).attempts.length, 1);
  const { rows } = await app.deps.db.$client.query('select count(*)::int as n from webhook_attempts');
  t.equal(rows[0].n, 1);
});
