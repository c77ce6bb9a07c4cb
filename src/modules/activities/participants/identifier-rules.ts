/** One text for what is the same identifier: addresses in lower case, telephone numbers as their digits. */
export function normalize({ kind, value }: { readonly kind: string; readonly value: string }): string {
  const text = value.normalize('NFKC').trim();
  if (kind === 'email') return `${kind}:${text.toLowerCase()}`;
  if (kind !== 'phone') return `${kind}:${text}`;
  // 0044 and +44 are the same.
  return `${kind}:${text.replaceAll(/\D/gu, '').replace(/^00/u, '')}`;
}
