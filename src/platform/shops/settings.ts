import type { Static, TObject } from '@sinclair/typebox';
import type { Shop } from './shop.ts';

/** A module's settings: what a shop may change, with the defaults in the schema. */
export interface Settings<T extends TObject = TObject> {
  readonly name: string;
  readonly schema: T;
  readonly defaults: Static<T>;
  of(shop: Pick<Shop, 'settings'>): Static<T>;
}

/** Defines a module's settings; every property of `schema` needs a `default`. */
export function defineSettings<T extends TObject>(name: string, schema: T): Settings<T> {
  const defaults = Object.fromEntries(
    Object.entries(schema.properties).map(([key, property]) => {
      if (property['default'] === undefined) throw new Error(`setting ${name}.${key} has no default`);
      return [key, property['default'] as unknown];
    }),
  ) as Static<T>;
  return { name, schema, defaults, of: (shop) => ({ ...defaults, ...shop.settings[name] }) };
}
