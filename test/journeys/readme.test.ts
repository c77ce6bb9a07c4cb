import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import t from 'tap';
import { startApp } from '../support/app.ts';
import { makeProduct } from '../support/world.ts';

const FILES = [
  'README.md',
  ...[
    'price-differences',
    'freight',
    'carriers',
    'segments',
    'wholesale',
    'campaigns',
    'loyalty',
    'activities',
  ].map((name) => `docs/tours/${name}.md`),
];
// One shell for all of them, as a reader would have it.
const tours = FILES.flatMap((file) => {
  const text = readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
  return [...text.matchAll(/<!-- tour -->\s*```sh\n([\s\S]*?)```/g)].map(([, lines = '']) => lines);
});
const tour = tours.join('\n');

function runBash(script: string, env: Record<string, string>) {
  const child = spawn('bash', ['-euo', 'pipefail', '-c', script], { env: { ...process.env, ...env } });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  return new Promise<{ code: number | null; output: string }>((resolve) => {
    child.on('close', (code) => resolve({ code, output }));
  });
}

t.test('every line of the tour works as it stands', async (t) => {
  const shop = await startApp(t);
  await makeProduct(shop, { externalId: '1' });
  await shop.app.listen({ port: 0, host: '127.0.0.1' });
  const { port } = shop.app.server.address() as AddressInfo;
  t.ok(tours.length === 13 && tours.every((lines) => lines.split('\n').length > 15), 'the tours were found');
  // What the worker does beside a server that was started.
  const tourEnd = new AbortController();
  const working = (async () => {
    while (!tourEnd.signal.aborted) {
      await shop.settle();
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  })();
  const { code, output } = await runBash(tour, { BASE: `http://127.0.0.1:${port}`, KEY: shop.secretKey });
  tourEnd.abort();
  await working;
  t.equal(code, 0, output);
  t.match(output, /^completed$/m);
  t.match(output, /"kind":"completed"/);
  t.match(output, /^Paid \$36\.00 − 2 × \$15\.00 = \$6\.00; paid now \$6\.00$/m);
  t.match(output, /^settled\n+600\n+This difference has been settled already\.\n+true$/m);
  t.match(output, /^800\n[\s\S]*^accepted\n[\s\S]*^not_found\n+2300\n+true$/m);
  t.match(output, /^700\n+No carrier takes it\.\n+false$/m);
  t.match(output, /^The best by cost\. [\s\S]*^Quick \d+\n+succeeded\n+fulfilled\n+1200$/m);
  t.match(output, /^\/rule\/conditions\/1\n+succeeded\n+rule\n+1\n+30\n+12000\n+11$/m);
  t.match(output, /^not_order_multiple\n+21600$/m);
  t.match(output, /^28400\n[\s\S]*^credit_exceeded\n+Ernst Handel\n+quoted\n+accepted$/m);
  t.match(output, /^6000\n+5100\n+running\n+running\n+2700\n+5100\n+It can be raised or lifted\.$/m);
  t.match(
    output,
    /^5000\n+unknown_code\n+1\n+true\n+cancelled\n+0\n+succeeded\n+The kettles are sold\.\n+1000$/m,
  );
  t.match(
    output,
    /^club\n+1000\n+succeeded\n+1000\n+500\n+active\n+requested\n+20\n+20\n+120\n+1\n+given_back$/m,
  );
  t.match(output, /^given_back\n+0\n+in_order\n+1000\n+redeemed$/m);
  t.match(output, /^active\n+20000\n+succeeded\n+50000\n+40000\n+spent\n+frozen\n+active$/m);
  t.match(
    output,
    /^running\n+web\n+This helper has liked the collection already\n+Nobody likes their own collection\n+web\n+2\n+step:two$/m,
  );
  t.match(output, /^running\n+0\.25\n+succeeded\n+1\n+ended\n+true$/m);
  t.match(output, /^running\n+true\n+claimed\n+Nobody refers themselves$/m);
  t.match(output, /^running\n+1\n+away\n+Customers enter still: there is no result yet$/m);
  t.match(output, /^true\n+running\n+7834\n+No part of the deposit is due\n+188000\n+settled\n+post-7$/m);
  t.notMatch(output, /^undefined$/m);
  t.notMatch(output, /"code":/, 'nothing else was refused');
});
