import { HOUR_MS } from '../../platform/time.ts';
import { MAX_NOTICE_HOURS } from '../loyalty/tiers/rules.ts';
import { dueAtOf } from './lifecycle-rules.ts';
import type { CampaignRule } from './rule-schemas.ts';
import type { CampaignState } from './states.ts';

/** When a sweep has to look at a campaign next, and when first for those who hear of it before it starts. */
export const duesOf = (state: CampaignState, startsAt: Date | null, endsAt: Date | null) => ({
  dueAt: dueAtOf(state, startsAt, endsAt),
  noticeDueAt:
    state === 'scheduled' && startsAt !== null
      ? new Date(startsAt.getTime() - MAX_NOTICE_HOURS * HOUR_MS)
      : null,
});

/** A change that a campaign does not take once it has begun. */
export interface FrozenChange {
  readonly code:
    | 'campaign_mechanic_fixed'
    | 'campaign_start_fixed'
    | 'campaign_end_brought_forward'
    | 'campaign_limit_lowered';
  readonly pointer: string;
  readonly detail: string;
}

/**
 * What stays as it is once a campaign has begun: its frame changes only in favour of customers. A limit may be raised or lifted; it is
 * counted from the first order on, so that one that comes later would not know what was used before it.
 */
export function findFrozenChanges(before: CampaignRule, after: CampaignRule): FrozenChange[] {
  const isOther = before.mechanic.type !== after.mechanic.type;
  const other: FrozenChange = {
    code: 'campaign_mechanic_fixed',
    pointer: '/mechanic/type',
    detail: `It is ${before.mechanic.type}.`,
  };
  return [
    ...(isOther ? [other] : stockChanges(before, after)),
    ...timeChanges(before, after),
    ...limits(before, after),
  ];
}

function timeChanges(before: CampaignRule, after: CampaignRule): FrozenChange[] {
  const moved: FrozenChange = {
    code: 'campaign_start_fixed',
    pointer: '/startsAt',
    detail: 'It has begun already.',
  };
  const cut: FrozenChange = {
    code: 'campaign_end_brought_forward',
    pointer: '/endsAt',
    detail: 'It can be there longer, and be ended with a reason.',
  };
  const isCut = after.endsAt !== null && (before.endsAt === null || after.endsAt < before.endsAt);
  return [...(before.startsAt === after.startsAt ? [] : [moved]), ...(isCut ? [cut] : [])];
}

const isLess = (before: number | null, after: number | null): boolean =>
  after !== null && (before === null || after < before);

const lowered = (pointer: string): FrozenChange => ({
  code: 'campaign_limit_lowered',
  pointer,
  detail: 'It can be raised or lifted.',
});

// Of a customer who may use it for their first order only, it is one.
const perCustomer = (rule: CampaignRule): number | null =>
  rule.isFirstOrderOnly ? 1 : rule.usesPerCustomerLimit;

function limits(before: CampaignRule, after: CampaignRule): FrozenChange[] {
  const ofCustomer = after.isFirstOrderOnly ? '/isFirstOrderOnly' : '/usesPerCustomerLimit';
  return [
    ...(isLess(before.usesLimit, after.usesLimit) ? [lowered('/usesLimit')] : []),
    ...(isLess(before.budgetAmount, after.budgetAmount) ? [lowered('/budgetAmount')] : []),
    ...(isLess(perCustomer(before), perCustomer(after)) ? [lowered(ofCustomer)] : []),
    ...(isLessPerPeriod(before.periodLimit, after.periodLimit) ? [lowered('/periodLimit')] : []),
  ];
}

// What was counted by month says nothing of a week.
const isLessPerPeriod = (before: CampaignRule['periodLimit'], after: CampaignRule['periodLimit']): boolean =>
  after !== null && (before === null || before.per !== after.per || after.uses < before.uses);

function stockChanges({ mechanic: before }: CampaignRule, { mechanic: after }: CampaignRule): FrozenChange[] {
  if (before.type !== 'flash_sale' || after.type !== 'flash_sale') return [];
  return before.items.flatMap((item): FrozenChange[] => {
    const at = after.items.findIndex(({ productId }) => productId === item.productId);
    const next = after.items[at];
    if (!next) return [{ ...lowered('/mechanic/items'), detail: `${item.productId} has stock in it.` }];
    const isFewer = isLess(item.perCustomerLimit ?? null, next.perCustomerLimit ?? null);
    return [
      ...(next.stockQuantity < item.stockQuantity ? [lowered(`/mechanic/items/${at}/stockQuantity`)] : []),
      ...(isFewer ? [lowered(`/mechanic/items/${at}/perCustomerLimit`)] : []),
    ];
  });
}
