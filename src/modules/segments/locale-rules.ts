/** Whether a language tag is another one or a longer form of it: `de-CH` is within `de`. */
const isWithin = (tag: string, other: string): boolean => tag === other || tag.startsWith(`${other}-`);

/**
 * Whether some language is within one of each list that is wanted, and within none that is refused. If there is one, then so is the
 * longest tag of those it is within: no others have to be tried.
 */
export function canMatchLocale(wanted: readonly (readonly string[])[], refused: readonly string[]): boolean {
  if (wanted.length === 0) return true;
  const lists = wanted.map((tags) => tags.map((tag) => tag.toLowerCase()));
  const excluded = refused.map((tag) => tag.toLowerCase());
  return lists
    .flat()
    .some(
      (tag) =>
        lists.every((tags) => tags.some((other) => isWithin(tag, other))) &&
        !excluded.some((other) => isWithin(tag, other)),
    );
}
