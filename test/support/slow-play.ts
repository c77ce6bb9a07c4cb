import type { BasketItem } from '../../src/modules/campaigns/engine/facts.ts';
import type { Effect, Pieces, ViewLine } from '../../src/modules/campaigns/engine/mechanic.ts';
import type { PricingCase } from './campaign-arbitraries.ts';
import type { Move, Player } from './slow-pricing.ts';

/** What a move did. */
export interface Done {
  readonly move: Move;
  readonly lines: readonly number[];
  readonly off: ReadonlyMap<number, bigint>;
  /** What counts as cost of lines from then on. */
  readonly costs: ReadonlyMap<number, bigint>;
  readonly gifts: readonly Pieces[];
  readonly giftCost: bigint;
  readonly giftValue: bigint;
  readonly freight: bigint;
}

export interface Played {
  readonly done: readonly Done[];
  /** What the customer pays for goods and freight, less what the gifts are worth: the other way round. */
  readonly saved: bigint;
}

const NOTHING = { off: new Map(), costs: new Map(), gifts: [], giftCost: 0n, giftValue: 0n, freight: 0n };
const sum = (values: readonly bigint[]): bigint => values.reduce((a, b) => a + b, 0n);
const max = (a: bigint, b: bigint): bigint => (a > b ? a : b);
const min = (a: bigint, b: bigint): bigint => (a < b ? a : b);
const listOf = (item: BasketItem): bigint => item.listUnitAmount * BigInt(item.quantity);
const plus = (cost: bigint, bps: number): bigint => {
  const exact = cost * (10_000n + BigInt(bps));
  return exact <= 0n ? 0n : (exact + 9_999n) / 10_000n;
};

/** What each line may not fall below for what it costs the shop. An entry item's budget goes to its lines from the first on. */
function costFloors({ items, facts }: PricingCase): { floor: bigint; bps: number }[] {
  const spent = new Map<string, bigint>();
  return items.map(({ productId, costAmount, quantity, entry }) => {
    const floorAt = (bps: number) => plus(costAmount ?? 0n, bps) * BigInt(quantity);
    const usual = floorAt(facts.minimumMarginBps);
    if (!entry) return { floor: usual, bps: facts.minimumMarginBps };
    const left = max(0n, entry.leftAmount - (spent.get(productId) ?? 0n));
    const floor = max(floorAt(entry.minimumMarginBps), usual - left);
    spent.set(productId, (spent.get(productId) ?? 0n) + max(0n, usual - floor));
    return { floor, bps: entry.minimumMarginBps };
  });
}

/** Where the basket stands after some moves, worked out from all of them again. */
function standOf(
  { items, facts, freight }: PricingCase,
  floors: ReturnType<typeof costFloors>,
  done: readonly Done[],
) {
  const off = (line: number, counts: (one: Done) => boolean) =>
    sum(done.filter(counts).map((one) => one.off.get(line) ?? 0n));
  const left = items.map((item, line) => listOf(item) - off(line, () => true));
  const current = items.map(
    (item, line) => listOf(item) - off(line, ({ move }) => move.player.at === 'product'),
  );
  const extra = items.map((_, line) => sum(done.map(({ costs }) => costs.get(line) ?? 0n)));
  const floorWith = (line: number, cost: bigint) => {
    const { floor, bps } = floors[line] as { floor: bigint; bps: number };
    const item = items[line] as BasketItem;
    return max(
      (item.minimumPriceAmount ?? 0n) * BigInt(item.quantity),
      cost > 0n ? floor + plus(cost, Math.max(0, bps)) : floor,
    );
  };
  const room = (line: number) => max(0n, (left[line] ?? 0n) - floorWith(line, extra[line] ?? 0n));
  /** What a line can give for gifts. Its minimum price bears some of what they cost. */
  const earning = (line: number) => {
    const { floor, bps } = floors[line] as { floor: bigint; bps: number };
    return max(0n, (left[line] ?? 0n) - floor - plus(extra[line] ?? 0n, Math.max(0, bps)));
  };
  const bears = (line: number, cost: bigint) =>
    (left[line] ?? 0n) >= floorWith(line, (extra[line] ?? 0n) + cost);
  // Freight is that of the goods as they are then, less what came off it since.
  const freightNow = freight.amountFor(left) - sum(done.map((one) => one.freight));
  return { left, current, room, earning, bears, freightNow, facts, items };
}
type Stand = ReturnType<typeof standOf>;

const combine = (a: Player, b: Player): boolean =>
  a === b || (a.combinesWith.includes(b.at) && b.combinesWith.includes(a.at));

/** Plays these moves and no others; undefined when one of them is not allowed or does nothing. */
export function play(given: PricingCase, moves: readonly Move[]): Played | undefined {
  const floors = costFloors(given);
  const done: Done[] = [];
  for (const move of moves) {
    const next = playOne(given, standOf(given, floors, done), done, move);
    if (!next) return undefined;
    done.push(next);
  }
  const { left, freightNow } = standOf(given, floors, done);
  return { done, saved: sum(done.map(({ giftValue }) => giftValue)) - sum(left) - freightNow };
}

function playOne(given: PricingCase, stand: Stand, done: readonly Done[], move: Move): Done | undefined {
  const { player } = move;
  const isRival = (other: Player) =>
    other !== player && player.group !== null && other.group === player.group;
  if (done.some((one) => isRival(one.move.player))) return undefined;
  const isFree = (line: number) =>
    done.every(
      (one) => (player.at !== 'freight' && !one.lines.includes(line)) || combine(player, one.move.player),
    );
  const lines = move.lines.filter(isFree);
  if (lines.length === 0 || missesMinimum(player, stand, done)) return undefined;
  const effect = player.mechanic.apply(player.parameters, {
    campaign: player.campaign as never,
    lines: lines.map((line) => viewOf(given, stand, line)),
    left: player.campaign && given.facts.left.get(player.campaign.id),
    gifts: given.facts.gifts,
    freightAmount: player.at === 'freight' ? stand.freightNow : 0n,
  });
  if (typeof effect === 'string') return undefined;
  const did = carryOut(effect, stand, done, lines);
  return did && { ...NOTHING, ...did, move, lines };
}

