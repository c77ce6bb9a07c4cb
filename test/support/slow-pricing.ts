import type { Campaign, StackingClass } from '../../src/modules/campaigns/engine/facts.ts';
import type { Mechanic } from '../../src/modules/campaigns/engine/mechanic.ts';
import { mechanicOf } from '../../src/modules/campaigns/mechanics.ts';
import { ownLadder } from '../../src/modules/campaigns/mechanics/own-ladder.ts';
import type { PricingCase } from './campaign-arbitraries.ts';
import { concerns } from './campaign-laws.ts';
import { type Done, play, type Played } from './slow-play.ts';

// The pricing of a basket written down a second time, as slowly and plainly as it can be said: every set of moves is played in order from
// the start, and the best one stays. What a mechanic wants is asked of the mechanic; everything else is decided here.

const CLASSES: readonly StackingClass[] = ['product', 'order', 'freight'];
const GRAINS = ['line', 'product', 'scope'];

/** A campaign that is there for the buyer, or the ladder of the products: that one has no campaign. */
export interface Player {
  readonly campaign: Campaign | undefined;
  readonly mechanic: Mechanic;
  readonly parameters: { readonly type: string };
  readonly at: StackingClass;
  readonly combinesWith: readonly StackingClass[];
  readonly group: string | null;
  /** The lines that it is about, and beside them those on which it may act. */
  readonly covered: readonly number[];
  readonly lines: readonly number[];
  readonly rank: number;
}

/** One thing that can be done or left. */
export interface Move {
  readonly player: Player;
  readonly lines: readonly number[];
}

/** Whether a campaign is there for this buyer at this time, if the basket has what it is about. */
function isThere({ id, state, rule }: Campaign, { facts, items }: PricingCase): boolean {
  const { buyer, now, country } = facts;
  if (state !== 'running' && state !== 'scheduled') return false;
  if (rule.startsAt !== null && new Date(rule.startsAt) > now) return false;
  if (rule.endsAt !== null && new Date(rule.endsAt) <= now) return false;
  // The cases are priced on a Thursday, the 18th.
  if (rule.recurrence && !rule.recurrence.weekdays?.includes(4)) return false;
  if (rule.channels.length > 0 && !rule.channels.includes(facts.channel)) return false;
  if (rule.countries.length > 0 && !(country !== null && rule.countries.includes(country))) return false;
  if (rule.isCouponRequired && !facts.openedByCoupon.has(id)) return false;
  const memberOf = (ids: readonly string[]) => ids.some((one) => buyer !== null && buyer.segmentIds.has(one));
  if (rule.segmentIds.length > 0 && !memberOf(rule.segmentIds)) return false;
  const isOfTier = rule.tierKeys.some((key) => buyer !== null && buyer.tierKey === key);
  if (rule.tierKeys.length > 0 && !isOfTier) return false;
  if (memberOf(rule.excludedSegmentIds)) return false;
  if (rule.isFirstOrderOnly && (buyer === null || buyer.hasOrdered)) return false;
  if ((rule.usesPerCustomerLimit !== null || rule.periodLimit !== null) && buyer === null) return false;
  const limits = rule.mechanic.type === 'flash_sale' ? rule.mechanic.items : [];
  if (buyer === null && limits.some(({ perCustomerLimit }) => perCustomerLimit !== undefined)) return false;
  const left = facts.left.get(id);
  if (rule.usesLimit !== null && (left?.uses ?? 1) <= 0) return false;
  if (rule.usesPerCustomerLimit !== null && (left?.customerUses ?? 1) <= 0) return false;
  if (rule.budgetAmount !== null && (left?.budgetAmount ?? 1n) <= 0n) return false;
  const own = items.filter((item) => concerns({ rule }, item));
  const units = own.reduce((total, { quantity }) => total + quantity, 0);
  const amount = own.reduce((total, item) => total + item.listUnitAmount * BigInt(item.quantity), 0n);
  return units >= (rule.minimumQuantity ?? 0) && amount >= BigInt(rule.minimumAmount ?? 0);
}

