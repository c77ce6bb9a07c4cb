import t from 'tap';
import { calendarModule } from '../../../src/modules/calendar/module.ts';
import { startApp } from '../../support/app.ts';
import { makeHoliday, setHours } from '../../support/calendar-world.ts';
import { findDamages } from '../../support/damage.ts';

const app = await startApp(t);

t.test('every invariant of the calendar finds the damage that it is for', async (t) => {
  await setHours(app);
  await makeHoliday(app);
  const checks = (calendarModule.invariants ?? []).map(({ name, check }) => ({ name, find: check }));
  await findDamages(t, app, checks, {
    'a shop that has said its hours or holidays has a version of its calendar': [
      'delete from calendars',
      'with gone as (delete from calendars) delete from business_hours',
      'with gone as (delete from calendars) delete from holidays',
    ],
  });
});
