import { and, desc, eq, inArray, isNull } from 'drizzle-orm';
import type { Ctx } from '../context.ts';
import type { Reader, Tx } from '../db/client.ts';
import { platformErrors } from '../errors.ts';
import { newId } from '../ids.ts';
import { after } from '../time.ts';
import { hashKey, makeLinkToken } from './credentials.ts';
import { type Link, links } from './tables.ts';

/** What a link leads to. */
export interface LinkSubject {
  readonly type: string;
  readonly id: string;
}

const ofSubject = (shopId: string, { type, id }: LinkSubject) =>
  and(eq(links.shopId, shopId), eq(links.subjectType, type), eq(links.subjectId, id));

/** Makes a link that counts for so long, in real time. Its token is told here and never again. */
export async function makeLink(
  tx: Tx,
  ctx: Ctx,
  subject: LinkSubject,
  ttlMs: number,
): Promise<{ link: Link; token: string }> {
  const token = makeLinkToken(ctx.shop.id);
  const link: Link = {
    shopId: ctx.shop.id,
    id: newId(),
    subjectType: subject.type,
    subjectId: subject.id,
    hash: hashKey(token),
    expiresAt: after(ctx.realNow, ttlMs),
    revokedAt: null,
    createdAt: ctx.realNow,
  };
  await tx.insert(links).values(link);
  return { link, token };
}

/** The links to a thing, newest first, also those that no longer count. By links_subject_idx. */
export const listLinks = (on: Reader, shopId: string, subject: LinkSubject): Promise<Link[]> =>
  on.select().from(links).where(ofSubject(shopId, subject)).orderBy(desc(links.id));

/** Closes a link to a thing; one that is closed stays as it was. `not_found` when it leads elsewhere. */
export async function revokeLink(tx: Tx, ctx: Ctx, subject: LinkSubject, id: string): Promise<Link> {
  const which = and(ofSubject(ctx.shop.id, subject), eq(links.id, id));
  await tx
    .update(links)
    .set({ revokedAt: ctx.realNow })
    .where(and(which, isNull(links.revokedAt)));
  const [link] = await tx.select().from(links).where(which);
  if (!link) throw platformErrors.not_found();
  return link;
}

/** Closes every link to things of a kind. */
export const revokeLinksTo = async (
  tx: Tx,
  ctx: Ctx,
  type: string,
  subjectIds: readonly string[],
): Promise<void> =>
  void (await tx
    .update(links)
    .set({ revokedAt: ctx.realNow })
    .where(
      and(
        eq(links.shopId, ctx.shop.id),
        eq(links.subjectType, type),
        inArray(links.subjectId, [...subjectIds]),
        isNull(links.revokedAt),
      ),
    ));
