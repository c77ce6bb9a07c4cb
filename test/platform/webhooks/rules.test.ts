import fc from 'fast-check';
import t from 'tap';
import { findUrlFault, isPublicAddress } from '../../../src/platform/webhooks/addresses.ts';
import {
  ATTEMPTS,
  delayAfterAttempt,
  isFailingTooLong,
  judge,
  laneOf,
  readRetryAfter,
} from '../../../src/platform/webhooks/rules.ts';
import { newId } from '../../../src/platform/ids.ts';
import { sorted } from './support.ts';

const HOUR_MS = 3_600_000;
const random = fc.double({ min: 0, max: 1, noNaN: true });

t.test('delays grow, and end after about three days', async (t) => {
  const plan = Array.from({ length: ATTEMPTS - 1 }, (_, i) => delayAfterAttempt(i + 1, 0) ?? 0);
  t.same(plan.slice(0, 3), [5_000, 30_000, 120_000]);
  t.equal(plan.length, 11);
  t.equal(
    plan.reduce((sum, delay) => sum + delay, 0),
    70 * HOUR_MS + 42 * 60_000 + 35_000,
  );
  t.ok(plan.every((delay, i) => delay >= (plan[i - 1] ?? 0)));
  for (const over of [ATTEMPTS, ATTEMPTS + 1, 1_000]) t.equal(delayAfterAttempt(over, 0), undefined);
});

t.test('jitter adds at most a tenth, and an endpoint can ask for more time only', async (t) => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: ATTEMPTS - 1 }), random, fc.nat(4 * 86_400_000), (n, r, asked) => {
      const [planned = 0, delay = 0] = [delayAfterAttempt(n, 0), delayAfterAttempt(n, r, asked)];
      const least = Math.max(planned, Math.min(asked, 86_400_000));
      return delay >= least && delay <= least * 1.1 + 1 && Number.isInteger(delay);
    }),
  );
  t.equal(delayAfterAttempt(2, 0, 600_000), 600_000);
  t.equal(delayAfterAttempt(7, 0, 1), 3 * HOUR_MS);
});

t.test('what an answer means', async (t) => {
  const verdicts = [200, 204, 299, 300, 301, 404, 410, 500, 100, null].map(judge);
  t.same(verdicts.slice(0, 3), ['succeeded', 'succeeded', 'succeeded']);
  t.same(verdicts.slice(3), ['failed', 'failed', 'failed', 'gone', 'failed', 'failed', 'failed']);
});

t.test('Retry-After', async (t) => {
  const now = new Date('2026-03-01T08:00:00Z');
  const read = (status: number | null, header?: string) => readRetryAfter(status, header, now);
  t.same([read(429, '120'), read(503, '120'), read(500, '120'), read(200, '120')], [120_000, 120_000, 0, 0]);
  t.equal(read(503, 'Sun, 01 Mar 2026 08:01:00 GMT'), 60_000);
  t.equal(read(503, 'Sun, 01 Mar 2026 07:01:00 GMT'), 0, 'the past is now');
  for (const nonsense of ['', 'soon', '-5', '1e99', '9'.repeat(50), undefined])
    t.ok(Number.isFinite(read(429, nonsense)) && read(429, nonsense) >= 0, String(nonsense));
});

t.test('three days of failures', async (t) => {
  const now = new Date();
  const ago = (hours: number) => new Date(now.getTime() - hours * HOUR_MS);
  t.same([isFailingTooLong(null, now), isFailingTooLong(ago(71), now)], [false, false]);
  t.ok(isFailingTooLong(ago(72), now));
});

t.test('a resource has one lane, and resources spread over all', async (t) => {
  const lanes = Array.from({ length: 400 }, () => laneOf(newId()));
  t.same(sorted([...new Set(lanes)]), ['0', '1', '2', '3']);
  const id = newId();
  t.equal(laneOf(id), laneOf(id));
});

const PRIVATE =
  `0.0.0.0 10.0.0.1 100.64.0.1 127.0.0.1 127.1.2.3 169.254.169.254 172.16.0.1 172.31.255.255 192.0.0.1
  192.0.2.1 192.168.1.1 198.18.0.1 198.51.100.7 203.0.113.9 224.0.0.1 240.0.0.1 255.255.255.255 ::1 :: ::ffff:127.0.0.1
  ::ffff:8.8.8.8 ::127.0.0.1 ::8.8.8.8 64:ff9b::7f00:1 64:ff9b:1::1 2002:7f00:1::1 2001::1 2001:db8::1 fc00::1 fd12::1 fe80::1
  fe80::1%eth0 fec0::1 ff02::1 100::1`.split(/\s+/);

t.test('only public addresses are public', async (t) => {
  for (const address of PRIVATE) t.notOk(isPublicAddress(address), address);
  for (const address of ['8.8.8.8', '1.1.1.1', '172.32.0.1', '2606:4700::1111', '2a00:1450:4001::5'])
    t.ok(isPublicAddress(address), address);
  for (const nonsense of ['', 'example.com', '8.8.8', '8.8.8.8.8', '::g'])
    t.notOk(isPublicAddress(nonsense), nonsense);
});

t.test('URLs to which nothing is sent', async (t) => {
  const test = { isLive: false, allowsPrivate: false };
  const refused = `ftp://example.com file:///etc/passwd javascript:1 http:// nonsense https://u:p@example.com/
    https://u@example.com/ https://example.com/#a https://example.com/# http://127.0.0.1/ http://2130706433/
    http://0x7f.1/ http://0177.0.0.1/ http://127.1/ http://[::1]/ http://[::ffff:10.0.0.1]/ http://localhost/
    http://LOCALHOST./ http://a.localhost/ http://169.254.169.254/latest/meta-data http://127.0.0.1./`.split(
    /\s+/,
  );
  for (const url of refused) t.ok(findUrlFault(url, test), url);
  for (const url of [
    'https://example.com/',
    'http://example.com:8080/a?b=c',
    'https://8.8.8.8/',
    'https://例え.jp/',
  ])
    t.equal(findUrlFault(url, test), undefined, url);
  t.ok(findUrlFault('http://example.com/', { ...test, isLive: true }), 'live shops need https');
  t.equal(findUrlFault('https://example.com/', { ...test, isLive: true }), undefined);
  t.equal(findUrlFault('http://127.0.0.1/', { ...test, allowsPrivate: true }), undefined);
});
