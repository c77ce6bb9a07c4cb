import { instantOrNull } from '../../platform/http/schema.ts';
import type { PersonalDataSection } from '../customers/ports.ts';
import { NO_BIRTHDAY } from './birthday-rules.ts';
import { followDays } from './day-change.ts';
import { writeOffDebt } from './debt.ts';
import { eraseRequestNotes } from './grant-request-repository.ts';
import { lapsePoints } from './lapse.ts';
import { eraseLotNotes, listAllLots } from './lot-repository.ts';
import { findMember, lockMember, updateMember } from './member-repository.ts';

/** What loyalty holds about a customer: since when they take part, and their points with the notes on them. */
export const loyaltyPersonalData: PersonalDataSection = {
  name: 'loyalty',
  async export(on, ctx, customerId) {
    const member = await findMember(on, ctx.shop.id, customerId);
    if (!member) return [];
    const lots = await listAllLots(on, ctx.shop.id, customerId);
    return [
      {
        what: 'membership',
        enrolledAt: member.enrolledAt.toISOString(),
        leftAt: instantOrNull(member.leftAt),
        birthday: member.birthday,
        activePoints: Number(member.activePoints),
        pendingPoints: Number(member.pendingPoints),
        debtPoints: Number(member.debtPoints),
      },
      ...lots.map((lot) => ({
        what: 'lot',
        id: lot.id,
        source: lot.source,
        state: lot.state,
        grantedPoints: Number(lot.grantedPoints),
        leftPoints: Number(lot.leftPoints),
        note: lot.note,
        grantedAt: lot.grantedAt.toISOString(),
        expiresAt: instantOrNull(lot.expiresAt),
      })),
    ];
  },
  // Points are no money: nobody can spend them once nobody knows whose they are.
  async erase(tx, ctx, customerId) {
    await eraseLotNotes(tx, ctx.shop.id, customerId);
    await eraseRequestNotes(tx, ctx.shop.id, customerId);
    const member = await lockMember(tx, ctx.shop.id, customerId);
    if (!member) return { kept: [] };
    if (member.leftAt) {
      await writeOffDebt(tx, ctx, member);
      return { kept: [] };
    }
    await followDays(tx, ctx, [customerId]);
    const current = await lockMember(tx, ctx.shop.id, customerId);
    const { member: empty } = await lapsePoints(tx, ctx, current ?? member);
    const free = await writeOffDebt(tx, ctx, empty);
    await updateMember(tx, free, { ...NO_BIRTHDAY, leftAt: ctx.now, dueAt: null, updatedAt: ctx.now });
    return { kept: [] };
  },
};
