import type { Ctx } from '../../platform/context.ts';
import type { Tx } from '../../platform/db/client.ts';
import { inTransaction } from '../../platform/db/transaction.ts';
import { eventRow } from '../../platform/events/define.ts';
import { appendEvents } from '../../platform/events/outbox.ts';
import { checkVersion } from '../../platform/versions.ts';
import { holdSurvivor } from '../customers/standing.ts';
import { settlementErrors } from './errors.ts';
import { settlementEvents } from './events.ts';
import { askDue, writeAnswer } from './satisfaction-repository.ts';
import { isSameAnswer, type SatisfactionAnswer } from './satisfaction-rules.ts';
import { getSettlement, lockSettlementRow } from './settlement-repository.ts';
import { dataOf } from './tell.ts';
import { type SettlementView, viewOf } from './view.ts';

/** Asks the customers of settlements that were settled some days ago whether they are satisfied. Returns how many it asked. */
export const askDueSatisfaction = (ctx: Ctx): Promise<number> =>
  inTransaction(ctx, async (tx) => {
    const asked = await askDue(tx, ctx);
    await appendEvents(
      tx,
      ctx,
      asked.map((settlement) =>
        eventRow(ctx, settlementEvents.satisfactionAsked, settlement.id, dataOf(settlement)),
      ),
    );
    return asked.length;
  });

/**
 * Keeps what the customer says of a settlement, by themselves or through staff; also before they were asked, who then are not
 * asked any more. The same answer again changes nothing. Refusals: settlement_not_settled, satisfaction_answered.
 */
export function answerSatisfaction(ctx: Ctx, id: string, given: SatisfactionAnswer): Promise<SettlementView> {
  return inTransaction(ctx, async (tx) => {
    const answer = await withoutErasedWords(tx, ctx, id, given);
    // Of two who answer at once the second one reads what the first one said.
    await lockSettlementRow(tx, ctx.shop.id, id);
    const whole = await getSettlement(tx, ctx.shop.id, id, ctx.customerId);
    const { settlement } = whole;
    checkVersion(ctx, settlement);
    if (settlement.state !== 'settled')
      throw settlementErrors.settlement_not_settled(`The settlement is ${settlement.state}.`);
    if (settlement.isSatisfied !== null) {
      if (isSameAnswer(settlement, answer)) return viewOf(tx, ctx, whole);
      throw settlementErrors.satisfaction_answered();
    }
    const answered = await writeAnswer(tx, ctx, settlement, answer);
    const { orderId, customerId, isSatisfied } = { ...answered, ...answer };
    await appendEvents(tx, ctx, [
      eventRow(ctx, settlementEvents.satisfactionAnswered, id, { orderId, customerId, isSatisfied }),
    ]);
    return viewOf(tx, ctx, { ...whole, settlement: answered });
  });
}

/** The customer comes before the settlement, as for an erasure: after one, nothing personal is written any more. */
async function withoutErasedWords(
  tx: Tx,
  ctx: Ctx,
  id: string,
  answer: SatisfactionAnswer,
): Promise<SatisfactionAnswer> {
  const { settlement } = await getSettlement(tx, ctx.shop.id, id, ctx.customerId);
  if (answer.comment === undefined || settlement.customerId === null) return answer;
  const isKnown = (await holdSurvivor(tx, ctx.shop.id, settlement.customerId)) !== undefined;
  return isKnown ? answer : { isSatisfied: answer.isSatisfied };
}
