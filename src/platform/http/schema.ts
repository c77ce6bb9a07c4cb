import {
  type ObjectOptions,
  type Static,
  type TObject,
  type TProperties,
  type TSchema,
  Type,
} from '@sinclair/typebox';
import { MAX_AMOUNT } from '../money.ts';

/** Schemas by `$id`: the same object validates, serialises and becomes a component of the OpenAPI document. */
const components = new Map<string, TSchema>();

/** Every component that was defined, for `app.addSchema`. */
export const allComponents = (): readonly TSchema[] => [...components.values()];

function register<T extends TSchema>(schema: T): T {
  const { $id } = schema;
  if (!$id || components.has($id))
    throw new Error(`component ${$id ?? '(no name)'} has no name or is defined twice`);
  components.set($id, schema);
  return schema;
}

/** A named object. Closed: an unknown field in a body is refused. */
export const model = <T extends TProperties>(
  $id: string,
  description: string,
  properties: T,
  options: ObjectOptions = {},
) => register(Type.Object(properties, { additionalProperties: false, ...options, $id, description }));

/** Marks what has a default as not required: validation fills it in, so the code always finds it. */
export function requireWithoutDefaults<T extends TSchema>(schema: T): T {
  const { required, properties, ...rest } = schema as unknown as {
    required?: string[];
    properties: Record<string, TSchema>;
  };
  const kept = required?.filter((name) => properties[name]?.['default'] === undefined) ?? [];
  return { ...rest, properties, ...(kept.length > 0 ? { required: kept } : {}) } as unknown as T;
}

/** A named request body. */
export const inputModel = <T extends TProperties>(
  $id: string,
  description: string,
  properties: T,
): TObject<T> =>
  register(
    requireWithoutDefaults(Type.Object(properties, { $id, description, additionalProperties: false })),
  );

/** A named schema that is no object, such as an amount. */
export const scalar = <T>($id: string, schema: Record<string, unknown>) =>
  register(Type.Unsafe<T>({ ...schema, $id }));

/** A named list of strings: an enum in every generated client. */
export const enumeration = <const T extends readonly string[]>($id: string, description: string, values: T) =>
  scalar<T[number]>($id, { type: 'string', enum: [...values], description });

/** A reference to a component. */
export const ref = <T extends TSchema>(schema: T, options: { description?: string } = {}) =>
  Type.Unsafe<Static<T>>({ $ref: `${schema.$id ?? ''}#`, ...options });

/** A reference that may be null. */
export const nullableRef = <T extends TSchema>(schema: T, description: string) =>
  Type.Unsafe<Static<T> | null>({ anyOf: [{ $ref: `${schema.$id ?? ''}#` }, { type: 'null' }], description });

/** One page of a resource. */
export const pageOf = <T extends TObject>($id: string, item: T) =>
  model($id, `A page of ${item.$id ?? ''} resources.`, {
    data: Type.Array(ref(item), { description: 'The resources of this page.' }),
    nextCursor: nullableText('Pass it as `cursor` for the next page; null on the last.'),
  });

export const PositiveAmount = scalar<number>('PositiveAmount', {
  type: 'integer',
  minimum: 0,
  maximum: Number(MAX_AMOUNT),
  description: 'Money in minor units (cents, fen), zero or more.',
});
/** A named map from keys of the caller's own to texts. In a merge patch a value may be null, which removes its key. */
export const mapOf = <T extends string | null>(
  $id: string,
  description: string,
  value: { readonly type: unknown; readonly minLength?: number; readonly maxLength: number },
  maxProperties: number,
) =>
  scalar<Record<string, T>>($id, {
    type: 'object',
    description,
    maxProperties,
    propertyNames: { type: 'string', minLength: 1, maxLength: 40 },
    additionalProperties: value,
  });

export const Metadata = mapOf<string>(
  'Metadata',
  'Up to 50 keys and values of your own. Stored and returned, never interpreted.',
  { type: 'string', maxLength: 500 },
  50,
);
export const MetadataUpdate = mapOf<string | null>(
  'MetadataUpdate',
  'Changes to metadata; null removes a key.',
  { type: ['string', 'null'], maxLength: 500 },
  50,
);

export const uuid = (description: string) => Type.String({ format: 'uuid', description });
export const text = (description: string, maxLength: number, minLength = 1) =>
  Type.String({ description, minLength, maxLength });
export const instantText = (description: string) => Type.String({ format: 'date-time', description });
export const nullableText = (description: string, options: Record<string, unknown> = {}) =>
  Type.Unsafe<string | null>({ type: ['string', 'null'], description, ...options });
const COUNTRY = { pattern: '^[A-Z]{2}$', format: 'country-code' };
/** ISO 3166-1 alpha-2, as far as the code is assigned. */
export const countryCode = (description = 'ISO 3166-1 alpha-2.') => Type.String({ ...COUNTRY, description });
export const nullableCountryCode = (description = 'ISO 3166-1 alpha-2.') =>
  nullableText(description, COUNTRY);
export const nullableInstant = (description: string) => nullableText(description, { format: 'date-time' });
export const nullableUuid = (description: string) => nullableText(description, { format: 'uuid' });
export const versionNumber = () =>
  Type.Integer({
    minimum: 1,
    description: 'Rises with every change; the ETag of the resource and the value for If-Match.',
  });
export const externalId = () =>
  nullableText('The id of this resource in your own system; unique in the shop.', {
    minLength: 1,
    maxLength: 200,
  });

export const BulkMode = enumeration(
  'BulkMode',
  '`atomic`: all items or none. `perItem`: every item that can be written is written.',
  ['atomic', 'perItem'],
);

const RequestPart = enumeration('RequestPart', 'The part of the request.', [
  'body',
  'query',
  'path',
  'header',
]);

const Violation = model('Violation', 'One thing that is wrong with the request.', {
  in: ref(RequestPart),
  pointer: Type.String({ description: 'JSON pointer (RFC 6901) into that part.' }),
  code: Type.String({ description: 'A stable code.' }),
  detail: Type.String({ description: 'What is wrong, in words.' }),
});

/** RFC 9457. The document adds what refusals declare, such as `currentVersion`; open, because there will be more of them. */
export const ProblemDetails = register(
  Type.Object(
    {
      type: Type.String({ format: 'uri-reference', description: 'A link to the description of the code.' }),
      title: Type.String({ description: 'The kind of problem in words.' }),
      status: Type.Integer({ description: 'The HTTP status.' }),
      detail: Type.String({ description: 'What happened in this case.' }),
      code: Type.String({ description: 'The stable code; programs decide by it.' }),
      requestId: Type.String({ description: 'The id of the request, also in the X-Request-Id header.' }),
      errors: Type.Array(ref(Violation), { description: 'Every violation that was found.' }),
    },
    {
      $id: 'Problem',
      description: 'An error as application/problem+json (RFC 9457).',
      additionalProperties: true,
    },
  ),
);

/** Minor units as they go out. Exact: the API's amounts stay far below 2^53. */
export const toWire = (amount: bigint): number => Number(amount);
export const toWireOrNull = (amount: bigint | null): number | null =>
  amount === null ? null : Number(amount);
export const instantOrNull = (value: Date | null): string | null =>
  value === null ? null : value.toISOString();
