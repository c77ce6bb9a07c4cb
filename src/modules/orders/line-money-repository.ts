import type { Tx } from '../../platform/db/client.ts';
import { preparedSql } from '../../platform/db/prepared.ts';
import { recordsJson, rowInsert } from '../../platform/db/records.ts';
import { type OrderLine, orderLines } from './tables.ts';
import { orderCredits } from './taken-units/tables.ts';

// Guarded: each line has to be as it was read, whatever was decided meanwhile. By the primary key, in its order.
const writeMoney = preparedSql<{ id: string }>(
  'write_line_money',
  `update order_lines l set cancelled_quantity = n.cancelled_quantity, returned_quantity = n.returned_quantity,
     settled_amount = n.settled_amount, charged_amount = n.charged_amount, credited_amount = n.credited_amount,
     valued_quantity = n.valued_quantity, valued_amount = n.valued_amount
   from jsonb_populate_recordset(null::order_lines, $1::jsonb) o
     join jsonb_populate_recordset(null::order_lines, $2::jsonb) n on n.id = o.id
   where l.shop_id = o.shop_id and l.id = o.id
     and (l.cancelled_quantity, l.returned_quantity, l.settled_amount, l.charged_amount, l.credited_amount)
       = (o.cancelled_quantity, o.returned_quantity, o.settled_amount, o.charged_amount, o.credited_amount)
   returning l.id`,
);

export interface LineMove {
  readonly before: OrderLine;
  readonly after: OrderLine;
}

/** Writes what changed about the money of lines whose orders are locked. Throws when one is not as it was read. */
export async function writeLineMoney(tx: Tx, moves: readonly LineMove[]): Promise<void> {
  if (moves.length === 0) return;
  const json = (side: keyof LineMove) =>
    recordsJson(
      orderLines,
      moves.map((move) => move[side]),
    );
  const written = await writeMoney(tx, [json('before'), json('after')]);
  if (written.length !== moves.length) throw new Error('a line is not as it was read under its order’s lock');
}

export const insertCredits = rowInsert('insert_order_credits', orderCredits);
