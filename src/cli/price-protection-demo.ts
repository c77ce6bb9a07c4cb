import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { modules } from '../modules.ts';
import type { WholeSweep } from '../modules/settlements/price-protection/requests.ts';
import { moneyText } from '../modules/settlements/words-rules.ts';
import type { Deps } from '../platform/context.ts';
import { removeEmbedded } from '../platform/db/embedded.ts';
import { migrateDatabase } from '../platform/db/migrate.ts';
import { getShop } from '../platform/shops/shop.ts';
import { layFoundation } from '../process.ts';
import { runToEnd } from '../shutdown.ts';
import { playPriceProtection, type WindowFigures } from './northwind/price-protection.ts';
import { seedNorthwind } from './northwind/seed.ts';
import { createDemoShop } from './seed-demo.ts';

type Figures = WholeSweep['sweep'];

const WIDTHS = [34, 9, 9, 6, 10, 12];

// Shows what price protection finds, on a database that is made for it and thrown away: no shop that exists is touched.
await runToEnd(async ({ config, log, opened }) => {
  const dataDir = mkdtempSync(join(tmpdir(), 'makegood-price-protection-'));
  // Started by root, Postgres runs as another user, who has to get in.
  chmodSync(dataDir, 0o755);
  opened(async () => {
    await removeEmbedded(dataDir, log);
    rmSync(dataDir, { recursive: true, force: true });
  });
  const own = { ...config, databaseUrl: undefined, databaseDirectUrl: undefined, dataDir };
  const foundation = await layFoundation(own, log, { fresh: true });
  opened(() => foundation.close());
  await migrateDatabase(foundation.directUrl, log);
  await show(foundation.deps());
});

async function show(deps: Deps): Promise<void> {
  console.log('Filling a shop with Northwind …');
  const shop = await getShop(deps.db, (await createDemoShop(deps)).shopId);
  await seedNorthwind(deps, shop);
  const { windows, real } = await playPriceProtection(deps, shop);
  for (const window of windows) showWindow(window);
  console.log(`\nOpened for real: ${summaryOf(real.sweep)}`);
  for (const { state, count, amount } of real.settlements)
    console.log(`  ${count} settlements are ${state}: ${money(amount)}`);
  const broken = await countBroken(deps);
  console.log(broken === 0 ? 'Everything that must hold, holds.' : `${broken} things that must hold do not.`);
  if (broken > 0) process.exitCode = 1;
}

function showWindow({ windowDays, products, total }: WindowFigures): void {
  console.log(`\nWithin ${windowDays} days of payment, on the 7th of May 1998:\n`);
  console.log(row(['product', 'price', 'falls to', 'lines', 'customers', 'amount', 'refused']));
  for (const { name, fromAmount, toAmount, figures } of products)
    if (figures.foundLineCount > 0)
      console.log(row([name, money(fromAmount), money(toAmount), ...cellsOf(figures)]));
  console.log(row(['all together', '', '', ...cellsOf(total)]));
}

function cellsOf(figures: Figures): string[] {
  return [
    String(figures.foundLineCount),
    String(figures.customerCount),
    money(figures.openedAmount),
    refusalsOf(figures),
  ];
}
function summaryOf(figures: Figures): string {
  return (
    `${figures.openedLineCount} of ${figures.foundLineCount} lines, ${figures.openedCount} settlements for ` +
    `${figures.customerCount} customers, ${money(figures.openedAmount)}`
  );
}

function refusalsOf({ refusedLineCounts }: Figures): string {
  const counts = Object.entries(refusedLineCounts).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return counts.map(([code, count]) => `${count} ${code}`).join(', ');
}

function money(amount: bigint): string {
  return moneyText(amount, 'USD', 'en');
}

function row(cells: readonly string[]): string {
  const [name = '', ...others] = cells;
  const refused = others.pop() ?? '';
  const figures = others.map((cell, at) => cell.padStart(WIDTHS[at + 1] ?? 0));
  return `${name.padEnd(WIDTHS[0] ?? 0)}${figures.join('')}  ${refused}`;
}

async function countBroken({ db }: Deps): Promise<number> {
  let broken = 0;
  for (const { check } of modules.flatMap((module) => module.invariants ?? []))
    if ((await check(db)).broken > 0n) broken += 1;
  return broken;
}
