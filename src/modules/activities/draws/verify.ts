import type { Ctx } from '../../../platform/context.ts';
import { createReplay, drawOn, messageOf, sha256 } from './draw-rules.ts';
import { drawErrors } from './errors.ts';
import { countGoneBefore, getDraw, getText, getTicket, listTexts, readTickets } from './repository.ts';
import type { Draw, DrawText, DrawTicket } from './tables.ts';
import { publishedOf } from './texts.ts';

const MOST_FAULTS = 100;

/** What is wrong with a ticket of a draw. */
interface TicketFault {
  readonly number: number;
  readonly detail: string;
}

/** What drawing a whole draw again came to. */
export interface DrawVerification {
  readonly draw: Draw;
  /** How many tickets were drawn again. */
  readonly checked: number;
  readonly isSeedCommitted: boolean;
  readonly areTextsUnchanged: boolean;
  readonly faults: readonly TicketFault[];
  readonly isValid: boolean;
}

/** A draw that is over. Refusals: not_found, draw_not_revealed. */
export async function getRevealed({ db, shop }: Ctx, activityId: string): Promise<Draw & { seed: string }> {
  const draw = await getDraw(db, shop.id, activityId);
  if (draw.seed === null) throw drawErrors.draw_not_revealed();
  return { ...draw, seed: draw.seed };
}

const isUnchanged = ({ text, hash }: DrawText): boolean => sha256(text) === hash;

/** Draws a whole draw again, with its stock, ticket after ticket. Refusals: as getRevealed. */
export async function verifyDraw(ctx: Ctx, activityId: string): Promise<DrawVerification> {
  const draw = await getRevealed(ctx, activityId);
  const seed = Buffer.from(draw.seed, 'hex');
  const texts = await listTexts(ctx.db, ctx.shop.id, activityId);
  const replay = createReplay(seed, new Map(texts.map((text) => [text.number, publishedOf(text)])));
  const faults: TicketFault[] = [];
  let checked = 0;
  for await (const piece of readTickets(ctx.db, ctx.shop.id, activityId)) {
    for (const ticket of piece) {
      const detail = replay(ticket);
      checked += 1;
      if (detail !== undefined && faults.length < MOST_FAULTS) faults.push({ number: ticket.number, detail });
    }
  }
  if (checked < draw.tickets) faults.push({ number: draw.tickets, detail: `${draw.tickets} were drawn` });
  const isSeedCommitted = sha256(seed) === draw.commitment;
  const areTextsUnchanged = texts.every(isUnchanged);
  const isValid = isSeedCommitted && areTextsUnchanged && faults.length === 0;
  return { draw, checked, isSeedCommitted, areTextsUnchanged, faults, isValid };
}

/** What drawing one ticket again came to. */
export interface TicketVerification {
  readonly ticket: DrawTicket;
  readonly message: string;
  readonly roll: bigint;
  readonly drawnKey: string;
  /** How many of the drawn prize went to tickets before it. */
  readonly goneBefore: number;
  readonly prizeKey: string;
  readonly isValid: boolean;
}

/** Draws one ticket again; what went before it is counted and not drawn again. Refusals: as getRevealed. */
export async function verifyTicket(
  ctx: Ctx,
  activityId: string,
  number: number,
): Promise<TicketVerification> {
  const { seed } = await getRevealed(ctx, activityId);
  const ticket = await getTicket(ctx.db, ctx.shop.id, activityId, number);
  const draw = publishedOf(await getText(ctx.db, ctx.shop.id, activityId, ticket.ruleVersion));
  const { roll, drawnKey } = drawOn(Buffer.from(seed, 'hex'), draw, ticket);
  const stock = draw.prizes.find(({ key }) => key === drawnKey)?.stock ?? null;
  const goneBefore = await countGoneBefore(ctx.db, ticket, drawnKey);
  const prizeKey = stock !== null && goneBefore >= stock ? draw.fallbackKey : drawnKey;
  const isValid = roll === ticket.roll && drawnKey === ticket.drawnKey && prizeKey === ticket.prizeKey;
  return {
    ticket,
    message: messageOf(draw.drawId, number, ticket.nonce),
    roll,
    drawnKey,
    goneBefore,
    prizeKey,
    isValid,
  };
}
