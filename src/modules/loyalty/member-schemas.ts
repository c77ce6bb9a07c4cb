import { Type } from '@sinclair/typebox';
import {
  inputModel,
  instantOrNull,
  instantText,
  model,
  nullableInstant,
  nullableText,
  pageOf,
  ref,
  uuid,
  versionNumber,
} from '../../platform/http/schema.ts';
import type { MemberView, OwnLoyalty } from './members.ts';
import type { ExpiringPoints } from './points.ts';

export const LoyaltyMemberCreate = inputModel('LoyaltyMemberCreate', 'A customer who takes part.', {
  customerId: uuid('The customer.'),
});

const points = (description: string) => Type.Integer({ minimum: 0, description });

export const LoyaltyMemberModel = model('LoyaltyMember', 'A customer in the loyalty programme.', {
  customerId: uuid('The customer.'),
  activePoints: points('What can be spent.'),
  pendingPoints: points('What was given and cannot be spent yet.'),
  debtPoints: points('What was taken back and was not there: new points repay it.'),
  tierKey: nullableText('The tier; null: none.'),
  birthday: nullableText('Month and day, such as `02-29`; null: nobody has said.'),
  enrolledAt: instantText('Since when they take part.'),
  leftAt: nullableInstant('When they left; null while they take part.'),
  version: versionNumber(),
  updatedAt: instantText('When something of it last changed.'),
});
export const LoyaltyMemberPage = pageOf('LoyaltyMemberPage', LoyaltyMemberModel);

export const OwnLoyaltyModel = model('OwnLoyalty', 'The loyalty programme for the customer who calls.', {
  programmeName: nullableText('What the shop calls it; null while there is none.'),
  isMember: Type.Boolean({ description: 'They take part.' }),
  activePoints: points('What can be spent.'),
  pendingPoints: points('What was given and cannot be spent yet.'),
  debtPoints: points('What was taken back and was not there: new points repay it.'),
  enrolledAt: nullableInstant('Since when they take part; null while they do not.'),
});

const Expiring = model('ExpiringPoints', 'Points that end at one moment.', {
  points: points('How many.'),
  expiresAt: instantText('From when on they cannot be spent.'),
});
export const ExpiringPointsList = model('ExpiringPointsList', 'Points that end, the soonest first.', {
  data: Type.Array(ref(Expiring), { description: 'The next moments at which points end; 100 at most.' }),
});

export const presentMember = (member: MemberView) => ({
  customerId: member.customerId,
  activePoints: Number(member.activePoints),
  pendingPoints: Number(member.pendingPoints),
  debtPoints: Number(member.debtPoints),
  tierKey: member.tierKey,
  birthday: member.birthday,
  enrolledAt: member.enrolledAt.toISOString(),
  leftAt: instantOrNull(member.leftAt),
  version: member.version,
  updatedAt: member.updatedAt.toISOString(),
});

export const presentOwnLoyalty = ({ programme, member }: OwnLoyalty) => {
  const current = member && member.leftAt === null ? member : undefined;
  return {
    programmeName: programme?.rule.name ?? null,
    isMember: current !== undefined,
    activePoints: Number(current?.activePoints ?? 0),
    pendingPoints: Number(current?.pendingPoints ?? 0),
    debtPoints: Number(current?.debtPoints ?? 0),
    enrolledAt: current ? current.enrolledAt.toISOString() : null,
  };
};

export const presentExpiring = (found: readonly ExpiringPoints[]) => ({
  data: found.map(({ points: many, expiresAt }) => ({
    points: Number(many),
    expiresAt: expiresAt.toISOString(),
  })),
});
