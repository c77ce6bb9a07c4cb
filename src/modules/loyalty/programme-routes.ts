import { Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { platformErrors } from '../../platform/errors.ts';
import { operation } from '../../platform/http/operation.ts';
import { pageQuery } from '../../platform/http/pagination.ts';
import { loyaltyErrors } from './errors.ts';
import { listProgrammeVersions, putProgramme, readProgramme } from './programme.ts';
import {
  LoyaltyProgrammeModel,
  LoyaltyProgrammePut,
  LoyaltyProgrammeVersionPage,
  presentProgramme,
  presentProgrammeVersion,
} from './programme-schemas.ts';

const tag = 'Loyalty';
const path = '/v1/loyalty-programme';

/** What the loyalty programme of a shop says. */
export function programmeRoutes(app: FastifyInstance): void {
  putRoute(app);
  readingRoutes(app);
}

function putRoute(app: FastifyInstance): void {
  operation(app, {
    operationId: 'putLoyaltyProgramme',
    method: 'PUT',
    path,
    tag,
    summary: 'Say what the loyalty programme is',
    description:
      'Sets it up, or lets it say something else from now on. Points that are there keep what held when they were given.',
    access: { secret: 'loyalty:write' },
    versioned: true,
    body: LoyaltyProgrammePut,
    success: { statuses: [200], schema: LoyaltyProgrammeModel, description: 'The programme.' },
    errors: [
      loyaltyErrors.points_expiry_contradictory,
      loyaltyErrors.tiers_contradictory,
      platformErrors.version_conflict,
    ],
    example: {
      body: {
        name: 'Northwind Club',
        signUpPoints: 100,
        staffGrantLimit: 1_000,
        expiry: { kind: 'rolling_months', months: 24 },
        earning: { points: 1, perAmount: 100 },
        tiers: [
          {
            key: 'silver',
            name: 'Silver',
            threshold: 1_000,
            multiplierBps: 12_500,
            earlyNoticeHours: 24,
            serviceLevel: null,
          },
        ],
      },
    },
    run: (ctx, { body }) => putProgramme(ctx, body),
    present: presentProgramme,
  });
}

function readingRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'getLoyaltyProgramme',
    method: 'GET',
    path,
    tag,
    summary: 'Read the loyalty programme',
    description: 'What it says now.',
    access: { secret: 'loyalty:read' },
    success: { statuses: [200], schema: LoyaltyProgrammeModel, description: 'The programme.' },
    errors: [platformErrors.not_found],
    example: {},
    run: (ctx) => readProgramme(ctx),
    present: presentProgramme,
  });

  operation(app, {
    operationId: 'listLoyaltyProgrammeVersions',
    method: 'GET',
    path: `${path}/versions`,
    tag,
    summary: 'List what the loyalty programme said',
    description: 'Newest first. Every lot names the version under which it was given.',
    access: { secret: 'loyalty:read' },
    query: Type.Object(pageQuery),
    success: { statuses: [200], schema: LoyaltyProgrammeVersionPage, description: 'A page of versions.' },
    errors: [],
    example: { query: { limit: 20 } },
    run: (ctx, { query }) => listProgrammeVersions(ctx, query),
    present: ({ rows, nextCursor }) => ({ data: rows.map(presentProgrammeVersion), nextCursor }),
  });
}
