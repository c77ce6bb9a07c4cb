import { type Static, type TSchema, Type } from '@sinclair/typebox';

// One error catalogue: every refusal has a stable code, an HTTP status and a sentence that explains it.

/** What a refusal says beside the standard fields of a problem: name and schema. */
export type Members = Readonly<Record<string, TSchema>>;

export interface ErrorDefinition {
  readonly code: string;
  readonly status: number;
  readonly title: string;
  /** The document has them as optional properties of `Problem`. */
  readonly members: Members;
}

/** One thing that is wrong, at a JSON pointer into the named part of the request. */
export interface Violation {
  readonly in: 'body' | 'query' | 'path' | 'header';
  readonly pointer: string;
  readonly code: string;
  readonly detail: string;
}

/** Values of the members that were declared, and of no others. */
type Extra<M extends Members> = [M] extends [never]
  ? Readonly<Record<string, never>>
  : { readonly [Name in keyof M]?: Static<M[Name]> };

interface ProblemOptions<M extends Members = Members> {
  /** Where in the request body the cause stands, as a JSON pointer. */
  pointer?: string;
  violations?: readonly Violation[];
  /** Fields beside the standard ones, such as `currentVersion`: what the definition declares. */
  extra?: Extra<M>;
  headers?: Record<string, string>;
  cause?: unknown;
}

/** A refusal with a public message. What only the log may know goes into `cause`. */
export class Problem extends Error {
  readonly definition: ErrorDefinition;
  readonly detail: string;
  readonly violations: readonly Violation[];
  readonly extra: Record<string, unknown>;
  readonly headers: Record<string, string>;

  constructor(definition: ErrorDefinition, detail: string, options: ProblemOptions = {}) {
    super(`${definition.code}: ${detail}`, { cause: options.cause });
    this.definition = definition;
    this.detail = detail;
    this.violations =
      options.violations ??
      (options.pointer === undefined
        ? []
        : [{ in: 'body', pointer: options.pointer, code: definition.code, detail }]);
    this.extra = options.extra ?? {};
    this.headers = options.headers ?? {};
  }
}

/** Makes the refusal; `detail` says what is special about this case and defaults to the title. */
export type ErrorFactory<M extends Members = Members> = ErrorDefinition &
  ((detail?: string, options?: ProblemOptions<M>) => Problem);

type Definition = readonly [status: number, title: string, members?: Members];
type MembersOf<T extends Definition> = T extends readonly [number, string, infer M extends Members]
  ? M
  : never;

/** Defines a module's refusals: `{ code: [status, title, members] }`. The keys are the stable codes. */
export function defineErrors<const T extends Readonly<Record<string, Definition>>>(
  definitions: T,
): { readonly [Code in keyof T]: ErrorFactory<MembersOf<T[Code]>> } {
  const factories = Object.entries(definitions).map(([code, [status, title, members = {}]]) => {
    const definition: ErrorDefinition = { code, status, title, members };
    const make = (detail = title, options?: ProblemOptions) => new Problem(definition, detail, options);
    return [code, Object.assign(make, definition)] as const;
  });
  return Object.fromEntries(factories) as unknown as {
    readonly [Code in keyof T]: ErrorFactory<MembersOf<T[Code]>>;
  };
}

/** Refusals that any operation can give. */
export const platformErrors = defineErrors({
  malformed_request: [400, 'The request is not well-formed'],
  validation_failed: [400, 'The request does not fit the schema'],
  idempotency_key_missing: [400, 'This operation needs an Idempotency-Key header'],
  invalid_cursor: [400, 'The cursor does not belong to this list, filter and sort'],
  sort_not_available: [422, 'A list filtered by one time cannot be sorted by another'],
  unauthenticated: [401, 'The credential is missing, unknown, expired or revoked'],
  insufficient_scope: [403, 'The credential may not call this operation'],
  not_found: [404, 'There is no such resource'],
  method_not_allowed: [405, 'The resource does not take this method'],
  idempotency_key_in_use: [409, 'A request with this Idempotency-Key is still running'],
  version_conflict: [409, 'The resource changed at the same moment; read it again'],
  version_mismatch: [
    412,
    'The resource is not at the version that If-Match names',
    { currentVersion: Type.Integer({ description: 'The version that the resource is at.' }) },
  ],
  request_timeout: [408, 'The request did not arrive in time'],
  body_too_large: [413, 'The request body is too large'],
  uri_too_long: [414, 'The request target is too long'],
  unsupported_media_type: [415, 'The request body must be JSON'],
  idempotency_key_reused: [422, 'The Idempotency-Key was used for another request'],
  amount_too_large: [422, 'An amount is larger than the API can carry'],
  rate_limited: [429, 'There were too many requests; try again later'],
  too_many_headers: [431, 'The request headers are too large'],
  internal_error: [500, 'Something went wrong on our side'],
  overloaded: [503, 'The service cannot take the request now; try again later'],
});
