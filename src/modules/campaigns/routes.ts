import type { FastifyInstance } from 'fastify';
import { campaignOwnRoutes } from './campaign-routes.ts';
import { couponRoutes } from './coupons/routes.ts';
import { currentRoutes } from './current-routes.ts';
import { entryItemRoutes } from './entry-items/routes.ts';
import { upcomingRoutes } from './notices/routes.ts';
import { offerRoutes } from './offer-routes.ts';
import { presetRoutes } from './presets/routes.ts';
import { programmeRoutes } from './programmes/routes.ts';
import { stepRoutes } from './step-routes.ts';

export function campaignRoutes(app: FastifyInstance): void {
  presetRoutes(app);
  campaignOwnRoutes(app);
  stepRoutes(app);
  currentRoutes(app);
  upcomingRoutes(app);
  offerRoutes(app);
  programmeRoutes(app);
  couponRoutes(app);
  entryItemRoutes(app);
}
