import { Type } from '@sinclair/typebox';
import {
  enumeration,
  instantText,
  model,
  nullableRef,
  nullableText,
  nullableUuid,
  pageOf,
  PositiveAmount,
  ref,
  text,
  toWire,
  uuid,
} from '../../platform/http/schema.ts';
import { Currency } from '../../platform/shops/schemas.ts';
import type { WalletView } from './read.ts';
import { CREDIT_REASONS, MOVEMENT_KINDS, MOVEMENT_REASONS } from './rules.ts';
import type { WalletMovement } from './tables.ts';

const CreditReasonName = enumeration(
  'WalletCreditReason',
  '`goodwill`: the shop gives it without an obligation. `cash`: the customer paid it in at the counter.',
  CREDIT_REASONS,
);
const MovementKindName = enumeration(
  'WalletMovementKind',
  'What happened. `merged_in` and `merged_out`: a duplicate of the customer was merged.',
  MOVEMENT_KINDS,
);
const MovementReasonName = enumeration('WalletMovementReason', 'Why value was credited.', MOVEMENT_REASONS);

const amount = (description: string) =>
  Type.Integer({ minimum: 1, maximum: 999_999_999_999_999, description });
const note = Type.Optional(text('What the customer may read about it.', 500));

export const WalletCredit = model('WalletCredit', 'Stored value for a customer.', {
  amount: amount('What the wallet gets, in minor units.'),
  reason: ref(CreditReasonName),
  note,
});
export const WalletWithdrawal = model('WalletWithdrawal', 'Stored value that is paid out.', {
  amount: amount('What leaves the wallet, in minor units.'),
  note,
});

const balances = {
  balanceAmount: ref(PositiveAmount, { description: 'What the wallet holds. Minor units.' }),
  heldAmount: ref(PositiveAmount, { description: 'The part of it that is promised. Minor units.' }),
  availableAmount: ref(PositiveAmount, { description: 'What can be spent. Minor units.' }),
  currency: ref(Currency),
};
export const Wallet = model('Wallet', "A customer's stored value.", {
  customerId: uuid('Whose it is.'),
  ...balances,
});

const movement = {
  id: uuid('The movement.'),
  kind: ref(MovementKindName),
  amount: Type.Integer({ description: 'Minor units. What came in is positive, what left negative.' }),
  balanceAfterAmount: ref(PositiveAmount, { description: 'What the wallet held then. Minor units.' }),
  currency: ref(Currency),
  reason: nullableRef(MovementReasonName, 'Why it was credited; null for everything else.'),
  note: nullableText('What the shop wrote about it.'),
  subjectType: nullableText('What it was for, such as `order`.'),
  subjectId: nullableUuid('Which one.'),
  createdAt: instantText('When it happened.'),
};
const OwnWalletMovement = model('OwnWalletMovement', 'What happened to stored value.', movement);
export const OwnWalletMovementPage = pageOf('OwnWalletMovementPage', OwnWalletMovement);
export const WalletMovementModel = model('WalletMovement', 'What happened to stored value, and by whom.', {
  ...movement,
  customerId: uuid('Whose it is.'),
  transferId: uuid('The transfer in the ledger.'),
  actorKind: text('api_key, customer, provider or system.', 40),
  actorId: text('Who it was.', 100),
});
export const WalletMovementPage = pageOf('WalletMovementPage', WalletMovementModel);

export const presentWallet = (wallet: WalletView) => ({
  customerId: wallet.customerId,
  balanceAmount: toWire(wallet.balanceAmount),
  heldAmount: toWire(wallet.heldAmount),
  availableAmount: toWire(wallet.availableAmount),
  currency: wallet.currency,
});

/** A movement as its customer sees it. */
export const presentOwnMovement = (row: WalletMovement) => ({
  id: row.id,
  kind: row.kind,
  amount: toWire(row.amount),
  balanceAfterAmount: toWire(row.balanceAfter),
  currency: row.currency,
  reason: row.reason,
  note: row.note,
  subjectType: row.subjectType,
  subjectId: row.subjectId,
  createdAt: row.createdAt.toISOString(),
});

export const presentMovement = (row: WalletMovement) => ({
  ...presentOwnMovement(row),
  customerId: row.customerId,
  transferId: row.transferId,
  actorKind: row.actorKind,
  actorId: row.actorId,
});
