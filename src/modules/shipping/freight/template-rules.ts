import type { FreightRule, FreightZone } from './rules.ts';

/** What is wrong with a rule, and where. */
export interface TemplateFault {
  readonly pointer: string;
  readonly detail: string;
}

/** A region as it was named, with the code it goes by; undefined where there is no such region. */
export type CanonicalRegion = (code: string) => string | undefined;

/** The same rule with one code for each region: 440000 and CN-GD are the same province. */
export const withCanonicalRegions = (rule: FreightRule, canonical: CanonicalRegion): FreightRule => ({
  ...rule,
  zones: rule.zones.map((zone) => ({
    ...zone,
    regions: zone.regions.map((code) => canonical(code) ?? code),
  })),
});

/** What is wrong with a rule: regions that overlap or do not exist, zones that say two things, limits that mean nothing. */
export function findTemplateFaults(rule: FreightRule, canonical: CanonicalRegion): TemplateFault[] {
  const faults = [...findRegionFaults(rule.zones, canonical), ...rule.zones.flatMap(findZoneFaults)];
  const { oversize } = rule;
  if (
    oversize &&
    oversize.longestSideMm === null &&
    oversize.weightGrams === null &&
    oversize.volumeCubicCm === null
  )
    faults.push({ pointer: '/oversize', detail: 'Without a limit no piece is oversize.' });
  return faults;
}

function findRegionFaults(zones: readonly FreightZone[], canonical: CanonicalRegion): TemplateFault[] {
  const faults: TemplateFault[] = [];
  const taken = new Map<string, number>();
  const names = new Set<string>();
  let elsewhere: number | undefined;
  for (const [index, { name, regions }] of zones.entries()) {
    if (names.has(name))
      faults.push({ pointer: `/zones/${index}/name`, detail: 'Two zones have this name.' });
    names.add(name);
    if (regions.length === 0 && elsewhere !== undefined)
      faults.push({ pointer: `/zones/${index}/regions`, detail: 'Two zones are everywhere else.' });
    if (regions.length === 0) elsewhere = index;
    for (const [at, code] of regions.entries()) {
      const pointer = `/zones/${index}/regions/${at}`;
      const known = canonical(code);
      if (known === undefined) faults.push({ pointer, detail: `There is no region ${code}.` });
      else if (taken.has(known))
        faults.push({
          pointer,
          detail: `${code} is in the zone ${zones[taken.get(known) ?? 0]?.name} already.`,
        });
      else taken.set(known, index);
    }
  }
  return faults;
}

function findZoneFaults(zone: FreightZone, index: number): TemplateFault[] {
  const faults: TemplateFault[] = [];
  const fault = (field: string, detail: string) =>
    faults.push({ pointer: `/zones/${index}/${field}`, detail });
  const isFree = zone.freeFromAmount !== null || zone.freeFromQuantity !== null;
  if (!zone.isServed && (isFree || zone.firstAmount > 0 || zone.additionalAmount > 0))
    fault('isServed', 'What is not served costs nothing.');
  if (zone.isServed && zone.notServedReason !== null) fault('notServedReason', 'The zone is served.');
  return faults;
}
