import type { TestShop } from './app.ts';
import type { Recipe } from './recipes.ts';
import { must, newExternalId } from './world.ts';

export const makeHoliday = (shop: TestShop, fields: object = {}) =>
  must(
    shop.call('POST /v1/calendar/holidays', {
      body: { name: 'Stocktaking', startsOn: '2026-12-30', externalId: newExternalId(), ...fields },
    }),
  );

export const makeAnnouncement = (shop: TestShop, fields: object = {}) =>
  must(
    shop.call('POST /v1/announcements', {
      body: { audience: 'public', texts: [{ language: 'en', title: 'Hello', body: 'We moved.' }], ...fields },
    }),
  );

/** Hours from a day on, by default 9 to 18 from Monday to Friday. */
export const setHours = (shop: TestShop, inForceOn = '2000-01-01', week: object = {}) => {
  const office = [{ opens: '09:00', closes: '18:00' }];
  const days = { monday: office, tuesday: office, wednesday: office, thursday: office, friday: office };
  const body = { inForceOn, week: { ...days, saturday: [], sunday: [], ...week } };
  return must(shop.call('PUT /v1/calendar/business-hours', { body }));
};

export const calendarRecipes: Record<string, Recipe> = {
  removeBusinessHours: async (shop) => ({ params: { hoursId: (await setHours(shop, '2031-05-01')).id } }),
  createHoliday: async (_shop, _app, { body }) => ({
    params: {},
    body: { ...body, externalId: newExternalId() },
  }),
};
