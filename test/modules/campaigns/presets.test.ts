import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import t from 'tap';
import { mechanicOf } from '../../../src/modules/campaigns/mechanics.ts';
import { PRESET_NAMES, presets } from '../../../src/modules/campaigns/presets/presets.ts';
import {
  CampaignPresetList,
  placeholdersAt,
  presentPreset,
} from '../../../src/modules/campaigns/presets/schemas.ts';
import { allComponents } from '../../../src/platform/http/schema.ts';
import { campaign, freightOf, idOf, item, NOW, offOf, price } from '../../support/pricing.ts';

const vip = idOf('vip');
const goods = {
  product: { id: idOf('tea'), unitAmount: 3_600 },
  otherProduct: { id: idOf('cup'), unitAmount: 1_800 },
  giftProductId: idOf('spoon'),
  segmentId: vip,
  category: 'Drinks',
  from: NOW,
};
const basket = [
  item('tea', { quantity: 3, listUnitAmount: 3_600n, category: 'Drinks' }),
  item('cup', { quantity: 2, listUnitAmount: 1_800n, category: 'Tableware', collections: ['new'] }),
  item('tray', { quantity: 1, listUnitAmount: 2_500n, category: 'Tableware', collections: ['clearance'] }),
];
const spoon = {
  productId: goods.giftProductId,
  name: 'Spoon',
  priceAmount: 400n,
  costAmount: 100n,
  availableQuantity: 9,
};
const known = {
  buyer: { customerId: idOf('buyer'), segmentIds: new Set([vip]), tierKey: null, hasOrdered: true },
  gifts: new Map([[spoon.productId, spoon]]),
};

/** What a customer sees of a price: goods, gifts, freight, points. */
function seenOf(preset: (typeof presets)[number]) {
  const { mechanic, name, ...rule } = preset.exampleOf(goods);
  const outcome = price(basket, [campaign(name, mechanic, rule)], known, freightOf(1_200n));
  return JSON.stringify({
    off: offOf(outcome).map(String),
    freight: String(outcome.freightDiscountAmount),
    gifts: outcome.effects.flatMap(({ gifts }) => gifts),
    points: outcome.pointsMultiplierBps,
  });
}

t.test('each of the fifteen changes the same basket, and differently from the other fourteen', async (t) => {
  t.same(
    presets.map(({ preset }) => preset),
    PRESET_NAMES,
  );
  t.equal(presets.length, 15);
  const nothing = JSON.stringify({ off: ['0', '0', '0'], freight: '0', gifts: [], points: 10_000 });
  const seen = presets.map(seenOf);
  t.notOk(seen.includes(nothing));
  t.equal(new Set(seen).size, 15, seen.join('\n'));
});

t.test('what each does to it', async (t) => {
  const off = (preset: string) => {
    const found = presets.find((one) => one.preset === preset);
    return found ? JSON.parse(seenOf(found)).off.map(Number) : [];
  };
  t.same(off('pricing'), [1_080, 0, 0]);
  t.same(off('themed'), [648, 0, 0]);
  t.same(off('seasonal'), [0, 0, 750]);
  t.same(off('limited'), [1_800, 0, 0]);
  t.same(off('showcase'), [0, 360, 0]);
  t.same(off('borrowed_event'), [1_800, 900, 0]);
  t.same(off('bundle'), [1_080, 540, 0]);
});

t.test('examples say what campaigns can say, and have no faults', async (t) => {
  const ajv = new Ajv({ strict: false });
  addFormats.default(ajv);
  for (const component of allComponents()) ajv.addSchema(component, `${component.$id ?? ''}#`);
  const data = presets.map((preset) => presentPreset(preset, placeholdersAt(NOW)));
  t.ok(ajv.validate(CampaignPresetList.$id ?? '', { data }), ajv.errorsText());
  for (const { example } of data) {
    const mechanic = mechanicOf(example.mechanic.type);
    t.same(mechanic.findFaults?.(example.mechanic) ?? [], [], example.name);
    t.ok(mechanic.classes.includes(example.stackingClass ?? mechanic.classes[0] ?? 'product'));
  }
});

t.test('each says when a shop uses it, in both languages', async (t) => {
  for (const { preset, name, use } of presets) {
    t.ok(use.en.length > 60 && use.zh.length > 20, preset);
    t.match(use.zh, /\p{Script=Han}/u);
    t.match(name.zh, /\p{Script=Han}/u);
  }
});
