import { moneyText, type Words } from './words-rules.ts';

/** Goods that go or come, with what they are worth together. */
export interface ExplainedGoods {
  readonly productName: string;
  readonly quantity: number;
  readonly amount: bigint;
}

/** What is paid for an edit: comes 1 × Better kettle $23.00; goes 1 × Kettle $18.00; difference $5.00. */
export function explainEdit(
  goes: readonly ExplainedGoods[],
  comes: readonly ExplainedGoods[],
  amount: bigint,
  currency: string,
): Words {
  const make = (language: 'en' | 'zh', words: Readonly<Record<'goes' | 'comes' | 'apart', string>>) => {
    const money = (value: bigint) => moneyText(value, currency, language);
    const each = (verb: string) => (goods: ExplainedGoods) =>
      `${verb} ${goods.quantity} × ${goods.productName} ${money(goods.amount)}`;
    return [
      ...comes.map(each(words.comes)),
      ...goes.map(each(words.goes)),
      `${words.apart} ${money(amount)}`,
    ].join('; ');
  };
  return {
    en: make('en', { comes: 'Comes', goes: 'goes', apart: 'difference' }),
    zh: make('zh', { comes: '换入', goes: '换出', apart: '差价' }),
  };
}
