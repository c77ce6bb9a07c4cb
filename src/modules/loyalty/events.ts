import { Type } from '@sinclair/typebox';
import { defineEvent } from '../../platform/events/define.ts';
import { nullableText, uuid } from '../../platform/http/schema.ts';

const points = (description: string) => Type.Integer({ description });

export const programmeEvents = {
  changed: defineEvent(
    'loyalty_programme.changed',
    'The loyalty programme was set up or says something else. The subject is the shop.',
    Type.Object({
      name: Type.String({ description: 'What it is called.' }),
      version: Type.Integer({ description: 'What it says now, from 1.' }),
      expiryKind: Type.String({ description: 'How points end, such as `rolling_months`.' }),
    }),
  ),
};

const balances = {
  activePoints: points('What the member can spend afterwards.'),
  pendingPoints: points('What is still pending.'),
};
const moved = Type.Object({ points: points('How many.'), ...balances });

/** What happens to a member. The subject is the customer. */
export const memberEvents = {
  enrolled: defineEvent(
    'loyalty_member.enrolled',
    'A customer takes part in the loyalty programme.',
    Type.Object({
      isReturning: Type.Boolean({ description: 'Whether they had taken part before and left.' }),
    }),
  ),
  tierChanged: defineEvent(
    'loyalty_member.tier_changed',
    'A member came to another tier.',
    Type.Object({
      fromTierKey: nullableText('The tier before; null: none.'),
      toTierKey: nullableText('The tier now; null: none.'),
      countedQuantity: points('What counted: points, or minor units of what was spent.'),
    }),
  ),
  left: defineEvent(
    'loyalty_member.left',
    'A customer left the loyalty programme; their points are gone.',
    Type.Object({ points: points('How many points lapsed.') }),
  ),
};

/** What happens to points. The subject is the customer. */
export const pointEvents = {
  granted: defineEvent(
    'points.granted',
    'A member got points.',
    Type.Object({
      lotId: uuid('The lot.'),
      source: Type.String({ description: 'What for, such as `staff`.' }),
      points: points('How many.'),
      repaidPoints: points('How many of them repaid a debt.'),
      ...balances,
    }),
  ),
  takenBack: defineEvent(
    'points.taken_back',
    'Points that were earned on goods that came back are gone.',
    Type.Object({
      orderId: uuid('The order.'),
      points: points('How many were taken of what the member had.'),
      debtPoints: points('How many more the member owes now.'),
      forgivenPoints: points('How many the shop lets go of.'),
      ...balances,
    }),
  ),
  withdrawn: defineEvent(
    'points.withdrawn',
    'Points that were given for something that did not last are gone, as far as they were not spent.',
    Type.Object({ lotId: uuid('The lot.'), points: points('How many.'), ...balances }),
  ),
  spent: defineEvent('points.spent', 'A member spent points.', moved),
  givenBack: defineEvent('points.given_back', 'Points that a member had spent came back.', moved),
  activated: defineEvent('points.activated', 'Points that were pending can be spent.', moved),
  expired: defineEvent('points.expired', 'Points of a member expired.', moved),
};

const asked = Type.Object({ customerId: uuid('The member.'), points: points('How many points.') });

/** What becomes of grants that need a second person. The subject is the request. */
export const grantRequestEvents = {
  requested: defineEvent(
    'points_grant_request.requested',
    'Staff wants to give more points than one person may.',
    asked,
  ),
  approved: defineEvent(
    'points_grant_request.approved',
    'A second person agreed; the points are given.',
    asked,
  ),
  refused: defineEvent('points_grant_request.refused', 'A second person did not agree.', asked),
  lapsed: defineEvent('points_grant_request.lapsed', 'Nobody decided in time.', asked),
};
