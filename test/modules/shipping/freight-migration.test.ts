import pg from 'pg';
import { pino } from 'pino';
import t from 'tap';
import { newId } from '../../../src/platform/ids.ts';
import { migrateDatabase } from '../../../src/platform/db/migrate.ts';
import { createEmptyDatabase } from '../../support/database.ts';
import { insert, migrateUpTo } from '../../support/past-schema.ts';

t.test('the one rate of a shop becomes its default template', async (t) => {
  const { url } = await createEmptyDatabase(t);
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  t.teardown(() => client.end());
  await migrateUpTo(client, '0025');
  const shops = {
    rated: { shipping: { freightRateAmount: 500, freightFreeFromAmount: 5000, freightTaxRateBps: 1900 } },
    never: { shipping: { freightRateAmount: 700, freightFreeFromAmount: 0 }, orders: { lapseHours: 5 } },
    free: { shipping: { freightRateAmount: 0 } },
    silent: {},
  };
  const ids: Record<string, string> = {};
  for (const [name, settings] of Object.entries(shops)) {
    const id = (ids[name] = newId());
    const at = '2026-05-01T10:00:00Z';
    const shop = { currency: 'USD', timezone: 'UTC', country_profile: 'US', mode: 'test', created_at: at };
    await insert(client, 'shops', { id, name, ...shop, updated_at: at, settings });
  }
  await migrateDatabase(url, pino({ level: 'silent' }));
  const { rows } = await client.query<{ shop_id: string; rule: unknown }>(
    'select shop_id, rule from freight_templates where is_default',
  );
  const ruleOf = (name: string) => rows.find(({ shop_id: shopId }) => shopId === ids[name])?.rule;
  t.match(ruleOf('rated'), {
    chargedBy: 'piece',
    payer: 'buyer',
    zones: [{ regions: [], isServed: true, firstAmount: 500, additionalAmount: 0, freeFromAmount: 5000 }],
  });
  t.match(ruleOf('never'), { zones: [{ firstAmount: 700, freeFromAmount: null }] });
  t.equal(rows.length, 2);
  const left = await client.query<{ name: string; settings: object }>('select name, settings from shops');
  t.same(Object.fromEntries(left.rows.map(({ name, settings }) => [name, settings])), {
    rated: { shipping: { freightTaxRateBps: 1900 } },
    never: { shipping: {}, orders: { lapseHours: 5 } },
    free: { shipping: {} },
    silent: {},
  });
});
