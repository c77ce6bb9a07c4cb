import { GOODS_PRESETS } from './on-goods.ts';
import { ORDER_PRESETS } from './on-orders.ts';
import type { Preset } from './preset.ts';

/** The order in which they are told. */
export const PRESET_NAMES = [
  'pricing',
  'value_add',
  'give_back',
  'commemorative',
  'reward',
  'borrowed_event',
  'threshold',
  'alternative',
  'themed',
  'seasonal',
  'limited',
  'showcase',
  'gift',
  'designated',
  'bundle',
] as const satisfies readonly (
  | (typeof GOODS_PRESETS)[number]['preset']
  | (typeof ORDER_PRESETS)[number]['preset']
)[];
export type PresetName = (typeof PRESET_NAMES)[number];

/** The fifteen ways to sell that shops know by name, each with a mechanic behind it. */
export const presets: readonly (Preset & { readonly preset: PresetName })[] = [
  ...GOODS_PRESETS,
  ...ORDER_PRESETS,
].toSorted((a, b) => PRESET_NAMES.indexOf(a.preset) - PRESET_NAMES.indexOf(b.preset));
