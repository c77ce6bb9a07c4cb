import { Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { operation } from '../../platform/http/operation.ts';
import { instantText, uuid } from '../../platform/http/schema.ts';
import { announcementRoutes } from './announcement-routes.ts';
import { readDays, readDeadline, readOpenState } from './deadlines.ts';
import { calendarErrors as e } from './errors.ts';
import { holidayRoutes } from './holiday-routes.ts';
import { readHours, removeHours, setHours } from './hours.ts';
import {
  BusinessHours,
  BusinessHoursList,
  BusinessHoursSet,
  CalendarDayList,
  DeadlineModel,
  dayText,
  OpenStateModel,
  presentDay,
  presentDeadline,
  presentHours,
  presentOpenState,
} from './schemas.ts';

const tag = 'Calendar';
const everybody = { secret: 'calendar:read', publishable: true, customer: true } as const;
const params = Type.Object({ hoursId: uuid('The hours.') });
const office = [{ opens: '09:00', closes: '18:00' }];
const week = {
  monday: office,
  tuesday: office,
  wednesday: office,
  thursday: office,
  friday: [
    { opens: '09:00', closes: '13:00' },
    { opens: '14:00', closes: '17:00' },
  ],
  saturday: [],
  sunday: [],
};

/** When the shop is open, and what it tells its visitors. */
export function calendarRoutes(app: FastifyInstance): void {
  hoursRoutes(app);
  removeHoursRoute(app);
  dayRoutes(app);
  deadlineRoute(app);
  holidayRoutes(app);
  announcementRoutes(app);
}

function hoursRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'listBusinessHours',
    method: 'GET',
    path: '/v1/calendar/business-hours',
    tag,
    summary: 'List business hours',
    description: 'Every version, the last to come into force first. Without any, the shop is always open.',
    access: { secret: 'calendar:read' },
    success: { statuses: [200], schema: BusinessHoursList, description: 'The versions.' },
    errors: [],
    example: {},
    run: (ctx) => readHours(ctx),
    present: (rows) => ({ data: rows.map(presentHours) }),
  });

  operation(app, {
    operationId: 'setBusinessHours',
    method: 'PUT',
    path: '/v1/calendar/business-hours',
    tag,
    summary: 'Set the business hours from a day on',
    description:
      'In force from that day until others are. Several openings a day, also past midnight. Deadlines that were given before stay ' +
      'as they are.',
    access: { secret: 'calendar:write' },
    versioned: true,
    body: BusinessHoursSet,
    success: { statuses: [200, 201], schema: BusinessHours, description: 'The hours.' },
    errors: [e.business_hours_inconsistent, e.never_open, e.days_out_of_range, e.too_many_versions],
    example: { body: { inForceOn: '2027-01-01', week } },
    run: (ctx, { body }) => setHours(ctx, body.inForceOn, body.week),
    present: ({ row }) => presentHours(row),
    statusOf: ({ isNew }) => (isNew ? 201 : 200),
  });
}

function removeHoursRoute(app: FastifyInstance): void {
  operation(app, {
    operationId: 'removeBusinessHours',
    method: 'DELETE',
    path: '/v1/calendar/business-hours/{hoursId}',
    tag,
    summary: 'Take business hours back',
    description: 'Those that were in force before them stay in force. Answers with the hours as they were.',
    access: { secret: 'calendar:write' },
    versioned: true,
    params,
    success: { statuses: [200], schema: BusinessHours, description: 'The hours as they were.' },
    errors: [e.never_open],
    example: { params: { hoursId: '01890a5d-ac96-774b-bcce-b302099a8057' } },
    run: (ctx, input) => removeHours(ctx, input.params.hoursId),
    present: presentHours,
  });
}

function dayRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'listCalendarDays',
    method: 'GET',
    path: '/v1/calendar/days',
    tag,
    summary: 'List days of the shop',
    description: 'When the shop opens on each day, with its holidays. At most 366 days.',
    access: everybody,
    query: Type.Object({ from: dayText('The first day.'), to: dayText('The last day.') }),
    success: { statuses: [200], schema: CalendarDayList, description: 'The days.' },
    errors: [e.days_out_of_range],
    example: { query: { from: '2026-12-21', to: '2027-01-03' } },
    run: (ctx, { query }) => readDays(ctx, query),
    present: (days) => ({ data: days.map(presentDay) }),
  });

  operation(app, {
    operationId: 'getOpenState',
    method: 'GET',
    path: '/v1/calendar/open-state',
    tag,
    summary: 'Read whether the shop is open',
    description: 'At its now, with when it closes or opens.',
    access: everybody,
    success: { statuses: [200], schema: OpenStateModel, description: 'The state.' },
    errors: [],
    example: {},
    run: (ctx) => readOpenState(ctx),
    present: presentOpenState,
  });
}

function deadlineRoute(app: FastifyInstance): void {
  operation(app, {
    operationId: 'getDeadline',
    method: 'GET',
    path: '/v1/calendar/deadline',
    tag,
    summary: 'Compute a deadline in business hours',
    description:
      'The instant by which the shop has been open for so many minutes. From Friday 17:00 of a shop that is open from 9 to 18, Monday ' +
      'to Friday, 120 minutes end on Monday at 10:00.',
    access: everybody,
    query: Type.Object({
      from: Type.Optional(instantText("What the minutes are counted from; the shop's now, when absent.")),
      minutes: Type.Integer({
        minimum: 0,
        maximum: 525_600,
        description: 'How many minutes of business hours.',
      }),
    }),
    success: { statuses: [200], schema: DeadlineModel, description: 'The deadline.' },
    errors: [e.deadline_too_far, e.days_out_of_range],
    example: { query: { from: '2026-11-20T17:00:00Z', minutes: 120 } },
    run: (ctx, { query }) => readDeadline(ctx, query),
    present: presentDeadline,
  });
}
