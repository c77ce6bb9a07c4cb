import { Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { operation } from '../../platform/http/operation.ts';
import { pageQuery } from '../../platform/http/pagination.ts';
import { ACCOUNT_NAME } from './accounts.ts';
import { listLedgerEntries, verifyLedger } from './read.ts';
import {
  LedgerBalanceList,
  LedgerEntryPage,
  LedgerVerification,
  presentBalances,
  presentEntry,
  presentVerification,
} from './schemas.ts';
import { listLedgerBalances } from './snapshots.ts';

const tag = 'Ledger';

export function ledgerRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'listLedgerEntries',
    method: 'GET',
    path: '/v1/ledger/entries',
    tag,
    summary: 'List the entries of an account',
    description:
      'Newest first. Accounts of one order are `receivable:<order>` (what its buyer owes) and `clearing:<order>` (money of ' +
      'the buyer on its way back), of one customer `wallet:<customer>` (stored value) and `coupon_promises:<customer>`; of the ' +
      'whole shop `sales`, `price_differences`, `goodwill`, `bad_debts`, `lapsed_coupons` and `funds:<provider>`.',
    access: { secret: 'ledger:read' },
    query: Type.Object({
      account: Type.String({ pattern: ACCOUNT_NAME, maxLength: 100, description: 'The account.' }),
      ...pageQuery,
    }),
    success: { statuses: [200], schema: LedgerEntryPage, description: 'A page of entries.' },
    errors: [],
    example: { query: { account: 'sales', limit: 20 } },
    run: (ctx, { query }) => listLedgerEntries(ctx, query),
    present: ({ rows, nextCursor }) => ({ data: rows.map(presentEntry), nextCursor }),
  });

  operation(app, {
    operationId: 'listLedgerBalances',
    method: 'GET',
    path: '/v1/ledger/balances',
    tag,
    summary: "List the balances of the shop's accounts",
    description:
      'Those of the whole shop: `sales`, `price_differences`, `goodwill`, `bad_debts`, `lapsed_coupons` and `funds:<provider>`. Exact at the ' +
      'moment of the call, and as quick with ten million entries as with ten.',
    access: { secret: 'ledger:read' },
    success: { statuses: [200], schema: LedgerBalanceList, description: 'The balances.' },
    errors: [],
    example: {},
    run: (ctx) => listLedgerBalances(ctx),
    present: presentBalances,
  });

  operation(app, {
    operationId: 'verifyLedger',
    method: 'GET',
    path: '/v1/ledger/verify',
    tag,
    summary: 'Prove the books',
    description:
      'Reads all transfers of the shop and proves them: every transfer sums to zero, balances are the sums of their entries, ' +
      'and orders, payments and refunds agree with the books to the cent. Not for every minute: it reads everything.',
    access: { secret: 'ledger:read' },
    success: { statuses: [200], schema: LedgerVerification, description: 'What was checked.' },
    errors: [],
    example: {},
    run: (ctx) => verifyLedger(ctx),
    present: presentVerification,
  });
}
