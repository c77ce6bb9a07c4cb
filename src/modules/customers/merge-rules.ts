import { isDeepStrictEqual } from 'node:util';
import type { Problem } from '../../platform/errors.ts';
import { customersErrors } from './errors.ts';
import {
  type AddressEntry,
  type ContactEntry,
  type CustomerFields,
  isSameContact,
  MAX_ADDRESSES,
  MAX_CONTACT_POINTS,
  MAX_MAP_KEYS,
  MAX_NOTE_LENGTH,
} from './rules.ts';

/**
 * What the surviving customer is after it took over a duplicate. Its own word counts; the duplicate fills what is
 * empty and adds to the lists and maps.
 */
export const mergeFields = (survivor: CustomerFields, duplicate: CustomerFields): CustomerFields => ({
  externalId: survivor.externalId ?? duplicate.externalId,
  name: survivor.name,
  company: survivor.company ?? duplicate.company,
  locale: survivor.locale ?? duplicate.locale,
  country: survivor.country ?? duplicate.country,
  preferences: unionOf(survivor.preferences, duplicate.preferences),
  staffNote: joinNotes(survivor.staffNote, duplicate.staffNote),
  metadata: unionOf(survivor.metadata, duplicate.metadata),
  contactPoints: mergeContactPoints(survivor.contactPoints, duplicate.contactPoints),
  addresses: mergeAddresses(survivor.addresses, duplicate.addresses),
});

const unionOf = (
  survivor: Record<string, string>,
  duplicate: Record<string, string>,
): Record<string, string> =>
  Object.fromEntries(new Map([...Object.entries(duplicate), ...Object.entries(survivor)]));

function joinNotes(survivor: string | null, duplicate: string | null): string | null {
  if (survivor === null || duplicate === null || survivor === duplicate) return survivor ?? duplicate;
  return `${survivor}\n\n${duplicate}`;
}

/** Both lists without repetition; a primary one of the survivor stays the primary one of its kind. */
export function mergeContactPoints(
  survivor: readonly ContactEntry[],
  duplicate: readonly ContactEntry[],
): ContactEntry[] {
  const merged = [...survivor];
  for (const entry of duplicate) {
    const isPrimary =
      entry.isPrimary && !merged.some((known) => known.isPrimary && known.kind === entry.kind);
    const at = merged.findIndex((other) => isSameContact(other, entry));
    const known = merged[at];
    if (known) merged[at] = { ...known, isPrimary: known.isPrimary || isPrimary };
    else merged.push({ ...entry, isPrimary });
  }
  return merged;
}

/** Both lists without repetition; the survivor's default stays the default. */
export function mergeAddresses(
  survivor: readonly AddressEntry[],
  duplicate: readonly AddressEntry[],
): AddressEntry[] {
  const merged = [...survivor];
  for (const entry of duplicate) {
    const isDefault = entry.isDefault && !merged.some((known) => known.isDefault);
    const at = merged.findIndex(({ address }) => isDeepStrictEqual(address, entry.address));
    const known = merged[at];
    if (known) merged[at] = { ...known, isDefault: known.isDefault || isDefault };
    else merged.push({ ...entry, isDefault });
  }
  return merged;
}

/** Why the two cannot be one customer, if so: nothing is dropped silently to make them fit. */
export function findMergeFault(merged: CustomerFields): Problem | undefined {
  const counts: [string, number, number][] = [
    ['contact points', merged.contactPoints.length, MAX_CONTACT_POINTS],
    ['addresses', merged.addresses.length, MAX_ADDRESSES],
    ['preferences', Object.keys(merged.preferences).length, MAX_MAP_KEYS],
    ['keys of metadata', Object.keys(merged.metadata).length, MAX_MAP_KEYS],
    ['characters of staff note', merged.staffNote?.length ?? 0, MAX_NOTE_LENGTH],
  ];
  const over = counts.filter(([, count, most]) => count > most);
  if (over.length === 0) return undefined;
  const detail = over.map(
    ([what, count, most]) => `Together they have ${count} ${what}; ${most} are the most.`,
  );
  return customersErrors.merge_exceeds_limits(detail.join(' '), { pointer: '/duplicateCustomerId' });
}
