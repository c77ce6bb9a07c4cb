import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import t from 'tap';
import {
  type Decision,
  decideMayContact,
  decisionsToRecord,
  mergeDecisions,
} from '../../../src/modules/customers/consent-rules.ts';
import {
  findMergeFault,
  mergeAddresses,
  mergeContactPoints,
  mergeFields,
} from '../../../src/modules/customers/merge-rules.ts';
import {
  averageAmount,
  categoriesOf,
  keptAmount,
  NO_PURCHASES,
} from '../../../src/modules/customers/purchase-rules.ts';
import {
  type AddressEntry,
  changedFields,
  type ContactEntry,
  type CustomerFields,
  fieldsOfNew,
  findCustomerFault,
} from '../../../src/modules/customers/rules.ts';
import {
  CONSENT_CHANNELS,
  CONSENT_DECISIONS,
  CONSENT_PURPOSES,
  CONTACT_KINDS,
} from '../../../src/modules/customers/tables.ts';

const numRuns = Number(process.env['PROPERTY_RUNS'] ?? 500);
const check = <T extends [unknown, ...unknown[]]>(...args: Parameters<typeof fc.property<T>>) =>
  fc.assert(fc.property(...args), { numRuns });

const pairOf = ({ purpose, channel }: Decision) => `${purpose}/${channel}`;
const decision: fc.Arbitrary<Decision> = fc.record({
  purpose: fc.constantFrom(...CONSENT_PURPOSES),
  channel: fc.constantFrom(...CONSENT_CHANNELS),
  decision: fc.constantFrom(...CONSENT_DECISIONS),
});
const inForce = fc.uniqueArray(decision, { selector: pairOf, maxLength: 15 });
const asMap = (decisions: readonly Decision[]) =>
  Object.fromEntries(decisions.map((one) => [pairOf(one), one.decision]));

t.test('merged consents', async () => {
  check(inForce, inForce, (a, b) => {
    const merged = asMap(mergeDecisions(a, b));
    const [ofA, ofB] = [asMap(a), asMap(b)];
    for (const pair of new Set([...Object.keys(ofA), ...Object.keys(ofB)])) {
      const refused = ofA[pair] === 'refused' || ofB[pair] === 'refused';
      if (merged[pair] !== (refused ? 'refused' : 'granted')) return false;
    }
    return Object.keys(merged).every((pair) => pair in ofA || pair in ofB);
  });
  check(inForce, inForce, (a, b) => {
    const [one, other] = [mergeDecisions(a, b), mergeDecisions(b, a)].map(asMap);
    return isDeepStrictEqual(one, other);
  });
  check(inForce, inForce, inForce, (a, b, c) => {
    const left = asMap(mergeDecisions(mergeDecisions(a, b), c));
    const right = asMap(mergeDecisions(a, mergeDecisions(b, c)));
    return Object.entries(left).every(([pair, value]) => right[pair] === value);
  });
});

t.test('what is recorded puts the wanted decisions in force, and nothing more', async () => {
  check(inForce, inForce, (wanted, now) => {
    const recorded = decisionsToRecord(wanted, now);
    const after = { ...asMap(now), ...asMap(recorded) };
    const needless = recorded.some((one) => asMap(now)[pairOf(one)] === one.decision);
    return !needless && wanted.every((one) => after[pairOf(one)] === one.decision);
  });
});

t.test('who may be contacted', async (t) => {
  for (const purpose of CONSENT_PURPOSES) {
    t.equal(decideMayContact(purpose, 'refused'), false, `${purpose} never after a refusal`);
    t.equal(decideMayContact(purpose, 'granted'), true);
    t.equal(decideMayContact(purpose, undefined), purpose === 'service');
  }
});

const contact: fc.Arbitrary<ContactEntry> = fc.record({
  kind: fc.constantFrom(...CONTACT_KINDS),
  value: fc.constantFrom('a@x.example', 'b@x.example', 'c@x.example', 'd@x.example'),
  label: fc.constantFrom(null, 'home'),
  isPrimary: fc.boolean(),
});
/** As a customer may have them: none twice, one primary of a kind. */
const contacts = fc
  .uniqueArray(contact, { selector: ({ kind, value }) => `${kind}/${value}`, maxLength: 12 })
  .map((entries) =>
    entries.map((entry, i) => ({
      ...entry,
      isPrimary:
        entry.isPrimary && !entries.slice(0, i).some((one) => one.isPrimary && one.kind === entry.kind),
    })),
  );
const addresses: fc.Arbitrary<AddressEntry[]> = fc
  .uniqueArray(fc.integer({ min: 1, max: 8 }), { maxLength: 6 })
  .chain((numbers) =>
    fc.integer({ min: -1, max: 5 }).map((main) =>
      numbers.map((number, i) => ({
        address: { name: 'M', line1: `${number}`, city: 'B', country: 'DE' },
        isDefault: i === main,
      })),
    ),
  );
