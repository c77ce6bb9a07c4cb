import { coversFlashSales, type PolicyRule, segmentsOf } from './policy-rules.ts';

type Language = 'en' | 'zh';

/** A text in each language in which a policy is put into words. */
export type Words = Readonly<Record<Language, string>>;

const LOCALES = { en: 'en-US', zh: 'zh-CN' } as const;

/** An amount as people write it: 123456 of USD is $1,234.56. Digits are never made into a float. */
export function moneyText(amount: bigint, currency: string, language: Language): string {
  const format = new Intl.NumberFormat(LOCALES[language], { style: 'currency', currency });
  const digits = format.resolvedOptions().maximumFractionDigits ?? 2;
  const sign = amount < 0n ? '-' : '';
  const all = String(amount < 0n ? -amount : amount).padStart(digits + 1, '0');
  const whole = all.slice(0, all.length - digits);
  const decimal = digits === 0 ? whole : `${whole}.${all.slice(-digits)}`;
  return format.format(`${sign}${decimal}` as unknown as number);
}

/** Basis points as per cent: 5,000 is 50 %, 1,250 is 12.5 %. */
export const percentText = (rateBps: number): string => `${String(rateBps / 100)} %`;

const dayText = (instant: string): string => instant.slice(0, 10);

interface Phrases {
  readonly reasons: Readonly<Record<PolicyRule['reasons'][number], string>>;
  readonly starts: Readonly<Record<PolicyRule['windowFrom'], string>>;
  readonly compare: Readonly<Record<PolicyRule['compareWith'], string>>;
  readonly flashSales: Readonly<Record<PolicyRule['compareWith'], string>>;
  readonly measures: Readonly<Record<NonNullable<PolicyRule['tierBy']>, string>>;
  readonly payouts: Readonly<Record<PolicyRule['payoutMethods'][number], string>>;
}

const EN: Phrases = {
  reasons: {
    price_drop: 'the price falls',
    promotion_missed: 'you missed a promotion',
    price_error: 'the price was wrong',
    coupon_unused: 'a coupon of yours was not used',
  },
  starts: { paid: 'payment', shipped: 'shipment', delivered: 'delivery' },
  compare: { list_price: 'our list price', net_price: 'the price after the discounts that everyone gets' },
  flashSales: {
    list_price: 'What was bought in a flash sale is left out.',
    net_price: 'What was bought in a flash sale is left out, and so are the prices of flash sales.',
  },
  measures: {
    unit_price: 'a unit price',
    quantity: 'a quantity',
    order_total: 'an order total',
    units_sold: 'units sold',
  },
  payouts: { original_payment: 'the way you paid', stored_value: 'stored value', coupon: 'a coupon' },
};
const ZH: Phrases = {
  reasons: {
    price_drop: '商品降价',
    promotion_missed: '错过促销',
    price_error: '标价错误',
    coupon_unused: '优惠券未使用',
  },
  starts: { paid: '付款', shipped: '发货', delivered: '签收' },
  compare: { list_price: '本店标价', net_price: '人人可享的优惠后价格' },
  flashSales: {
    list_price: '限时抢购购买的商品除外。',
    net_price: '限时抢购购买的商品及限时抢购价格除外。',
  },
  measures: { unit_price: '单价', quantity: '数量', order_total: '订单总额', units_sold: '售出件数' },
  payouts: { original_payment: '原路退回', stored_value: '储值余额', coupon: '优惠券' },
};

/** What a policy promises, in plain words, made from the rule and from nothing else: the words cannot say more or less. */
export const describePolicy = (rule: PolicyRule, currency: string): Words => ({
  en: inEnglish(rule, (amount) => moneyText(BigInt(amount), currency, 'en')),
  zh: inChinese(rule, (amount) => moneyText(BigInt(amount), currency, 'zh')),
});

type Money = (amount: number) => string;

