import type { FastifyInstance } from 'fastify';
import { codeRoutes } from './code-routes.ts';
import { definitionRoutes } from './definition-routes.ts';

/** Coupons: what codes are, the codes themselves, and what they do. */
export function couponRoutes(app: FastifyInstance): void {
  definitionRoutes(app);
  codeRoutes(app);
}
