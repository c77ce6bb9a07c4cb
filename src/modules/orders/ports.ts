import type { Reader } from '../../platform/db/client.ts';
import { definePort } from '../../platform/ports.ts';

/** What the shop promises about the price of an order, in plain words. */
export interface OrderPromise {
  readonly policyId: string;
  readonly name: string;
  readonly ruleVersion: number;
  readonly words: { readonly en: string; readonly zh: string };
}

/** What an order that is placed at a moment is promised. */
export interface PromiseSource {
  find(on: Reader, shopId: string, at: Date): Promise<readonly OrderPromise[]>;
}

export const orderPromises = definePort<PromiseSource>('orders.promises');
