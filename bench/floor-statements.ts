// The writes and reads of the product, as few statements as can make them.

export const quote = `select id, name, category, price_amount, cost_amount, tax_rate_bps, status from products
  where shop_id = $1 and id = any($2::uuid[])`;

export const credential = `select k.*, s.* from api_keys k join shops s on s.id = k.shop_id
  where k.shop_id = $1 and k.id = $2`;

export const order = 'select * from orders where shop_id = $1 and id = $2';
export const lines = 'select * from order_lines where shop_id = $1 and order_id = $2 order by position';
export const list = 'select * from orders where shop_id = $1 order by placed_at desc, id desc limit 51';

const keepAnswer = (credentialId: number, key: number, hash: number, body: number) =>
  `insert into idempotency_keys (shop_id, credential_id, key, request_hash, status, headers, body, created_at)
   values ($1, $${credentialId}::uuid, $${key}, $${hash}, 201, '{}', $${body}, now())`;

export const place = `
  with locked as (
    select product_id from stock_items where shop_id = $1 and product_id = any($4::uuid[])
    order by product_id for no key update
  ), reserved as (
    update stock_items s set reserved = s.reserved + w.quantity, version = s.version + 1
    from locked join unnest($4::uuid[], $5::int[]) as w (product_id, quantity) on w.product_id = locked.product_id
    where s.shop_id = $1 and s.product_id = locked.product_id and s.on_hand - s.reserved >= w.quantity
  ), placed as (
    insert into orders (shop_id, id, number, channel, origin, terms, status, payment_state, fulfilment_state, currency,
      lines_amount, discount_amount, freight_amount, freight_tax_rate_bps, freight_tax_amount, tax_amount, total_amount,
      placed_at, reminder_due_at, lapse_due_at, updated_at)
    values ($1, $2, $3, 'web', 'placed', 'prepaid', 'pending', 'unpaid', 'unfulfilled', 'USD',
      5400, 0, 0, 0, 0, 0, 5400, now(), now() + interval '10 minutes', now() + interval '2 days', now())
  ), bought as (
    insert into order_lines (shop_id, id, order_id, position, product_id, product_name, quantity, list_unit_amount,
      discount_amount, net_amount, tax_rate_bps, tax_amount, placed_at)
    select $1, line.id, $2, line.position, line.product_id, 'Product', line.quantity, 1800, 0, 1800 * line.quantity, 0, 0,
      now() from unnest($4::uuid[], $5::int[], $6::uuid[]) with ordinality as line (product_id, quantity, id, position)
  ), noted as (
    insert into order_timeline (shop_id, order_id, id, kind, actor_kind, actor_id, is_public, details, occurred_at)
    values ($1, $2, $7, 'placed', 'api_key', $10::text, true, '{"totalAmount":5400}', now())
  ), told as (
    insert into outbox (shop_id, id, type, subject_type, subject_id, data, actor_kind, actor_id, occurred_at)
    values ($1, $8, 'order.placed', 'order', $2, $9::jsonb, 'api_key', $10::text, now())
  ), booked as (
    insert into ledger_transfers (shop_id, id, kind, reference, unit, effective_at, recorded_at)
    values ($1, $7, 'order_placed', 'order_placed:' || $2::text, 'USD', now(), now())
  ), legs as (
    insert into ledger_entries (shop_id, transfer_id, position, account, owner_id, amount)
    values ($1, $7, 1, 'receivable', $2, 5400), ($1, $7, 2, 'sales', null, -5400)
  )
  ${keepAnswer(10, 11, 12, 13)}`;

// $3 payment, $4 statement of the provider, $5-$7 timeline, $8-$9 events.
export const pay = `
  with paid as (
    update orders set paid_amount = total_amount, payment_state = 'paid', status = 'paid', paid_at = now(),
      reminder_due_at = null, lapse_due_at = null, version = version + 1, updated_at = now()
    where shop_id = $1 and id = $2 and status = 'pending'
  ), taken as (
    insert into payments (shop_id, id, subject_type, subject_id, attempt_number, provider, state, amount, currency, options,
      created_at, succeeded_at)
    values ($1, $3, 'order', $2, 1, 'manual', 'succeeded', 5400, 'USD', '{}', now(), now())
  ), said as (
    insert into payment_events (shop_id, id, payment_id, provider, provider_event_id, kind, received_at)
    values ($1, $4, $3, 'manual', $3::text, 'succeeded', now())
  ), noted as (
    insert into order_timeline (shop_id, order_id, id, kind, actor_kind, actor_id, is_public, details, occurred_at)
    select $1::uuid, $2::uuid, entry.id, entry.kind, 'api_key', $10::text, true, '{"amount":5400,"provider":"manual"}', now()
    from (values ($5::uuid, 'payment_started'), ($6, 'payment_succeeded'), ($7, 'paid')) as entry (id, kind)
  ), told as (
    insert into outbox (shop_id, id, type, subject_type, subject_id, data, actor_kind, actor_id, occurred_at)
    select $1, event.id, event.type, event.subject, event.subject_id, '{"amount":5400,"currency":"USD"}', 'api_key', $10::text,
      now() from (values ($8::uuid, 'payment.succeeded', 'payment', $3::uuid), ($9, 'order.paid', 'order', $2))
      as event (id, type, subject, subject_id)
  ), booked as (
    insert into ledger_transfers (shop_id, id, kind, reference, unit, effective_at, recorded_at)
    values ($1, $5, 'payment_captured', 'payment_captured:' || $3::text, 'USD', now(), now()),
      ($1, $6, 'payment_applied', 'payment_applied:' || $3::text, 'USD', now(), now())
  ), legs as (
    insert into ledger_entries (shop_id, transfer_id, position, account, owner_id, amount)
    values ($1, $5, 1, 'funds:manual', null, 5400), ($1, $5, 2, 'clearing', $2, -5400),
      ($1, $6, 1, 'clearing', $2, 5400), ($1, $6, 2, 'receivable', $2, -5400)
  )
  ${keepAnswer(10, 11, 12, 13)}`;
