import { activitiesModule } from './modules/activities/module.ts';
import { contestCustomerMove, contestPersonalData } from './modules/activities/contests/personal-data.ts';
import { depositBookChecks } from './modules/activities/deposits/invariants.ts';
import { depositCustomerMove, depositPersonalData } from './modules/activities/deposits/personal-data.ts';
import { giftDepositPaymentSubject } from './modules/activities/deposits/take-payment.ts';
import { drawCustomerMove, drawPersonalData } from './modules/activities/draws/personal-data.ts';
import { referralCustomerMove, referralPersonalData } from './modules/activities/referrals/personal-data.ts';
import { helpCustomerMove, helpPersonalData } from './modules/activities/helps/personal-data.ts';
import { activityCustomerMove, activityPersonalData } from './modules/activities/personal-data.ts';
import { activityProgrammePart } from './modules/activities/programme-part.ts';
import { activitySegmentUse } from './modules/activities/segment-uses.ts';
import { programmeParts } from './modules/campaigns/programmes/ports.ts';
import { segmentUses } from './modules/segments/ports.ts';
import { policySegmentUse } from './modules/settlements/named-segments.ts';
import { calendarModule } from './modules/calendar/module.ts';
import { campaignCustomerMove, campaignPersonalData } from './modules/campaigns/usage/personal-data.ts';
import { couponBookChecks } from './modules/campaigns/coupons/book-checks.ts';
import { couponCustomerMove, couponPersonalData } from './modules/campaigns/coupons/personal-data.ts';
import { couponProvider } from './modules/campaigns/coupons/provider.ts';
import {
  entryItemCustomerMove,
  entryItemPersonalData,
} from './modules/campaigns/entry-items/personal-data.ts';
import { buyersOrders } from './modules/campaigns/entry-items/ports.ts';
import { campaignSegmentUse } from './modules/campaigns/segment-uses.ts';
import { campaignPriorPrices } from './modules/campaigns/prior-prices.ts';
import { campaignsModule } from './modules/campaigns/module.ts';
import { catalogue } from './modules/catalogue/module.ts';
import { dealPrices, freightTemplates, promotionPrices } from './modules/catalogue/ports.ts';
import { customersModule } from './modules/customers/module.ts';
import { customerMerges, personalData, purchaseChanges } from './modules/customers/ports.ts';
import { orderBookChecks } from './modules/orders/book-checks.ts';
import { nextOrdersOfBuyers } from './modules/orders/buyers-orders.ts';
import { orderDealPrices } from './modules/orders/deal-prices.ts';
import {
  logoRequestCustomerMove,
  logoRequestPersonalData,
} from './modules/orders/logo-requests/personal-data.ts';
import { ordersModule } from './modules/orders/module.ts';
import { parcelPersonalData } from './modules/orders/parcel-personal-data.ts';
import { creditPersonalData, orderCustomerMove, orderPersonalData } from './modules/orders/personal-data.ts';
import { orderPromises } from './modules/orders/ports.ts';
import { orderPaymentSubject } from './modules/orders/pay.ts';
import { giftBookChecks } from './modules/loyalty/gifts/book-checks.ts';
import { redemptionPaymentSubject } from './modules/loyalty/gifts/pay.ts';
import { giftCustomerMove, giftPersonalData } from './modules/loyalty/gifts/personal-data.ts';
import { loyaltyCustomerMove } from './modules/loyalty/merge.ts';
import { loyaltyModule } from './modules/loyalty/module.ts';
import { loyaltyPersonalData } from './modules/loyalty/personal-data.ts';
import { loyaltyBookChecks } from './modules/loyalty/book-checks.ts';
import { ledgerModule } from './modules/ledger/module.ts';
import { bookChecks } from './modules/ledger/ports.ts';
import { paymentsModule } from './modules/payments/module.ts';
import { paymentProviders, paymentSubjects } from './modules/payments/ports.ts';
import { segmentsModule } from './modules/segments/module.ts';
import { segmentCustomerMove, segmentPersonalData } from './modules/segments/personal-data.ts';
import { followCustomerPurchases } from './modules/segments/rfm.ts';
import { settlementPaymentSubject } from './modules/settlements/pay.ts';
import { settlementsModule } from './modules/settlements/module.ts';
import { settlementCustomerMove, settlementPersonalData } from './modules/settlements/personal-data.ts';
import { policyPromises } from './modules/settlements/promises.ts';
import { holdUsable } from './modules/shipping/freight/repository.ts';
import { shippingModule } from './modules/shipping/module.ts';
import { cardBookChecks } from './modules/wallets/cards/book-checks.ts';
import { cardCustomerMove, cardPersonalData } from './modules/wallets/cards/personal-data.ts';
import { cardProvider } from './modules/wallets/cards/provider.ts';
import { cardLoadPaymentSubject } from './modules/wallets/cards/take-load.ts';
import { walletBookChecks } from './modules/wallets/book-checks.ts';
import { walletsModule } from './modules/wallets/module.ts';
import { walletCustomerMove, walletPersonalData } from './modules/wallets/personal-data.ts';
import { walletProvider } from './modules/wallets/provider.ts';
import type { Module } from './platform/module.ts';

