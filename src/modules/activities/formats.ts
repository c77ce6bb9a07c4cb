import { type Static, type TSchema } from '@sinclair/typebox';
import { scalar } from '../../platform/http/schema.ts';
import type { ActivityFormat } from './format.ts';
import { contest } from './formats/contest.ts';
import { draw } from './formats/draw.ts';
import { giftDeposit } from './formats/gift-deposit.ts';
import { likes } from './formats/likes.ts';
import { referral } from './formats/referral.ts';
import { stamps } from './formats/stamps.ts';
import { topUp } from './formats/top-up.ts';

/** THE list of formats. A new one is a file and a line here. */
const REGISTERED = [likes, draw, referral, contest, giftDeposit, stamps, topUp] as const;

/** What customers do in an activity, with its parameters. */
export type FormatParameters = Static<(typeof REGISTERED)[number]['parameters']>;

// Each reads the parameters of its own type only, which the tag makes sure of.
export const formats = REGISTERED as unknown as readonly ActivityFormat[];
const byType = new Map(formats.map((format) => [format.type, format]));

/** The format of a type. */
export function formatOf(type: string): ActivityFormat {
  const format = byType.get(type);
  if (!format) throw new Error(`no format ${type}`);
  return format;
}

const members: readonly TSchema[] = REGISTERED.map(({ parameters }) => parameters);
export const FormatModel = scalar<FormatParameters>('ActivityFormat', {
  type: 'object',
  description: 'What customers do in an activity, and what they get.',
  discriminator: { propertyName: 'type' },
  oneOf: members.map(({ $id }) => ({ $ref: `${$id ?? ''}#` })),
});
