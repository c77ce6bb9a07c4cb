import { Type } from '@sinclair/typebox';
import { defineEvent } from '../../../platform/events/define.ts';

const data = Type.Object({
  name: Type.String({ description: 'Its name.' }),
  externalId: Type.Unsafe<string | null>({
    type: ['string', 'null'],
    description: 'Its id in the system of the shop.',
  }),
  status: Type.String({ description: 'trial, active, paused or archived.' }),
  trialShareBps: Type.Integer({ description: 'Its share of the suggestions while it is on trial.' }),
});

export const carrierEvents = {
  created: defineEvent('carrier.created', 'A carrier was added.', data),
  changed: defineEvent('carrier.changed', 'A carrier, one of its methods or a price list was changed.', data),
};