/** THE list of modules, in import order: a module imports only from those before it. */
export const modules: readonly Module[] = [
  calendarModule,
  catalogue,
  customersModule,
  segmentsModule,
  ledgerModule,
  paymentsModule,
  walletsModule,
  shippingModule,
  loyaltyModule,
  campaignsModule,
  ordersModule,
  settlementsModule,
  activitiesModule,
];

// Ports: what a module needs of one that comes after it.
dealPrices.fill(orderDealPrices);
promotionPrices.fill(campaignPriorPrices);
freightTemplates.fill({ holdUsable });
buyersOrders.fill(nextOrdersOfBuyers);
segmentUses.fill([policySegmentUse, campaignSegmentUse, activitySegmentUse]);
programmeParts.fill([activityProgrammePart]);
// Orders first: who pays one of them with a wallet has locked the order, and then the wallet.
customerMerges.fill([
  orderCustomerMove,
  logoRequestCustomerMove,
  settlementCustomerMove,
  couponCustomerMove,
  campaignCustomerMove,
  entryItemCustomerMove,
  // Who is paid by a wallet earns points afterwards.
  walletCustomerMove,
  cardCustomerMove,
  loyaltyCustomerMove,
  // After the membership, which what was asked for hangs on.
  giftCustomerMove,
  helpCustomerMove,
  drawCustomerMove,
  activityCustomerMove,
  // After the participations, which friends and entries hang on.
  referralCustomerMove,
  contestCustomerMove,
  depositCustomerMove,
  segmentCustomerMove,
]);
personalData.fill([
  orderPersonalData,
  parcelPersonalData,
  creditPersonalData,
  logoRequestPersonalData,
  settlementPersonalData,
  couponPersonalData,
  campaignPersonalData,
  entryItemPersonalData,
  // The points of what is held are back before they lapse.
  giftPersonalData,
  loyaltyPersonalData,
  walletPersonalData,
  cardPersonalData,
  activityPersonalData,
  helpPersonalData,
  drawPersonalData,
  referralPersonalData,
  contestPersonalData,
  depositPersonalData,
  segmentPersonalData,
]);
purchaseChanges.fill(followCustomerPurchases);
bookChecks.fill([
  ...orderBookChecks,
  ...walletBookChecks,
  ...cardBookChecks,
  ...loyaltyBookChecks,
  ...giftBookChecks,
  ...couponBookChecks,
  ...depositBookChecks,
]);
paymentProviders.fill([walletProvider, couponProvider, cardProvider]);
orderPromises.fill(policyPromises);
paymentSubjects.fill({
  order: orderPaymentSubject,
  settlement: settlementPaymentSubject,
  card_load: cardLoadPaymentSubject,
  redemption: redemptionPaymentSubject,
  gift_deposit: giftDepositPaymentSubject,
});
