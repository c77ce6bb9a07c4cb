import type { Ctx } from '../../platform/context.ts';
import type { Tx } from '../../platform/db/client.ts';
import { Problem } from '../../platform/errors.ts';
import type { FeedEvent, Subscriber } from '../../platform/events/dispatcher.ts';
import { holdSurvivor } from '../customers/standing.ts';
import { readBought } from '../orders/bought.ts';
import { orderEvents } from '../orders/events.ts';
import { cardEvents } from '../wallets/cards/events.ts';
import { readLoaded } from '../wallets/cards/loaded.ts';
import { activityErrors } from './errors.ts';
import type { ActivityFormat } from './format.ts';
import { formatOf } from './formats.ts';
import { findClosed } from './open.ts';
import { countSource, recountSource } from './participants/count.ts';
import { takePart } from './participants/join.ts';
import { listCountsOf, lockParticipant, lockParticipantOf } from './participants/repository.ts';
import { getActivity, listActivitiesAt, type WholeActivity } from './repository.ts';
import type { Participant, SourceType } from './tables.ts';

/** A purchase or a load, as it is now. */
interface Purchase {
  readonly type: SourceType & ('order' | 'card_load');
  readonly id: string;
  readonly customerId: string;
  /** Where it was made; null where it is for no channel in particular. */
  readonly channel: string | null;
  readonly at: Date;
  /** Minor units. */
  readonly amount: bigint;
}

/**
 * Counts a purchase in every activity that ran when it was paid, and follows what becomes of it: also in activities that are over by now.
 * What an activity gives for it goes by the amount, so that it is done again without effect.
 */
async function followPurchase(tx: Tx, ctx: Ctx, purchase: Purchase): Promise<void> {
  const customerId = await holdSurvivor(tx, ctx.shop.id, purchase.customerId);
  if (customerId === undefined) return;
  const counts = await listCountsOf(tx, ctx.shop.id, { sourceType: purchase.type, sourceId: purchase.id });
  const running = await listActivitiesAt(tx, ctx.shop.id, purchase.at);
  const fresh = running.filter(({ row }) => counts.every(({ activityId }) => activityId !== row.id));
  for (const count of counts) {
    const whole = await getActivity(tx, ctx.shop.id, count.activityId);
    const participant = await lockParticipant(tx, ctx.shop.id, count.participantId);
    const units = unitsOf(whole, purchase);
    await recountSource(tx, ctx, whole, participant, count, { units, amount: purchase.amount });
  }
  for (const whole of fresh) await countFresh(tx, ctx, whole, { ...purchase, customerId });
}

const unitsOf = ({ row, rule }: WholeActivity, { type, amount }: Purchase): number =>
  formatOf(row.type).counts?.[type]?.(rule.format, amount) ?? 0;

async function countFresh(tx: Tx, ctx: Ctx, whole: WholeActivity, purchase: Purchase): Promise<void> {
  const format = formatOf(whole.row.type);
  const units = unitsOf(whole, purchase);
  if (units === 0) return;
  const { customerId, type, id, amount, at } = purchase;
  const channel = purchase.channel ?? whole.rule.channels[0] ?? 'web';
  if (await findClosed(tx, ctx, whole, { customerId, channel, at })) return;
  const participant = await findPlace(tx, ctx, whole, format, { customerId, channel });
  if (participant && (participant.closesAt === null || at < participant.closesAt))
    await countSource(tx, ctx, whole, participant, { type, id, amount }, units);
}

const NO_PLACE: ReadonlySet<string> = new Set([
  activityErrors.activity_full.code,
  activityErrors.activity_budget_used_up.code,
]);

/** Who takes part by buying has a place from their first purchase on; none where as many take part as can. */
async function findPlace(
  tx: Tx,
  ctx: Ctx,
  whole: WholeActivity,
  { joining }: ActivityFormat,
  visitor: { readonly customerId: string; readonly channel: string },
): Promise<Participant | undefined> {
  const known = await lockParticipantOf(tx, ctx.shop.id, whole.row.id, visitor.customerId);
  if (known || joining === 'by_request') return known;
  try {
    return (await takePart(tx, ctx, whole, visitor)).participant;
  } catch (error) {
    if (error instanceof Problem && NO_PLACE.has(error.definition.code)) return undefined;
    throw error;
  }
}

async function followOrder(tx: Tx, ctx: Ctx, { subject_id: id }: FeedEvent): Promise<void> {
  const { customerId, channel, paidAt: at, goodsAmount: amount } = await readBought(tx, ctx.shop.id, id);
  if (customerId === null || at === null) return;
  await followPurchase(tx, ctx, { type: 'order', id, customerId, channel, at, amount });
}

async function followCard(tx: Tx, ctx: Ctx, { subject_id: cardId }: FeedEvent): Promise<void> {
  const { customerId, loads } = await readLoaded(tx, ctx.shop.id, cardId);
  if (customerId === null) return;
  for (const { loadId: id, loadedAt: at, amount } of loads)
    await followPurchase(tx, ctx, { type: 'card_load', id, customerId, channel: null, at, amount });
}

/** What customers buy and load counts by itself. */
export const sourceSubscribers: readonly Subscriber[] = [
  {
    name: 'activities.orders',
    events: [orderEvents.paid, orderEvents.edited, orderEvents.cancelled],
    handle: followOrder,
  },
  { name: 'activities.cards', events: [cardEvents.loaded, cardEvents.closed], handle: followCard },
];
