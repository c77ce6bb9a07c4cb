import { createHash, createHmac } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
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
  answer?: { status: number; body: string };
}

interface Held {
  readonly on: string;
  readonly arrived: () => void;
  readonly wait: Promise<void>;
}

/** Stripe as far as it is used: accounts by secret key, intents, refunds, idempotency keys, faults, callbacks. */
export async function startStripe(t: Test) {
  const accounts = new Map<string, StripeAccount>();
  const kept = new Map<string, Kept>();
  const calls: string[] = [];
  const faults: Fault[] = [];
  const held: Held[] = [];

  const server = createServer((request, response) => {
    void readBody(request).then(async (body) => {
      const method = request.method ?? '';
      const url = new URL(request.url ?? '/', 'http://stand-in');
      const call = `${method} ${url.pathname}`;
      calls.push(call);
      const index = faults.findIndex(({ on }) => call.includes(on));
      const [fault] = index < 0 ? [] : faults.splice(index, 1);
      const holding = held.findIndex(({ on }) => call.includes(on));
      if (holding >= 0) {
        const [hold] = held.splice(holding, 1);
        hold?.arrived();
        await hold?.wait;
      }
      const answer =
        fault && !fault.after ? faulty(fault) : await serve(request, call, url.searchParams, body);
      if (fault?.answer === 'none') {
        // Cut in the middle of the answer: a connection that is closed before it would be used again by the client at once.
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': '999' });
        return response.write('{', () => request.socket.destroy());
      }
      const sent = fault ? faulty(fault) : answer;
      response.writeHead(sent.status, {
        'content-type': 'application/json',
        'request-id': `req_${calls.length}`,
        ...('replayed' in sent ? { 'idempotent-replayed': 'true' } : {}),
      });
      return response.end(sent.body);
    });
  });

  async function serve(request: IncomingMessage, call: string, query: URLSearchParams, body: string) {
    const key = /^(?:Bearer|Basic) (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
    const account = accounts.get(key);
    if (!account) return problem(401, { type: 'invalid_request_error', message: 'Invalid API Key provided' });
    if (request.headers['stripe-version'] === undefined)
      return problem(400, { type: 'invalid_request_error', message: 'no version' });
    const isPost = call.startsWith('POST');
    if (isPost && !request.headers['content-type']?.startsWith('application/x-www-form-urlencoded'))
      return problem(400, { type: 'invalid_request_error', message: 'bodies are form-encoded' });
    const params = isPost ? new URLSearchParams(body) : query;
    const idempotencyKey = request.headers['idempotency-key'];
    if (isPost && typeof idempotencyKey !== 'string' && !call.endsWith('/cancel'))
      return problem(400, {
        type: 'invalid_request_error',
        message: 'the stand-in wants an Idempotency-Key',
      });
    if (!isPost || typeof idempotencyKey !== 'string') return perform(account, call, params);
    return once(`${key} ${idempotencyKey}`, `${call} ${body}`, () => perform(account, call, params));
  }

  // As Stripe does: the first answer is kept, also a refusal, but for conflicts and what was not begun.
  async function once(key: string, params: string, run: () => Promise<{ status: number; body: string }>) {
    const known = kept.get(key);
    const print = createHash('sha256').update(params).digest('hex');
    if (known && known.params !== print)
      return problem(400, { type: 'idempotency_error', message: 'Keys for idempotent requests …' });
    if (known?.answer) return { ...known.answer, replayed: true };
    if (known) return problem(409, { type: 'idempotency_error', code: 'idempotency_key_in_use' });
    const mine: Kept = { params: print };
    kept.set(key, mine);
    const answer = await run();
    mine.answer = answer;
    return answer;
  }

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

async function perform(account: StripeAccount, call: string, params: URLSearchParams) {
  // Twins must be able to meet.
  await new Promise((resolve) => setImmediate(resolve));
  try {
    return { status: 200, body: JSON.stringify(account.perform(call, params)) };
  } catch (error) {
    if (error instanceof StripeRefusal) return problem(error.status, error.error);
    throw error;
  }
}

const problem = (status: number, error: object) => ({ status, body: JSON.stringify({ error }) });

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
