import { runLoad } from './load.ts';
import { readUsage, setStage } from './stage.ts';
import { makeProducts, makeWorkloads, placeOne } from './workloads.ts';
import { Client } from 'undici';
import { readFileSync, readdirSync } from 'node:fs';
const stat = (pid: string) => {
  const t = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const f = t.slice(t.lastIndexOf(')') + 2).split(' ');
  return { ppid: f[1]!, cpu: Number(f[11]) + Number(f[12]), dead: Number(f[13]) + Number(f[14]) };
};
let pm = '';
const pgCpu = () => {
  let sum = 0;
  for (const p of readdirSync('/proc')) {
    if (!/^\d+$/.test(p)) continue;
    try {
      const x = stat(p);
      if (p === pm) sum += x.cpu + x.dead;
      else if (x.ppid === pm) sum += x.cpu;
    } catch {}
  }
  return sum * 10000;
};
const name = process.argv[2] ?? 'place';
const clients = Number(process.argv[3] ?? 8);
const stage = await setStage();
try {
  const product = await stage.startProduct(process.env.W ? { WORKER: process.env.W } : {}, [
    '--cpu-prof',
    '--cpu-prof-dir=/tmp/prof',
    '--cpu-prof-interval',
    '500',
  ]);
  const client = new Client(product.origin);
  const productIds = await makeProducts(
    stage,
    async (r) => {
      const { statusCode, body } = await client.request(r);
      return { status: statusCode, text: await body.text() };
    },
    500,
  );
  await client.close();
  const goods = { productIds, orderIds: [] as string[] };
  const place = placeOne(stage, goods);
  await runLoad(product.origin, 8, 2000, async (send) => void goods.orderIds.push(await place(send)));
  const w = makeWorkloads(stage, goods).find((x) => x.name === name)!;
  pm = stat(String((await stage.db.$client.query('select pg_backend_pid() as p')).rows[0].p)).ppid;
  const floor = process.env.FLOOR ? await stage.startFloor() : undefined;
  for (const [label, server, work] of [
    ['product', product, w.product],
    ...(floor ? [['floor', floor, w.floor]] : []),
  ] as any) {
    await runLoad(server.origin, clients, 1500, work);
    const pb = pgCpu();
    const cb = process.cpuUsage();
    const b = await readUsage(server);
    const run = await runLoad(server.origin, clients, Number(process.env.MS ?? 8000), work);
    const a = await readUsage(server);
    const c = process.cpuUsage(cb);
    const us = (v: number) => Math.round(v / run.count);
    console.log(
      name,
      label,
      Math.round(run.count / run.seconds),
      '/s; node',
      us((a.cpuSeconds - b.cpuSeconds) * 1e6),
      'pg',
      us(pgCpu() - pb),
      'client',
      us(c.user + c.system),
    );
  }
} finally {
  await stage.clear();
}
