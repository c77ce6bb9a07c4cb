/** What an error of the Stripe package says, without what may be secret in it, such as the intent with its client secret. */
export interface StripeFailure {
  readonly type: string;
  readonly code: string | undefined;
  readonly declineCode: string | undefined;
  readonly param: string | undefined;
  readonly status: number | undefined;
  readonly requestId: string | undefined;
}

/** The failure, or undefined when the error is no error of Stripe's. */
export function readFailure(error: unknown): StripeFailure | undefined {
  if (!(error instanceof Error) || !('rawType' in error)) return undefined;
  const said = error as Error & Record<string, unknown>;
  const textOf = (name: string) => {
    const value = said[name];
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  return {
    type: textOf('type') ?? 'StripeError',
    code: textOf('code'),
    declineCode: textOf('decline_code'),
    param: textOf('param'),
    status: typeof said['statusCode'] === 'number' ? said['statusCode'] : undefined,
    requestId: textOf('requestId'),
  };
}

/**
 * Why Stripe will never do what it was asked; undefined when another time may be different: no answer, a key that is
 * wrong, too many calls, a fault at Stripe's. What is not known is repeated, never taken for a refusal.
 */
export function refusalOf(failure: StripeFailure): string | undefined {
  if (failure.type === 'StripeCardError') return failure.declineCode ?? failure.code ?? 'card_declined';
  if (failure.type !== 'StripeInvalidRequestError' || isMissingIntent(failure)) return undefined;
  return failure.code ?? (failure.param === undefined ? 'invalid_request' : `invalid_${failure.param}`);
}

/** The intent is not there: it belongs to another account than the one that is connected now. */
export const isMissingIntent = ({ code, param }: StripeFailure): boolean =>
  code === 'resource_missing' && (param === undefined || ['intent', 'id', 'payment_intent'].includes(param));

/** An error for the log and the job table, made of nothing but codes. */
export const unknownOutcome = ({ type, code, status, requestId }: StripeFailure): Error =>
  new Error(
    `Stripe: ${[type, code, status, requestId].filter((part) => part !== undefined).join(' ')}; what became of it is not known`,
  );
