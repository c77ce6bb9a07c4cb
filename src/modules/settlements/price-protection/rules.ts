import { after, DAY_MS } from '../../../platform/time.ts';
import {
  CLAIM_REFUSALS,
  type ClaimDecision,
  decideClaim,
  goesBefore,
  type LineDecision,
  type LineFacts,
  type OrderFacts,
} from '../difference-rules.ts';
import { methodOf, type PayoutMethod, type PolicyReason, type PolicyRule } from '../policy-rules.ts';
import { isAutomatic } from '../settlement-rules.ts';

/** Why a sweep opens nothing for a line: what a claim would be told, or that something is wrong with the order. */
export const SWEEP_REFUSALS = [...CLAIM_REFUSALS, 'order_failed'] as const;
export type SweepRefusal = (typeof SWEEP_REFUSALS)[number];

/** A version of a policy with when it was promised. */
export interface PromiseVersion {
  readonly policyId: string;
  readonly ruleVersion: number;
  readonly rule: PolicyRule;
  readonly inForceFrom: Date;
  readonly archivedAt: Date | null;
}

/** What an order placed at a moment was promised, older policies first: of each policy the newest version that was in force. */
export function promisedAt(versions: readonly PromiseVersion[], at: Date): PromiseVersion[] {
  const best = new Map<string, PromiseVersion>();
  for (const version of versions) {
    if (version.inForceFrom > at || (version.archivedAt !== null && version.archivedAt <= at)) continue;
    const known = best.get(version.policyId);
    if (!known || known.ruleVersion < version.ruleVersion) best.set(version.policyId, version);
  }
  return [...best.values()].toSorted((a, b) => (a.policyId < b.policyId ? -1 : 1));
}

/**
 * Since when something must have happened to an order for one of its windows to be open: 30 and 365 days, on the 7th of May
 * 1998, make the 7th of May 1997. Undefined when nothing was ever promised for the reason.
 */
export function oldestStart(
  versions: readonly PromiseVersion[],
  reason: PolicyReason,
  at: Date,
): Date | undefined {
  const days = versions
    .filter(({ rule }) => rule.reasons.includes(reason))
    .map(({ rule }) => rule.windowDays);
  return days.length === 0 ? undefined : after(at, -Math.max(...days) * DAY_MS);
}

/** An order with what is known about the lines of it that are swept. */
export interface SweptOrder<O> {
  readonly order: O & OrderFacts & SweptHead;
  readonly lines: readonly LineFacts[];
  /** What other settlements have taken of the order's cap. */
  readonly usedAmount: bigint;
  /** A claim for it was declined on suspicion of fraud. */
  readonly isSuspected: boolean;
}

interface SweptHead {
  readonly id: string;
  readonly customerId: string | null;
}

/** What is used up of budgets and years: `get` by policy, holder and year. It moves as orders are decided. */
export interface CapUses {
  get(policyId: string, holderId: string, year: number): bigint;
  add(policyId: string, holderId: string, year: number, amount: bigint): void;
}

const keyOf = (...key: readonly (string | number)[]): string => key.join(':');

/** Amounts by policy, holder and year. */
export function createCapUses(): CapUses {
  const used = new Map<string, bigint>();
  return {
    get: (...key) => used.get(keyOf(...key)) ?? 0n,
    add: (policyId, holderId, year, amount) => {
      const key = keyOf(policyId, holderId, year);
      used.set(key, (used.get(key) ?? 0n) + amount);
    },
  };
}

/** What is taken of one cap, and the most that it holds. */
export interface CapTake {
  readonly policyId: string;
  readonly holderId: string;
  readonly year: number;
  readonly amount: bigint;
  readonly most: bigint;
}

/** A settlement that a sweep opens. */
export interface Opening<O> {
  readonly order: O;
  readonly promise: PromiseVersion;
  readonly payoutMethod: PayoutMethod;
  readonly lines: readonly LineDecision[];
  readonly amount: bigint;
  /** By rule; else it waits for a person. */
  readonly isAccepted: boolean;
}

export interface BatchDecision<O> {
  readonly openings: readonly Opening<O>[];
  readonly waiting: readonly { readonly orderId: string; readonly lineId: string }[];
  readonly refused: ReadonlyMap<SweepRefusal, number>;
  readonly takes: readonly CapTake[];
  readonly foundLineCount: number;
}

export interface BatchTerms {
  readonly reason: PolicyReason;
  readonly versions: readonly PromiseVersion[];
  /** The moment whose windows count, and the one at which the sweep began. */
  readonly at: Date;
  readonly startedAt: Date;
  /** The year whose caps it counts in. */
  readonly year: number;
  /** Units sold of a product in the period that a rule names. */
  readonly unitsSold: (rule: PolicyRule, productId: string) => number;
  /** What a unit of a line costs now, as a rule compares it. */
  readonly unitAmountOf: (rule: PolicyRule, line: LineFacts) => bigint;
}

interface Candidate {
  readonly promise: PromiseVersion;
  readonly decision: ClaimDecision;
  /** Lines that wait for another settlement. */
  readonly busy: ReadonlySet<string>;
}

