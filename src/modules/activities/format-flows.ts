import type { Ctx } from '../../platform/context.ts';
import type { Tx } from '../../platform/db/client.ts';
import { contestErrors } from './contests/errors.ts';
import { openContest } from './contests/seed.ts';
import { requireEnabled } from './deposits/enabled.ts';
import { drawErrors } from './draws/errors.ts';
import { freezeDraw, refuseTooMuchFor } from './draws/freeze.ts';
import { commitToSeed } from './draws/seed.ts';
import { makeCode } from './referrals/codes.ts';
import { rankFriends } from './referrals/settle.ts';
import type { WholeActivity } from './repository.ts';
import type { Participant } from './tables.ts';

/** What a format does in the life of an activity beside what it says. */
interface FormatFlows {
  /** In the transaction that makes the draft. */
  readonly onMade?: (tx: Tx, ctx: Ctx, whole: WholeActivity) => Promise<void>;
  /** In the transaction from which on the activity says something to customers: when it is scheduled, started, or changed after that. */
  readonly onSaid?: (tx: Tx, ctx: Ctx, whole: WholeActivity) => Promise<void>;
  /** In the transaction in which somebody joins. */
  readonly onJoined?: (tx: Tx, ctx: Ctx, participant: Participant) => Promise<void>;
  /** When what somebody reached was looked at anew, because steps are others. */
  readonly onReached?: (tx: Tx, ctx: Ctx, whole: WholeActivity, participant: Participant) => Promise<void>;
  /** Refuses that one person alone changes what it says. */
  readonly refuseChangeByOne?: (whole: WholeActivity) => void;
}

const FLOWS: Partial<Record<string, FormatFlows>> = {
  draw: {
    onMade: (tx, ctx, { row }) => commitToSeed(tx, ctx, row),
    onSaid: freezeDraw,
    refuseChangeByOne({ row }) {
      if (row.startedAt !== null && row.state !== 'ended') throw drawErrors.draw_frozen();
    },
  },
  contest: {
    onMade: (tx, ctx, { row }) => openContest(tx, ctx, row),
    async onSaid(_tx, ctx, { rule: { format } }) {
      if (format.type !== 'contest') return;
      if (ctx.now >= new Date(format.entriesUntil))
        throw contestErrors.contest_closed(`Until ${format.entriesUntil}.`, {
          pointer: '/format/entriesUntil',
        });
      if (format.prize.kind === 'draw') refuseTooMuchFor(ctx, format.prize.rewards, '/format/prize/rewards');
    },
  },
  gift_deposit: { onSaid: async (_tx, ctx, whole) => requireEnabled(ctx, whole) },
  referral: { onJoined: makeCode, onReached: rankFriends },
};

/** What the format of an activity does beside what it says. */
export const flowsOf = ({ row }: WholeActivity): FormatFlows => FLOWS[row.type] ?? {};
