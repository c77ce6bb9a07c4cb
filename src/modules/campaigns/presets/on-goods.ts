import { daysFrom, ON_GOODS, partOf, type Preset } from './preset.ts';

/** Ways to sell that change the price of some goods. */
export const GOODS_PRESETS = [
  {
    preset: 'pricing',
    name: { en: 'Special price', zh: '定价促销' },
    use: {
      en: 'One price that is easy to remember brings people in: every unit of a well-known product costs the same round amount for a while.',
      zh: '用一个好记的统一价吸引顾客：知名商品在一段时间内每件都按同一个整数价出售，适合引流和清晰地对比价格。',
    },
    exampleOf: ({ product }) => ({
      name: 'Special price',
      mechanic: { type: 'fixed_price', unitAmount: partOf(product.unitAmount, 90) },
      productIds: [product.id],
      ...ON_GOODS,
    }),
  },
  {
    preset: 'alternative',
    name: { en: 'Mystery price', zh: '另类促销' },
    use: {
      en: 'Curiosity instead of a loud sign: every product has a discount that shows itself in the basket. For regulars who have seen every other sale.',
      zh: '以悬念代替叫卖：每件商品都有一个放进购物车才揭晓的折扣，人人看到的价格一样，适合已经看惯普通促销的老顾客。',
    },
    exampleOf: () => ({
      name: 'Mystery price',
      mechanic: {
        type: 'mystery_price',
        steps: [
          { rateBps: 300, weight: 6 },
          { rateBps: 700, weight: 3 },
          { rateBps: 1_500, weight: 1 },
        ],
        seed: 'replace this by a text that nobody knows',
      },
      ...ON_GOODS,
    }),
  },
  {
    preset: 'themed',
    name: { en: 'Themed', zh: '主题促销' },
    use: {
      en: 'A theme such as a picnic or moving house puts a category in the window: the more of it somebody takes, the cheaper each piece.',
      zh: '围绕一个主题（如野餐、搬家）推出一个品类：买得越多，每件越便宜，适合把同类商品一起卖出去。',
    },
    exampleOf: ({ category }) => ({
      name: 'Themed week',
      mechanic: {
        type: 'quantity_breaks',
        steps: [
          { minimumQuantity: 3, rateBps: 600 },
          { minimumQuantity: 10, rateBps: 1_200 },
        ],
        across: 'basket',
      },
      categories: [category],
      ...ON_GOODS,
    }),
  },
  {
    preset: 'seasonal',
    name: { en: 'End of season', zh: '时令促销' },
    use: {
      en: 'When a season ends, what it leaves behind has to make room: everything on clearance is cheaper for some weeks.',
      zh: '换季时为新品腾出货架：清仓系列的商品在几周内打折，既回笼资金，又不影响当季商品的价格。',
    },
    exampleOf: ({ from }) => ({
      name: 'End of season',
      mechanic: { type: 'percent_off', rateBps: 3_000 },
      collections: ['clearance'],
      ...ON_GOODS,
      ...daysFrom(from, 60),
    }),
  },
  {
    preset: 'limited',
    name: { en: 'Limited', zh: '限定促销' },
    use: {
      en: 'Few pieces and few days: a very low price for a stock of its own and so many per customer, to draw attention without giving the whole stock away.',
      zh: '限时限量：单独划出一部分库存，以很低的价格出售，并限制每位顾客的购买数量，既制造紧迫感，又不会把全部库存低价卖光。',
    },
    exampleOf: ({ product, from }) => ({
      name: 'While there are some',
      mechanic: {
        type: 'flash_sale',
        items: [
          {
            productId: product.id,
            unitAmount: partOf(product.unitAmount, 75),
            stockQuantity: 100,
            perCustomerLimit: 2,
          },
        ],
      },
      ...ON_GOODS,
      ...daysFrom(from, 7),
    }),
  },
  {
    preset: 'showcase',
    name: { en: 'Showcase', zh: '展示促销' },
    use: {
      en: 'New goods have to be tried before they can be praised: a small amount off each new product makes the first purchase easy.',
      zh: '为新品打开局面：新品系列每件立减一小笔，降低第一次购买的门槛，让顾客先用起来，再谈口碑。',
    },
    exampleOf: ({ otherProduct }) => ({
      name: 'New in',
      mechanic: { type: 'amount_off', amount: partOf(otherProduct.unitAmount, 10), per: 'unit' },
      collections: ['new'],
      ...ON_GOODS,
    }),
  },
  {
    preset: 'designated',
    name: { en: 'Designated', zh: '指定促销' },
    use: {
      en: 'For some customers or some products only: the members of a segment have their own price, which says openly that it is theirs.',
      zh: '只针对指定的顾客或商品：某个客群的成员享有自己的价格，并明确告知这是该客群的专属价，不做暗中的差别定价。',
    },
    exampleOf: ({ segmentId }) => ({
      name: 'Members’ price',
      mechanic: { type: 'segment_price', rateBps: 800 },
      segmentIds: [segmentId],
      ...ON_GOODS,
    }),
  },
  {
    preset: 'bundle',
    name: { en: 'Bundle', zh: '组合促销' },
    use: {
      en: 'What is used together is sold together: two products cost less as a set, which raises the value of an order and takes the slower one along.',
      zh: '把一起使用的商品组合销售：成套购买比分开买便宜，提高客单价，也带动销量较慢的那一件。',
    },
    exampleOf: ({ product, otherProduct }) => ({
      name: 'As a set',
      mechanic: {
        type: 'bundle',
        parts: [product, otherProduct].map(({ id }) => ({ productIds: [id], quantity: 1 })),
        bundleAmount: partOf(product.unitAmount + otherProduct.unitAmount, 85),
      },
      ...ON_GOODS,
    }),
  },
] as const satisfies readonly Preset[];
