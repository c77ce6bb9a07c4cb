import type { OrderLine } from '../tables.ts';
import type { LogoRequestState } from './states.ts';

/** What was agreed about goods with a logo, and how much of it is ordered. Amounts are minor units. */
export interface LogoTerms {
  readonly id: string;
  readonly customerId: string;
  readonly state: LogoRequestState;
  /** What each piece costs on top of its price, and what the tools cost, once; null before it was quoted. */
  readonly unitAmount: bigint | null;
  readonly setupAmount: bigint | null;
  readonly leadTimeDays: number | null;
  /** The tools are in the price of an order already. */
  readonly isSetupCharged: boolean;
  readonly goods: readonly {
    readonly productId: string;
    readonly quantity: number;
    readonly orderedQuantity: number;
  }[];
}

/** What a logo adds to a line. */
export interface LineLogo {
  readonly requestId: string;
  /** For each piece. */
  readonly unitAmount: bigint;
  /** Once for the line; 0 where another line or order has paid for the tools. */
  readonly setupAmount: bigint;
  /** Working days on top of those of the product. */
  readonly leadTimeDays: number;
}

export const LOGO_FAULTS = [
  'logo_request_not_found',
  'logo_request_not_accepted',
  'logo_request_not_for_product',
  'logo_request_used_up',
] as const;

/** Why a line cannot have the logo that it names. */
export interface LogoFault {
  readonly index: number;
  readonly field: 'logoRequestId' | 'quantity';
  readonly code: (typeof LOGO_FAULTS)[number];
  readonly detail: string;
}

interface WantedLine {
  readonly productId: string;
  readonly quantity: number;
  readonly logoRequestId?: string;
}

/** The requests that lines name, each once. */
export const requestIdsOf = (lines: readonly Pick<WantedLine, 'logoRequestId'>[]): string[] => [
  ...new Set(lines.flatMap(({ logoRequestId }) => logoRequestId?.toLowerCase() ?? [])),
];

/** What a logo costs on a line: 80 a piece and 120.00 for the tools are 160.00 for 50 pieces. */
export const logoAmountOf = (
  logo: Pick<LineLogo, 'unitAmount' | 'setupAmount'> | null,
  quantity: number,
): bigint => (logo === null ? 0n : logo.unitAmount * BigInt(quantity) + logo.setupAmount);

/** The logo that a line of an order has. */
export const lineLogoOf = (
  line: Pick<OrderLine, 'logoRequestId' | 'logoUnitAmount' | 'logoSetupAmount'>,
): Omit<LineLogo, 'leadTimeDays'> | null =>
  line.logoRequestId === null
    ? null
    : {
        requestId: line.logoRequestId,
        unitAmount: line.logoUnitAmount,
        setupAmount: line.logoSetupAmount,
      };

/** What may still be ordered by a request. What is being made was agreed on and stays orderable; what has ended does not. */
const isOrderable = (state: LogoRequestState): boolean => state === 'accepted' || state === 'in_production';

/**
 * The logos of lines, by what was agreed with their customer. The tools are paid with the first line that names the request, once for
 * all orders of it; the pieces of all lines together are at most those that were agreed on.
 */
export function decideLogos(
  lines: readonly WantedLine[],
  requests: readonly LogoTerms[],
  customerId: string | null,
): { logos: readonly (LineLogo | null)[]; faults: readonly LogoFault[] } {
  const faults: LogoFault[] = [];
  const charged = new Set(requests.filter(({ isSetupCharged }) => isSetupCharged).map(({ id }) => id));
  const wanted = new Map<string, number>();
  const logos = lines.map((line, index): LineLogo | null => {
    if (line.logoRequestId === undefined) return null;
    const request = requests.find(({ id }) => id === line.logoRequestId?.toLowerCase());
    const fault = (code: LogoFault['code'], detail: string, field: LogoFault['field'] = 'logoRequestId') => {
      faults.push({ index, field, code, detail });
      return null;
    };
    if (!request || request.customerId !== customerId)
      return fault('logo_request_not_found', 'The customer of the basket has no such request.');
    if (!isOrderable(request.state)) return fault('logo_request_not_accepted', `It is ${request.state}.`);
    const goods = request.goods.find(({ productId }) => productId === line.productId.toLowerCase());
    if (!goods) return fault('logo_request_not_for_product', `It is not about ${line.productId}.`);
    const key = `${request.id}/${goods.productId}`;
    const quantity = (wanted.get(key) ?? 0) + line.quantity;
    wanted.set(key, quantity);
    const left = goods.quantity - goods.orderedQuantity;
    if (quantity > left)
      return fault('logo_request_used_up', `${left} pieces of it are not ordered yet.`, 'quantity');
    const setupAmount = charged.has(request.id) ? 0n : (request.setupAmount ?? 0n);
    charged.add(request.id);
    const { id: requestId, unitAmount, leadTimeDays } = request;
    return { requestId, unitAmount: unitAmount ?? 0n, setupAmount, leadTimeDays: leadTimeDays ?? 0 };
  });
  return { logos, faults };
}

/** Pieces of a request that are taken or given back, and whether the price of its tools is. */
export interface LogoMove {
  readonly requestId: string;
  readonly productId: string;
  readonly quantity: number;
  readonly hasSetup: boolean;
}

interface LogoUnits {
  readonly productId: string;
  readonly quantity: number;
  readonly logoRequestId: string | null;
  readonly logoSetupAmount: bigint;
}

/** What lines take of their requests; of units that go, `quantity` is theirs and the tools go with the last one. */
export const logoMovesOf = (units: readonly LogoUnits[]): LogoMove[] =>
  units.flatMap(({ productId, quantity, logoRequestId, logoSetupAmount }) =>
    logoRequestId === null || quantity === 0
      ? []
      : [{ requestId: logoRequestId, productId, quantity, hasSetup: logoSetupAmount > 0n }],
  );

/** The same of units of lines that are cancelled: while a piece of a line is left, the line keeps the price of the tools. */
export const freedMovesOf = (
  lines: readonly (LogoUnits & { readonly id: string; readonly cancelledQuantity: number })[],
  units: readonly { readonly lineId: string; readonly quantity: number }[],
): LogoMove[] =>
  units.flatMap(({ lineId, quantity }) => {
    const line = lines.find(({ id }) => id === lineId);
    if (!line) return [];
    const isLast = line.cancelledQuantity + quantity === line.quantity;
    return logoMovesOf([{ ...line, quantity, logoSetupAmount: isLast ? line.logoSetupAmount : 0n }]);
  });

/** Requests after such a move was made. */
export const afterTaking = (requests: readonly LogoTerms[], moves: readonly LogoMove[]): LogoTerms[] =>
  requests.map((request) => {
    const own = moves.filter(({ requestId }) => requestId === request.id);
    if (own.length === 0) return request;
    const taken = (id: string) =>
      own.filter(({ productId }) => productId === id).reduce((sum, { quantity }) => sum + quantity, 0);
    return {
      ...request,
      isSetupCharged: request.isSetupCharged || own.some(({ hasSetup }) => hasSetup),
      goods: request.goods.map((one) => ({
        ...one,
        orderedQuantity: one.orderedQuantity + taken(one.productId),
      })),
    };
  });
