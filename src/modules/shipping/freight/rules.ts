import { sumOf } from '../../../platform/money.ts';

export const CHARGE_BASES = ['piece', 'weight', 'volume'] as const;
/** What freight is counted by: pieces, grams, or cubic centimetres. */
export type ChargeBasis = (typeof CHARGE_BASES)[number];
export const FREIGHT_PAYERS = ['buyer', 'seller'] as const;
export type FreightPayer = (typeof FREIGHT_PAYERS)[number];

/** Where a template sends to, and for how much. Amounts in minor units; numbers, because a rule is kept as JSON. */
export interface FreightZone {
  readonly name: string;
  /** Codes of regions, each the canonical one; none: everywhere else. */
  readonly regions: readonly string[];
  readonly isServed: boolean;
  /** Why not, for customers; null where it is served. */
  readonly notServedReason: string | null;
  readonly firstUnits: number;
  readonly firstAmount: number;
  readonly additionalUnits: number;
  readonly additionalAmount: number;
  /** From this much of the template's goods on, after discounts; null: never. */
  readonly freeFromAmount: number | null;
  /** From this many pieces on; null: never. */
  readonly freeFromQuantity: number | null;
}

/** A piece beyond one of these is oversize. A fact that a product does not have is not beyond anything. */
export interface OversizeRule {
  readonly longestSideMm: number | null;
  readonly weightGrams: number | null;
  readonly volumeCubicCm: number | null;
  /** Per piece, on top, also where freight is free. */
  readonly surchargeAmount: number;
}

export interface FreightRule {
  readonly chargedBy: ChargeBasis;
  readonly payer: FreightPayer;
  readonly zones: readonly FreightZone[];
  readonly oversize: OversizeRule | null;
}

/** A template with those that it falls back on: a region that it does not name is charged as in the next one. */
export interface ResolvedTemplate {
  readonly id: string;
  readonly name: string;
  readonly tariffs: readonly [Tariff, ...Tariff[]];
}

/** A rule and the template that it is of. */
export interface Tariff {
  readonly id: string;
  readonly name: string;
  readonly rule: FreightRule;
}

/** A line of a basket, as far as freight goes by it. */
export interface FreightLine {
  readonly quantity: number;
  readonly netAmount: bigint;
  readonly weightGrams: number | null;
  /** Length, width and height; null unless all three are known. */
  readonly sidesMm: readonly [number, number, number] | null;
  readonly template: ResolvedTemplate | undefined;
}

/** The region that goods go to and those around it, narrowest first, with the wider of two as a place that nobody has told. */
export interface Destination {
  readonly chain: readonly string[];
  /** Those around a region of a template. */
  readonly around: (code: string) => readonly string[];
}

/** What one template takes of a basket. Its amounts sum to what is charged. */
export interface FreightPart {
  readonly templateId: string;
  readonly templateName: string;
  /** The template whose tariff it is: this one, or the one that it falls back on. */
  readonly tariffTemplateId: string;
  readonly tariffTemplateName: string;
  readonly zoneName: string;
  readonly chargedBy: ChargeBasis;
  readonly payer: FreightPayer;
  /** Places of its lines in the basket, from 0. */
  readonly lines: readonly number[];
  readonly quantity: number;
  /** Pieces, grams or cubic centimetres. */
  readonly units: bigint;
  readonly firstAmount: bigint;
  /** Steps beyond the first units. */
  readonly additionalSteps: bigint;
  readonly additionalAmount: bigint;
  readonly oversizeQuantity: number;
  readonly oversizeAmount: bigint;
  readonly freeBy: 'amount' | 'quantity' | null;
  /** What it costs by the template. */
  readonly tariffAmount: bigint;
  /** What the buyer pays of it: all, or nothing where the seller pays. */
  readonly amount: bigint;
}

export const FREIGHT_REFUSALS = ['region_not_served', 'region_required', 'freight_facts_missing'] as const;
export type FreightRefusal = (typeof FREIGHT_REFUSALS)[number];

export interface RefusedLine {
  readonly line: number;
  readonly code: FreightRefusal;
  readonly detail: string;
}

export interface FreightDecision {
  readonly amount: bigint;
  readonly parts: readonly FreightPart[];
  readonly refused: readonly RefusedLine[];
}

/**
 * What sending a basket costs, template by template in the order of their first lines: nothing is averaged, and every part is
 * what its template says of its own lines. Lines without a template cost nothing. With `destination` undefined, only templates
 * that charge the same everywhere can tell.
 */
export function decideFreight(
  lines: readonly FreightLine[],
  destination: Destination | undefined,
): FreightDecision {
  const groups = new Map<string, { template: ResolvedTemplate; at: number[] }>();
  for (const [index, { template }] of lines.entries()) {
    if (!template) continue;
    const group = groups.get(template.id) ?? { template, at: [] };
    group.at.push(index);
    groups.set(template.id, group);
  }
  const parts: FreightPart[] = [];
  const refused: RefusedLine[] = [];
  for (const { template, at } of groups.values()) {
    const outcome = decidePart(template, at, lines, destination);
    if ('refused' in outcome) refused.push(...outcome.refused);
    else parts.push(outcome.part);
  }
  return { amount: sumOf(parts.map(({ amount }) => amount)), parts, refused };
}

type Outcome = { readonly part: FreightPart } | { readonly refused: readonly RefusedLine[] };

