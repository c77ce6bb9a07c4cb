import type { Ctx } from '../../platform/context.ts';
import type { Side } from './offer-rules.ts';

/** For whom a call speaks: customers and who holds a link for the customer, everybody else for the shop. */
export const sideOf = ({ actor }: Pick<Ctx, 'actor'>): Side =>
  actor.kind === 'customer' || actor.kind === 'link' ? 'customer' : 'shop';