/** Decides a batch of orders, one after the other, each by the rule that decides a claim; `uses` moves with what is taken. */
export function decideBatch<O>(
  orders: readonly SweptOrder<O>[],
  terms: BatchTerms,
  uses: CapUses,
): BatchDecision<O & SweptHead> {
  const openings: Opening<O & SweptHead>[] = [];
  const waiting: { orderId: string; lineId: string }[] = [];
  const refused = new Map<SweepRefusal, number>();
  const takes = new Map<string, CapTake>();
  const refuse = (code: SweepRefusal, count = 1) => refused.set(code, (refused.get(code) ?? 0) + count);
  for (const swept of orders) {
    const { order } = swept;
    const outcome = decideOrder(swept, terms, uses);
    if (typeof outcome === 'string') {
      refuse(outcome, swept.lines.length);
      continue;
    }
    const { promise, decision, busy } = outcome;
    for (const { lineId, refusal } of decision.lines) {
      if (refusal !== null && busy.has(lineId)) waiting.push({ orderId: order.id, lineId });
      else if (refusal !== null) refuse(refusal);
    }
    if (decision.amount === 0n) continue;
    const lines = decision.lines.filter(({ amount }) => amount > 0n);
    const isAccepted = isAutomatic(promise.rule, decision.amount, swept.isSuspected);
    const payoutMethod = methodOf(promise.rule, order.payableBy) ?? 'original_payment';
    openings.push({ order, promise, payoutMethod, lines, amount: decision.amount, isAccepted });
    for (const take of takesOf(promise, order, decision.amount, terms.year)) {
      uses.add(take.policyId, take.holderId, take.year, take.amount);
      const key = `${take.policyId}:${take.year}:${take.holderId}`;
      takes.set(key, { ...take, amount: take.amount + (takes.get(key)?.amount ?? 0n) });
    }
  }
  const foundLineCount = orders.reduce((sum, { lines }) => sum + lines.length, 0);
  return { openings, waiting, refused, takes: inOrder(takes), foundLineCount };
}

// Whoever takes of several caps takes them in this order, a claim as well: of a policy first its budget, then a customer's year.
const inOrder = (takes: ReadonlyMap<string, CapTake>): CapTake[] =>
  [...takes.values()].toSorted(
    (a, b) => compare(a.policyId, b.policyId) || a.year - b.year || compare(a.holderId, b.holderId),
  );
const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

/**
 * The promise that pays most for an order, of equals the older one; or why there is none. Nobody is asked how: what can be paid
 * along the payments goes before what a promise pays as stored value only. Busy are lines that one of the promises might pay for.
 */
function decideOrder<O>(swept: SweptOrder<O>, terms: BatchTerms, uses: CapUses): Candidate | SweepRefusal {
  const { order } = swept;
  const covering = promisedAt(terms.versions, order.placedAt).filter(({ rule }) =>
    rule.reasons.includes(terms.reason),
  );
  if (covering.length === 0) return 'reason_not_covered';
  const decided = covering.flatMap((promise) => {
    const method = methodOf(promise.rule, order.payableBy);
    return method === undefined
      ? []
      : [{ promise, method, decision: decideUnder(promise, swept, terms, uses) }];
  });
  const best = bestOf(decided.filter(({ method }) => method === 'original_payment'));
  const other = best !== undefined && best.decision.amount > 0n ? best : bestOf(decided);
  if (other === undefined) return 'payout_method_not_available';
  const busy = decided.flatMap(({ decision }) =>
    decision.lines.filter(({ refusal }) => refusal === 'line_busy').map(({ lineId }) => lineId),
  );
  return { ...other, busy: new Set(busy) };
}

function bestOf<D extends { readonly decision: ClaimDecision }>(decided: readonly D[]): D | undefined {
  let best: D | undefined;
  for (const one of decided) if (goesBefore(one.decision, best?.decision)) best = one;
  return best;
}

function decideUnder<O>(
  { policyId, rule }: PromiseVersion,
  { order, lines, usedAmount }: SweptOrder<O>,
  { reason, at, startedAt, year, unitsSold, unitAmountOf }: BatchTerms,
  uses: CapUses,
): ClaimDecision {
  const facts = lines.map((line) => ({
    ...line,
    comparedUnitAmount: unitAmountOf(rule, line),
    unitsSold: unitsSold(rule, line.productId),
  }));
  const used = {
    orderAmount: usedAmount,
    customerYearAmount: order.customerId === null ? 0n : uses.get(policyId, order.customerId, year),
    budgetAmount: uses.get(policyId, policyId, 0),
  };
  const decision = decideClaim(rule, reason, order, facts, used, at);
  if (decision.refusal !== 'window_not_begun') return decision;
  // Paid, shipped or delivered between the fall of the price and the turn of the sweep: it was bought at the old price.
  return decideClaim(rule, reason, order, facts, used, startedAt);
}

function takesOf(
  { policyId, rule }: PromiseVersion,
  { customerId }: SweptHead,
  amount: bigint,
  year: number,
): CapTake[] {
  const takes: CapTake[] = [];
  if (rule.budgetAmount !== null)
    takes.push({ policyId, holderId: policyId, year: 0, amount, most: BigInt(rule.budgetAmount) });
  if (rule.customerYearCapAmount !== null && customerId !== null)
    takes.push({ policyId, holderId: customerId, year, amount, most: BigInt(rule.customerYearCapAmount) });
  return takes;
}
