/** The lines of the changelog that declare breaks: those under `### Breaking` of what is not released. */
function declarations(changelog: string): string[] {
  const unreleased = /^## Unreleased$([\s\S]*?)(?=^## |(?![\s\S]))/m.exec(changelog)?.[1] ?? '';
  const breaking = /^### Breaking$([\s\S]*?)(?=^### |(?![\s\S]))/m.exec(unreleased)?.[1] ?? '';
  return [...breaking.matchAll(/`([^`]+)`/g)].map(([, quoted]) => quoted ?? '');
}

/** The findings that no line of the changelog quotes, in backticks and word for word. */
export function findUndeclared(findings: readonly string[], changelog: string): string[] {
  const declared = new Set(declarations(changelog));
  return findings.filter((finding) => !declared.has(finding));
}
