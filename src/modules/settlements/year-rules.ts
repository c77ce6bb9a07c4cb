/** The calendar year of an instant in a time zone: new year in Shanghai is at 16:00 of the day before in UTC. */
export const yearIn = (timeZone: string, at: Date): number =>
  Number(new Intl.DateTimeFormat('en-u-ca-gregory-nu-latn', { timeZone, year: 'numeric' }).format(at));
