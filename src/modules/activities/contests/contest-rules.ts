import { createHmac } from 'node:crypto';
import { messageOf } from '../draws/draw-rules.ts';

/**
 * The share of one of those who were right, in the order of their entries: as much for each, and one more for the first ones as far as it
 * does not go on evenly. 100 points for three are 34, 33 and 33; two points for three are 1, 1 and nothing.
 */
export const shareOf = (points: number, among: number, place: number): number =>
  Math.floor(points / among) + (place < points % among ? 1 : 0);

/** What of an entry decides whether it is drawn. */
export interface DrawnEntry {
  readonly number: number;
  readonly nonce: string;
}

/** HMAC-SHA256 (RFC 2104) under the seed, of what the ticket of a draw with this number and nonce would be drawn on; in hex. */
export const scoreOf = (seed: Buffer, contestId: string, { number, nonce }: DrawnEntry): string =>
  createHmac('sha256', seed)
    .update(messageOf(contestId, number, nonce))
    .digest('hex');

/**
 * Draws winners among those who were right: the lowest scores. Each has the same chance, and adding one who was wrong changes nothing. Keeps
 * no more of them than there are winners.
 */
export function createWinners<E extends DrawnEntry>(seed: Buffer, contestId: string, winners: number) {
  let best: { readonly score: string; readonly entry: E }[] = [];
  return {
    take(entries: readonly E[]): void {
      const scored = entries.map((entry) => ({ score: scoreOf(seed, contestId, entry), entry }));
      best = [...best, ...scored].toSorted((a, b) => (a.score < b.score ? -1 : 1)).slice(0, winners);
    },
    /** The winners, the lowest score first. */
    list: (): E[] => best.map(({ entry }) => entry),
  };
}
