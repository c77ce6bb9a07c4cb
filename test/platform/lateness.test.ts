import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { createLateness } from '../../src/platform/http/load.ts';
import { startApp } from '../support/app.ts';

const isClosed = (gate: { isClosedFor(path: string): boolean }) => gate.isClosedFor('/v1/orders');

t.test('one late second is a stall, two in a row are load', async (t) => {
  const lateness = createLateness();
  const seen = [true, false, true, true, true, false].map((isLate) => {
    lateness.note(isLate);
    return lateness.lasts();
  });
  t.same(seen, [false, false, false, true, true, false]);
});

t.test('a process that stays late closes its gate, and opens it when it is not late any more', async (t) => {
  const { app } = await startApp(t);
  await app.listen({ host: '127.0.0.1', port: 0 });
  t.notOk(isClosed(app.gate));
  const keepBusy = (ms: number) => {
    for (const end = Date.now() + ms; Date.now() < end; );
  };
  for (let turns = 0; turns < 30 && !isClosed(app.gate); turns += 1) {
    keepBusy(700);
    await nextTurn();
  }
  t.ok(isClosed(app.gate));
  t.notOk(app.gate.isClosedFor('/healthz'), 'it runs all the same');
  for (let waits = 0; waits < 100 && isClosed(app.gate); waits += 1) await sleep(100);
  t.notOk(isClosed(app.gate));
});
