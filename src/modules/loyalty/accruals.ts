import type { Reader } from '../../platform/db/client.ts';
import { findAccrual, listAccrualLines } from './accrual-repository.ts';
import { listLotsOfOrder } from './lot-repository.ts';
import type { PointAccrual, PointAccrualLine, PointLot } from './tables.ts';

/** What an order earned. */
export interface OrderPoints {
  readonly accrual: PointAccrual | undefined;
  readonly lines: readonly PointAccrualLine[];
  readonly lots: readonly PointLot[];
}

/** What an order earned, by line, and the lots that hold it. */
export async function readOrderPoints(on: Reader, shopId: string, orderId: string): Promise<OrderPoints> {
  const [accrual, lines, lots] = await Promise.all([
    findAccrual(on, shopId, orderId),
    listAccrualLines(on, shopId, orderId),
    listLotsOfOrder(on, shopId, orderId),
  ]);
  return { accrual, lines, lots };
}
