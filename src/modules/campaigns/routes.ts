import type { FastifyInstance } from 'fastify';
import { couponRoutes } from './coupons/routes.ts';
import { offerRoutes } from './offer-routes.ts';

export function campaignRoutes(app: FastifyInstance): void {
  offerRoutes(app);
  couponRoutes(app);
}
