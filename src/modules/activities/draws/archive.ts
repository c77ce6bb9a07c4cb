import type { Ctx } from '../../../platform/context.ts';
import { listTexts, readTickets } from './repository.ts';
import type { DrawTicket } from './tables.ts';
import { getRevealed } from './verify.ts';

const line = (value: unknown): string => `${JSON.stringify(value)}\n`;

const ticketLine = (ticket: DrawTicket): string =>
  line({
    number: ticket.number,
    nonce: ticket.nonce,
    version: ticket.ruleVersion,
    drawn: ticket.drawnKey,
    prize: ticket.prizeKey,
    insider: ticket.isInsider,
    at: ticket.drawnAt.toISOString(),
  });

/**
 * Everything with which a draw can be drawn again, a JSON text per line: first the seed, what it was bound to and every text that was
 * published, then the tickets in their order. Nobody is named. Refusals: not_found, draw_not_revealed.
 */
export async function archiveDraw(ctx: Ctx, activityId: string): Promise<AsyncGenerator<string>> {
  const { seed, commitment, tickets } = await getRevealed(ctx, activityId);
  const texts = await listTexts(ctx.db, ctx.shop.id, activityId);
  const versions = texts.map(({ number, text, hash, createdAt }) => ({
    version: number,
    hash,
    text,
    publishedAt: createdAt.toISOString(),
  }));
  return write();
  async function* write() {
    yield line({ draw: activityId, commitment, seed, tickets, versions });
    for await (const piece of readTickets(ctx.db, ctx.shop.id, activityId))
      yield piece.map(ticketLine).join('');
  }
}
