import type { PromiseSource } from '../orders/ports.ts';
import { findPromised } from './policy-repository.ts';

/** What the policies that are in force at a moment promise. */
export const policyPromises: PromiseSource = { find: findPromised };
