import type { Ctx } from '../../platform/context.ts';
import type { Reader, Tx } from '../../platform/db/client.ts';
import { definePort } from '../../platform/ports.ts';

/** Something that stays after an erasure, because a law or the other side of a deal asks for it. */
export interface KeptData {
  readonly what: string;
  readonly why: string;
  /** In the shop's time; null where no day can be named. */
  readonly until: Date | null;
}

/** What one module holds about customers. */
export interface PersonalDataSection {
  readonly name: string;
  /** Everything it holds about the customer, as plain JSON values. */
  export(on: Reader, ctx: Ctx, customerId: string): Promise<Record<string, unknown>[]>;
  /** Refuses an erasure that would leave something open which nobody could settle afterwards. Asked before the first one only. */
  checkErasable?(tx: Tx, ctx: Ctx, customerId: string): Promise<void>;
  /** Erases what may be erased and names the rest. Run again, it changes nothing and names the same. */
  erase(tx: Tx, ctx: Ctx, customerId: string): Promise<{ readonly kept: readonly KeptData[] }>;
}

export const personalData = definePort<readonly PersonalDataSection[]>('customers.personalData');

/** What one module has to move when a duplicate is merged. */
export interface CustomerMove {
  readonly name: string;
  /** Gives what belongs to `from` to `to`; both rows are locked. Returns how many rows it moved. */
  move(tx: Tx, ctx: Ctx, from: string, to: string): Promise<number>;
}

export const customerMerges = definePort<readonly CustomerMove[]>('customers.customerMerges');

/** Told in the same transaction that what a customer bought amounts to something else. */
export type FollowPurchases = (tx: Tx, ctx: Ctx, customerId: string) => Promise<void>;

export const purchaseChanges = definePort<FollowPurchases>('customers.purchaseChanges');
