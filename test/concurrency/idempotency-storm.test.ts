import t from 'tap';
import { startApp } from '../support/app.ts';
import { runIdempotencyStorm } from '../support/idempotency-storm.ts';

const { STORM_KEYS = '300', STORM_RETRIES = '20' } = process.env;

const app = await startApp(t);

t.test(`${STORM_KEYS} keys, each sent ${STORM_RETRIES} times at once while connections are cut`, (t) =>
  runIdempotencyStorm(t, app, { keys: Number(STORM_KEYS), retries: Number(STORM_RETRIES) }),
);
