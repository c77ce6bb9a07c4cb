import { type TSchema, Type } from '@sinclair/typebox';
import { enumeration, model, ref, text } from '../../../platform/http/schema.ts';
import { MechanicTypeName, ruleFields } from '../rule-schemas.ts';
import type { Preset, PresetGoods } from './preset.ts';
import { PRESET_NAMES, type PresetName } from './presets.ts';

export const PresetNameModel = enumeration(
  'CampaignPresetName',
  'A way to sell that shops know by name.',
  PRESET_NAMES,
);
const Bilingual = model('BilingualText', 'A text in English and in Chinese.', {
  en: text('In English.', 2_000),
  zh: text('In Chinese.', 2_000),
});

const optional = Object.fromEntries(
  Object.entries(ruleFields)
    .filter(([name]) => name !== 'mechanic')
    .map(([name, schema]) => [name, Type.Optional(schema as TSchema)]),
) as Record<string, TSchema>;
const Example = model(
  'CampaignPresetExample',
  'A campaign as it is created. Replace the ids, the category and the amounts by those of your shop.',
  { name: text('What it is called.', 200), mechanic: ruleFields.mechanic, ...optional },
);
const CampaignPreset = model('CampaignPreset', 'A way to sell, with the mechanic behind it.', {
  preset: ref(PresetNameModel, { description: 'Which one.' }),
  name: ref(Bilingual, { description: 'What shops call it.' }),
  mechanicType: ref(MechanicTypeName, { description: 'The mechanic behind it.' }),
  use: ref(Bilingual, { description: 'When a shop uses it.' }),
  example: ref(Example, { description: 'A campaign of it.' }),
});
export const CampaignPresetList = model('CampaignPresetList', 'The presets.', {
  data: Type.Array(ref(CampaignPreset), { description: 'All fifteen, always in this order.' }),
});

/** What the examples of an answer are about: ids that no shop has. */
export const placeholdersAt = (from: Date): PresetGoods => ({
  product: { id: '00000000-0000-7000-8000-000000000001', unitAmount: 10_000 },
  otherProduct: { id: '00000000-0000-7000-8000-000000000002', unitAmount: 4_000 },
  giftProductId: '00000000-0000-7000-8000-000000000003',
  segmentId: '00000000-0000-7000-8000-000000000004',
  category: 'Category',
  from,
});

export function presentPreset(preset: Preset & { preset: PresetName }, goods: PresetGoods) {
  const example = preset.exampleOf(goods);
  const { name, use } = preset;
  return { preset: preset.preset, name, mechanicType: example.mechanic.type, use, example };
}
