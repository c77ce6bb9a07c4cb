import type { Reader, Tx } from '../../platform/db/client.ts';
import { preparedSql } from '../../platform/db/prepared.ts';
import { recordsJson } from '../../platform/db/records.ts';
import type { AddressEntry, ContactEntry, CustomerWhole } from './rules.ts';
import { type Customer, contactPoints, customerAddresses } from './tables.ts';

// Both lists of any number of customers in one round trip, along the primary keys.
const selectParts = preparedSql<{ id: string; contact_points: ContactEntry[]; addresses: AddressEntry[] }>(
  'select_customer_parts',
  `select asked.id,
     (select coalesce(jsonb_agg(jsonb_build_object('kind', kind, 'value', value, 'label', label,
        'isPrimary', is_primary) order by position), '[]')
      from contact_points where shop_id = $1 and customer_id = asked.id) as contact_points,
     (select coalesce(jsonb_agg(jsonb_build_object('address', address, 'isDefault', is_default) order by position), '[]')
      from customer_addresses where shop_id = $1 and customer_id = asked.id) as addresses
   from unnest($2::uuid[]) as asked (id)`,
);

type Parts = Pick<CustomerWhole, 'contactPoints' | 'addresses'>;

/** Contact points and addresses of customers, by customer id. */
async function findParts(
  on: Reader,
  shopId: string,
  customerIds: readonly string[],
): Promise<ReadonlyMap<string, Parts>> {
  if (customerIds.length === 0) return new Map();
  const rows = await selectParts(on, [shopId, [...customerIds]]);
  return new Map(
    rows.map((row) => [row.id, { contactPoints: row.contact_points, addresses: row.addresses }]),
  );
}

/** Customers with what belongs to them, in the order of the rows. Rows that will be written must be locked before. */
export async function loadWholes(
  on: Reader,
  shopId: string,
  rows: readonly Customer[],
): Promise<CustomerWhole[]> {
  const parts = await findParts(
    on,
    shopId,
    rows.map(({ id }) => id),
  );
  return rows.map((customer) => ({
    customer,
    ...(parts.get(customer.id) ?? { contactPoints: [], addresses: [] }),
  }));
}

const deleteContactPoints = preparedSql(
  'delete_contact_points',
  'delete from contact_points where shop_id = $1 and customer_id = any($2::uuid[])',
);
const insertContactPoints = preparedSql(
  'insert_contact_points',
  'insert into contact_points select * from jsonb_populate_recordset(null::contact_points, $1)',
);
const deleteAddresses = preparedSql(
  'delete_customer_addresses',
  'delete from customer_addresses where shop_id = $1 and customer_id = any($2::uuid[])',
);
const insertAddresses = preparedSql(
  'insert_customer_addresses',
  'insert into customer_addresses select * from jsonb_populate_recordset(null::customer_addresses, $1)',
);

/** Replaces the contact points of customers whose rows are locked or new. */
export async function replaceContactPoints(
  tx: Tx,
  shopId: string,
  wholes: readonly CustomerWhole[],
): Promise<void> {
  if (wholes.length === 0) return;
  const rows = wholes.flatMap(({ customer, contactPoints: entries }) =>
    entries.map((entry, index) => ({ ...entry, shopId, customerId: customer.id, position: index + 1 })),
  );
  // One after the other on one connection: they share a round trip.
  await Promise.all([
    deleteContactPoints(tx, [shopId, wholes.map(({ customer }) => customer.id)]),
    ...(rows.length > 0 ? [insertContactPoints(tx, [recordsJson(contactPoints, rows)])] : []),
  ]);
}

/** Replaces the addresses of customers whose rows are locked or new. */
export async function replaceAddresses(
  tx: Tx,
  shopId: string,
  wholes: readonly CustomerWhole[],
): Promise<void> {
  if (wholes.length === 0) return;
  const rows = wholes.flatMap(({ customer, addresses }) =>
    addresses.map((entry, index) => ({ ...entry, shopId, customerId: customer.id, position: index + 1 })),
  );
  await Promise.all([
    deleteAddresses(tx, [shopId, wholes.map(({ customer }) => customer.id)]),
    ...(rows.length > 0 ? [insertAddresses(tx, [recordsJson(customerAddresses, rows)])] : []),
  ]);
}
