import { Type } from '@sinclair/typebox';
import type { Module } from '../../platform/module.ts';
import { defineSettings } from '../../platform/shops/settings.ts';
import { carrierErrors } from './carriers/errors.ts';
import { carrierEvents } from './carriers/events.ts';
import { carrierInvariants } from './carriers/invariants.ts';
import { carrierSettings } from './carriers/settings.ts';
import { carrierStates } from './carriers/states.ts';
import { shippingErrors } from './errors.ts';
import { freightTemplateEvents } from './events.ts';
import { parcelErrors } from './parcels/errors.ts';
import { parcelEventKinds } from './parcels/events.ts';
import { parcelInvariants } from './parcels/invariants.ts';
import { parcelStates } from './parcels/states.ts';
import { shippingRoutes } from './routes.ts';
import { shippingSettings } from './settings.ts';
import { shippingSweeps } from './sweeps.ts';

export const shippingModule: Module = {
  name: 'shipping',
  tags: {
    Shipping: 'What sending costs, and where to.',
    Carriers: 'Who carries parcels, for how much, how long, and how well.',
    Parcels: 'Parcels on their way, and what happens to them.',
  },
  routes: shippingRoutes,
  errors: { ...shippingErrors, ...carrierErrors, ...parcelErrors },
  events: [
    ...Object.values(freightTemplateEvents),
    ...Object.values(carrierEvents),
    ...Object.values(parcelEventKinds),
  ],
  // One block for the shop, defined where each part of it is used.
  settings: defineSettings(
    'shipping',
    Type.Object({ ...shippingSettings.schema.properties, ...carrierSettings.schema.properties }),
  ),
  sweeps: shippingSweeps,
  invariants: [...carrierInvariants, ...parcelInvariants],
  states: { carrier: carrierStates, parcel: parcelStates },
};
