import { dayIn, startOfDay } from '../../platform/days.ts';
import { minOf } from '../../platform/money.ts';
import { priceCampaigns } from './engine/evaluate.ts';
import type { BasketItem, Campaign, PricingFacts } from './engine/facts.ts';
import { findConcerned, shelve } from './engine/shelf.ts';
import { isOfferedToAll } from './everybody-rules.ts';
import type { CampaignRule } from './rule-schemas.ts';

/** A campaign that began, with everything that it ever said. */
export interface PastCampaign {
  readonly id: string;
  readonly name: string;
  readonly startedAt: Date;
  readonly endedAt: Date | null;
  /** The oldest first. */
  readonly versions: readonly {
    readonly number: number;
    readonly rule: CampaignRule;
    readonly createdAt: Date;
  }[];
}

/** What a product cost by the list, the oldest price first, in a time that ends before `closesAt`. */
export interface PastPrices {
  readonly opensAt: Date;
  readonly closesAt: Date;
  readonly prices: readonly { readonly amount: bigint; readonly effectiveAt: Date }[];
}

const NO_FREIGHT = { amountFor: () => 0n, isFixed: true };

/**
 * The lowest price that everybody could have one piece at, within a time and by a campaign; undefined where none concerned it. The
 * function that prices orders is asked for every moment at which something began or ended, in each kind of place. The product is taken as
 * it is now (its floor, its category), limits as if something had been left, and a pause as no end: where what was is not known any
 * more, the lower price counts, which no buyer is misled by.
 */
export function lowestOffered(
  itemAt: (listUnitAmount: bigint) => BasketItem,
  past: PastPrices,
  campaigns: readonly PastCampaign[],
  facts: PricingFacts,
): bigint | undefined {
  const item = itemAt(0n);
  const concerned = campaigns.filter(({ id, name, versions }) =>
    versions.some(({ number, rule }) =>
      isConcerned({ id, version: number, name, state: 'running', rule }, item),
    ),
  );
  let lowest: bigint | undefined;
  for (const at of concerned.length === 0 ? [] : momentsOf(past, concerned, facts.timezone)) {
    const listed = past.prices.findLast(({ effectiveAt }) => effectiveAt <= at)?.amount;
    const running = concerned.flatMap((campaign) => runningAt(campaign, at));
    if (listed === undefined || running.length === 0) continue;
    const shelf = shelve(running);
    for (const place of placesOf(running)) {
      const { discounts } = priceCampaigns(
        [itemAt(listed)],
        { ...facts, ...place, now: at },
        shelf,
        NO_FREIGHT,
      );
      const amount = (discounts[0] ?? []).reduce((rest, discount) => rest - discount.amount, listed);
      lowest = lowest === undefined ? amount : minOf(lowest, amount);
    }
  }
  return lowest;
}

const isConcerned = (campaign: Campaign, item: BasketItem): boolean =>
  isOfferedToAll(campaign) && findConcerned(shelve([campaign]), [item]).size > 0;

/** What a campaign said at a moment, when it was offered to all. */
function runningAt({ id, name, startedAt, endedAt, versions }: PastCampaign, at: Date): Campaign[] {
  if (startedAt > at || (endedAt !== null && endedAt <= at)) return [];
  const said = versions.findLast(({ createdAt }) => createdAt <= at) ?? versions[0];
  if (!said) return [];
  const campaign: Campaign = { id, version: said.number, name, state: 'running', rule: said.rule };
  return isOfferedToAll(campaign) ? [campaign] : [];
}

/** The moments of a time at which a price may have become another: between them it stays. */
function momentsOf(
  { opensAt, closesAt, prices }: PastPrices,
  campaigns: readonly PastCampaign[],
  timezone: string,
) {
  const dates = campaigns.flatMap(({ startedAt, endedAt, versions }) => [
    startedAt,
    ...(endedAt === null ? [] : [endedAt]),
    ...versions.flatMap(({ createdAt, rule: { startsAt, endsAt } }) => [
      createdAt,
      ...[startsAt, endsAt].flatMap((text) => (text === null ? [] : [new Date(text)])),
    ]),
  ]);
  const isRecurring = campaigns.some(({ versions }) => versions.some(({ rule }) => rule.recurrence !== null));
  const days = isRecurring ? daysBetween(opensAt, closesAt, timezone) : [];
  const all = [opensAt, ...prices.map(({ effectiveAt }) => effectiveAt), ...dates, ...days]
    .map((date) => date.getTime())
    .filter((time) => time >= opensAt.getTime() && time < closesAt.getTime());
  return [...new Set(all)].map((time) => new Date(time));
}

function daysBetween(from: Date, to: Date, timezone: string): Date[] {
  const [first, last] = [dayIn(timezone, from), dayIn(timezone, to)];
  return Array.from({ length: last - first + 1 }, (_, i) => startOfDay(timezone, first + i));
}

/** A channel and a country of each kind: two that the same campaigns name are the same. */
function placesOf(campaigns: readonly Campaign[]): { channel: string; country: string | null }[] {
  const channels = kindsOf(campaigns.map(({ rule }) => rule.channels));
  const countries = kindsOf(campaigns.map(({ rule }) => rule.countries));
  return ['', ...channels].flatMap((channel) =>
    [null, ...countries].map((country) => ({ channel, country })),
  );
}

function kindsOf(lists: readonly (readonly string[])[]): string[] {
  const kinds = new Map<string, string>();
  for (const name of new Set(lists.flat()))
    kinds.set(lists.map((list) => (list.includes(name) ? 1 : 0)).join(''), name);
  return [...kinds.values()];
}
