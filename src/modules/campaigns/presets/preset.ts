import { DAY_MS } from '../../../platform/time.ts';
import type { MechanicParameters } from '../mechanics.ts';
import type { CampaignRule } from '../rule-schemas.ts';

/** One text in the two languages that presets are written in. */
export interface PresetText {
  readonly en: string;
  readonly zh: string;
}

/** What an example is about. */
export interface PresetGoods {
  readonly product: { readonly id: string; readonly unitAmount: number };
  readonly otherProduct: { readonly id: string; readonly unitAmount: number };
  readonly giftProductId: string;
  readonly segmentId: string;
  readonly category: string;
  /** From when on, where an example has dates. */
  readonly from: Date;
}

/** A campaign as it is created: what is not said is as it is by default. */
export type PresetExample = { readonly name: string; readonly mechanic: MechanicParameters } & Partial<
  Omit<CampaignRule, 'mechanic'>
>;

/** A way to sell, with the mechanic behind it. */
export interface Preset {
  readonly preset: string;
  readonly name: PresetText;
  /** When a shop uses it. */
  readonly use: PresetText;
  readonly exampleOf: (goods: PresetGoods) => PresetExample;
}

/** From an instant on, for so many days. */
export const daysFrom = (from: Date, days: number) => ({
  startsAt: from.toISOString(),
  endsAt: new Date(from.getTime() + days * DAY_MS).toISOString(),
});

/** A share of an amount, down to a whole unit of money. */
export const partOf = (amount: number, percent: number): number =>
  Number((BigInt(amount) * BigInt(percent)) / 100n);

/** Offers on the price of goods, that leave room for those on the order and on freight. */
export const ON_GOODS: Pick<PresetExample, 'stackingClass' | 'combinesWith'> = {
  stackingClass: 'product',
  combinesWith: ['order', 'freight'],
};
/** Offers on the order, that leave room for prices of goods and for freight. */
export const ON_ORDER: Pick<PresetExample, 'stackingClass' | 'combinesWith'> = {
  stackingClass: 'order',
  combinesWith: ['product', 'freight'],
};
