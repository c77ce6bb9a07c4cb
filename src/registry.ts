import { modules } from './modules.ts';
import { type ErrorDefinition, platformErrors } from './platform/errors.ts';
import { codeList, collectMembers } from './platform/http/problem-members.ts';
import { eventComponentOf } from './platform/webhooks/document.ts';
import { webhookErrors } from './platform/webhooks/errors.ts';
import { webhookEvents, webhookTested } from './platform/webhooks/events.ts';
import { shopErrors } from './platform/shops/errors.ts';

/** Every refusal, by code, with the module that gives it. */
export function allErrors(): { module: string; error: ErrorDefinition }[] {
  const groups: [string, Readonly<Record<string, ErrorDefinition>>][] = [
    ['platform', platformErrors],
    ['shop', shopErrors],
    ['webhooks', webhookErrors],
    ...modules.map((module): [string, Readonly<Record<string, ErrorDefinition>>] => [
      module.name,
      module.errors ?? {},
    ]),
  ];
  const all = groups.flatMap(([module, errors]) => Object.values(errors).map((error) => ({ module, error })));
  const codes = all.map(({ error }) => error.code);
  const twice = codes.find((code, index) => codes.indexOf(code) !== index);
  if (twice) throw new Error(`the error ${twice} is defined twice`);
  return all;
}

/** Every kind of event. */
export const allEvents = () => [...modules.flatMap((module) => module.events ?? []), ...webhookEvents];

/** The types of events that a webhook endpoint can ask for. */
export const webhookTypes = (): ReadonlySet<string> =>
  new Set(allEvents().flatMap(({ type }) => (type === webhookTested.type ? [] : [type])));

/** Events by type, with the schema of what they tell and the component that describes them in the document. */
export const describeEvents = () =>
  Object.fromEntries(
    allEvents()
      .toSorted((a, b) => (a.type < b.type ? -1 : 1))
      .map(({ type, subjectType, description, data }) => [
        type,
        { description, subjectType, component: eventComponentOf(type), data },
      ]),
  );

/** The errors as a page. */
export function describeErrors(): string {
  const rows = allErrors()
    .toSorted((a, b) => (a.error.code < b.error.code ? -1 : 1))
    .map(
      ({ module, error }) =>
        `| <a id="${error.code}"></a>\`${error.code}\` | ${error.status} | ${module} | ${error.title} | ` +
        `${codeList(Object.keys(error.members))} |`,
    );
  const members = collectMembers(allErrors().map(({ error }) => error)).map(
    ({ name, schema, codes }) => `| \`${name}\` | ${schema.description ?? ''} | ${codeList(codes)} |`,
  );
  return [
    '# Errors',
    '',
    'Every refusal is `application/problem+json` with one of these codes. Codes are stable; the words are not.',
    '',
    'What some say beside the standard fields stands in the last column, and below what it means. Such a field may be missing.',
    '',
    '| code | status | from | meaning | says also |',
    '|---|---|---|---|---|',
    ...rows,
    '',
    '## Fields that only some codes have',
    '',
    '| field | meaning | codes |',
    '|---|---|---|',
    ...members,
    '',
  ].join('\n');
}
