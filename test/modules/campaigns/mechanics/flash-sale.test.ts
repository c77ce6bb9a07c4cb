import t from 'tap';
import { campaign, idOf, item, offOf, price, reasonsOf } from '../../../support/pricing.ts';

const hat = idOf('hat');
const flash = campaign('flash', {
  type: 'flash_sale',
  items: [{ productId: hat, unitAmount: 990, stockQuantity: 5 }],
});
const left = (units: number, customerUnits?: number) => ({
  left: new Map([
    [
      flash.id,
      {
        uses: null,
        customerUses: null,
        periodUses: null,
        budgetAmount: null,
        units: new Map([[hat, units]]),
        customerUnits: new Map(customerUnits === undefined ? [] : [[hat, customerUnits]]),
      },
    ],
  ]),
});
const five = [item('hat', { quantity: 5, listUnitAmount: 1_500n })];

t.test('five pieces, of which three are left at 9.90 instead of 15.00', async (t) => {
  const outcome = price(five, [flash], left(3));
  t.same(offOf(outcome), [1_530n]);
  t.same(outcome.effects[0]?.units, [{ productId: hat, quantity: 3 }]);
});

t.test('none left, and none left for this customer', async (t) => {
  t.same(reasonsOf(price(five, [flash], left(0))), { flash: 'sold_out' });
  t.same(reasonsOf(price(five, [flash], left(3, 0))), { flash: 'customer_limit_reached' });
  t.same(offOf(price(five, [flash], left(3, 1))), [510n]);
});
