import { divideRounded } from '../platform/money.ts';
import {
  COST_BPS,
  MINIMUM_MARGIN_BPS,
  type PresetFigures,
  priceUnderPresets,
} from './northwind/campaigns.ts';

const WIDTHS = [16, 19, 8, 10, 9, 8, 9, 8, 11, 8];

// Shows what the presets would have given away at Northwind. Everything is computed from the files: no database is opened.
const { basketCount, netAmount, marginAmount, presets } = priceUnderPresets();
console.log(
  `${basketCount} baskets, ${money(netAmount)} at the prices of their day. A unit costs the shop ${COST_BPS / 100} % of its price, ` +
    `and no line is sold below its cost and ${MINIMUM_MARGIN_BPS / 100} % of that.`,
);
console.log(`Without campaigns the margin is ${money(marginAmount)}, ${percent(marginAmount, netAmount)}.`);
console.log('Each preset as if it had run all the time, alone:\n');
console.log(
  row([
    'preset',
    'mechanic',
    'baskets',
    'off goods',
    'freight',
    'gifts',
    'points',
    'margin',
    'moved',
    'guarded',
  ]),
);
for (const figures of presets) console.log(row(cellsOf(figures)));

function cellsOf(figures: PresetFigures): string[] {
  const { preset, mechanic, guardedCount } = figures;
  const { discountAmount, freightAmount, giftCostAmount, pointsCostAmount } = figures;
  return [
    preset,
    mechanic,
    String(figures.basketCount),
    ...[discountAmount, freightAmount, giftCostAmount, pointsCostAmount].map((amount) =>
      amount === 0n ? '' : money(amount),
    ),
    percent(figures.marginAmount, figures.netAmount),
    money(figures.marginAmount - marginAmount),
    String(guardedCount),
  ];
}

function money(amount: bigint): string {
  const [sign, digits] = [amount < 0n ? '-' : '', String(amount < 0n ? -amount : amount).padStart(3, '0')];
  return `${sign}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

function percent(part: bigint, whole: bigint): string {
  return `${money(divideRounded(part * 10_000n, whole))} %`;
}

function row(cells: readonly string[]): string {
  return cells
    .map((cell, at) => (at < 2 ? cell.padEnd(WIDTHS[at] ?? 0) : cell.padStart(WIDTHS[at] ?? 0)))
    .join(' ')
    .trimEnd();
}
