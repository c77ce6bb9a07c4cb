import { Type } from '@sinclair/typebox';
import {
  enumeration,
  inputModel,
  instantOrNull,
  instantText,
  model,
  nullableInstant,
  nullableRef,
  nullableText,
  nullableUuid,
  pageOf,
  ref,
  text,
  uuid,
  versionNumber,
} from '../../platform/http/schema.ts';
import { LOT_SOURCES, MOVEMENT_KINDS } from './kinds.ts';
import type { StaffGrant } from './staff-grants.ts';
import { grantRequestStates, lotStates } from './states.ts';
import type { PointGrantRequest, PointLot, PointMovement } from './tables.ts';

export const LotStateName = enumeration(
  'PointLotState',
  '`pending`: not to be spent yet. `lapsed`: the member left. One that is used up stays `active`.',
  lotStates.names,
);
const LotSourceName = enumeration('PointLotSource', 'What points were given for.', LOT_SOURCES);
const MovementKindName = enumeration(
  'PointMovementKind',
  'What happened to points of a lot. `taken_back`: goods that they were earned on came back. `repaid`: they repaid a debt. `lapsed`: the ' +
    'member left. `merged_in` and `merged_out`: a duplicate of the customer was merged.',
  MOVEMENT_KINDS,
);
export const GrantRequestStateName = enumeration(
  'PointGrantRequestState',
  '`lapsed`: nobody decided within 30 days.',
  grantRequestStates.names,
);

const points = (description: string) => Type.Integer({ minimum: 0, description });

const lotFields = {
  id: uuid('The lot.'),
  state: ref(LotStateName),
  source: ref(LotSourceName),
  grantedPoints: points('How many were given.'),
  leftPoints: points('How many are left of them.'),
  isPromotional: Type.Boolean({ description: 'Given away and not earned by buying.' }),
  grantedAt: instantText('When they were given.'),
  activatesAt: instantText('From when on they can be spent.'),
  expiresAt: nullableInstant('From when on not any more; null: never.'),
  note: nullableText('What the shop wrote about it.'),
  orderId: nullableUuid('The order that it was earned with; null for other sources.'),
  programmeVersion: Type.Integer({ description: 'Which version of the programme they were given under.' }),
};
export const PointLotModel = model('PointLot', 'Points of one grant.', lotFields);
export const PointLotPage = pageOf('PointLotPage', PointLotModel);

const PointMovementModel = model('PointMovement', 'What happened to points of one lot.', {
  position: Type.Integer({ description: 'Counts the movements of a member, from 1 without a gap.' }),
  kind: ref(MovementKindName),
  lotId: uuid('The lot.'),
  points: Type.Integer({ description: 'What came in is positive, what left negative.' }),
  balanceAfterPoints: points('What the member had then, pending points with them.'),
  createdAt: instantText('When it happened.'),
});
export const PointMovementPage = pageOf('PointMovementPage', PointMovementModel);

export const PointGrantCreate = inputModel('PointGrantCreate', 'Points that staff gives.', {
  points: Type.Integer({ minimum: 1, maximum: 1_000_000_000, description: 'How many.' }),
  note: text('What for; the member may read it.', 500),
  pendingDays: Type.Integer({
    minimum: 0,
    maximum: 365,
    default: 0,
    description: 'So many whole days of the shop after today they cannot be spent.',
  }),
});

export const PointGrantRequestModel = model(
  'PointGrantRequest',
  'Points that staff wants to give, and that a second person has to agree to.',
  {
    id: uuid('The request.'),
    customerId: uuid('The member.'),
    state: ref(GrantRequestStateName),
    points: points('How many points.'),
    note: nullableText('What for; null once the customer was erased.'),
    pendingDays: Type.Integer({ description: 'So many whole days after the grant they cannot be spent.' }),
    lotId: nullableUuid('The points that were given; null while they are not.'),
    requestedBy: text('The credential that asked.', 100),
    decidedBy: nullableText('The credential that decided, or the part of the system that let it lapse.'),
    decidedAt: nullableInstant('When it was decided.'),
    lapsesAt: nullableInstant('When it lapses, while nobody decides.'),
    version: versionNumber(),
    createdAt: instantText('When it was asked for.'),
  },
);
export const PointGrantRequestPage = pageOf('PointGrantRequestPage', PointGrantRequestModel);

export const PointGrantModel = model(
  'PointGrant',
  'Points that were given, or the request for them that waits for a second person: one of the two.',
  {
    lot: nullableRef(PointLotModel, 'The points that were given.'),
    request: nullableRef(PointGrantRequestModel, 'The request that waits.'),
  },
);

export const presentLot = (row: PointLot) => ({
  id: row.id,
  state: row.state,
  source: row.source,
  grantedPoints: Number(row.grantedPoints),
  leftPoints: Number(row.leftPoints),
  isPromotional: row.isPromotional,
  grantedAt: row.grantedAt.toISOString(),
  activatesAt: row.activatesAt.toISOString(),
  expiresAt: instantOrNull(row.expiresAt),
  note: row.note,
  orderId: row.orderId,
  programmeVersion: row.programmeVersion,
});

export const presentPointMovement = (row: PointMovement) => ({
  position: row.position,
  kind: row.kind,
  lotId: row.lotId,
  points: Number(row.points),
  balanceAfterPoints: Number(row.balanceAfter),
  createdAt: row.createdAt.toISOString(),
});

export const presentGrantRequest = (row: PointGrantRequest) => ({
  id: row.id,
  customerId: row.customerId,
  state: row.state,
  points: Number(row.points),
  note: row.note,
  pendingDays: row.pendingDays,
  lotId: row.lotId,
  requestedBy: row.requestedBy,
  decidedBy: row.decidedBy,
  decidedAt: instantOrNull(row.decidedAt),
  lapsesAt: instantOrNull(row.dueAt),
  version: row.version,
  createdAt: row.createdAt.toISOString(),
});

export const presentGrant = ({ lot, request }: StaffGrant) => ({
  lot: lot ? presentLot(lot) : null,
  request: request ? presentGrantRequest(request) : null,
});
