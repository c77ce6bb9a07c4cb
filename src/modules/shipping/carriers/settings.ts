import { Type } from '@sinclair/typebox';
import { defineSettings } from '../../../platform/shops/settings.ts';

const whole = (fallback: number, [minimum, maximum]: readonly [number, number], description: string) =>
  Type.Integer({ minimum, maximum, default: fallback, description });
const weight = (fallback: number, what: string) =>
  whole(fallback, [0, 100], `How much ${what} weighs in a carrier's score, beside the other weights.`);

/** Settings of carriers and their scores; they stand beside those of freight. */
export const carrierSettings = defineSettings(
  'shipping',
  Type.Object({
    earlyEventDays: whole(
      30,
      [1, 365],
      'What a carrier tells of a number that no parcel has yet waits so many days for one.',
    ),
    transitMinimumCases: whole(
      20,
      [1, 1_000],
      'From so many parcels of its own on a shop goes by them, and no longer by what a carrier promises.',
    ),
    transitWindowDays: whole(365, [30, 1_830], 'Parcels of so many days count for how long one takes.'),
    scoreWindowDays: whole(90, [7, 365], "Parcels of so many days count in a carrier's score."),
    scorePriorCases: whole(
      20,
      [1, 1_000],
      "A carrier's figures are drawn toward those of the shop as if it had so many average parcels more.",
    ),
    scoreMinimumCases: whole(
      20,
      [0, 1_000],
      'A carrier with fewer parcels of known fate is ranked by score behind those that have them.',
    ),
    scoreWeightOnTime: weight(35, 'being on time'),
    scoreWeightSpeed: weight(15, 'how long parcels take'),
    scoreWeightSafety: weight(25, 'that nothing is lost or damaged'),
    scoreWeightRating: weight(15, 'what buyers say'),
    scoreWeightCost: weight(10, 'what a parcel costs'),
  }),
);
