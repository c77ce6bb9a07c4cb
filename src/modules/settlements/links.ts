import {
  type LinkSubject,
  listLinks,
  makeLink,
  revokeLink,
  revokeLinksTo,
} from '../../platform/auth/links.ts';
import type { Link } from '../../platform/auth/tables.ts';
import { recordAudit } from '../../platform/audit/audit.ts';
import type { Ctx } from '../../platform/context.ts';
import type { Tx } from '../../platform/db/client.ts';
import { inTransaction } from '../../platform/db/transaction.ts';
import { platformErrors } from '../../platform/errors.ts';
import { HOUR_MS } from '../../platform/time.ts';
import { settlementErrors } from './errors.ts';
import { lockSettlement } from './locked.ts';
import { getSettlement } from './settlement-repository.ts';
import { settlementsSettings } from './settings.ts';
import { settlementStates } from './states.ts';

/** What the tokens of settlements open. */
export const SETTLEMENT_LINK = 'settlement';
const subjectOf = (id: string): LinkSubject => ({ type: SETTLEMENT_LINK, id });

/**
 * Makes a link with which the customer answers and pays without logging in. Its token is told once. Refusal: settlement_not_open,
 * when there is nothing to answer or to pay any more.
 */
export async function createSettlementLink(
  ctx: Ctx,
  input: { settlementId: string; validHours?: number },
): Promise<{ link: Link; token: string }> {
  return inTransaction(ctx, async (tx) => {
    const { whole } = await lockSettlement(tx, ctx, input.settlementId);
    const { id, state } = whole.settlement;
    if (state === 'draft' || settlementStates.isEnd(state))
      throw settlementErrors.settlement_not_open(`The settlement is ${state}.`);
    const hours = input.validHours ?? settlementsSettings.of(ctx.shop).linkHours;
    const made = await makeLink(tx, ctx, subjectOf(id), hours * HOUR_MS);
    await audit(tx, ctx, 'createSettlementLink', made.link);
    return made;
  });
}

/** The links to a settlement, newest first, without their tokens. */
export async function readSettlementLinks(ctx: Ctx, settlementId: string): Promise<readonly Link[]> {
  await getSettlement(ctx.db, ctx.shop.id, settlementId);
  return listLinks(ctx.db, ctx.shop.id, subjectOf(settlementId));
}

/** Closes a link at once. */
export const revokeSettlementLink = (
  ctx: Ctx,
  input: { settlementId: string; linkId: string },
): Promise<Link> =>
  inTransaction(ctx, async (tx) => {
    const link = await revokeLink(tx, ctx, subjectOf(input.settlementId), input.linkId);
    await audit(tx, ctx, 'revokeSettlementLink', link);
    return link;
  });

/** Closes all links to settlements. */
export const closeSettlementLinks = (tx: Tx, ctx: Ctx, settlementIds: readonly string[]): Promise<void> =>
  revokeLinksTo(tx, ctx, SETTLEMENT_LINK, settlementIds);

const audit = (tx: Tx, ctx: Ctx, action: string, { id, subjectId }: Link): Promise<void> =>
  recordAudit(tx, ctx, { action, subjectType: 'settlement', subjectId, details: { linkId: id } });

/** The settlement that the link of a call leads to. */
export function linkedSettlementId({ linkedId }: Pick<Ctx, 'linkedId'>): string {
  if (linkedId === undefined) throw platformErrors.not_found();
  return linkedId;
}
