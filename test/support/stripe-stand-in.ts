import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Test } from 'tap';
import { createBooks, StripeRefusal, type StripeAccount } from './stripe-books.ts';

/** What the next call that fits is to go wrong with. `after`: the call has its effect, and the answer is lost or wrong. */
export interface Fault {
  /** A part of method and path, such as `confirm` or `POST /v1/refunds`. */
  readonly on: string;
  readonly answer: 'none' | '500' | '429' | '401';
  readonly after?: boolean;
}

interface Kept {
  readonly params: string;
  answer?: Served;
}

interface Held {
  readonly on: string;
  readonly arrived: () => void;
  readonly wait: Promise<void>;
}

interface StandIn {
  readonly accounts: Map<string, StripeAccount>;
  readonly kept: Map<string, Kept>;
  readonly calls: string[];
  readonly faults: Fault[];
  readonly held: Held[];
}

interface Served {
  readonly status: number;
  readonly body: string;
  readonly replayed?: boolean;
}

function takeFirst<T extends { on: string }>(from: T[], call: string): T | undefined {
  const index = from.findIndex(({ on }) => call.includes(on));
  return index < 0 ? undefined : from.splice(index, 1)[0];
}

async function answer(standIn: StandIn, request: IncomingMessage, response: ServerResponse) {
  const body = await readBody(request);
  const url = new URL(request.url ?? '/', 'http://stand-in');
  const call = `${request.method} ${url.pathname}`;
  standIn.calls.push(call);
  const requestId = `req_${standIn.calls.length}`;
  const fault = takeFirst(standIn.faults, call);
  const hold = takeFirst(standIn.held, call);
  hold?.arrived();
  await hold?.wait;
  const served =
    fault && !fault.after
      ? faulty(fault)
      : await serve(standIn, request, call, isGet(call) ? url.search : body);
  if (fault?.answer === 'none') {
    // Cut in the middle of the answer: a connection that is closed before it would be used again by the client at once.
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '999' });
    return response.write('{', () => request.socket.destroy());
  }
  const sent: Served = fault ? faulty(fault) : served;
  const replayed = sent.replayed ? { 'idempotent-replayed': 'true' } : {};
  response.writeHead(sent.status, {
    'content-type': 'application/json',
    'request-id': requestId,
    ...replayed,
  });
  return response.end(sent.body);
}

const isGet = (call: string) => call.startsWith('GET');

/** Checks what Stripe checks of every call, and then does it. */
async function serve(
  standIn: StandIn,
  { headers }: IncomingMessage,
  call: string,
  text: string,
): Promise<Served> {
  const refuse = (status: number, message: string) =>
    problem(status, { type: 'invalid_request_error', message });
  const key = /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1] ?? '';
  const account = standIn.accounts.get(key);
  if (!account) return refuse(401, 'Invalid API Key provided');
  if (headers['stripe-version'] === undefined) return refuse(400, 'the stand-in wants a version');
  const run = () => perform(account, call, new URLSearchParams(text));
  if (isGet(call)) return run();
  if (!headers['content-type']?.startsWith('application/x-www-form-urlencoded'))
    return refuse(400, 'bodies are form-encoded');
  const idempotencyKey = headers['idempotency-key'];
  if (typeof idempotencyKey !== 'string') return refuse(400, 'the stand-in wants an Idempotency-Key');
  return once(standIn, `${key} ${idempotencyKey}`, `${call} ${text}`, run);
}

// As Stripe does: the first answer is kept, also a refusal; other parameters and twins are refused.
async function once({ kept }: StandIn, key: string, params: string, run: () => Promise<Served>) {
  const known = kept.get(key);
  if (known && known.params !== params)
    return problem(400, { type: 'idempotency_error', message: 'Keys for idempotent requests …' });
  if (known?.answer) return { ...known.answer, replayed: true };
  if (known) return problem(409, { type: 'idempotency_error', code: 'idempotency_key_in_use' });
  const mine: Kept = { params };
  kept.set(key, mine);
  mine.answer = await run();
  return mine.answer;
}

/** Stripe as far as it is used: accounts by secret key, intents, refunds, idempotency keys, faults, callbacks. */
export async function startStripe(t: Test) {
  const standIn: StandIn = { accounts: new Map(), kept: new Map(), calls: [], faults: [], held: [] };
  const { accounts, kept, calls, faults, held } = standIn;
  const server = createServer((request, response) => void answer(standIn, request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** Every call, such as `POST /v1/payment_intents`. */
    calls,
    addAccount(secretKey: string): StripeAccount {
      const account = createBooks();
      accounts.set(secretKey, account);
      return account;
    },
    /** Another key of the same account. */
    addKey: (secretKey: string, account: StripeAccount) => void accounts.set(secretKey, account),
    removeKey: (secretKey: string) => void accounts.delete(secretKey),
    fail: (fault: Fault) => void faults.push(fault),
    /** A day later: keys are forgotten, intents and refunds are not. */
    forgetKeys: () => kept.clear(),
    /** Holds the next call that fits until `release`; `arrived` tells that it came. */
    hold(on: string) {
      const [arrived, arrive] = signal();
      const [wait, release] = signal();
      held.push({ on, arrived: arrive, wait });
      return { arrived, release };
    },
  };
}

/** A promise and what keeps it. */
function signal(): [Promise<void>, () => void] {
  let keep = () => {};
  return [new Promise<void>((resolve) => (keep = resolve)), () => keep()];
}

export type StripeStandIn = Awaited<ReturnType<typeof startStripe>>;

async function perform(account: StripeAccount, call: string, params: URLSearchParams): Promise<Served> {
  // Twins must be able to meet.
  await new Promise((resolve) => setImmediate(resolve));
  try {
    return { status: 200, body: JSON.stringify(account.perform(call, params)) };
  } catch (error) {
    if (error instanceof StripeRefusal) return problem(error.status, error.error);
    throw error;
  }
}

const problem = (status: number, error: object): Served => ({ status, body: JSON.stringify({ error }) });

function faulty({ answer }: Fault) {
  if (answer === '429') return problem(429, { type: 'invalid_request_error', code: 'rate_limit' });
  if (answer === '401') return problem(401, { type: 'invalid_request_error', message: 'Invalid API Key' });
  return problem(500, { type: 'api_error', message: 'Something went wrong on Stripe’s end.' });
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

/** A signature as Stripe writes it, made here and not by its package. */
export function signStripe(payload: string, secret: string, at: Date = new Date()): string {
  const time = Math.floor(at.getTime() / 1000);
  const v1 = createHmac('sha256', secret).update(`${time}.${payload}`).digest('hex');
  return `t=${time},v1=${v1}`;
}
