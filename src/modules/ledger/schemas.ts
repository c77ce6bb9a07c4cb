import { Type } from '@sinclair/typebox';
import {
  instantText,
  model,
  nullableUuid,
  pageOf,
  ref,
  text,
  toWire,
  toWireOrNull,
  uuid,
} from '../../platform/http/schema.ts';
import { nameOf } from './accounts.ts';
import type { BookCheck, PostedEntry } from './read.ts';
import type { ShopBalance } from './snapshot-repository.ts';

const LedgerEntryModel = model('LedgerEntry', 'One side of a transfer between accounts.', {
  transferId: uuid('The transfer. Its entries sum to zero.'),
  kind: text('What happened, such as `payment_captured`.', 60),
  reference: text('What the transfer stands for; the same thing is never posted twice.', 200),
  account: text('The account, such as `clearing:<order>` or `sales`.', 100),
  unit: text('The currency of the amount, ISO 4217, or `points`.', 10),
  amount: Type.Integer({ description: 'Minor units. A debit is positive, a credit negative.' }),
  balanceAfterAmount: Type.Unsafe<number | null>({
    type: ['integer', 'null'],
    description:
      'What the shop owes after this entry; only for accounts that may not fall below a floor, such as wallets.',
  }),
  reversesId: nullableUuid('The transfer that this one takes back.'),
  effectiveAt: instantText("When it counts, in the shop's time. An import writes of the past."),
  recordedAt: instantText('When it was written down, in real time.'),
});
export const LedgerEntryPage = pageOf('LedgerEntryPage', LedgerEntryModel);

/** An entry with its transfer, as it goes out. */
export const presentEntry = ({ entry, transfer }: PostedEntry) => ({
  transferId: transfer.id,
  kind: transfer.kind,
  reference: transfer.reference,
  account: nameOf({ account: entry.account, owner: entry.ownerId }),
  unit: transfer.unit,
  amount: toWire(entry.amount),
  balanceAfterAmount: toWireOrNull(entry.balanceAfter),
  reversesId: transfer.reversesId,
  effectiveAt: transfer.effectiveAt.toISOString(),
  recordedAt: transfer.recordedAt.toISOString(),
});

const LedgerBalance = model('LedgerBalance', 'What an account of the whole shop holds.', {
  account: text('The account, such as `sales`.', 100),
  unit: text('The currency of the amount, ISO 4217, or `points`.', 10),
  balanceAmount: Type.Integer({
    description:
      'Debits less credits, signed as entries are: what is in `funds:manual` or was spent on `goodwill` is positive, what ' +
      '`sales` brought is negative. Minor units.',
  }),
  entryCount: Type.Integer({ minimum: 0, description: 'How many entries it is the sum of.' }),
});
export const LedgerBalanceList = model(
  'LedgerBalanceList',
  'The balances of the accounts of the whole shop.',
  {
    data: Type.Array(ref(LedgerBalance), { description: 'Every account that has an entry, by its name.' }),
  },
);

export const presentBalances = (rows: readonly ShopBalance[]) => ({
  data: rows.map(({ account, unit, balanceAmount, entryCount }) => ({
    account,
    unit,
    balanceAmount: toWire(balanceAmount),
    entryCount: Number(entryCount),
  })),
});

const LedgerCheck = model('LedgerCheck', 'Something that must never be false of the books.', {
  name: text('What must hold.', 200),
  checkedCount: Type.Integer({ description: 'How many transfers, accounts or orders were looked at.' }),
  brokenCount: Type.Integer({
    description: 'How many of them break it. Anything but 0 is a fault of the software.',
  }),
});
export const LedgerVerification = model('LedgerVerification', 'A proof of the books.', {
  holds: Type.Boolean({ description: 'Nothing breaks any check.' }),
  checks: Type.Array(ref(LedgerCheck), { description: 'Every check.' }),
});

export const presentVerification = (checks: readonly BookCheck[]) => ({
  holds: checks.every(({ brokenCount }) => brokenCount === 0),
  checks: [...checks],
});
