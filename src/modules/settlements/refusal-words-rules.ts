import { shareOf } from '../../platform/money.ts';
import type { ClaimRefusal, LineDecision } from './difference-rules.ts';
import { moneyText, percentText, type Words } from './words-rules.ts';

/** Why nothing is paid, in plain words: a refusal is never silent. */
export const REFUSAL_WORDS: Readonly<Record<ClaimRefusal, Words>> = {
  reason_not_covered: { en: 'The policy does not cover this reason.', zh: '该政策不包含此原因。' },
  order_not_paid: { en: 'The order is not paid.', zh: '订单未付款。' },
  order_cancelled: { en: 'The order is cancelled.', zh: '订单已取消。' },
  order_out_of_range: {
    en: 'The order was placed outside the dates of the policy.',
    zh: '订单不在政策适用日期内。',
  },
  segment_not_covered: {
    en: 'The policy is for other customers than who placed the order, as they were then.',
    zh: '下单时您不在该政策适用的会员范围内。',
  },
  below_minimum_order: {
    en: 'The order is below the minimum of the policy.',
    zh: '订单金额未达到政策门槛。',
  },
  window_not_begun: { en: 'The time of the policy has not begun.', zh: '政策期限尚未开始。' },
  window_over: { en: 'The time of the policy is over.', zh: '已超过政策期限。' },
  product_not_covered: { en: 'The policy does not cover this product.', zh: '该商品不在政策范围内。' },
  gift: { en: 'The line was a gift.', zh: '该行为赠品。' },
  flash_sale: { en: 'The line was bought in a flash sale.', zh: '该行为限时抢购商品。' },
  clearance: { en: 'The product is in clearance.', zh: '该商品为清仓商品。' },
  no_difference: { en: 'The product does not cost less now than was paid.', zh: '现价不低于实付价。' },
  tier_not_reached: { en: 'No step of the policy is reached.', zh: '未达到政策的任何档位。' },
  below_minimum_difference: {
    en: 'The difference is below the minimum of the policy.',
    zh: '差价低于政策最低金额。',
  },
  already_settled: { en: 'This difference has been settled already.', zh: '该差价已补。' },
  line_busy: { en: 'Another settlement of this line is not over yet.', zh: '该行有尚未结束的补差。' },
  payout_method_not_available: {
    en: 'The policy does not pay this way: stored value and coupons need a customer account, and a coupon has to be asked for.',
    zh: '该政策不支持此支付方式：储值和优惠券需要会员账户，且优惠券须主动申请。',
  },
  cap_used_up: { en: 'A limit of the policy is used up.', zh: '政策额度已用完。' },
};

/** The arithmetic of a line: paid $36.00 − 2 × $15.00 = $6.00; 100 % = $6.00; settled before $4.00; paid now $2.00. */
export function explainLine(line: LineDecision, currency: string): Words {
  const make = (
    language: 'en' | 'zh',
    words: { paid: string; before: string; now: string; refused: Words | null },
  ) => {
    const money = (amount: bigint) => moneyText(amount, currency, language);
    const share = shareOf(line.differenceAmount, line.rateBps);
    const parts = [
      `${words.paid} ${money(line.paidNetAmount)} − ${line.quantity} × ${money(line.comparedUnitAmount)} = ${money(line.differenceAmount)}`,
    ];
    if (line.differenceAmount > 0n && line.rateBps !== 10_000)
      parts.push(`${percentText(line.rateBps)}: ${money(share)}`);
    if (line.settledAmount > 0n) parts.push(`${words.before} ${money(line.settledAmount)}`);
    parts.push(words.refused ? words.refused[language] : `${words.now} ${money(line.amount)}`);
    return parts.join('; ');
  };
  const refused = line.refusal === null ? null : REFUSAL_WORDS[line.refusal];
  return {
    en: make('en', { paid: 'Paid', before: 'settled before', now: 'paid now', refused }),
    zh: make('zh', { paid: '实付', before: '已补', now: '本次补', refused }),
  };
}
