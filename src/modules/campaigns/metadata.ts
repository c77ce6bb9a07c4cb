import { campaignErrors } from './errors.ts';

const MOST_ENTRIES = 50;

/** Metadata after a change; null removes a key. Refusal: campaign_too_much_metadata. */
export function mergeMetadata(
  current: Readonly<Record<string, string>>,
  changes: Readonly<Record<string, string | null>> = {},
): Record<string, string> {
  const merged = Object.entries({ ...current, ...changes }).filter(
    (entry): entry is [string, string] => entry[1] !== null,
  );
  if (merged.length > MOST_ENTRIES)
    throw campaignErrors.campaign_too_much_metadata(undefined, { pointer: '/metadata' });
  return Object.fromEntries(merged);
}
