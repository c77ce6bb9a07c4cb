import { type Static, type TSchema } from '@sinclair/typebox';
import { scalar } from '../../platform/http/schema.ts';
import type { Mechanic } from './engine/mechanic.ts';
import { amountOff } from './mechanics/amount-off.ts';
import { bundle } from './mechanics/bundle.ts';
import { buyXGetY } from './mechanics/buy-x-get-y.ts';
import { fixedPrice } from './mechanics/fixed-price.ts';
import { flashSale } from './mechanics/flash-sale.ts';
import { freeFreight } from './mechanics/free-freight.ts';
import { gift } from './mechanics/gift.ts';
import { mysteryPrice } from './mechanics/mystery-price.ts';
import { nthItem } from './mechanics/nth-item.ts';
import { percentOff } from './mechanics/percent-off.ts';
import { pointsMultiplier } from './mechanics/points-multiplier.ts';
import { quantityBreaks } from './mechanics/quantity-breaks.ts';
import { segmentPrice } from './mechanics/segment-price.ts';
import { spendSteps } from './mechanics/spend-steps.ts';

/** THE list of mechanics. A new one is a file and a line here. */
const REGISTERED = [
  fixedPrice,
  percentOff,
  amountOff,
  spendSteps,
  nthItem,
  buyXGetY,
  bundle,
  gift,
  freeFreight,
  quantityBreaks,
  segmentPrice,
  flashSale,
  pointsMultiplier,
  mysteryPrice,
] as const;

/** What a campaign does, with its parameters. */
export type MechanicParameters = Static<(typeof REGISTERED)[number]['parameters']>;
export type MechanicType = MechanicParameters['type'];

// Each reads the parameters of its own type only, which the tag makes sure of.
export const mechanics = REGISTERED as unknown as readonly Mechanic[];
const byType = new Map(mechanics.map((mechanic) => [mechanic.type, mechanic]));

/** The mechanic of a type. */
export function mechanicOf(type: string): Mechanic {
  const mechanic = byType.get(type);
  if (!mechanic) throw new Error(`no mechanic ${type}`);
  return mechanic;
}

const members: readonly TSchema[] = REGISTERED.map(({ parameters }) => parameters);
export const MechanicModel = scalar<MechanicParameters>('Mechanic', {
  type: 'object',
  description: 'What a campaign does to a price.',
  discriminator: { propertyName: 'type' },
  oneOf: members.map(({ $id }) => ({ $ref: `${$id ?? ''}#` })),
});