function inEnglish(rule: PolicyRule, money: Money): string {
  const reasons = rule.reasons.map((reason) => EN.reasons[reason]).join(', or ');
  const days = `within ${rule.windowDays} ${rule.windowDays === 1 ? 'day' : 'days'} of ${EN.starts[rule.windowFrom]}`;
  const paid = `we pay back ${percentText(rule.rateBps)} of the difference between what you paid and ${EN.compare[rule.compareWith]}`;
  const isPrice = rule.tierBy === 'unit_price' || rule.tierBy === 'order_total';
  const tiers = rule.tiers.map(
    ({ from, rateBps }) => `${percentText(rateBps)} from ${isPrice ? money(from) : String(from)}`,
  );
  const sentences = [
    `If ${reasons} ${days}, ${paid}.`,
    rule.tierBy && `By ${EN.measures[rule.tierBy]} it is ${tiers.join(', ')}.`,
    rule.soldFrom &&
      rule.soldTo &&
      `Units are counted from ${dayText(rule.soldFrom)} to ${dayText(rule.soldTo)}.`,
    rule.minimumOrderAmount !== null && `The order must come to at least ${money(rule.minimumOrderAmount)}.`,
    rule.placedFrom && `For orders placed from ${dayText(rule.placedFrom)}.`,
    rule.placedTo && `For orders placed before ${dayText(rule.placedTo)}.`,
    rule.minimumDifferenceAmount > 0 &&
      `Differences below ${money(rule.minimumDifferenceAmount)} per unit are not paid.`,
    rule.lineCapAmount !== null && `At most ${money(rule.lineCapAmount)} per line.`,
    rule.orderCapAmount !== null && `At most ${money(rule.orderCapAmount)} per order.`,
    rule.customerYearCapAmount !== null &&
      `At most ${money(rule.customerYearCapAmount)} per customer and year.`,
    rule.budgetAmount !== null && `As long as ${money(rule.budgetAmount)} in all are not used up.`,
    hasScope(rule) && 'Only for the products and categories that are named.',
    hasExclusions(rule) && 'Some products or categories are left out.',
    segmentsOf(rule).segmentIds.length > 0 &&
      'Only for customers whom the shop counted in the groups that are named when the order was placed.',
    segmentsOf(rule).excludedSegmentIds.length > 0 &&
      'Not for customers whom the shop counted in the groups that are left out when the order was placed.',
    !rule.includesClearance && 'Clearance is left out.',
    !rule.includesGifts && 'Gifts are left out.',
    !coversFlashSales(rule) && EN.flashSales[rule.compareWith],
    `Paid by ${rule.payoutMethods.map((method) => EN.payouts[method]).join(' or ')}.`,
  ];
  return sentences.filter(Boolean).join(' ');
}

function inChinese(rule: PolicyRule, money: Money): string {
  const reasons = rule.reasons.map((reason) => ZH.reasons[reason]).join('或');
  const isPrice = rule.tierBy === 'unit_price' || rule.tierBy === 'order_total';
  const tiers = rule.tiers.map(
    ({ from, rateBps }) => `满${isPrice ? money(from) : String(from)}按${percentText(rateBps)}`,
  );
  const sentences = [
    `${ZH.starts[rule.windowFrom]}后${rule.windowDays}天内如${reasons}，按实付与${ZH.compare[rule.compareWith]}之差的${percentText(rule.rateBps)}补差。`,
    rule.tierBy && `按${ZH.measures[rule.tierBy]}分档：${tiers.join('，')}。`,
    rule.soldFrom && rule.soldTo && `件数统计自${dayText(rule.soldFrom)}至${dayText(rule.soldTo)}。`,
    rule.minimumOrderAmount !== null && `订单须满${money(rule.minimumOrderAmount)}。`,
    rule.placedFrom && `适用于${dayText(rule.placedFrom)}起的订单。`,
    rule.placedTo && `适用于${dayText(rule.placedTo)}之前的订单。`,
    rule.minimumDifferenceAmount > 0 && `单件差价低于${money(rule.minimumDifferenceAmount)}不补。`,
    rule.lineCapAmount !== null && `每行最多${money(rule.lineCapAmount)}。`,
    rule.orderCapAmount !== null && `每单最多${money(rule.orderCapAmount)}。`,
    rule.customerYearCapAmount !== null && `每位顾客每年最多${money(rule.customerYearCapAmount)}。`,
    rule.budgetAmount !== null && `总额${money(rule.budgetAmount)}，用完为止。`,
    hasScope(rule) && '仅限指定商品和类目。',
    hasExclusions(rule) && '部分商品或类目除外。',
    segmentsOf(rule).segmentIds.length > 0 && '仅限下单时属于指定会员分组的顾客。',
    segmentsOf(rule).excludedSegmentIds.length > 0 && '下单时属于除外会员分组的顾客不适用。',
    !rule.includesClearance && '清仓商品除外。',
    !rule.includesGifts && '赠品除外。',
    !coversFlashSales(rule) && ZH.flashSales[rule.compareWith],
    `支付方式：${rule.payoutMethods.map((method) => ZH.payouts[method]).join('或')}。`,
  ];
  return sentences.filter(Boolean).join('');
}

const hasScope = (rule: PolicyRule): boolean => rule.productIds.length + rule.categories.length > 0;
const hasExclusions = (rule: PolicyRule): boolean =>
  rule.excludedProductIds.length + rule.excludedCategories.length > 0;
