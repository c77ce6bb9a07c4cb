import type { Static, TObject } from '@sinclair/typebox';
import type { BasketItem, Campaign, GiftProduct, LimitsLeft, StackingClass } from './facts.ts';
import type { RejectionReason } from './reasons.ts';

/** A line as an offer sees it. Amounts are of the whole line, in minor units. */
export interface ViewLine {
  /** Its place in the basket. */
  readonly index: number;
  readonly item: BasketItem;
  readonly listAmount: bigint;
  /** After the offers of the class `product` that came before. */
  readonly currentAmount: bigint;
  /** After everything that came before. */
  readonly leftAmount: bigint;
  /** Below which one unit of it is never sold. */
  readonly floorUnitAmount: bigint;
}

/** What an offer sees of a basket: the lines that it may act on, and no others. */
export interface View {
  readonly campaign: Campaign;
  readonly lines: readonly ViewLine[];
  readonly left: LimitsLeft | undefined;
  readonly gifts: ReadonlyMap<string, GiftProduct>;
  /** What freight is, for the class `freight`; else nothing. */
  readonly freightAmount: bigint;
}

/** An amount off one line. */
export interface LineShare {
  readonly index: number;
  readonly amount: bigint;
}

/** Pieces of a product. */
export interface Pieces {
  readonly productId: string;
  readonly quantity: number;
}

/** What an offer wants to do. The engine holds every amount against the floor of its line. */
export interface Effect {
  /** Off each of these lines; what the floor of one does not allow is not given. */
  readonly lines?: readonly LineShare[];
  /** Off these lines together, in proportion to their weights, by largest remainder. */
  readonly spread?: {
    readonly amount: bigint;
    readonly over: readonly LineShare[];
    /** What one line cannot give, the others do: for amounts. A share of a price is of no other price. */
    readonly isMadeUp: boolean;
  };
  readonly gifts?: readonly Pieces[];
  readonly freightAmount?: bigint;
  readonly pointsMultiplierBps?: number;
  /** Units of the campaign's own stock. */
  readonly taken?: readonly Pieces[];
  /** Set for the rung of a product's own ladder. */
  readonly rung?: { readonly minimumQuantity: number; readonly unitAmount: bigint };
}

/** What is wrong with parameters that fit their schema. */
export interface ParameterFault {
  /** JSON pointer below the parameters, such as `/steps/1/fromAmount`. */
  readonly pointer: string;
  readonly detail: string;
}

/** One offer of each line, of all lines of a product, or of all lines that the campaign covers. */
export type Grain = 'line' | 'product' | 'scope';

/** What a campaign does to a price. One file each, in `mechanics/`, and one line in `mechanics.ts`. */
export interface Mechanic<P extends TObject = TObject> {
  readonly type: string;
  /** A named object with `type` and the parameters: validates, types and documents them. */
  readonly parameters: P;
  /** In which classes it can be; the first one, where nothing is said. */
  readonly classes: readonly StackingClass[];
  /** Of what it makes one offer in the class `product`. In other classes one is of all lines that it covers. */
  grainOf(parameters: Static<P>): Grain;
  /** What the schema cannot say. */
  findFaults?(parameters: Static<P>): ParameterFault[];
  /** The products that the parameters name: it covers them, and no others. Empty: those of the campaign. */
  productIdsOf?(parameters: Static<P>): readonly string[];
  /** Products that it acts on beside those of the campaign. */
  otherProductIdsOf?(parameters: Static<P>): readonly string[];
  /** It is for the members of segments, which the campaign has to name. */
  readonly needsSegments?: boolean;
  /** The products that it gives away. */
  giftIdsOf?(parameters: Static<P>): readonly string[];
  /**
   * Whether it takes off no less the more the lines cost, the more room they have above their floors, and the more of them there are. Then
   * the search leaves out what cannot be the best. It may be silent about it.
   */
  growsWithAmount?(parameters: Static<P>): boolean;
  /** What it does for these lines, or why nothing. */
  apply(parameters: Static<P>, view: View): Effect | RejectionReason;
}

/** Keeps the type of the parameters together with what reads them. */
export const defineMechanic = <P extends TObject>(mechanic: Mechanic<P>): Mechanic<P> => mechanic;
