import { instantOrNull } from '../../../platform/http/schema.ts';
import type { CustomerMove, PersonalDataSection } from '../../customers/ports.ts';
import { eraseLogoWords, listRequestsOf, moveLogoRequests } from './repository.ts';
import { logoRequestStates } from './states.ts';

/** What a customer asked for, and the files of theirs that it names. */
export const logoRequestPersonalData: PersonalDataSection = {
  name: 'logoRequests',
  async export(on, ctx, customerId) {
    const rows = await listRequestsOf(on, ctx.shop.id, customerId);
    return rows.map(({ id, state, note, files, reason, createdAt, endedAt }) => ({
      id,
      state,
      note,
      files,
      reason,
      createdAt: createdAt.toISOString(),
      endedAt: instantOrNull(endedAt),
    }));
  },
  async erase(tx, ctx, customerId) {
    await eraseLogoWords(tx, ctx.shop.id, customerId, ctx.now);
    const rows = await listRequestsOf(tx, ctx.shop.id, customerId);
    const open = rows.filter(({ state }) => !logoRequestStates.isEnd(state));
    if (open.length === 0) return { kept: [] };
    const why = 'They are made, or called off by the shop.';
    return { kept: [{ what: `${open.length} requests for goods with a logo`, why, until: null }] };
  },
};

/** Requests of a duplicate become those of the customer that stays. */
export const logoRequestCustomerMove: CustomerMove = {
  name: 'logoRequests',
  move: (tx, ctx, from, to) => moveLogoRequests(tx, ctx.shop.id, from, to, ctx.now),
};