function playersOf(given: PricingCase, out: ReadonlySet<string>): Player[] {
  const { items, facts } = given;
  const placesOf = (fits: (item: (typeof items)[number]) => boolean) =>
    items.flatMap((item, i) => (fits(item) ? [i] : []));
  const players = given.campaigns
    .filter((one) => items.some((item) => concerns(one, item)))
    .filter((one) => !out.has(one.id) && isThere(one, given))
    .toSorted((a, b) => b.rule.priority - a.rule.priority || (a.id < b.id ? -1 : 1))
    .map((campaign, rank): Player => {
      const { rule } = campaign;
      const mechanic = mechanicOf(rule.mechanic.type);
      const beside = mechanic.otherProductIdsOf?.(rule.mechanic) ?? [];
      return {
        campaign,
        mechanic,
        parameters: rule.mechanic,
        at: rule.stackingClass,
        combinesWith: rule.combinesWith,
        group: rule.exclusiveGroup,
        covered: placesOf((item) => concerns(campaign, item)),
        lines: placesOf((item) => concerns(campaign, item) || beside.includes(item.productId)),
        rank,
      };
    });
  const climbing = placesOf((item) => item.priceBreaks.length > 0);
  if (climbing.length === 0) return players;
  const ladder: Player = {
    campaign: undefined,
    mechanic: ownLadder,
    parameters: { type: 'own_ladder' },
    at: 'product',
    combinesWith: facts.ladderCombinesWith,
    group: null,
    covered: climbing,
    lines: climbing,
    rank: players.length,
  };
  return [...players, ladder];
}

/** Everything that can be done, in the order in which it would be: by class, by how much it looks at, by rank, by line. */
function movesOf(players: readonly Player[], { items }: PricingCase): Move[] {
  const grainOf = ({ at, mechanic, parameters }: Player) =>
    at === 'product' ? mechanic.grainOf(parameters) : 'scope';
  const all = players.flatMap((player): Move[] => {
    const grain = grainOf(player);
    if (grain === 'scope') return [{ player, lines: player.lines }];
    if (grain === 'line') return player.lines.map((line) => ({ player, lines: [line] }));
    const ids = [...new Set(player.lines.map((line) => items[line]?.productId))];
    return ids.map((id) => ({ player, lines: player.lines.filter((line) => items[line]?.productId === id) }));
  });
  const keyOf = ({ player, lines }: Move) => [
    CLASSES.indexOf(player.at),
    GRAINS.indexOf(grainOf(player)),
    player.rank,
    lines[0] ?? 0,
  ];
  return all.toSorted((a, b) => compareNumbers(keyOf(a), keyOf(b)));
}

function compareNumbers(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((value, i) => value !== b[i]);
  return at < 0 ? 0 : (a[at] ?? 0) - (b[at] ?? 0);
}

/** For ties: what is in a set, the first in rank first. What has nothing more to say comes after what has. */
const tieKeyOf = (done: readonly Done[]): number[][] =>
  done.map(({ move }) => [move.player.rank, move.lines[0] ?? 0]).toSorted(compareNumbers);
function isBetterInTie(a: readonly Done[], b: readonly Done[]): boolean {
  const [one, other] = [tieKeyOf(a), tieKeyOf(b)];
  for (const [i, key] of one.entries()) {
    const against = other[i];
    if (!against) return true;
    const difference = compareNumbers(key, against);
    if (difference !== 0) return difference < 0;
  }
  return false;
}

function bestOf(given: PricingCase, moves: readonly Move[]): Played {
  let best: Played | undefined;
  const extend = (chosen: readonly Move[], next: number): void => {
    const move = moves[next];
    if (move) {
      if (play(given, [...chosen, move])) extend([...chosen, move], next + 1);
      extend(chosen, next + 1);
      return;
    }
    const played = play(given, chosen);
    if (!played) return;
    const isBetter =
      !best ||
      played.saved > best.saved ||
      (played.saved === best.saved && isBetterInTie(played.done, best.done));
    if (isBetter) best = played;
  };
  extend([], 0);
  return best as Played;
}

export interface SlowOutcome extends Played {
  readonly moveCount: number;
}

/** The best legal set; undefined where there are more moves than `mostMoves`. A campaign with too little budget left is out as a whole. */
export function priceSlowly(given: PricingCase, mostMoves: number): SlowOutcome | undefined {
  const out = new Set<string>();
  for (;;) {
    const moves = movesOf(playersOf(given, out), given);
    if (moves.length > mostMoves) return undefined;
    const best = bestOf(given, moves);
    const overspent = best.done.find(({ move: { player } }) => {
      const { campaign } = player;
      if (!campaign || campaign.rule.budgetAmount === null) return false;
      const own = best.done.filter(({ move }) => move.player === player);
      const spent = own.reduce((total, { off, freight, giftCost }) => {
        return total + [...off.values()].reduce((a, b) => a + b, 0n) + freight + giftCost;
      }, 0n);
      return spent > (given.facts.left.get(campaign.id)?.budgetAmount ?? BigInt(campaign.rule.budgetAmount));
    });
    const id = overspent?.move.player.campaign?.id;
    if (id === undefined) return { ...best, moveCount: moves.length };
    out.add(id);
  }
}
