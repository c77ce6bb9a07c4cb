import { daysFrom, ON_GOODS, ON_ORDER, partOf, type Preset } from './preset.ts';

/** Ways to sell that look at the whole order, its freight, or what comes on top of it. */
export const ORDER_PRESETS = [
  {
    preset: 'value_add',
    name: { en: 'Value added', zh: '附加值促销' },
    use: {
      en: 'The price stays, the service grows: delivery is included up to an amount. For shops that do not want to be known for discounts.',
      zh: '价格不变，服务升级：在一定金额内包邮，让顾客得到更多附加价值，适合不想以打折形象示人的店铺。',
    },
    exampleOf: () => ({
      name: 'Delivery included',
      mechanic: { type: 'free_freight', rateBps: 10_000, maximumAmount: 2_000 },
      stackingClass: 'freight',
      combinesWith: ['product', 'order'],
    }),
  },
  {
    preset: 'give_back',
    name: { en: 'Give-back', zh: '回报促销' },
    use: {
      en: 'Thanks in money: some of every full amount comes back at once. It rewards large orders without an upper end.',
      zh: '以让利感谢顾客：每满一定金额立减一笔，上不封顶，买得越多回馈越多，适合老顾客回馈和大促。',
    },
    exampleOf: ({ product }) => ({
      name: 'Something back of every full amount',
      mechanic: {
        type: 'spend_steps',
        steps: [{ fromAmount: product.unitAmount, amount: partOf(product.unitAmount, 5) }],
        isRepeated: true,
      },
      ...ON_ORDER,
    }),
  },
  {
    preset: 'commemorative',
    name: { en: 'Commemorative', zh: '纪念促销' },
    use: {
      en: 'A day of the shop’s own that comes again, such as a members’ day on every 8th, 18th and 28th: customers learn to come back on it.',
      zh: '店铺自己的纪念日，例如每月 8 日、18 日、28 日的会员日：固定的节奏让顾客记住日子，定期回访。',
    },
    exampleOf: () => ({
      name: 'Members’ day',
      mechanic: { type: 'percent_off', rateBps: 1_000 },
      recurrence: { kind: 'monthly', monthDays: [8, 18, 28] },
      ...ON_ORDER,
    }),
  },
  {
    preset: 'reward',
    name: { en: 'Reward', zh: '奖励促销' },
    use: {
      en: 'Nothing is cheaper today, but the purchase counts double: more points bring customers back to spend them.',
      zh: '今天的价格不变，但这次消费积分翻倍：用奖励代替降价，吸引顾客下次回来使用积分。',
    },
    exampleOf: () => ({
      name: 'Double points',
      mechanic: { type: 'points_multiplier', multiplierBps: 20_000 },
      ...ON_ORDER,
    }),
  },
  {
    preset: 'borrowed_event',
    name: { en: 'Borrowed event', zh: '借势促销' },
    use: {
      en: 'Everybody talks about a final, a film or a holiday: for these days the second unit costs half, for those who meet over it.',
      zh: '借助大家都在谈论的赛事、电影或节日：在这几天里第二件半价，适合聚会分享的商品，让热点为店铺带来客流。',
    },
    exampleOf: ({ from }) => ({
      name: 'The days of the final',
      mechanic: { type: 'nth_item', n: 2, rateBps: 5_000, across: 'product' },
      ...ON_GOODS,
      ...daysFrom(from, 7),
    }),
  },
  {
    preset: 'threshold',
    name: { en: 'Threshold', zh: '临界点促销' },
    use: {
      en: 'Who is just below a step adds one more thing: the more an order comes to, the larger the share that comes off.',
      zh: '设置几个消费门槛：订单金额越高，折扣越大，差一点就到下一档的顾客往往会再加一件，从而提高客单价。',
    },
    exampleOf: ({ product }) => ({
      name: 'The more, the more',
      mechanic: {
        type: 'spend_steps',
        steps: [
          { fromAmount: product.unitAmount * 2, rateBps: 400 },
          { fromAmount: product.unitAmount * 5, rateBps: 900 },
        ],
      },
      ...ON_ORDER,
    }),
  },
  {
    preset: 'gift',
    name: { en: 'Gift', zh: '赠与促销' },
    use: {
      en: 'Something to hold instead of something off: from an amount on, a product lies in the parcel that costs the shop less than it is worth.',
      zh: '用实物代替降价：满一定金额赠送一件商品，顾客感受到的价值高于店铺付出的成本，也能让新品到达顾客手中。',
    },
    exampleOf: ({ product, giftProductId }) => ({
      name: 'A gift on top',
      mechanic: {
        type: 'gift',
        steps: [{ fromAmount: product.unitAmount, gifts: [{ productId: giftProductId, quantity: 1 }] }],
      },
      ...ON_ORDER,
    }),
  },
] as const satisfies readonly Preset[];
