import type { FastifyInstance } from 'fastify';
import { carrierRoutes } from './carriers/routes.ts';
import { freightTemplateRoutes } from './freight/routes.ts';
import { optionRoutes } from './options/routes.ts';
import { parcelRoutes } from './parcels/routes.ts';
import { regionRoutes } from './region-routes.ts';
import { scoreRoutes } from './scores/routes.ts';

/** Everything about shipping that is asked for over HTTP. */
export function shippingRoutes(app: FastifyInstance): void {
  regionRoutes(app);
  freightTemplateRoutes(app);
  carrierRoutes(app);
  scoreRoutes(app);
  optionRoutes(app);
  parcelRoutes(app);
}
