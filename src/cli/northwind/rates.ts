import type { PriceZone } from '../../modules/shipping/carriers/price-rules.ts';
import { divideRounded } from '../../platform/money.ts';
import { countryOf, type Tables } from './map.ts';
import { centsOf, valueOf } from './read.ts';
import { readWeights } from './weights.ts';

interface Sum {
  readonly cents: bigint;
  readonly grams: bigint;
}

/**
 * The price lists of the shippers, derived from what the orders paid: in each country that a shipper went to, a kilogram costs its
 * freight there divided by what it carried there, rounded to the cent. 1,000 kg for 523.41 are 0.52 for each kilogram begun. They are
 * not Northwind's: it kept only what each order paid.
 */
export function deriveRates({ orders, lines }: Tables): ReadonlyMap<string, PriceZone[]> {
  const weights = readWeights();
  const gramsOf = new Map<string, number>();
  for (const line of lines) {
    const id = valueOf(line, 'orderID');
    const grams = Number(valueOf(line, 'quantity')) * (weights.get(valueOf(line, 'productID')) ?? 0);
    gramsOf.set(id, (gramsOf.get(id) ?? 0) + grams);
  }
  const sums = new Map<string, Map<string, Sum>>();
  for (const order of orders) {
    const shipper = valueOf(order, 'shipVia');
    const country = countryOf(valueOf(order, 'shipCountry'));
    const byCountry = sums.get(shipper) ?? new Map<string, Sum>();
    const sum = byCountry.get(country) ?? { cents: 0n, grams: 0n };
    byCountry.set(country, {
      cents: sum.cents + centsOf(valueOf(order, 'freight')),
      grams: sum.grams + BigInt(gramsOf.get(valueOf(order, 'orderID')) ?? 0),
    });
    sums.set(shipper, byCountry);
  }
  return new Map(
    [...sums].map(([shipper, byCountry]) => [
      shipper,
      [...byCountry]
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([country, { cents, grams }]) => zoneOf(country, Number(divideRounded(cents * 1_000n, grams)))),
    ]),
  );
}

const zoneOf = (country: string, perKilogram: number): PriceZone => ({
  name: country,
  areas: [{ country }],
  steps: [
    {
      fromGrams: 0,
      toGrams: null,
      firstWeightGrams: 1_000,
      firstAmount: perKilogram,
      additionalWeightGrams: 1_000,
      additionalAmount: perKilogram,
    },
  ],
});
