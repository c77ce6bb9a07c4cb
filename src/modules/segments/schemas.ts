import { type Static, Type } from '@sinclair/typebox';
import {
  enumeration,
  inputModel,
  instantOrNull,
  instantText,
  model,
  nullableInstant,
  nullableRef,
  nullableText,
  pageOf,
  PositiveAmount,
  ref,
  text,
  toWire,
  uuid,
  versionNumber,
} from '../../platform/http/schema.ts';
import { divideRounded, MAX_AMOUNT, minOf } from '../../platform/money.ts';
import { Currency } from '../../platform/shops/schemas.ts';
import type { Preview } from './preview.ts';
import type { SegmentReport } from './report.ts';
import type { Figures } from './report-repository.ts';
import type { CellFigures } from './rfm.ts';
import { RfmCellName, RuleModel } from './rule-schemas.ts';
import { shareBps } from './rules.ts';
import { type Segment, SEGMENT_KINDS, type SegmentVersion } from './tables.ts';

export const SegmentKind = enumeration(
  'SegmentKind',
  '`rule`: whoever fits its rule is in it. `list`: whoever was put on it.',
  SEGMENT_KINDS,
);
const name = text('What the shop calls it.', 100);
const description = nullableText('What it is for, in words.', { minLength: 1, maxLength: 1000 });
const count = (words: string) => Type.Integer({ minimum: 0, description: words });
const minutes = (words: string) => Type.Integer({ minimum: 0, description: words });
const shareOrNull = (words: string) =>
  Type.Unsafe<number | null>({ type: ['integer', 'null'], minimum: 0, maximum: 10_000, description: words });

export const SegmentCreate = inputModel('SegmentCreate', 'A segment to make.', {
  name,
  description: Type.Optional(description),
  rule: Type.Optional(ref(RuleModel, { description: 'Who is in it; without a rule it is a list.' })),
});
export const SegmentUpdate = inputModel('SegmentUpdate', 'Changes to a segment.', {
  name: Type.Optional(name),
  description: Type.Optional(description),
  rule: Type.Optional(
    ref(RuleModel, {
      description: 'Another rule as a whole: it is another version, and everybody is looked at.',
    }),
  ),
});
export const SegmentPreviewRequest = inputModel('SegmentPreviewRequest', 'A rule to try out.', {
  rule: ref(RuleModel, { description: 'Who would be in the segment.' }),
});

export const SegmentModel = model('Segment', 'A named part of the shop’s customers.', {
  id: uuid('The segment.'),
  name,
  description,
  kind: ref(SegmentKind),
  ruleVersion: Type.Integer({
    minimum: 0,
    description: 'Which version of its rule this is, from 1; 0 of a list.',
  }),
  rule: nullableRef(RuleModel, 'Who is in it; null of a list.'),
  memberCount: count('How many are in it.'),
  evaluatedAt: nullableInstant(
    'When all customers were last looked at by its rule; null before the first time, and of a list.',
  ),
  archivedAt: nullableInstant('Since when nobody is in it.'),
  version: versionNumber(),
  createdAt: instantText('When it was made.'),
  updatedAt: instantText('When its name, description or rule last changed.'),
});
export const SegmentPage = pageOf('SegmentPage', SegmentModel);

const figureFields = {
  buyerCount: count('Members who bought something.'),
  purchaseCount: count('Their orders of which something was kept.'),
  salesAmount: ref(PositiveAmount, { description: 'What was kept of their orders.' }),
  salesShareBps: shareOrNull('Their share of what the shop kept of all orders; null where that is nothing.'),
  serviceMinutes: minutes('Minutes of work on them.'),
  serviceShareBps: shareOrNull('Their share of all minutes of work; null where there are none.'),
  salesPerHourAmount: Type.Unsafe<number | null>({
    type: ['integer', 'null'],
    minimum: 0,
    description:
      'What was kept of their orders for each hour of work on them, in minor units; null without work.',
  }),
};

const SegmentVersionModel = model('SegmentVersion', 'A rule that a segment had, from when on.', {
  ruleVersion: Type.Integer({ description: 'The version, from 1.' }),
  rule: ref(RuleModel, { description: 'Who was in it.' }),
  createdAt: instantText('When it was made.'),
});
export const SegmentVersionList = model('SegmentVersionList', 'Every rule that a segment ever had.', {
  data: Type.Array(ref(SegmentVersionModel), { description: 'Newest first.' }),
});

export const SegmentPreview = model('SegmentPreview', 'Who would be in a segment of a rule now.', {
  customerCount: count('How many.'),
  customerIds: Type.Array(Type.String({ format: 'uuid' }), {
    description: 'Up to twenty of them, those who were added first.',
  }),
  at: instantText('The moment at which it was looked.'),
});