const map = fc.dictionary(fc.constantFrom('a', 'b', '__proto__', 'd'), fc.string({ maxLength: 3 }), {
  noNullPrototype: true,
});
const maybe = (value: string) => fc.constantFrom(null, value, `other ${value}`);
const fields: fc.Arbitrary<CustomerFields> = fc.record(
  {
    externalId: maybe('id'),
    name: fc.constantFrom('Maria', 'Ana'),
    company: maybe('company'),
    locale: maybe('de'),
    country: maybe('DE'),
    preferences: map,
    staffNote: maybe('note'),
    metadata: map,
    contactPoints: contacts,
    addresses,
  },
  { noNullPrototype: true },
);

t.test('a merged customer is one that may be, and loses nothing', async () => {
  check(fields, fields, (a, b) => {
    const merged = mergeFields(a, b);
    if (findCustomerFault(merged)) return false;
    const has = (entry: ContactEntry) =>
      merged.contactPoints.some(({ kind, value }) => kind === entry.kind && value === entry.value);
    const receives = ({ address }: AddressEntry) =>
      merged.addresses.some((one) => one.address.line1 === address.line1);
    return (
      [...a.contactPoints, ...b.contactPoints].every(has) &&
      [...a.addresses, ...b.addresses].every(receives) &&
      a.contactPoints.every(
        ({ value, kind, isPrimary }) =>
          !isPrimary ||
          merged.contactPoints.some((one) => one.value === value && one.kind === kind && one.isPrimary),
      ) &&
      [...Object.keys(a.metadata), ...Object.keys(b.metadata)].every((key) =>
        Object.hasOwn(merged.metadata, key),
      ) &&
      Object.entries(a.preferences).every(
        ([key, value]) => merged.preferences[key] === value || key === '__proto__',
      )
    );
  });
  // Merged with an equal one it stays what it is, and the same duplicate again adds nothing.
  check(fields, (a) => isDeepStrictEqual(mergeFields(a, a), a));
  check(contacts, contacts, (a, b) => {
    const once = mergeContactPoints(a, b);
    return isDeepStrictEqual(mergeContactPoints(once, b), once);
  });
  check(addresses, addresses, (a, b) => {
    const once = mergeAddresses(a, b);
    return isDeepStrictEqual(mergeAddresses(once, b), once);
  });
});

t.test('what does not fit is refused, not dropped', async (t) => {
  const many = (count: number): CustomerFields => ({
    ...fieldsOfNew({ name: 'M' }),
    contactPoints: Array.from({ length: count }, (_, i) => ({
      kind: 'other',
      value: `${i}`,
      label: null,
      isPrimary: false,
    })),
  });
  t.equal(findMergeFault(many(20)), undefined);
  t.match(findMergeFault(many(21)), { definition: { code: 'merge_exceeds_limits' } });
  t.match(findMergeFault({ ...many(0), staffNote: 'x'.repeat(10_001) }), { detail: /10001 characters/ });
});

t.test('changed fields', async () => {
  check(fields, fields, (a, b) => {
    const changed = new Set(changedFields(a, b));
    const mixed = Object.fromEntries(
      Object.entries(a).map(([name, value]) => [
        name,
        changed.has(name as keyof CustomerFields) ? b[name as keyof CustomerFields] : value,
      ]),
    ) as unknown as CustomerFields;
    return changedFields(mixed, b).length === 0 && changedFields(a, a).length === 0;
  });
});

const amount = fc.integer({ min: 0, max: 999_999_999_999_999 });

t.test('what is kept of an order', async (t) => {
  check(amount, amount, amount, (totalAmount, paidAmount, refundedAmount) => {
    const kept = keptAmount({ totalAmount, paidAmount, refundedAmount });
    return kept >= 0n && kept <= BigInt(totalAmount) && (paidAmount >= refundedAmount || kept === 0n);
  });
  t.equal(keptAmount({ totalAmount: 1000, paidAmount: 1500, refundedAmount: 0 }), 1000n);
  t.equal(keptAmount({ totalAmount: 1000, paidAmount: 1500, refundedAmount: 500 }), 1000n);
  t.equal(keptAmount({ totalAmount: 1000, paidAmount: 1000, refundedAmount: 300 }), 700n);
});

t.test('categories and averages', async (t) => {
  const line = fc.record({
    category: fc.constantFrom(null, 'tea', 'coffee', '__proto__'),
    netAmount: fc.integer({ min: 0, max: 1_000_000 }),
  });
  check(fc.array(line), (lines) => {
    const sums = Object.values(categoriesOf(lines)).reduce((sum, net) => sum + net, 0);
    return (
      sums === lines.reduce((sum, { category, netAmount }) => sum + (category === null ? 0 : netAmount), 0)
    );
  });
  t.equal(averageAmount(NO_PURCHASES), null);
  t.equal(averageAmount({ ...NO_PURCHASES, purchaseCount: 3, totalAmount: 1000n }), 333n);
  t.equal(averageAmount({ ...NO_PURCHASES, purchaseCount: 2, totalAmount: 5n }), 3n);
});
