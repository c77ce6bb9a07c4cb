import { isDeepStrictEqual } from 'node:util';
import type { Ctx } from '../../platform/context.ts';
import type { Reader } from '../../platform/db/client.ts';
import { inTransaction } from '../../platform/db/transaction.ts';
import { platformErrors } from '../../platform/errors.ts';
import { eventRow } from '../../platform/events/define.ts';
import { appendEvents } from '../../platform/events/outbox.ts';
import type { Page } from '../../platform/http/pagination.ts';
import { checkVersion } from '../../platform/versions.ts';
import { loyaltyErrors } from './errors.ts';
import { programmeEvents } from './events.ts';
import {
  findProgramme,
  insertProgramme,
  insertProgrammeVersion,
  listProgrammeVersionRows,
  lockProgramme,
  updateProgramme,
} from './programme-repository.ts';
import { findExpiryFaults } from './programme-rules.ts';
import type { ProgrammeRule } from './programme-schemas.ts';
import { beginTierRound } from './tiers/repository.ts';
import { findTierFaults } from './tiers/rules.ts';
import type { LoyaltyProgramme, LoyaltyProgrammeVersion } from './tables.ts';

/**
 * Says what the loyalty programme is: sets it up, or lets it say something else from now on. Points that are there keep what held when they
 * were given. What is said already changes nothing. Refusals: points_expiry_contradictory, tiers_contradictory, version_mismatch, version_conflict.
 */
export function putProgramme(ctx: Ctx, rule: ProgrammeRule): Promise<LoyaltyProgramme> {
  refuseTierFaults(rule);
  const faults = findExpiryFaults(rule.expiry);
  if (faults.length > 0)
    throw loyaltyErrors.points_expiry_contradictory(undefined, {
      violations: faults.map((fault) => ({ in: 'body', code: 'points_expiry_contradictory', ...fault })),
    });
  return inTransaction(ctx, async (tx) => {
    const current = await lockProgramme(tx, ctx.shop.id);
    checkVersion(ctx, current ?? { version: 0 });
    if (current && isDeepStrictEqual(current.rule, rule)) return current;
    const row: LoyaltyProgramme = {
      shopId: ctx.shop.id,
      rule,
      version: (current?.version ?? 0) + 1,
      createdAt: current?.createdAt ?? ctx.now,
      updatedAt: ctx.now,
    };
    if (current) await updateProgramme(tx, row);
    else if (!(await insertProgramme(tx, row))) throw platformErrors.version_conflict();
    await insertProgrammeVersion(tx, versionOf(ctx, row));
    if (!isDeepStrictEqual(tiersOf(current?.rule), tiersOf(rule)))
      await beginTierRound(tx, ctx.shop.id, row.version, ctx.now);
    const { name, expiry } = rule;
    const data = { name, version: row.version, expiryKind: expiry.kind };
    await appendEvents(tx, ctx, [eventRow(ctx, programmeEvents.changed, ctx.shop.id, data)]);
    return row;
  });
}

/** What a programme says of tiers; before there is one, it says that there are none. */
const tiersOf = (rule: ProgrammeRule | undefined) =>
  rule && rule.tiers.length > 0 ? [rule.tierBasis, rule.tierPeriodMonths, rule.tiers] : [];

function refuseTierFaults({ tiers }: ProgrammeRule): void {
  const faults = findTierFaults(tiers);
  if (faults.length === 0) return;
  throw loyaltyErrors.tiers_contradictory(undefined, {
    violations: faults.map((fault) => ({ in: 'body', code: 'tiers_contradictory', ...fault })),
  });
}

const versionOf = (ctx: Ctx, { rule, version }: LoyaltyProgramme): LoyaltyProgrammeVersion => ({
  shopId: ctx.shop.id,
  number: version,
  rule,
  actorKind: ctx.actor.kind,
  actorId: ctx.actor.id,
  createdAt: ctx.now,
});

/** The programme. Refusal: not_found, while there is none. */
export async function readProgramme({ db, shop }: Ctx): Promise<LoyaltyProgramme> {
  const found = await findProgramme(db, shop.id);
  if (!found) throw platformErrors.not_found();
  return found;
}

/** The programme, for something that needs one. Refusal: loyalty_programme_missing. */
export async function requireProgramme(on: Reader, shopId: string): Promise<LoyaltyProgramme> {
  const found = await findProgramme(on, shopId);
  if (!found) throw loyaltyErrors.loyalty_programme_missing();
  return found;
}

/** What the programme said, newest first. */
export const listProgrammeVersions = (
  { db, shop }: Ctx,
  query: { readonly limit: number; readonly cursor?: string },
): Promise<Page<LoyaltyProgrammeVersion>> => listProgrammeVersionRows(db, shop.id, query);
