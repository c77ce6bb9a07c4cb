import type { Consent } from './tables.ts';

/** What a customer said about one purpose on one channel. */
export type Decision = Pick<Consent, 'purpose' | 'channel' | 'decision'>;

const pairOf = ({ purpose, channel }: Pick<Decision, 'purpose' | 'channel'>) => `${purpose}/${channel}`;

/**
 * Whether a customer may be written to. Service messages belong to the deal and need no consent, but stop where the
 * customer refused them; everything else needs a consent that was not taken back.
 */
export const decideMayContact = (
  purpose: Consent['purpose'],
  newest: Consent['decision'] | undefined,
): boolean => (purpose === 'service' ? newest !== 'refused' : newest === 'granted');

/** The decisions that two customers who are one person have together: a refusal of either wins. */
export function mergeDecisions(survivor: readonly Decision[], duplicate: readonly Decision[]): Decision[] {
  const merged = new Map<string, Decision>();
  for (const { purpose, channel, decision } of [...survivor, ...duplicate]) {
    const known = merged.get(pairOf({ purpose, channel }));
    if (known?.decision !== 'refused')
      merged.set(pairOf({ purpose, channel }), { purpose, channel, decision });
  }
  return [...merged.values()];
}

/** The decisions that must be written down so that the wanted ones are in force. */
export function decisionsToRecord(wanted: readonly Decision[], inForce: readonly Decision[]): Decision[] {
  const known = new Map(inForce.map((decision) => [pairOf(decision), decision.decision]));
  return wanted.filter((decision) => known.get(pairOf(decision)) !== decision.decision);
}
