import { createHash, createHmac } from 'node:crypto';

/** A prize as a draw publishes it. */
export interface PublishedPrize {
  readonly key: string;
  /** Of the sum of all weights, how many parts. */
  readonly weight: number;
  /** How many there are; null: as many as are drawn. */
  readonly stock: number | null;
}

/** What of a frozen text decides about tickets; the rest of it is what was announced. */
export interface PublishedDraw {
  readonly drawId: string;
  readonly prizes: readonly PublishedPrize[];
  /** What is had instead of a prize that is gone. */
  readonly fallbackKey: string;
}

const TWO_TO_64 = 1n << 64n;
const BLOCKS = 4;

export const sha256 = (data: Buffer | string): string => createHash('sha256').update(data).digest('hex');

/** What a ticket is drawn on. The parts hold no `|`. */
export const messageOf = (drawId: string, number: number, nonce: string): string =>
  `${drawId}|${number}|${nonce}`;

/**
 * A number from 0 to `total` − 1, each with the same chance: HMAC-SHA256 (RFC 2104) of the message under the seed, read as four unsigned
 * numbers of 64 bits, the highest byte first. One from the part of the range that `total` does not divide is left out; when all four are, the
 * message goes on with `|1`, `|2` and so on.
 */
export function rollOf(seed: Buffer, message: string, total: bigint): bigint {
  const limit = TWO_TO_64 - (TWO_TO_64 % total);
  for (let round = 0; ; round += 1) {
    const text = round === 0 ? message : `${message}|${round}`;
    const digest = createHmac('sha256', seed).update(text).digest();
    for (let block = 0; block < BLOCKS; block += 1) {
      const found = digest.readBigUInt64BE(block * 8);
      if (found < limit) return found % total;
    }
  }
}

export const totalWeight = (prizes: readonly Pick<PublishedPrize, 'weight'>[]): bigint =>
  prizes.reduce((sum, { weight }) => sum + BigInt(weight), 0n);

/** The prize that a roll falls on: they lie one after the other, each as wide as its weight. */
export function prizeAt<P extends Pick<PublishedPrize, 'weight'>>(prizes: readonly P[], roll: bigint): P {
  let upTo = 0n;
  for (const prize of prizes) {
    upTo += BigInt(prize.weight);
    if (roll < upTo) return prize;
  }
  throw new RangeError(`a roll of ${roll} among ${upTo}`);
}

/** What a ticket is drawn on, and what it drew before stock is looked at. */
export function drawOn(
  seed: Buffer,
  draw: PublishedDraw,
  ticket: { readonly number: number; readonly nonce: string },
): { readonly roll: bigint; readonly drawnKey: string } {
  const message = messageOf(draw.drawId, ticket.number, ticket.nonce);
  const roll = rollOf(seed, message, totalWeight(draw.prizes));
  return { roll, drawnKey: prizeAt(draw.prizes, roll).key };
}

/** What a ticket says that it is. */
export interface DrawnTicket {
  readonly number: number;
  readonly nonce: string;
  readonly ruleVersion: number;
  readonly drawnKey: string;
  readonly prizeKey: string;
}

/**
 * Draws a whole draw again, ticket by ticket in the order of their numbers, with its stock. Each call says what is wrong with a ticket;
 * undefined: it is as it was drawn.
 */
export function createReplay(
  seed: Buffer,
  versions: ReadonlyMap<number, PublishedDraw>,
): (ticket: DrawnTicket) => string | undefined {
  const given = new Map<string, number>();
  let last = 0;
  return (ticket) => {
    const draw = versions.get(ticket.ruleVersion);
    if (!draw) return `no text ${ticket.ruleVersion}`;
    if (ticket.number !== last + 1) return `ticket ${last + 1} is missing`;
    last = ticket.number;
    const { drawnKey } = drawOn(seed, draw, ticket);
    const prize = draw.prizes.find(({ key }) => key === drawnKey);
    const isGone = prize?.stock != null && (given.get(drawnKey) ?? 0) >= prize.stock;
    const prizeKey = isGone ? draw.fallbackKey : drawnKey;
    given.set(prizeKey, (given.get(prizeKey) ?? 0) + 1);
    if (drawnKey !== ticket.drawnKey) return `drew ${drawnKey} and not ${ticket.drawnKey}`;
    return prizeKey === ticket.prizeKey ? undefined : `got ${prizeKey} and not ${ticket.prizeKey}`;
  };
}
