import type { Module } from '../../platform/module.ts';
import { shippingErrors } from './errors.ts';
import { freightTemplateEvents } from './events.ts';
import { freightTemplateRoutes } from './freight/routes.ts';
import { regionRoutes } from './region-routes.ts';
import { shippingSettings } from './settings.ts';

export const shippingModule: Module = {
  name: 'shipping',
  tags: { Shipping: 'What sending costs, and where to.' },
  routes: (app) => {
    regionRoutes(app);
    freightTemplateRoutes(app);
  },
  errors: shippingErrors,
  events: Object.values(freightTemplateEvents),
  settings: shippingSettings,
};
