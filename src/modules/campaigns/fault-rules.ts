import { mechanicOf } from './mechanics.ts';
import { findRecurrenceFaults } from './recurrence-rules.ts';
import type { CampaignRule } from './rule-schemas.ts';

/** What is wrong with a campaign, at a JSON pointer into it. */
export interface CampaignFault {
  readonly code: FaultCode;
  readonly pointer: string;
  readonly detail: string;
}

/** Each is the code of a refusal. */
type FaultCode =
  | 'campaign_mechanic_faulty'
  | 'campaign_class_not_possible'
  | 'campaign_basis_not_possible'
  | 'campaign_segments_required'
  | 'campaign_scope_contradictory'
  | 'campaign_times_contradictory'
  | 'campaign_recurrence_faulty'
  | 'campaign_text_twice';

const fault =
  (code: FaultCode) =>
  ({ pointer, detail }: { readonly pointer: string; readonly detail: string }): CampaignFault => ({
    code,
    pointer,
    detail,
  });

/** Everything that is wrong with what a campaign says, and that its schema cannot say. */
export const findCampaignFaults = (rule: CampaignRule): CampaignFault[] => [
  ...mechanicFaults(rule),
  ...classFaults(rule),
  ...scopeFaults(rule).map(fault('campaign_scope_contradictory')),
  ...timeFaults(rule),
  ...textFaults(rule).map(fault('campaign_text_twice')),
];

function mechanicFaults({ mechanic, segmentIds }: CampaignRule): CampaignFault[] {
  const known = mechanicOf(mechanic.type);
  const faults = (known.findFaults?.(mechanic) ?? []).map(({ pointer, detail }) =>
    fault('campaign_mechanic_faulty')({ pointer: `/mechanic${pointer}`, detail }),
  );
  const detail = `${known.type} is for the members of segments: name at least one.`;
  const isMissing = known.needsSegments === true && segmentIds.length === 0;
  return [
    ...faults,
    ...(isMissing ? [fault('campaign_segments_required')({ pointer: '/segmentIds', detail })] : []),
  ];
}

function classFaults({ mechanic, stackingClass, minimumAmountBasis }: CampaignRule): CampaignFault[] {
  const { classes, type } = mechanicOf(mechanic.type);
  if (!classes.includes(stackingClass)) {
    const detail = `${type} acts in the class ${classes.join(' or ')}.`;
    return [fault('campaign_class_not_possible')({ pointer: '/stackingClass', detail })];
  }
  if (stackingClass !== 'product' || minimumAmountBasis === 'list') return [];
  // The price of goods is the first that is decided: what others leave of it is not known then.
  const detail = 'In the class product a minimum is of list prices.';
  return [fault('campaign_basis_not_possible')({ pointer: '/minimumAmountBasis', detail })];
}

const bothSides = <T>(field: string, first: readonly T[], second: readonly T[], other: string) =>
  first.flatMap((one, i) =>
    second.includes(one) ? [{ pointer: `/${field}/${i}`, detail: `stands in ${other} too` }] : [],
  );

function scopeFaults(rule: CampaignRule): { readonly pointer: string; readonly detail: string }[] {
  const named = mechanicOf(rule.mechanic.type).productIdsOf?.(rule.mechanic) ?? [];
  const fields = named.length === 0 ? [] : (['productIds', 'categories', 'collections'] as const);
  const beside = mechanicOf(rule.mechanic.type).otherProductIdsOf?.(rule.mechanic) ?? [];
  const detail = 'The mechanic names the products itself.';
  return [
    ...fields.flatMap((field) => (rule[field].length > 0 ? [{ pointer: `/${field}`, detail }] : [])),
    ...bothSides('productIds', rule.productIds, rule.excludedProductIds, 'excludedProductIds'),
    // What is got does not count as bought: of goods that are both nothing would be left to buy.
    ...bothSides('productIds', rule.productIds, beside, 'getProductIds'),
    ...bothSides('categories', rule.categories, rule.excludedCategories, 'excludedCategories'),
    ...bothSides('segmentIds', rule.segmentIds, rule.excludedSegmentIds, 'excludedSegmentIds'),
  ];
}

function timeFaults({ startsAt, endsAt, recurrence }: CampaignRule): CampaignFault[] {
  const isOver = startsAt !== null && endsAt !== null && Date.parse(endsAt) <= Date.parse(startsAt);
  const times = isOver ? [{ pointer: '/endsAt', detail: 'must be after startsAt' }] : [];
  const days = recurrence ? [...findRecurrenceFaults(recurrence), ...zerothDays(recurrence)] : [];
  return [
    ...times.map(fault('campaign_times_contradictory')),
    ...days.map(({ pointer, detail }) =>
      fault('campaign_recurrence_faulty')({ pointer: `/recurrence${pointer}`, detail }),
    ),
  ];
}

const zerothDays = ({ monthDays = [] }: NonNullable<CampaignRule['recurrence']>) =>
  monthDays.flatMap((day, i) =>
    day === 0
      ? [{ pointer: `/monthDays/${i}`, detail: 'A month begins with 1, and −1 is its last day.' }]
      : [],
  );

// Tags of languages are the same in any case.
function textFaults({ texts }: CampaignRule): { readonly pointer: string; readonly detail: string }[] {
  const languages = texts.map(({ language }) => language.toLowerCase());
  return languages.flatMap((language, i) =>
    languages.indexOf(language) < i
      ? [{ pointer: `/texts/${i}/language`, detail: `There is a text in ${language} already.` }]
      : [],
  );
}

/** A product that a campaign names, and where. */
export interface NamedProduct {
  readonly id: string;
  readonly pointer: string;
}

/** Every product that a campaign names, itself or by its mechanic. */
export function namedProducts(rule: CampaignRule): NamedProduct[] {
  const mechanic = mechanicOf(rule.mechanic.type);
  const ids = [
    ...(mechanic.productIdsOf?.(rule.mechanic) ?? []),
    ...(mechanic.otherProductIdsOf?.(rule.mechanic) ?? []),
    ...(mechanic.giftIdsOf?.(rule.mechanic) ?? []),
  ];
  const at = (field: 'productIds' | 'excludedProductIds') =>
    rule[field].map((id, i) => ({ id, pointer: `/${field}/${i}` }));
  return [
    ...at('productIds'),
    ...at('excludedProductIds'),
    ...placesOf(rule.mechanic, new Set(ids), '/mechanic'),
  ];
}

/** Where ids stand in the parameters of a mechanic. */
function placesOf(value: unknown, ids: ReadonlySet<string>, pointer: string): NamedProduct[] {
  if (typeof value === 'string') return ids.has(value) ? [{ id: value, pointer }] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => placesOf(inner, ids, `${pointer}/${key}`));
}
