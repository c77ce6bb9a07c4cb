import { Type } from '@sinclair/typebox';
import { defineEvent } from '../../platform/events/define.ts';
import { text, uuid } from '../../platform/http/schema.ts';

// Events go to other systems and stay in the feed for good: they hold ids and names of fields, nothing personal.
const version = Type.Integer({ description: 'The version of the customer after the event.' });

export const customerEvents = {
  created: defineEvent('customer.created', 'A customer was added.', Type.Object({ version })),
  updated: defineEvent(
    'customer.updated',
    'Fields of a customer were changed.',
    Type.Object({
      changedFields: Type.Array(text('A field of the customer.', 60), {
        description: 'The fields that changed.',
      }),
      version,
    }),
  ),
  merged: defineEvent(
    'customer.merged',
    'A duplicate is gone: another customer has what it had. The subject is the duplicate.',
    Type.Object({ survivingCustomerId: uuid('The customer that stays.') }),
  ),
  erased: defineEvent(
    'customer.erased',
    'The personal data of a customer was erased.',
    Type.Object({ version }),
  ),
  consentRecorded: defineEvent(
    'customer.consent_recorded',
    'A customer allowed or refused something.',
    Type.Object({ consentId: uuid('The decision.') }),
  ),
};
