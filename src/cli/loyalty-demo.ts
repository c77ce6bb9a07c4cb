import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { modules } from '../modules.ts';
import type { PointLot } from '../modules/loyalty/tables.ts';
import type { Deps } from '../platform/context.ts';
import { removeEmbedded } from '../platform/db/embedded.ts';
import { migrateDatabase } from '../platform/db/migrate.ts';
import { createShop } from '../platform/shops/manage.ts';
import { layFoundation } from '../process.ts';
import { runToEnd } from '../shutdown.ts';
import {
  type ClubMember,
  LOYALTY_START,
  playLoyalty,
  playRedemption,
  type RedemptionDemo,
} from './northwind/loyalty.ts';

const SHOWN = 12;
const WIDTHS = [36, 8, 9, 9, 9, 9];

// Shows two years of Northwind as points, on a database that is made for it and thrown away: no shop that exists is touched.
await runToEnd(async ({ config, log, opened }) => {
  const dataDir = mkdtempSync(join(tmpdir(), 'makegood-loyalty-'));
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
  console.log('Playing two years of Northwind on the clock of a shop …');
  const { shop } = await createShop(deps, {
    name: 'Northwind Traders',
    currency: 'USD',
    timezone: 'UTC',
    mode: 'test',
    clockOffsetMs: BigInt(LOYALTY_START.getTime() - deps.clock.now().getTime()),
  });
  const members = await playLoyalty(deps, shop.id);
  showMembers(members);
  showRedemption(await playRedemption(deps, shop.id, members));
  const broken = await countBroken(deps);
  console.log(broken === 0 ? 'Everything that must hold, holds.' : `${broken} things that must hold do not.`);
  if (broken > 0) process.exitCode = 1;
}

function showMembers(members: readonly ClubMember[]): void {
  console.log(
    '\nOne point for 1.00, pending for a week after the parcel, over after a year; on the 7th of May 1998:\n',
  );
  console.log(row(['member', 'tier', 'granted', 'expired', 'active', 'pending']));
  const byPoints = members.toSorted((a, b) => Number(b.member.activePoints - a.member.activePoints));
  for (const { company, member, sums } of byPoints.slice(0, SHOWN))
    console.log(
      row([
        company,
        member.tierKey ?? '',
        ...[sums['granted'] ?? 0n, -(sums['expired'] ?? 0n), member.activePoints, member.pendingPoints].map(
          String,
        ),
      ]),
    );
  const sum = (of: (one: ClubMember) => bigint) => String(members.reduce((all, one) => all + of(one), 0n));
  console.log(
    row([
      `all ${members.length}`,
      tiersOf(members),
      sum(({ sums }) => sums['granted'] ?? 0n),
      sum(({ sums }) => -(sums['expired'] ?? 0n)),
      sum(({ member }) => member.activePoints),
      sum(({ member }) => member.pendingPoints),
    ]),
  );
}

function tiersOf(members: readonly ClubMember[]): string {
  return ['gold', 'silver']
    .map((key) => `${members.filter(({ member }) => member.tierKey === key).length} ${key}`)
    .join(', ');
}

function showRedemption({ company, points, before, redeemed, after }: RedemptionDemo): void {
  console.log(
    `\n${company} has three hampers of teas for ${points} points, and gives up one and then two. What is left of the lots:\n`,
  );
  console.log(row(['lot of', '', 'before', 'redeemed', 'given up']));
  const touched = before.filter((lot) => leftOf(redeemed, lot) !== lot.leftPoints);
  for (const lot of touched)
    console.log(
      row([
        lot.grantedAt.toISOString().slice(0, 10),
        '',
        ...[lot.leftPoints, leftOf(redeemed, lot), leftOf(after, lot)].map(String),
      ]),
    );
  console.log();
}

function leftOf(lots: readonly PointLot[], { id }: PointLot): bigint {
  return lots.find((lot) => lot.id === id)?.leftPoints ?? 0n;
}

function row(cells: readonly string[]): string {
  return cells
    .map((cell, at) => (at === 0 ? cell.padEnd(WIDTHS[0] ?? 0) : cell.padStart(WIDTHS[at] ?? 0)))
    .join(' ')
    .trimEnd();
}

async function countBroken({ db }: Deps): Promise<number> {
  let broken = 0;
  for (const { check } of modules.flatMap((module) => module.invariants ?? []))
    if ((await check(db)).broken > 0n) broken += 1;
  return broken;
}
