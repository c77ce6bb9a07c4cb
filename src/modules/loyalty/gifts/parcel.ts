import type { Ctx } from '../../../platform/context.ts';
import type { Tx } from '../../../platform/db/client.ts';
import { type Guard, StaleRead, whenRefused } from '../../../platform/db/guards.ts';
import type { Violation } from '../../../platform/errors.ts';
import { eventRow, type NewEvent } from '../../../platform/events/define.ts';
import { appendEvents } from '../../../platform/events/outbox.ts';
import { giftErrors } from './errors.ts';
import { giftParcelEvents } from './events.ts';
import { findGrantsOf, giftsPart, moveGiftsOf } from './parcel-repository.ts';
import { giftGrantStates } from './states.ts';
import type { GiftGrant } from './tables.ts';

/** A gift that can go with an order: some of the shop's goods. */
export type ShippableGift = GiftGrant & { readonly productId: string };

const AMISS = {
  gift_grant_not_found: 'The customer is owed no such gift.',
  gift_grant_not_shippable: 'It is no product of the shop: it is handed over at the counter.',
  gift_grant_not_open: 'It is not owed any more, or goes with another order.',
} as const;

const isShippable = (grant: GiftGrant): grant is ShippableGift => grant.productId !== null;

/**
 * The gifts that a customer wants to go with an order, as they were named. Refusals, each with its place below the pointer:
 * gift_grant_not_found, gift_grant_not_shippable, gift_grant_not_open.
 */
export async function readGiftsToShip(
  ctx: Ctx,
  customerId: string | null,
  ids: readonly string[],
  pointer = '/giftGrantIds',
): Promise<ShippableGift[]> {
  if (ids.length === 0) return [];
  const found = customerId === null ? [] : await findGrantsOf(ctx.db, ctx.shop.id, customerId, ids);
  const known = new Map(found.map((grant) => [grant.id, grant]));
  const grants = ids.map((id) => known.get(id));
  const refuse = (code: keyof typeof AMISS, isAmiss: (grant: GiftGrant | undefined) => boolean): void => {
    const violations = grants.flatMap((grant, index): Violation[] =>
      isAmiss(grant) ? [{ in: 'body', pointer: `${pointer}/${index}`, code, detail: AMISS[code] }] : [],
    );
    if (violations.length > 0) throw giftErrors[code](undefined, { violations });
  };
  refuse('gift_grant_not_found', (grant) => grant === undefined);
  refuse('gift_grant_not_shippable', (grant) => grant !== undefined && !isShippable(grant));
  refuse(
    'gift_grant_not_open',
    (grant) => grant !== undefined && !giftGrantStates.canMove(grant.state, 'in_order'),
  );
  return grants.flatMap((grant) => (grant && isShippable(grant) ? [grant] : []));
}

interface GiftOrder {
  readonly id: string;
  readonly customerId: string | null;
  readonly placedAt: Date;
}

/**
 * Takes gifts into a new order, all or none, as part of the statement that places it. Its failure says what became of them meanwhile;
 * where that is over by then, `StaleRead`: who tries again may have them.
 */
export function requireGifts(
  ctx: Ctx,
  grants: readonly ShippableGift[],
  { id, customerId, placedAt }: GiftOrder,
): Guard | undefined {
  if (grants.length === 0 || customerId === null) return undefined;
  const toError = whenRefused('gifts_taken', async () => {
    const ids = grants.map((grant) => grant.id);
    try {
      await readGiftsToShip(ctx, customerId, ids);
    } catch (error) {
      return error;
    }
    return new StaleRead();
  });
  return { part: giftsPart(ctx.shop.id, grants, { id, customerId, placedAt }), toError };
}

/** What is told of gifts that go with an order. */
export const giftsInOrder = (ctx: Ctx, grants: readonly GiftGrant[], orderId: string): NewEvent[] =>
  grants.map((grant) => describe(ctx, 'inOrder', grant, orderId));

const describe = (
  ctx: Ctx,
  kind: keyof typeof giftParcelEvents,
  { id, customerId, name, quantity, source }: GiftGrant,
  orderId: string,
): NewEvent => eventRow(ctx, giftParcelEvents[kind], id, { customerId, name, quantity, source, orderId });

/** Building block: gifts of a locked order have left with it. */
export const shipGifts = (tx: Tx, ctx: Ctx, orderId: string, ids: readonly string[]): Promise<void> =>
  move(tx, ctx, orderId, ids, { state: 'shipped', kind: 'shipped' });

/** Building block: gifts do not go with a locked order, and are owed again. */
export const reopenGifts = (tx: Tx, ctx: Ctx, orderId: string, ids: readonly string[]): Promise<void> =>
  move(tx, ctx, orderId, ids, { state: 'open', kind: 'reopened' });

async function move(
  tx: Tx,
  ctx: Ctx,
  orderId: string,
  ids: readonly string[],
  { state, kind }: { readonly state: 'open' | 'shipped'; readonly kind: 'reopened' | 'shipped' },
): Promise<void> {
  if (ids.length === 0) return;
  const moved = await moveGiftsOf(tx, ctx.shop.id, orderId, ids, { state, updatedAt: ctx.now });
  await appendEvents(
    tx,
    ctx,
    moved.map((grant) => describe(ctx, kind, grant, orderId)),
  );
}
