import type { FastifyInstance } from 'fastify';
import { platformErrors } from '../../platform/errors.ts';
import { operation } from '../../platform/http/operation.ts';
import {
  ConsentModel,
  OwnConsentCreate,
  OwnProfile,
  OwnProfileUpdate,
  presentConsent,
  presentOwnProfile,
} from './consent-schemas.ts';
import { customersErrors } from './errors.ts';
import { getOwnProfile, recordOwnConsent, updateOwnProfile } from './own-profile.ts';
import { readChanges } from './schemas.ts';

const tag = 'Customers';
const access = { customer: true } as const;
// A token outlives its customer's erasure or merger by the moment in which both happen.
const gone = [platformErrors.not_found, customersErrors.customer_merged, customersErrors.customer_erased];

/** What customers see and do about themselves. */
export function ownProfileRoutes(app: FastifyInstance): void {
  getOwnProfileRoute(app);
  updateOwnProfileRoute(app);
  recordOwnConsentRoute(app);
}

function getOwnProfileRoute(app: FastifyInstance): void {
  operation(app, {
    operationId: 'getOwnProfile',
    method: 'GET',
    path: '/v1/me',
    tag,
    summary: 'Read the own profile',
    description: 'What the customer who calls has given and allowed. What staff notes is not in it.',
    access,
    success: { statuses: [200], schema: OwnProfile, description: 'The profile.' },
    errors: gone,
    example: {},
    run: (ctx) => getOwnProfile(ctx),
    present: presentOwnProfile,
  });
}

function updateOwnProfileRoute(app: FastifyInstance): void {
  operation(app, {
    operationId: 'updateOwnProfile',
    method: 'PATCH',
    path: '/v1/me',
    tag,
    summary: 'Change the own profile',
    description:
      'JSON merge patch: null empties a field or removes a preference. `contactPoints` and `addresses` are replaced ' +
      'as whole lists.',
    access,
    versioned: true,
    body: OwnProfileUpdate,
    success: { statuses: [200], schema: OwnProfile, description: 'The profile as it is now.' },
    errors: [...gone, customersErrors.primary_not_unique],
    example: {
      body: {
        locale: 'de-DE',
        contactPoints: [{ kind: 'email', value: 'maria@anders.example', isPrimary: true }],
        preferences: { size: 'M' },
      },
    },
    run: (ctx, { body }) => updateOwnProfile(ctx, readChanges(body)),
    present: presentOwnProfile,
  });
}

function recordOwnConsentRoute(app: FastifyInstance): void {
  operation(app, {
    operationId: 'recordOwnConsent',
    method: 'POST',
    path: '/v1/me/consents',
    tag,
    summary: 'Allow or refuse something',
    description:
      'One step, also out: the newest decision of a purpose and channel counts from this moment on.',
    access,
    versioned: true,
    body: OwnConsentCreate,
    success: { statuses: [201], schema: ConsentModel, description: 'The decision.' },
    errors: gone,
    example: { body: { purpose: 'marketing', channel: 'email', decision: 'refused' } },
    run: (ctx, { body }) => recordOwnConsent(ctx, body),
    present: presentConsent,
  });
}
