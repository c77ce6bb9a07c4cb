import type { Answer, TestShop } from '../../support/app.ts';
import { ok } from '../orders/support.ts';

export const ship = (shop: TestShop, orderId: string, body: object): Promise<Answer> =>
  shop.call(`POST /v1/orders/${orderId}/ship`, { body });

/** What is wrong, each with where it stands: `tracking_number_taken /trackingNumber`. */
export const codes = ({ body }: Answer): string[] =>
  body.errors.map(({ code, pointer }: { code: string; pointer: string }) => `${code} ${pointer}`);

/** The moment so many hours after another. */
export const at = (start: string, hours: number): string =>
  new Date(Date.parse(start) + hours * 3_600_000).toISOString();

interface Told {
  readonly id: string;
  readonly number: string;
  readonly kind: string;
  readonly at: string;
  readonly signedBy?: string;
}

/** What a carrier tells, and what became of each. */
export async function tell(shop: TestShop, carrierId: string, events: readonly Told[]): Promise<any[]> {
  const body = {
    events: events.map(({ id, number, at: occurredAt, ...rest }) => ({
      carrierEventId: id,
      trackingNumber: number,
      occurredAt,
      ...rest,
    })),
  };
  return (await ok(shop.call(`POST /v1/carriers/${carrierId}/tracking-events/bulk`, { body }))).results;
}
