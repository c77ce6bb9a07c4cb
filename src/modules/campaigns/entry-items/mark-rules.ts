import type { EntryItem } from '../engine/facts.ts';

/** A product that is marked, as processes remember it. What is left of its budget is read whenever somebody asks for its price. */
export interface EntryMark {
  readonly id: string;
  readonly productId: string;
  readonly minimumMarginBps: number;
  readonly startsAt: Date | null;
  readonly endsAt: Date | null;
}

/** An entry item that a basket is priced with. */
export interface MarkedItem extends EntryItem {
  readonly id: string;
}

/** What an order loses on an entry item, in minor units. */
export interface EntryLoss {
  readonly entryItemId: string;
  readonly productId: string;
  readonly amount: bigint;
}

const isOpen = ({ startsAt, endsAt }: EntryMark, now: Date): boolean =>
  (startsAt === null || startsAt <= now) && (endsAt === null || now < endsAt);

/** The marks of these products that hold at a moment. */
export function openMarks(
  marks: ReadonlyMap<string, EntryMark>,
  productIds: readonly string[],
  now: Date,
): EntryMark[] {
  if (marks.size === 0) return [];
  return [...new Set(productIds)].flatMap((id) => {
    const mark = marks.get(id);
    return mark && isOpen(mark, now) ? [mark] : [];
  });
}