const ReportRow = model('SegmentReportRow', 'Sales and effort of one segment.', {
  segmentId: uuid('The segment.'),
  name,
  kind: ref(SegmentKind),
  customerCount: count('Who are in it now.'),
  customerShareBps: shareOrNull('Their share of the shop’s customers; null where there are none.'),
  ...figureFields,
});
export const SegmentReportModel = model(
  'SegmentReport',
  'Sales by segment against effort by segment, by those who are in each now. A customer may be in several.',
  {
    from: nullableInstant('Since when; null: always.'),
    to: nullableInstant('Until when; null: now.'),
    currency: ref(Currency),
    customerCount: count('All customers of the shop.'),
    salesAmount: ref(PositiveAmount, { description: 'What the shop kept of all orders of customers.' }),
    serviceMinutes: minutes('All minutes of work.'),
    data: Type.Array(ref(ReportRow), {
      description: 'The segments that are not archived, the oldest first; or the one that was asked for.',
    }),
  },
);

const RfmPlace = model('RfmPlace', 'A place in the grid of cells.', {
  recencyScore: Type.Integer({ minimum: 1, maximum: 5, description: 'How lately: 5 is the latest fifth.' }),
  valueScore: Type.Integer({
    minimum: 1,
    maximum: 5,
    description: 'The mean of the scores for how often and for how much, halves up.',
  }),
});
const RfmCellModel = model('RfmCellFigures', 'An RFM cell and who is in it now.', {
  cell: ref(RfmCellName),
  places: Type.Array(ref(RfmPlace), { description: 'The places of the grid that it takes up.' }),
  customerCount: count('How many customers.'),
  salesAmount: ref(PositiveAmount, { description: 'What was kept of their orders.' }),
});
export const RfmCellList = model('RfmCellList', 'The RFM cells: they divide all who bought something.', {
  currency: ref(Currency),
  data: Type.Array(ref(RfmCellModel), { description: 'The best customers first.' }),
});

/** A segment as it goes out. */
export const presentSegment = (row: Segment): Static<typeof SegmentModel> => ({
  id: row.id,
  name: row.name,
  description: row.description,
  kind: row.kind,
  ruleVersion: row.ruleVersion,
  rule: row.rule,
  memberCount: row.memberCount,
  evaluatedAt: instantOrNull(row.evaluatedAt),
  archivedAt: instantOrNull(row.archivedAt),
  version: row.version,
  createdAt: row.createdAt.toISOString(),
  updatedAt: row.updatedAt.toISOString(),
});

export const presentVersion = ({ ruleVersion, rule, createdAt }: SegmentVersion) => ({
  ruleVersion,
  rule,
  createdAt: createdAt.toISOString(),
});

// A sum beyond what the API can carry shows as the most that it can.
const toAmount = (sum: bigint): number => toWire(minOf(sum, MAX_AMOUNT));

const presentFigures = (figures: Figures, whole: Figures) => ({
  buyerCount: figures.buyerCount,
  purchaseCount: figures.purchaseCount,
  salesAmount: toAmount(figures.sales),
  salesShareBps: shareBps(figures.sales, whole.sales),
  serviceMinutes: Number(figures.minutes),
  serviceShareBps: shareBps(figures.minutes, whole.minutes),
  salesPerHourAmount:
    figures.minutes === 0n ? null : toAmount(divideRounded(figures.sales * 60n, figures.minutes)),
});

export const presentPreview = ({ customerCount, customerIds, at }: Preview) => ({
  customerCount,
  customerIds: [...customerIds],
  at: at.toISOString(),
});

export const presentReport = ({ period, whole, views }: SegmentReport, currency: string) => ({
  from: instantOrNull(period.from ?? null),
  to: instantOrNull(period.to ?? null),
  currency,
  customerCount: whole.customerCount,
  salesAmount: toAmount(whole.sales),
  serviceMinutes: Number(whole.minutes),
  data: views.map(({ segment, figures }) => ({
    segmentId: segment.id,
    name: segment.name,
    kind: segment.kind,
    customerCount: figures.customerCount,
    customerShareBps: shareBps(BigInt(figures.customerCount), BigInt(whole.customerCount)),
    ...presentFigures(figures, whole),
  })),
});

export const presentCells = (cells: readonly CellFigures[], currency: string) => ({
  currency,
  data: cells.map(({ cell, places, customerCount, salesAmount }) => ({
    cell,
    places: places.map(({ recency, value }) => ({ recencyScore: recency, valueScore: value })),
    customerCount,
    salesAmount: toAmount(salesAmount),
  })),
});
