import { taxShareOf } from '../orders/line-rules.ts';
import type { OrderLine } from '../orders/tables.ts';
import type { SettlementLine } from './tables.ts';

/** The tax in what a line gets or pays: by how much the tax in its value falls or rises. */
export function taxOf(
  lines: readonly OrderLine[],
  share: Pick<SettlementLine, 'lineId' | 'amount' | 'isCharge'>,
): bigint {
  const line = lines.find(({ id }) => id === share.lineId);
  if (!line) return 0n;
  return share.isCharge ? -taxShareOf(line, -share.amount) : taxShareOf(line, share.amount);
}
