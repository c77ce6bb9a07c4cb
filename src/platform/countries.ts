import { iso31661Alpha2ToAlpha3 } from 'iso-3166/1-a2-to-1-a3.js';

/** Not in the list, and what post and customs write. */
export const USER_ASSIGNED: Readonly<Record<string, string>> = { XK: 'Kosovo' };

/** Whether there is a country of this code of ISO 3166-1 alpha-2. */
export const isCountry = (code: string): boolean =>
  Object.hasOwn(iso31661Alpha2ToAlpha3, code) || Object.hasOwn(USER_ASSIGNED, code);
