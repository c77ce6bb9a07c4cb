/** What a customer says of a settlement. */
export interface SatisfactionAnswer {
  readonly isSatisfied: boolean;
  readonly comment?: string;
}

/** Whether an answer says what was answered before, word for word. */
export const isSameAnswer = (
  kept: { readonly isSatisfied: boolean | null; readonly satisfactionComment: string | null },
  answer: SatisfactionAnswer,
): boolean =>
  kept.isSatisfied === answer.isSatisfied && kept.satisfactionComment === (answer.comment ?? null);
