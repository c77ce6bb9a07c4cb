import { type TObject, Type } from '@sinclair/typebox';
import { enumeration, instantText, model, ref, scalar, text, uuid, versionNumber } from '../http/schema.ts';
import { shopTime } from '../clock.ts';
import { COUNTRY_PROFILES, type Shop } from './shop.ts';
import type { Settings } from './settings.ts';

export const Currency = scalar<string>('Currency', {
  type: 'string',
  pattern: '^[A-Z]{3}$',
  description: 'An ISO 4217 currency code.',
});
const ShopMode = enumeration('ShopMode', 'Live, or test with a clock that can be moved.', ['live', 'test']);
const CountryProfile = enumeration(
  'CountryProfile',
  'Which rules of fair dealing are the defaults.',
  COUNTRY_PROFILES,
);

export type ShopSchemas = ReturnType<typeof shopSchemas>;

/** The shop's wire schemas, made from the settings that the modules define. */
export function shopSchemas(settings: readonly Settings[]) {
  const blocks = settings.map((block) => {
    const name = `${block.name.charAt(0).toUpperCase()}${block.name.slice(1)}Settings`;
    const full = model(name, `Settings of ${block.name}.`, block.schema.properties);
    const patch = Object.fromEntries(
      // A patch carries only what is named: the defaults belong to reading.
      Object.entries(block.schema.properties).map(([key, { default: _default, ...property }]) => [
        key,
        Type.Optional(Type.Unsafe(property)),
      ]),
    );
    const update = model(`${name}Update`, `Changes to the settings of ${block.name}.`, patch);
    return { block, full, update };
  });
  const ShopSettings = model(
    'ShopSettings',
    'What a shop can change, by module.',
    Object.fromEntries(blocks.map(({ block, full }) => [block.name, ref(full)])),
  );
  const ShopSettingsUpdate = model(
    'ShopSettingsUpdate',
    'Changes to settings, by module.',
    Object.fromEntries(blocks.map(({ block, update }) => [block.name, Type.Optional(ref(update))])),
  ) as TObject;
  const ShopResource = model('Shop', 'The shop that the credential belongs to.', {
    id: uuid('The shop.'),
    name: text('The name customers see.', 200),
    currency: ref(Currency),
    timezone: text('IANA time zone; days of the shop are days of this zone.', 100),
    countryProfile: ref(CountryProfile),
    mode: ref(ShopMode),
    now: instantText("The shop's time."),
    settings: ref(ShopSettings),
    version: versionNumber(),
  });
  const ShopUpdate = model('ShopUpdate', 'What may be changed about a shop, as JSON merge patch.', {
    name: Type.Optional(text('The name customers see.', 200)),
    timezone: Type.Optional(text('IANA time zone.', 100)),
    countryProfile: Type.Optional(ref(CountryProfile)),
    settings: Type.Optional(ref(ShopSettingsUpdate)),
  });

  const presentShop = (shop: Shop, realNow: Date) => ({
    id: shop.id,
    name: shop.name,
    currency: shop.currency,
    timezone: shop.timezone,
    countryProfile: shop.countryProfile as (typeof COUNTRY_PROFILES)[number],
    mode: shop.mode,
    now: shopTime(shop, realNow).toISOString(),
    settings: Object.fromEntries(settings.map((block) => [block.name, block.of(shop)])),
    version: shop.version,
  });
  return { ShopResource, ShopUpdate, presentShop };
}
