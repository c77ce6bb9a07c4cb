// Making one takes as long as a thousand uses of it. There are some hundred time zones.
const formats = new Map<string, Intl.DateTimeFormat>();

/** The calendar year of an instant in a time zone: new year in Shanghai is at 16:00 of the day before in UTC. */
export function yearIn(timeZone: string, at: Date): number {
  let format = formats.get(timeZone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-u-ca-gregory-nu-latn', { timeZone, year: 'numeric' });
    formats.set(timeZone, format);
  }
  return Number(format.format(at));
}
