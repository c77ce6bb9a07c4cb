import type { AnnouncementRow } from './tables.ts';
import type { HoursFault } from './week-rules.ts';

/** Everything that is wrong with an announcement. */
export function findAnnouncementFaults({
  texts,
  visibleFrom,
  visibleUntil,
}: Pick<AnnouncementRow, 'texts' | 'visibleFrom' | 'visibleUntil'>): HoursFault[] {
  const languages = texts.map(({ language }) => language.toLowerCase());
  const repeated = languages.flatMap((language, index) =>
    languages.indexOf(language) < index
      ? [{ pointer: `/texts/${index}/language`, detail: 'must not be the language of an earlier text' }]
      : [],
  );
  const isEmpty = visibleUntil !== null && visibleUntil <= visibleFrom;
  return [
    ...repeated,
    ...(isEmpty ? [{ pointer: '/visibleUntil', detail: 'must be after visibleFrom' }] : []),
  ];
}
