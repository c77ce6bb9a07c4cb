import type { Ctx } from '../../../platform/context.ts';
import { listIdsOfProgramme } from '../repository.ts';

/** The campaigns of a programme, of any state. */
export const listCampaignIds = ({ db, shop }: Ctx, programmeId: string): Promise<string[]> =>
  listIdsOfProgramme(db, shop.id, programmeId);