function decidePart(
  template: ResolvedTemplate,
  at: readonly number[],
  lines: readonly FreightLine[],
  destination: Destination | undefined,
): Outcome {
  const refuse = (code: FreightRefusal, detail: string, which = at): Outcome => ({
    refused: which.map((line) => ({ line, code, detail })),
  });
  const found = findZone(template, destination);
  if (found === 'unknown') return refuse('region_required', 'What it costs depends on a narrower region.');
  if (!found?.zone.isServed)
    return refuse('region_not_served', found?.zone.notServedReason ?? 'Nothing is sent there.');
  const { rule } = found.tariff;
  const missing = at.filter((index) => unitsOf(rule.chargedBy, lines[index] as FreightLine) === undefined);
  if (missing.length > 0)
    return refuse(
      'freight_facts_missing',
      `Freight goes by ${rule.chargedBy}, which is not known of the product.`,
      missing,
    );
  return { part: chargePart(template, found, at, lines) };
}

function chargePart(
  template: ResolvedTemplate,
  { tariff, zone }: FoundZone,
  at: readonly number[],
  lines: readonly FreightLine[],
): FreightPart {
  const { rule } = tariff;
  const own = at.map((index) => lines[index] as FreightLine);
  const quantity = own.reduce((sum, line) => sum + line.quantity, 0);
  const units = countUnits(rule.chargedBy, own);
  const freeBy = decideFree(zone, sumOf(own.map(({ netAmount }) => netAmount)), quantity);
  const steps = stepsBeyondFirst(units, zone);
  const oversizeQuantity = own.reduce(
    (sum, line) => sum + (isOversize(rule.oversize, line) ? line.quantity : 0),
    0,
  );
  const firstAmount = freeBy ? 0n : BigInt(zone.firstAmount);
  const additionalAmount = freeBy ? 0n : steps * BigInt(zone.additionalAmount);
  const oversizeAmount = BigInt(oversizeQuantity) * BigInt(rule.oversize?.surchargeAmount ?? 0);
  const tariffAmount = firstAmount + additionalAmount + oversizeAmount;
  return {
    templateId: template.id,
    templateName: template.name,
    tariffTemplateId: tariff.id,
    tariffTemplateName: tariff.name,
    zoneName: zone.name,
    chargedBy: rule.chargedBy,
    payer: rule.payer,
    lines: at,
    quantity,
    units,
    firstAmount,
    additionalSteps: steps,
    additionalAmount,
    oversizeQuantity,
    oversizeAmount,
    freeBy,
    tariffAmount,
    amount: rule.payer === 'buyer' ? tariffAmount : 0n,
  };
}

/** Steps beyond the first units, begun ones whole: 2,300 g at a first 1,000 g and then 500 g are 3. */
export const stepsBeyondFirst = (
  units: bigint,
  { firstUnits, additionalUnits }: Pick<FreightZone, 'firstUnits' | 'additionalUnits'>,
): bigint =>
  units <= BigInt(firstUnits) ? 0n : divideUp(units - BigInt(firstUnits), BigInt(additionalUnits));

const divideUp = (value: bigint, by: bigint): bigint => (value + by - 1n) / by;

function decideFree(zone: FreightZone, goodsAmount: bigint, quantity: number): FreightPart['freeBy'] {
  if (zone.freeFromAmount !== null && goodsAmount >= BigInt(zone.freeFromAmount)) return 'amount';
  return zone.freeFromQuantity !== null && quantity >= zone.freeFromQuantity ? 'quantity' : null;
}

/** What a piece counts: one, its grams, or its cubic millimetres. Undefined where the product does not tell. */
function unitsOf(basis: ChargeBasis, line: FreightLine): bigint | undefined {
  if (basis === 'piece') return 1n;
  if (basis === 'volume') return volumeOf(line);
  return line.weightGrams === null ? undefined : BigInt(line.weightGrams);
}

const MM3_PER_CM3 = 1_000n;
const volumeOf = ({ sidesMm }: FreightLine): bigint | undefined =>
  sidesMm?.reduce((volume, side) => volume * BigInt(side), 1n);

// Volumes are rounded up once, when all pieces are together.
function countUnits(basis: ChargeBasis, lines: readonly FreightLine[]): bigint {
  const units = sumOf(lines.map((line) => (unitsOf(basis, line) ?? 0n) * BigInt(line.quantity)));
  return basis === 'volume' ? divideUp(units, MM3_PER_CM3) : units;
}

function isOversize(rule: OversizeRule | null, line: FreightLine): boolean {
  if (!rule) return false;
  const { weightGrams, sidesMm } = line;
  const volume = volumeOf(line);
  return (
    (rule.longestSideMm !== null && sidesMm !== null && Math.max(...sidesMm) > rule.longestSideMm) ||
    (rule.weightGrams !== null && weightGrams !== null && weightGrams > rule.weightGrams) ||
    (rule.volumeCubicCm !== null && volume !== undefined && volume > BigInt(rule.volumeCubicCm) * MM3_PER_CM3)
  );
}

interface FoundZone {
  readonly tariff: Tariff;
  readonly zone: FreightZone;
}

/**
 * The zone of the narrowest region that the template names, before everywhere else, before the template that it falls back on.
 * `unknown` where a zone is narrower than what is told of the destination: it might be there.
 */
function findZone(
  { tariffs }: ResolvedTemplate,
  destination: Destination | undefined,
): FoundZone | 'unknown' | undefined {
  for (const tariff of tariffs) {
    const { rule } = tariff;
    const elsewhere = rule.zones.find(({ regions }) => regions.length === 0);
    const isNarrower = (code: string) =>
      !destination ||
      (code !== destination.chain[0] && destination.around(code).includes(destination.chain[0] ?? ''));
    if (rule.zones.some(({ regions }) => regions.some(isNarrower))) return 'unknown';
    for (const code of destination?.chain ?? []) {
      const zone = rule.zones.find(({ regions }) => regions.includes(code));
      if (zone) return { tariff, zone };
    }
    if (elsewhere) return { tariff, zone: elsewhere };
  }
  return undefined;
}
