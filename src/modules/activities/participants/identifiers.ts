import { type Static, Type } from '@sinclair/typebox';
import type { Ctx } from '../../../platform/context.ts';
import type { Reader, Tx } from '../../../platform/db/client.ts';
import { enumeration, inputModel, ref } from '../../../platform/http/schema.ts';
import { fingerprintOf } from '../../../platform/sealing.ts';
import { insertIdentifiers, listContactsOf } from './identifier-repository.ts';
import { normalize } from './identifier-rules.ts';
import type { Participant } from '../tables.ts';

const IDENTIFIER_KINDS = ['device', 'email', 'phone', 'wechat', 'other'] as const;
const IdentifierKindName = enumeration(
  'IdentifierKind',
  'What tells somebody apart: their device, e-mail address, telephone number, id at WeChat, or something else.',
  IDENTIFIER_KINDS,
);
const Identifier = inputModel(
  'Identifier',
  'Something that tells somebody apart. Only a keyed hash of it is kept, and that is forgotten 30 days after the activity.',
  {
    kind: ref(IdentifierKindName),
    value: Type.String({ minLength: 1, maxLength: 400, description: 'As the shop knows it.' }),
  },
);
export type Identifier = Static<typeof Identifier>;
export const identifiersField = (description: string) =>
  Type.Array(ref(Identifier), { maxItems: 5, description });

/** How identifiers are kept: hashes that mean something within one activity only, each once, in order. */
export function fingerprintsOf(
  { config, shop }: Ctx,
  activityId: string,
  identifiers: readonly Identifier[],
): string[] {
  const binding = `${shop.id}/activities/${activityId}`;
  const all = identifiers.map((one) => fingerprintOf(config, normalize(one), binding));
  return [...new Set(all)].toSorted((a, b) => (a < b ? -1 : 1));
}

/** Building block: keeps by what a participant is told apart. */
export async function keepIdentifiers(
  tx: Tx,
  ctx: Ctx,
  { id, activityId }: Participant,
  identifiers: readonly Identifier[],
): Promise<void> {
  const fingerprints = fingerprintsOf(ctx, activityId, identifiers);
  if (fingerprints.length > 0) await insertIdentifiers(tx, ctx.shop.id, { activityId, id, fingerprints });
}

const KIND_OF_CONTACT: Partial<Record<string, Identifier['kind']>> = {
  email: 'email',
  mobile: 'phone',
  landline: 'phone',
  wechat: 'wechat',
};

/** The fingerprints of what a customer's profile says about how they are reached. */
export async function fingerprintsOfProfile(
  on: Reader,
  ctx: Ctx,
  activityId: string,
  customerId: string,
): Promise<string[]> {
  const identifiers = (await listContactsOf(on, ctx.shop.id, customerId)).flatMap(({ kind, value }) => {
    const known = KIND_OF_CONTACT[kind];
    return known ? [{ kind: known, value }] : [];
  });
  return fingerprintsOf(ctx, activityId, identifiers);
}
