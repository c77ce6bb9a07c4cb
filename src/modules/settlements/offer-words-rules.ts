import { moneyText, type Words } from './words-rules.ts';

export interface ExplainedLine {
  readonly quantity: number;
  readonly paidNetAmount: bigint;
  readonly comparedUnitAmount: bigint | null;
  readonly differenceAmount: bigint;
  readonly amount: bigint;
  /** The customer pays it. */
  readonly isCharge: boolean;
}

/** The arithmetic of an offered line: paid for 2: $36.00; right would be 2 × $20.00 = $40.00; difference $4.00; to be paid $4.00. */
export function explainOffer(line: ExplainedLine, currency: string): Words {
  const make = (
    language: 'en' | 'zh',
    words: Readonly<Record<'paid' | 'right' | 'apart' | 'charge' | 'gift', string>>,
  ) => {
    const money = (amount: bigint) => moneyText(amount, currency, language);
    const { quantity, comparedUnitAmount: unit } = line;
    const parts = [`${words.paid} ${quantity}: ${money(line.paidNetAmount)}`];
    if (unit !== null) {
      parts.push(`${words.right} ${quantity} × ${money(unit)} = ${money(unit * BigInt(quantity))}`);
      parts.push(`${words.apart} ${money(line.differenceAmount)}`);
    }
    parts.push(`${line.isCharge ? words.charge : words.gift} ${money(line.amount)}`);
    return parts.join('; ');
  };
  return {
    en: make('en', {
      paid: 'Paid for',
      right: 'right would be',
      apart: 'difference',
      charge: 'to be paid',
      gift: 'paid back',
    }),
    zh: make('zh', { paid: '实付', right: '应为', apart: '差价', charge: '应补', gift: '退补' }),
  };
}
