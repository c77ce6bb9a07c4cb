import { preparedSql } from '../../../platform/db/prepared.ts';
import { after, DAY_MS } from '../../../platform/time.ts';
import type { CustomerMove, PersonalDataSection } from '../../customers/ports.ts';

const KEPT_DAYS = 3 * 365;

// By draw_tickets_customer_idx.
const selectTickets = preparedSql<{
  activity_id: string;
  number: number;
  nonce: string;
  prize_key: string;
  drawn_at: Date;
}>(
  'select_draw_tickets_of_customer',
  `select activity_id, number, nonce, prize_key, drawn_at from draw_tickets
   where shop_id = $1 and customer_id = $2 order by activity_id, number`,
);

/** The tickets that a customer drew. They are a part of a draw that everybody can draw again, and stay in it. */
export const drawPersonalData: PersonalDataSection = {
  name: 'draws',
  export: async (on, ctx, customerId) =>
    (await selectTickets(on, [ctx.shop.id, customerId])).map((row) => ({
      activityId: row.activity_id,
      number: row.number,
      nonce: row.nonce,
      prizeKey: row.prize_key,
      drawnAt: row.drawn_at.toISOString(),
    })),
  async erase(tx, ctx, customerId) {
    const tickets = await selectTickets(tx, [ctx.shop.id, customerId]);
    const last = Math.max(...tickets.map((row) => row.drawn_at.getTime()));
    const kept = {
      what: `${tickets.length} tickets of draws, under an id that names nobody`,
      why: 'Draws have to be kept so that they can be looked into.',
      until: after(new Date(last), KEPT_DAYS * DAY_MS),
    };
    return { kept: tickets.length > 0 ? [kept] : [] };
  },
};

const moveTickets = preparedSql<{ moved: number }>(
  'move_draw_tickets',
  `with moved as (update draw_tickets set customer_id = $3 where shop_id = $1 and customer_id = $2 returning 1)
   select count(*)::int as moved from moved`,
);

/** The tickets of a duplicate are the survivor’s. */
export const drawCustomerMove: CustomerMove = {
  name: 'draws',
  move: async (tx, ctx, from, to) => (await moveTickets(tx, [ctx.shop.id, from, to]))[0]?.moved ?? 0,
};
