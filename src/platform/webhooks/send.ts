import type { LookupAddress, LookupOptions } from 'node:dns';
import { Resolver } from 'node:dns/promises';
import http from 'node:http';
import https from 'node:https';
import type { LookupFunction } from 'node:net';
import { callbackify } from 'node:util';
import { hostOf, isLiteral, isPublicAddress } from './addresses.ts';

const DEADLINE_MS = 15_000;
const ANSWER_BYTES = 65_536;
const EXCERPT_CHARACTERS = 1_000;

/** Why an attempt got no answer. */
export const SEND_FAULTS = [
  'address_refused',
  'name_not_resolved',
  'connection_refused',
  'connection_lost',
  'tls_failed',
  'timed_out',
  'answer_unreadable',
  'secret_unreadable',
] as const;

type SendFault = (typeof SEND_FAULTS)[number];

/** What an endpoint answered, or why there is no answer. */
export interface Outcome {
  readonly statusCode: number | null;
  readonly errorCode: SendFault | null;
  readonly excerpt: string | null;
  readonly retryAfter: string | undefined;
}

/** The outcome of an attempt that got no answer. */
export const withoutAnswer = (errorCode: SendFault): Outcome => ({
  statusCode: null,
  errorCode,
  excerpt: null,
  retryAfter: undefined,
});

/** Every IP address of a name. */
export type ResolveName = (name: string) => Promise<readonly string[]>;

/** How webhooks leave the process. */
export interface Sender {
  readonly resolve: ResolveName;
  readonly isAllowed: (address: string) => boolean;
  readonly deadlineMs: number;
}

/** The sender of this process. Names are asked of DNS directly: what the machine calls itself is none of a shop's business. */
export const createSender = ({ webhookPrivateAddresses: allowsPrivate }: SenderConfig): Sender => ({
  resolve: allowsPrivate ? resolveAlsoLocal : resolveByDns,
  isAllowed: (address) => allowsPrivate || isPublicAddress(address),
  deadlineMs: DEADLINE_MS,
});

interface SenderConfig {
  readonly webhookPrivateAddresses: boolean;
}

// Not dns.lookup: it waits in one of the four threads that files and ciphers need too, and four dead names would fill them.
async function resolveByDns(name: string): Promise<string[]> {
  const resolver = new Resolver({ timeout: 3_000, tries: 2 });
  const found = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)]);
  return found.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
}

const resolveAlsoLocal: ResolveName = async (name) =>
  name === 'localhost' ? ['127.0.0.1'] : resolveByDns(name);

class SendError extends Error {
  readonly fault: SendFault;
  constructor(fault: SendFault) {
    super(fault);
    this.fault = fault;
  }
}

/**
 * Sends one POST and waits for the end of the answer, all within the deadline. Redirects are not followed: where they lead
 * was checked by nobody. Never throws.
 */
export async function sendWebhook(
  sender: Sender,
  target: string,
  headers: Record<string, string>,
  body: string,
): Promise<Outcome> {
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), sender.deadlineMs);
  try {
    const url = new URL(target);
    // A literal address is connected to without being looked up.
    if (isLiteral(hostOf(url)) && !sender.isAllowed(hostOf(url))) throw new SendError('address_refused');
    return await post(sender, url, headers, body, deadline.signal);
  } catch (error) {
    return withoutAnswer(deadline.signal.aborted ? 'timed_out' : faultOf(error));
  } finally {
    clearTimeout(timer);
  }
}

function post(
  sender: Sender,
  url: URL,
  headers: Record<string, string>,
  body: string,
  signal: AbortSignal,
): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const { request } = url.protocol === 'https:' ? https : http;
    const sent = request(url, {
      method: 'POST',
      headers: { ...headers, 'content-length': Buffer.byteLength(body) },
      // A connection of its own: one that was kept would still lead to the address that the name had then.
      agent: false,
      ...ALL_ADDRESSES,
      lookup: checkedLookup(sender),
      signal,
    });
    sent.on('error', reject);
    // Also after an answer that switches protocols, which ends the connection without an error.
    sent.on('close', () => reject(new SendError('connection_lost')));
    sent.on('response', (response) => {
      readAnswer(response).then(resolve, reject);
    });
    sent.end(body);
  });
}

async function readAnswer(response: http.IncomingMessage): Promise<Outcome> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    // The status is known and says enough; leaving the loop ends the connection.
    if (size >= ANSWER_BYTES) break;
  }
  const text = Buffer.concat(chunks).subarray(0, ANSWER_BYTES).toString('utf8').replaceAll('\u0000', '');
  return {
    statusCode: response.statusCode ?? null,
    errorCode: null,
    // Not half of a character: Postgres would refuse it.
    excerpt: text.slice(0, EXCERPT_CHARACTERS).replace(/[\ud800-\udbff]$/, ''),
    retryAfter: response.headers['retry-after'],
  };
}

// The socket asks for all addresses of a name and tries one after the other. Known to sockets, not to the type of requests.
const ALL_ADDRESSES = { autoSelectFamily: true };

/**
 * What the socket asks instead of the system: the addresses given back are those that were checked, so that a name cannot
 * point elsewhere between the check and the connection. One bad address among several refuses them all.
 */
const checkedLookup = ({ resolve, isAllowed }: Sender): LookupFunction =>
  callbackify(async (name: string, _options: LookupOptions): Promise<LookupAddress[]> => {
    const addresses = await resolve(name).catch(() => []);
    if (addresses.length === 0) throw new SendError('name_not_resolved');
    if (!addresses.every(isAllowed)) throw new SendError('address_refused');
    return addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
  }) as LookupFunction;

const CONNECT_CODES = /^(ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL|EACCES|ETIMEDOUT)$/;
const TLS_CODES =
  /^(EPROTO|ERR_(TLS|SSL)_\w+|CERT_\w+|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_\w+|UNABLE_TO_\w+|HOSTNAME_MISMATCH)$/;

function faultOf(error: unknown): SendFault {
  // Several addresses were tried: each has its error.
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error;
  if (first instanceof SendError) return first.fault;
  const code = (first as { code?: string }).code ?? '';
  if (CONNECT_CODES.test(code)) return 'connection_refused';
  if (TLS_CODES.test(code)) return 'tls_failed';
  return code.startsWith('HPE_') ? 'answer_unreadable' : 'connection_lost';
}
