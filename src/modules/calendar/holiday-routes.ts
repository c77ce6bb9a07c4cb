import { Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import type { Problem } from '../../platform/errors.ts';
import { problemBody } from '../../platform/http/error-handler.ts';
import { operation } from '../../platform/http/operation.ts';
import { pageQuery } from '../../platform/http/pagination.ts';
import { uuid } from '../../platform/http/schema.ts';
import { calendarErrors as e } from './errors.ts';
import {
  bulkUpsertHolidays,
  createHoliday,
  deleteHoliday,
  readHoliday,
  readHolidays,
  updateHoliday,
} from './holidays.ts';
import { importHolidays } from './import-file.ts';
import {
  dayText,
  Holiday,
  HolidayBulkResult,
  HolidayBulkUpsert,
  HolidayCreate,
  HolidayFileImport,
  HolidayFileResult,
  HolidayPage,
  HolidayUpdate,
  presentFileImport,
  presentHoliday,
} from './schemas.ts';

const tag = 'Calendar';
const BULK_BODY_LIMIT = 10 * 1_048_576;
const read = { secret: 'calendar:read' } as const;
const write = { secret: 'calendar:write' } as const;
const params = Type.Object({ holidayId: uuid('The holiday.') });
const example = { params: { holidayId: '01890a5d-ac96-774b-bcce-b302099a8057' } };
const whole = { statuses: [200] as const, schema: Holiday, description: 'The holiday.' };
const shopErrors = [e.never_open, e.too_many_holidays];
const writeErrors = [e.holiday_inconsistent, e.holiday_external_id_taken, ...shopErrors];
const FILE = [
  'BEGIN:VCALENDAR',
  'VERSION:2.0',
  'PRODID:-//Example//Holidays//EN',
  'BEGIN:VEVENT',
  'UID:labour-day@example.com',
  'SUMMARY:Labour Day',
  'DTSTART;VALUE=DATE:20270501',
  'DTEND;VALUE=DATE:20270506',
  'RRULE:FREQ=YEARLY',
  'END:VEVENT',
  'END:VCALENDAR',
  '',
].join('\r\n');

export function holidayRoutes(app: FastifyInstance): void {
  readRoutes(app);
  createRoute(app);
  changeRoutes(app);
  bulkRoute(app);
  fileRoute(app);
}

function readRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'listHolidays',
    method: 'GET',
    path: '/v1/calendar/holidays',
    tag,
    summary: 'List holidays',
    description: 'In the order of their first days. A yearly one stands where it began.',
    access: read,
    query: Type.Object({
      ...pageQuery,
      startsOnFrom: Type.Optional(dayText('Those that begin then or later.')),
      startsOnTo: Type.Optional(dayText('Those that begin then or before.')),
    }),
    success: { statuses: [200], schema: HolidayPage, description: 'A page of holidays.' },
    errors: [],
    example: { query: { limit: 50, startsOnFrom: '2026-01-01' } },
    run: (ctx, { query }) => readHolidays(ctx, query),
    present: ({ rows, nextCursor }) => ({ data: rows.map(presentHoliday), nextCursor }),
  });

  operation(app, {
    operationId: 'getHoliday',
    method: 'GET',
    path: '/v1/calendar/holidays/{holidayId}',
    tag,
    summary: 'Read a holiday',
    description: 'With its days and its hours.',
    access: read,
    params,
    success: whole,
    errors: [],
    example,
    run: (ctx, input) => readHoliday(ctx, input.params.holidayId),
    present: presentHoliday,
  });
}

function createRoute(app: FastifyInstance): void {
  operation(app, {
    operationId: 'createHoliday',
    method: 'POST',
    path: '/v1/calendar/holidays',
    tag,
    summary: 'Add a holiday',
    description:
      'One day or several, of one year or of every year; closed, or with hours of its own. Where two meet, the more particular one ' +
      "counts: of one year before every year's, then the shorter one.",
    access: write,
    body: HolidayCreate,
    success: { ...whole, statuses: [201] },
    errors: writeErrors,
    example: {
      body: {
        externalId: 'christmas-eve',
        name: 'Christmas Eve',
        startsOn: '2026-12-24',
        openings: [{ opens: '09:00', closes: '12:00' }],
      },
    },
    run: (ctx, { body }) => createHoliday(ctx, body),
    present: presentHoliday,
  });
}

function changeRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'updateHoliday',
    method: 'PATCH',
    path: '/v1/calendar/holidays/{holidayId}',
    tag,
    summary: 'Change a holiday',
    description: 'JSON merge patch.',
    access: write,
    versioned: true,
    params,
    body: HolidayUpdate,
    success: whole,
    errors: writeErrors,
    example: { ...example, body: { name: 'Company outing', openings: [] } },
    run: (ctx, input) => updateHoliday(ctx, input.params.holidayId, input.body),
    present: presentHoliday,
  });

  operation(app, {
    operationId: 'deleteHoliday',
    method: 'DELETE',
    path: '/v1/calendar/holidays/{holidayId}',
    tag,
    summary: 'Delete a holiday',
    description: 'The hours of the week are in force on its days again. Answers with the holiday as it was.',
    access: write,
    versioned: true,
    params,
    success: whole,
    errors: [e.never_open],
    example,
    run: (ctx, input) => deleteHoliday(ctx, input.params.holidayId),
    present: presentHoliday,
  });
}

function bulkRoute(app: FastifyInstance): void {
  operation(app, {
    operationId: 'bulkUpsertHolidays',
    method: 'POST',
    path: '/v1/calendar/holidays/bulk',
    tag,
    summary: 'Add or replace up to 1,000 holidays',
    description:
      'By `externalId`; what an item leaves out is as for a new holiday. With `perItem` the answer is 207 and says for each item, in ' +
      'order, what became of it. With `atomic` one refusal refuses all.',
    access: write,
    bodyLimit: BULK_BODY_LIMIT,
    body: HolidayBulkUpsert,
    success: { statuses: [200, 207], schema: HolidayBulkResult, description: 'What became of each item.' },
    errors: [e.holiday_inconsistent, ...shopErrors],
    example: {
      body: {
        mode: 'perItem',
        items: [
          { externalId: 'new-year', name: "New Year's Day", startsOn: '2027-01-01', recursYearly: true },
          {
            externalId: 'spring-festival-2027',
            name: 'Spring Festival',
            startsOn: '2027-02-05',
            endsOn: '2027-02-11',
          },
        ],
      },
    },
    run: (ctx, { body }) => bulkUpsertHolidays(ctx, body.mode ?? 'atomic', body.items),
    present: ({ outcomes }, ctx) => ({
      results: outcomes.map(({ row, isNew, problem }, index) =>
        problem
          ? { index, status: problem.definition.status, error: itemError(problem, ctx.requestId) }
          : { index, status: isNew ? 201 : 200, id: row.id },
      ),
    }),
    statusOf: ({ mode }) => (mode === 'perItem' ? 207 : 200),
  });
}

const itemError = (problem: Problem, requestId: string) => {
  const { errors, ...body } = problemBody(problem, requestId);
  return { ...body, errors: [...errors] };
};

function fileRoute(app: FastifyInstance): void {
  operation(app, {
    operationId: 'importHolidays',
    method: 'POST',
    path: '/v1/calendar/holidays/import',
    tag,
    summary: 'Take holidays from an iCalendar file',
    description:
      'Its events of whole days become holidays under the ids of the file: the same file again changes nothing. Days of every year ' +
      'come again every year. What other rules come to, such as the fourth Thursday of November or every second Friday until summer, is ' +
      'written down for five years, with the days that the file adds and without those that it leaves out; the answer says for which. ' +
      'What is no holiday is listed with its line and the reason.',
    access: write,
    body: HolidayFileImport,
    success: { statuses: [200], schema: HolidayFileResult, description: 'What was taken.' },
    errors: [e.calendar_file_not_readable, ...shopErrors],
    example: { body: { text: FILE } },
    run: (ctx, { body }) => importHolidays(ctx, body),
    present: presentFileImport,
  });
}
