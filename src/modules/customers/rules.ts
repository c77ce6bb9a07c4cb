import { isDeepStrictEqual } from 'node:util';
import { type Problem, platformErrors } from '../../platform/errors.ts';
import { mergeMap } from '../catalogue/rules.ts';
import { customersErrors } from './errors.ts';
import type { Figures } from './purchase-rules.ts';
import type { Address, ContactPoint, Customer } from './tables.ts';

export const MAX_CONTACT_POINTS = 20;
export const MAX_ADDRESSES = 20;
export const MAX_MAP_KEYS = 50;
export const MAX_NOTE_LENGTH = 10_000;

export type ContactEntry = Pick<ContactPoint, 'kind' | 'value' | 'label' | 'isPrimary'>;
export interface AddressEntry {
  readonly address: Address;
  readonly isDefault: boolean;
}

/** A customer with what belongs to it. */
export interface CustomerWhole {
  readonly customer: Customer;
  readonly contactPoints: readonly ContactEntry[];
  readonly addresses: readonly AddressEntry[];
}

/** A customer with the figures of what they bought. */
export interface CustomerView extends CustomerWhole {
  readonly figures: Figures;
}

/** What a caller decides about a customer. */
export type CustomerFields = Pick<
  Customer,
  'externalId' | 'name' | 'company' | 'locale' | 'country' | 'preferences' | 'staffNote' | 'metadata'
> &
  Pick<CustomerWhole, 'contactPoints' | 'addresses'>;
export type CustomerInput = Partial<CustomerFields>;
export type NewCustomerInput = CustomerInput & Pick<CustomerFields, 'name'>;
type MapPatch = Readonly<Record<string, string | null>>;
/** A JSON merge patch of a customer; lists are replaced whole. */
export type CustomerChanges = Omit<CustomerInput, 'preferences' | 'metadata'> & {
  readonly preferences?: MapPatch;
  readonly metadata?: MapPatch;
};

const UNSET: Omit<CustomerFields, 'name'> = {
  externalId: null,
  company: null,
  locale: null,
  country: null,
  preferences: {},
  staffNote: null,
  metadata: {},
  contactPoints: [],
  addresses: [],
};
const FIELD_NAMES = ['name', ...Object.keys(UNSET)] as (keyof CustomerFields)[];

/** What a row and the lists beside it say about a customer. */
export const fieldsOf = ({ customer, contactPoints, addresses }: CustomerWhole): CustomerFields => ({
  externalId: customer.externalId,
  name: customer.name,
  company: customer.company,
  locale: customer.locale,
  country: customer.country,
  preferences: customer.preferences,
  staffNote: customer.staffNote,
  metadata: customer.metadata,
  contactPoints,
  addresses,
});

/** The fields of a new customer: what the input leaves out is empty. */
export const fieldsOfNew = (input: NewCustomerInput): CustomerFields => ({ ...UNSET, ...input });

/** The fields after a change: what the input names is replaced whole, the rest stays. */
export const fieldsAfter = (current: CustomerWhole, input: CustomerInput): CustomerFields => ({
  ...fieldsOf(current),
  ...input,
});

/** A merge patch as the input that it amounts to for one customer. */
export const inputOf = (
  current: Customer,
  { preferences, metadata, ...rest }: CustomerChanges,
): CustomerInput => ({
  ...rest,
  ...(preferences && { preferences: mergeMap(current.preferences, preferences) }),
  ...(metadata && { metadata: mergeMap(current.metadata, metadata) }),
});

/** The names of the fields in which two versions of a customer differ. */
export const changedFields = (before: CustomerFields, after: CustomerFields): (keyof CustomerFields)[] =>
  FIELD_NAMES.filter((name) => !isDeepStrictEqual(before[name], after[name]));

interface Fault {
  readonly make: typeof platformErrors.validation_failed;
  readonly pointer: string;
  readonly code: string;
  readonly detail: string;
}

/** Everything that is wrong with a customer beyond what its schema says. The first fault gives the code. */
export function findCustomerFault(fields: CustomerFields): Problem | undefined {
  const faults = [
    ...findPrimaryFaults(fields.contactPoints),
    ...findDefaultFaults(fields.addresses),
    ...findContactFaults(fields.contactPoints),
    ...findMapFaults(fields),
  ];
  const [first] = faults;
  const violations = faults.map(({ pointer, code, detail }) => ({
    in: 'body' as const,
    pointer,
    code,
    detail,
  }));
  return first?.make(undefined, { violations });
}

function findPrimaryFaults(contactPoints: readonly ContactEntry[]): Fault[] {
  const make = customersErrors.primary_not_unique;
  return contactPoints.flatMap(({ kind, isPrimary }, i) => {
    const first = contactPoints.findIndex((other) => other.isPrimary && other.kind === kind);
    if (!isPrimary || first === i) return [];
    const detail = `another contact point of the kind ${kind} is primary already`;
    return [{ make, pointer: `/contactPoints/${i}/isPrimary`, code: make.code, detail }];
  });
}

function findDefaultFaults(addresses: readonly AddressEntry[]): Fault[] {
  const make = customersErrors.primary_not_unique;
  const first = addresses.findIndex(({ isDefault }) => isDefault);
  return addresses.flatMap(({ isDefault }, i) =>
    !isDefault || first === i
      ? []
      : [
          {
            make,
            pointer: `/addresses/${i}/isDefault`,
            code: make.code,
            detail: 'another address is the default already',
          },
        ],
  );
}

// Only a mail server knows whether an address works; this refuses what no mail server takes.
const EMAIL = /^[^\s@]+@[^\s@]+$/;

function findContactFaults(contactPoints: readonly ContactEntry[]): Fault[] {
  const make = platformErrors.validation_failed;
  return contactPoints.flatMap((entry, i) => {
    const isRepeated = contactPoints.findIndex((other) => isSameContact(other, entry)) < i;
    const detail = 'is an earlier contact point of the same request';
    const repeated = isRepeated
      ? [{ make, pointer: `/contactPoints/${i}/value`, code: 'duplicate', detail }]
      : [];
    if (entry.kind !== 'email' || EMAIL.test(entry.value)) return repeated;
    const fault = {
      make,
      pointer: `/contactPoints/${i}/value`,
      code: 'wrong_format',
      detail: 'is not an e-mail address',
    };
    return [...repeated, fault];
  });
}

/** The same way to reach somebody, whatever else is said about it. */
export const isSameContact = (a: ContactEntry, b: ContactEntry): boolean =>
  a.kind === b.kind && a.value === b.value;

// A merge patch can add keys to those that are there, which its schema cannot count.
function findMapFaults({ preferences, metadata }: CustomerFields): Fault[] {
  const make = platformErrors.validation_failed;
  const detail = `must not have more than ${MAX_MAP_KEYS} keys`;
  return Object.entries({ preferences, metadata }).flatMap(([name, map]) =>
    Object.keys(map).length > MAX_MAP_KEYS ? [{ make, pointer: `/${name}`, code: 'too_many', detail }] : [],
  );
}

/** Why nothing may be done with a customer any more, if so. `pointer` is where the request names it. */
export function findStandingFault(
  customer: Pick<Customer, 'mergedIntoId' | 'erasedAt'>,
  pointer?: string,
): Problem | undefined {
  const where = pointer === undefined ? {} : { pointer };
  if (customer.mergedIntoId !== null) {
    return customersErrors.customer_merged(undefined, {
      ...where,
      extra: { mergedIntoId: customer.mergedIntoId },
    });
  }
  return customer.erasedAt === null ? undefined : customersErrors.customer_erased(undefined, where);
}
