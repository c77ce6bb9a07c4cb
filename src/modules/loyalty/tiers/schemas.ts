import { Type } from '@sinclair/typebox';
import {
  instantText,
  model,
  nullableRef,
  nullableText,
  pageOf,
  ref,
  text,
} from '../../../platform/http/schema.ts';
import { TierBasis } from '../programme-schemas.ts';
import type { TierStanding } from './read.ts';
import type { TierChange } from './tables.ts';

const quantity = (description: string) =>
  Type.Integer({ minimum: 0, description: `${description}: points, or minor units of what was spent.` });

const ReachedTier = model('ReachedTier', 'A tier that a member has reached.', {
  key: text('What it is called by systems.', 40),
  name: text('What members read.', 100),
  serviceLevel: nullableText('What customer care promises its members; null: nothing of its own.'),
});
const NextTier = model('NextTier', 'The tier above, and what is missing to it.', {
  key: text('What it is called by systems.', 40),
  name: text('What members read.', 100),
  missingQuantity: quantity('What is missing'),
});
export const TierStandingModel = model(
  'TierStanding',
  'How a member stands between the tiers, on the shop’s day.',
  {
    basis: ref(TierBasis),
    countedQuantity: quantity('What counts, of everything until the day before'),
    tier: nullableRef(ReachedTier, 'The tier; null: none.'),
    nextTier: nullableRef(NextTier, 'The tier above; null: there is none.'),
  },
);

const TierChangeModel = model('TierChange', 'A member came to another tier.', {
  position: Type.Integer({ description: 'Counts the changes of a member, from 1 without a gap.' }),
  fromTierKey: nullableText('The tier before; null: none.'),
  toTierKey: nullableText('The tier then; null: none.'),
  countedQuantity: quantity('What counted'),
  programmeVersion: Type.Integer({ description: 'By which version of the programme.' }),
  createdAt: instantText('When it happened.'),
});
export const TierChangePage = pageOf('TierChangePage', TierChangeModel);

export const presentStanding = ({ basis, counted, tier, next }: TierStanding) => ({
  basis,
  countedQuantity: Number(counted),
  tier: tier ? { key: tier.key, name: tier.name, serviceLevel: tier.serviceLevel } : null,
  nextTier: next ? { key: next.tier.key, name: next.tier.name, missingQuantity: Number(next.missing) } : null,
});

export const presentTierChange = (row: TierChange) => ({
  position: row.position,
  fromTierKey: row.fromTierKey,
  toTierKey: row.toTierKey,
  countedQuantity: Number(row.countedQuantity),
  programmeVersion: row.programmeVersion,
  createdAt: row.createdAt.toISOString(),
});