function missesMinimum({ campaign, covered }: Player, stand: Stand, done: readonly Done[]): boolean {
  const { minimumAmount = null, minimumAmountBasis: basis } = campaign?.rule ?? {};
  if (minimumAmount === null || basis === 'list') return false;
  const amounts = basis === 'current' ? stand.current : stand.left;
  const own = done.filter(({ move }) => move.player.campaign === campaign);
  const total = sum(
    covered.map((line) => (amounts[line] ?? 0n) + sum(own.map(({ off }) => off.get(line) ?? 0n))),
  );
  return total < BigInt(minimumAmount);
}

function viewOf({ items, facts }: PricingCase, { left, current }: Stand, index: number): ViewLine {
  const item = items[index] as BasketItem;
  const floor = costFloors({ items, facts } as PricingCase)[index]?.floor ?? 0n;
  const quantity = BigInt(item.quantity);
  const floorUnitAmount = max(item.minimumPriceAmount ?? 0n, (floor + quantity - 1n) / quantity);
  const [currentAmount = 0n, leftAmount = 0n] = [current[index], left[index]];
  return { index, item, listAmount: listOf(item), currentAmount, leftAmount, floorUnitAmount };
}

function carryOut(
  effect: Effect,
  stand: Stand,
  done: readonly Done[],
  lines: readonly number[],
): Partial<Done> | undefined {
  if (effect.gifts) return giveAway(effect.gifts, stand, done, lines);
  if (effect.pointsMultiplierBps !== undefined) {
    const rate = BigInt(
      Math.round((stand.facts.pointsCostBps * (effect.pointsMultiplierBps - 10_000)) / 10_000),
    );
    const costs = new Map(lines.map((line) => [line, ((stand.left[line] ?? 0n) * rate + 5_000n) / 10_000n]));
    return [...costs].every(([line, cost]) => cost === 0n || stand.bears(line, cost)) ? { costs } : undefined;
  }
  if (effect.freightAmount !== undefined) {
    const freight = min(effect.freightAmount, stand.freightNow);
    return freight > 0n ? { freight } : undefined;
  }
  const shares = effect.spread
    ? spreadOut(effect.spread, stand)
    : (effect.lines ?? []).map(({ index, amount }) => ({ index, amount: min(amount, stand.room(index)) }));
  const off = new Map(shares.filter(({ amount }) => amount > 0n).map(({ index, amount }) => [index, amount]));
  return off.size > 0 ? { off } : undefined;
}

/** Each weight's part rounded down, and one more for the largest fractions until all is given. */
function hamilton(amount: bigint, weights: readonly bigint[]): bigint[] {
  const total = sum(weights);
  if (total === 0n) return weights.map(() => 0n);
  const parts = weights.map((weight) => (amount * weight) / total);
  const order = weights.map((weight, i) => ({ i, fraction: (amount * weight) % total }));
  order.sort((a, b) => (a.fraction === b.fraction ? a.i - b.i : a.fraction > b.fraction ? -1 : 1));
  for (const { i } of order.slice(0, Number(amount - sum(parts)))) parts[i] = (parts[i] ?? 0n) + 1n;
  return parts;
}

function spreadOut({ amount, over, isMadeUp }: NonNullable<Effect['spread']>, { room }: Stand) {
  if (amount <= 0n) return [];
  const weights = over.map((one) => max(0n, one.amount));
  const rooms = over.map(({ index }) => room(index));
  let given = hamilton(amount, weights).map((part, i) => min(part, rooms[i] ?? 0n));
  for (;;) {
    const now = given;
    const takes = (i: number) => (now[i] ?? 0n) < (rooms[i] ?? 0n);
    const open = weights.map((weight, i) => (takes(i) ? weight : 0n));
    const rest = amount - sum(given);
    if (!isMadeUp || rest <= 0n || sum(open) === 0n) break;
    given = hamilton(rest, open).map((part, i) => min((now[i] ?? 0n) + part, rooms[i] ?? 0n));
  }
  return over.map(({ index }, i) => ({ index, amount: given[i] ?? 0n }));
}

function giveAway(
  gifts: readonly Pieces[],
  stand: Stand,
  done: readonly Done[],
  lines: readonly number[],
): Partial<Done> | undefined {
  let [giftCost, giftValue] = [0n, 0n];
  for (const { productId, quantity } of gifts) {
    const product = stand.facts.gifts.get(productId);
    const before = done.flatMap((one) => one.gifts).filter((one) => one.productId === productId);
    const wanted = before.reduce((total, one) => total + one.quantity, quantity);
    if (!product || product.availableQuantity < wanted) return undefined;
    giftCost += (product.costAmount ?? 0n) * BigInt(quantity);
    giftValue += product.priceAmount * BigInt(quantity);
  }
  if (giftCost === 0n) return { gifts, giftCost, giftValue };
  const earnings = lines.map(stand.earning);
  if (sum(earnings) === 0n) return undefined;
  const parts = hamilton(giftCost, earnings);
  const costs = new Map(lines.map((line, i) => [line, parts[i] ?? 0n]));
  const isBorne = [...costs].every(([line, cost]) => cost === 0n || stand.bears(line, cost));
  return isBorne ? { gifts, giftCost, giftValue, costs } : undefined;
}
