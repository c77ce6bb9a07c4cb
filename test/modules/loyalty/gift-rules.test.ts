import t from 'tap';
import { hasTier, isOffered, normaliseClaimCode } from '../../../src/modules/loyalty/gifts/rules.ts';

const tiers = [{ key: 'silver' }, { key: 'gold' }, { key: 'platinum' }];

t.test('a tier and every higher one will do', async (t) => {
  const fits = ['silver', 'gold', 'platinum', null, 'gone'].map((key) => hasTier(tiers, key, 'gold'));
  t.same(fits, [false, true, true, false, false]);
  t.notOk(hasTier(tiers, 'gone', 'gone'), 'nobody has a tier that there is not any more');
});

t.test('a gift can be had from its beginning until its end', async (t) => {
  const at = (time: string) => new Date(`2026-05-01T${time}Z`);
  const gift = { state: 'active', availableFrom: at('10:00'), availableUntil: at('12:00') } as const;
  const offered = ['09:59', '10:00', '11:59', '12:00'].map((time) => isOffered(gift, at(time)));
  t.same(offered, [false, true, true, false]);
  t.notOk(isOffered({ ...gift, state: 'archived' }, at('11:00')));
  t.ok(isOffered({ state: 'active', availableFrom: null, availableUntil: null }, at('11:00')));
});

t.test('a code counts however it is read out', async (t) => {
  for (const spelling of ['7k2q-oI0l 9ztb', '7K2Q0101–9ZTB', '７Ｋ２Ｑ_0101_9ZTB'])
    t.equal(normaliseClaimCode(spelling), '7K2Q01019ZTB', spelling);
});
