import { createHash } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { createTokens } from '../../platform/auth/tokens.ts';
import type { Ctx } from '../../platform/context.ts';
import type { TransitDays } from '../calendar/lead-rules.ts';
import type { ResolvedCoupon } from '../campaigns/coupons/resolve.ts';
import type { HeldCampaigns } from './held-campaigns.ts';
import type { Place } from '../shipping/freight/destination.ts';
import type { StoredFreightPart } from '../shipping/freight/part-schemas.ts';
import type { BasketLine, HeldPrices } from './basket.ts';
import { orderErrors } from './errors.ts';

/** A quote that holds is a signed token, not a row: strangers with a publishable key cannot fill the database. */
interface QuotePayload {
  readonly shop: string;
  readonly customer: string | null;
  /** Which basket it is for. */
  readonly basket: string;
  readonly units: readonly string[];
  /** What campaigns and ladders do, and on which channel; absent where nothing. */
  readonly campaigns?: HeldCampaigns & { readonly channel: string };
  /** The coupons that opened them, with the ends of their validity as text. */
  readonly coupons?: readonly (Omit<ResolvedCoupon, 'validUntil'> & { readonly validUntil: string | null })[];
  /** Freight to a place, and its parts; null when the quote did not know it. */
  readonly freight: {
    readonly to: string;
    readonly amount: string;
    readonly parts: readonly StoredFreightPart[];
  } | null;
  /** The ways to send it that were told; absent while none could be told, and in tokens that were signed before they were. */
  readonly ways?: {
    /** The day on which it would leave. */
    readonly on: string;
    /** `method:2:4` for 2 to 4 days on the way, `method` where that is not known. */
    readonly of: readonly string[];
  };
}

/** What a quote told of the ways to send its basket. */
export interface ToldWays {
  readonly dispatchOn: string;
  /** How many days each method takes; null where that is not known. */
  readonly transits: ReadonlyMap<string, TransitDays | null>;
}

/** What a token holds. */
export interface HeldQuote extends HeldPrices {
  readonly ways: ToldWays | undefined;
  /** The coupons that opened campaigns. */
  readonly coupons: readonly ResolvedCoupon[];
}

const placeOf = (place: Place | null | undefined): string =>
  place ? `${place.country}/${place.regionCode ?? ''}` : '';

const tokens = (ctx: Ctx) =>
  createTokens<QuotePayload | PackedPayload>('quote', ctx.config.tokenSecret, ctx.clock);

/** A payload that says the same ids over and over: each line names each of its campaigns. */
interface PackedPayload {
  /** Deflated (RFC 1951), in base64url. */
  readonly packed: string;
}
/** Smaller ones travel as they are. */
const PACKED_FROM = 4_000;
// 500 lines under 100 campaigns are some 4 MB. Only what was signed here is unpacked.
const MOST_UNPACKED = 64 * 1_024 * 1_024;

function pack(payload: QuotePayload): QuotePayload | PackedPayload {
  const text = JSON.stringify(payload);
  return text.length < PACKED_FROM ? payload : { packed: deflateRawSync(text).toString('base64url') };
}

const unpack = (payload: QuotePayload | PackedPayload): QuotePayload =>
  'packed' in payload
    ? (JSON.parse(
        inflateRawSync(Buffer.from(payload.packed, 'base64url'), {
          maxOutputLength: MOST_UNPACKED,
        }).toString(),
      ) as QuotePayload)
    : payload;

const textOf = ({ productId, quantity, logoRequestId }: BasketLine): string =>
  `${productId.toLowerCase()}*${quantity}${logoRequestId ? `*${logoRequestId.toLowerCase()}` : ''}`;

/** The same for the same lines, whoever asks. */
export const basketOf = (lines: readonly BasketLine[]): string =>
  createHash('sha256').update(lines.map(textOf).join(',')).digest('base64url');

const packCoupon = ({ validUntil, ...coupon }: ResolvedCoupon) => ({
  ...coupon,
  validUntil: validUntil && validUntil.toISOString(),
});

const packWays = ({ dispatchOn, transits }: ToldWays) => ({
  on: dispatchOn,
  of: [...transits].map(([methodId, days]) =>
    days ? `${methodId}:${days.minimumDays}:${days.maximumDays}` : methodId,
  ),
});

const unpackWays = ({ on, of }: NonNullable<QuotePayload['ways']>): ToldWays => ({
  dispatchOn: on,
  transits: new Map(
    of.map((way) => {
      const [methodId = '', minimum, maximum] = way.split(':');
      const days = minimum && maximum ? { minimumDays: Number(minimum), maximumDays: Number(maximum) } : null;
      return [methodId, days];
    }),
  ),
});

/** Signs the prices of a quote; they hold for `minutes` of real time. */
export function holdQuote(
  ctx: Ctx,
  lines: readonly BasketLine[],
  customerId: string | null,
  { place, channel }: { readonly place: Place | null | undefined; readonly channel: string },
  held: HeldQuote,
  minutes: number,
) {
  const payload: QuotePayload = {
    shop: ctx.shop.id,
    customer: customerId,
    basket: basketOf(lines),
    units: held.unitAmounts.map(String),
    ...(held.campaigns ? { campaigns: { ...held.campaigns, channel } } : {}),
    ...(held.coupons.length > 0 ? { coupons: held.coupons.map(packCoupon) } : {}),
    freight: held.freight
      ? { to: placeOf(place), amount: String(held.freight.amount), parts: held.freight.parts }
      : null,
    ...(held.ways ? { ways: packWays(held.ways) } : {}),
  };
  return tokens(ctx).sign(pack(payload), minutes * 60);
}

/** The prices that a token holds for this basket and customer; refuses a token that is expired or for another. */
export function readQuote(
  ctx: Ctx,
  token: string,
  lines: readonly BasketLine[],
  customerId: string | null,
  { place, channel }: { readonly place: Place | null | undefined; readonly channel: string },
): HeldQuote {
  const pointer = '/quoteToken';
  const verified = tokens(ctx).verify(token);
  if ('refusal' in verified) {
    throw verified.refusal === 'expired'
      ? orderErrors.quote_expired(undefined, { pointer })
      : orderErrors.quote_not_valid(undefined, { pointer });
  }
  const payload = unpack(verified.payload);
  // A quote for nobody in particular may be used by anybody; one for a customer only by them.
  const isForeign = payload.customer !== null && payload.customer !== customerId;
  if (payload.shop !== ctx.shop.id || isForeign) throw orderErrors.quote_not_valid(undefined, { pointer });
  if (payload.basket !== basketOf(lines)) throw orderErrors.quote_mismatch(undefined, { pointer });
  // A campaign may be for one channel only.
  if (payload.campaigns && payload.campaigns.channel !== channel)
    throw orderErrors.quote_mismatch('The quote was for another channel.', { pointer: '/channel' });
  const { freight } = payload;
  // Nothing was charged by the place of a quote that named none: its freight is the same everywhere.
  if (freight && freight.to !== '' && freight.to !== placeOf(place))
    throw orderErrors.quote_mismatch('The quote was for another place.', { pointer: '/shippingAddress' });
  return {
    unitAmounts: payload.units.map(BigInt),
    campaigns: payload.campaigns,
    coupons: (payload.coupons ?? []).map((coupon) => ({
      ...coupon,
      validUntil: coupon.validUntil === null ? null : new Date(coupon.validUntil),
    })),
    freight: freight ? { amount: BigInt(freight.amount), parts: freight.parts, isKnown: true } : undefined,
    ways: payload.ways && unpackWays(payload.ways),
  };
}
