import type { CampaignState } from './states.ts';

/** What somebody wants of a campaign, or of an activity, which lives the same way. */
export type Verb = 'schedule' | 'unschedule' | 'start' | 'pause' | 'resume' | 'end';

/** What its life depends on. */
export interface Lived {
  readonly state: CampaignState;
  readonly startsAt: Date | null;
  readonly endsAt: Date | null;
  readonly startedAt: Date | null;
}

/** Why a step is not possible. */
export type StepRefusal = 'ended' | 'has_begun' | 'state_not_possible' | 'end_passed' | 'start_not_ahead';

/** What a step that is taken is told as. */
export type Told = 'scheduled' | 'unscheduled' | 'started' | 'paused' | 'resumed' | 'ended';

export type StepDecision =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'refused'; readonly code: StepRefusal }
  | {
      readonly kind: 'moved';
      readonly to: CampaignState;
      readonly told: Told;
      readonly changes: { readonly startedAt?: Date; readonly endedAt?: Date };
      /** From when on it is there, where that is not what it said. */
      readonly startsAt?: Date;
    };

const NOTHING: StepDecision = { kind: 'nothing' };
const refused = (code: StepRefusal): StepDecision => ({ kind: 'refused', code });
const moved = (to: CampaignState, told: Told, changes: { startedAt?: Date; endedAt?: Date } = {}) =>
  ({ kind: 'moved', to, told, changes }) as const;

const refuseFrom = ({ state }: Lived, allowed: readonly CampaignState[]): StepDecision | undefined => {
  if (allowed.includes(state)) return undefined;
  return refused(state === 'ended' ? 'ended' : 'state_not_possible');
};

const isPassed = ({ endsAt }: Lived, now: Date): boolean => endsAt !== null && endsAt <= now;

/** Something that is done already is done again without effect. */
const STEPS: Readonly<Record<Verb, (lived: Lived, now: Date) => StepDecision>> = {
  schedule(lived, now) {
    if (lived.state === 'scheduled') return NOTHING;
    const refusal = refuseFrom(lived, ['draft']);
    if (refusal) return refusal;
    if (isPassed(lived, now)) return refused('end_passed');
    if (lived.startsAt === null || lived.startsAt <= now) return refused('start_not_ahead');
    return moved('scheduled', 'scheduled');
  },
  start(lived, now) {
    if (lived.state === 'running') return NOTHING;
    const refusal = refuseFrom(lived, ['draft', 'scheduled']);
    if (refusal) return refusal;
    if (isPassed(lived, now)) return refused('end_passed');
    const begun = moved('running', 'started', { startedAt: now });
    return lived.startsAt !== null && lived.startsAt > now ? { ...begun, startsAt: now } : begun;
  },
  unschedule(lived) {
    if (lived.state === 'draft') return NOTHING;
    if (lived.startedAt !== null && lived.state !== 'ended') return refused('has_begun');
    return refuseFrom(lived, ['scheduled']) ?? moved('draft', 'unscheduled');
  },
  pause(lived) {
    if (lived.state === 'paused') return NOTHING;
    return refuseFrom(lived, ['scheduled', 'running']) ?? moved('paused', 'paused');
  },
  resume(lived, now) {
    if (lived.state === 'running' || lived.state === 'scheduled') return NOTHING;
    const refusal = refuseFrom(lived, ['paused']);
    if (refusal) return refusal;
    if (lived.startsAt !== null && lived.startsAt > now) return moved('scheduled', 'resumed');
    // One that was paused before it began begins now.
    return lived.startedAt === null
      ? moved('running', 'started', { startedAt: now })
      : moved('running', 'resumed');
  },
  end: (lived, now) => (lived.state === 'ended' ? NOTHING : moved('ended', 'ended', { endedAt: now })),
};

/** What comes of a step, for one that has been brought to where its time says it is. */
export const decideStep = (verb: Verb, lived: Lived, now: Date): StepDecision => STEPS[verb](lived, now);

/** What time does of itself: begin what is scheduled, end what is over. Undefined: nothing. */
export function decideTime({ state, startsAt, endsAt }: Lived, now: Date): StepDecision | undefined {
  if (state === 'scheduled' && startsAt !== null && startsAt <= now)
    return moved('running', 'started', { startedAt: startsAt });
  if (state !== 'draft' && state !== 'ended' && endsAt !== null && endsAt <= now)
    return moved('ended', 'ended', { endedAt: endsAt });
  return undefined;
}

/** When a sweep has to look at it next. */
export function dueAtOf(state: CampaignState, startsAt: Date | null, endsAt: Date | null): Date | null {
  if (state === 'scheduled') return startsAt ?? endsAt;
  return state === 'running' || state === 'paused' ? endsAt : null;
}
