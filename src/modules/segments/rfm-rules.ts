/** The named cells, from the best customers to those who are gone. */
export const RFM_CELLS = [
  'champions',
  'loyal',
  'potential_loyalists',
  'new_customers',
  'promising',
  'needs_attention',
  'about_to_sleep',
  'at_risk',
  'cannot_lose',
  'hibernating',
  'lost',
] as const;
export type RfmCell = (typeof RFM_CELLS)[number];

export const RFM_PARTS = ['recency', 'frequency', 'monetary'] as const;
export type RfmPart = (typeof RFM_PARTS)[number];

/** A customer's scores, 1 to 5 each: 5 for the fifth that bought last, most often, for most. */
export type RfmScores = Readonly<Record<RfmPart, number>>;

export const SCORES = [1, 2, 3, 4, 5] as const;

// By recency, and by value in the columns. Every pair has one cell, so that the cells divide the customers.
const GRID: Readonly<Record<number, readonly RfmCell[]>> = {
  5: ['new_customers', 'potential_loyalists', 'potential_loyalists', 'champions', 'champions'],
  4: ['promising', 'potential_loyalists', 'potential_loyalists', 'loyal', 'champions'],
  3: ['about_to_sleep', 'about_to_sleep', 'needs_attention', 'loyal', 'loyal'],
  2: ['hibernating', 'hibernating', 'at_risk', 'at_risk', 'at_risk'],
  1: ['lost', 'lost', 'at_risk', 'cannot_lose', 'cannot_lose'],
};

/** How much a customer is worth to the shop: the mean of frequency and monetary, halves up. 4 and 5 are 5. */
const valueScore = ({ frequency, monetary }: Pick<RfmScores, 'frequency' | 'monetary'>): number =>
  Math.floor((frequency + monetary + 1) / 2);

/** The cell of a recency and a value, 1 to 5 each. */
export function cellAt(recency: number, value: number): RfmCell {
  const cell = GRID[recency]?.[value - 1];
  if (!cell) throw new RangeError(`no RFM cell at ${recency}/${value}`);
  return cell;
}

/** The cell of a customer's scores. */
export const cellOf = (scores: RfmScores): RfmCell => cellAt(scores.recency, valueScore(scores));

/** The places of cells, each as ten times the recency plus the value: `champions` are at 45, 54 and 55. */
export const placesOf = (cells: readonly RfmCell[]): number[] =>
  SCORES.flatMap((recency) =>
    SCORES.flatMap((value) => (cells.includes(cellAt(recency, value)) ? [recency * 10 + value] : [])),
  );
