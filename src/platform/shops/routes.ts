import { Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { shopTime } from '../clock.ts';
import { after, MINUTE_MS } from '../time.ts';
import { operation } from '../http/operation.ts';
import { instantText, model } from '../http/schema.ts';
import { platformErrors } from '../errors.ts';
import { shopErrors } from './errors.ts';
import { updateShop } from './manage.ts';
import type { ShopSchemas } from './schemas.ts';
import { advanceTestClock, readTestClock, type TimedWork } from './test-clock.ts';

const TestClock = model('TestClock', "A test shop's clock. It ticks on from where it stands.", {
  now: instantText("The shop's time."),
});
const TestClockAdvance = model('TestClockAdvance', 'How far to move the clock: one of the two.', {
  toAt: Type.Optional(instantText('Move to this moment.')),
  byMinutes: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 5_300_000, description: 'Move by so many minutes.' }),
  ),
});
const TestClockAdvanced = model('TestClockAdvanced', 'Where the clock stands after moving.', {
  fromAt: instantText('Where the clock stood.'),
  now: instantText('Where it stands.'),
  changedCount: Type.Integer({ description: 'How many things that fell due on the way were done.' }),
});

/** The shop itself and its test clock. */
export function shopRoutes(app: FastifyInstance, wire: ShopSchemas, work: TimedWork): void {
  settingRoutes(app, wire);
  clockRoutes(app, work);
}

function settingRoutes(app: FastifyInstance, { ShopResource, ShopUpdate, presentShop }: ShopSchemas): void {
  operation(app, {
    operationId: 'getShop',
    method: 'GET',
    path: '/v1/shop',
    tag: 'Shop',
    summary: 'Read the shop',
    description: 'The shop that the credential belongs to, with its settings and its time.',
    access: { secret: 'shop:read' },
    success: { statuses: [200], schema: ShopResource, description: 'The shop.' },
    errors: [],
    example: {},
    run: async (ctx) => ctx.shop,
    present: (shop, ctx) => presentShop(shop, ctx.realNow),
  });

  operation(app, {
    operationId: 'updateShop',
    method: 'PATCH',
    path: '/v1/shop',
    tag: 'Shop',
    summary: 'Change the shop or its settings',
    description:
      'JSON merge patch. Settings that are not named keep their values. Promises already made keep theirs.',
    access: { secret: 'shop:write' },
    versioned: true,
    body: ShopUpdate,
    success: { statuses: [200], schema: ShopResource, description: 'The shop as it is now.' },
    errors: [shopErrors.unknown_timezone],
    example: { body: { settings: { orders: { quoteHoldMinutes: 15 } } } },
    run: (ctx, { body }) => updateShop(ctx, body),
    present: (shop, ctx) => presentShop(shop, ctx.realNow),
  });
}

function clockRoutes(app: FastifyInstance, work: TimedWork): void {
  operation(app, {
    operationId: 'getTestClock',
    method: 'GET',
    path: '/v1/test-clock',
    tag: 'Test clock',
    summary: "Read the shop's clock",
    description: "The shop's time. A live shop's clock is the real time.",
    access: { secret: 'shop:read' },
    success: { statuses: [200], schema: TestClock, description: 'The clock.' },
    errors: [],
    example: {},
    run: (ctx) => readTestClock(ctx),
    present: ({ now }) => ({ now: now.toISOString() }),
  });

  operation(app, {
    operationId: 'advanceTestClock',
    method: 'POST',
    path: '/v1/test-clock/advance',
    tag: 'Test clock',
    summary: "Move a test shop's clock forward",
    description:
      'Runs everything that falls due on the way, in order, before it answers: reminders, lapses, completions. ' +
      'Only in test mode, only forward.',
    access: { secret: 'shop:write' },
    body: TestClockAdvance,
    success: { statuses: [200], schema: TestClockAdvanced, description: 'The clock has moved.' },
    errors: [shopErrors.not_in_test_mode, shopErrors.clock_only_forward, shopErrors.clock_too_far],
    example: { body: { byMinutes: 10 } },
    run: (ctx, { body }) => advanceTestClock(ctx, work, targetOf(ctx.now, body)),
    present: ({ shop, from, changed }, ctx) => ({
      fromAt: from.toISOString(),
      now: shopTime(shop, ctx.clock.now()).toISOString(),
      changedCount: changed,
    }),
  });
}

function targetOf(now: Date, body: { toAt?: string; byMinutes?: number }): Date {
  if ((body.toAt === undefined) === (body.byMinutes === undefined)) {
    const detail = 'Exactly one of toAt and byMinutes must be given.';
    throw platformErrors.validation_failed(detail, {
      violations: [{ in: 'body', pointer: '', code: 'one_of', detail }],
    });
  }
  return body.toAt === undefined ? after(now, (body.byMinutes ?? 0) * MINUTE_MS) : new Date(body.toAt);
}
