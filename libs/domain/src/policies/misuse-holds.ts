import type { AssistanceScope, HoldCommand, MisuseCaseEvent } from '@entente/contracts';
import {
  type Consequence,
  type PolicyContext,
  type RecordedEvent,
  eventPolicy,
  parseStream,
  pick,
} from '@entente/kernel';
import { holdId } from '../safeguards/holds.js';

/** Which of a case's decisions a hold carries out: both can be in force on one scope. */
type HoldFor = 'measure' | 'precaution';

/** The hold's name: readers of a refusal learn from it nothing of the case. */
const nameOf = (stop: HoldFor, { stream }: Pick<RecordedEvent, 'stream'>, { opaque }: PolicyContext): string => {
  const ref = parseStream(stream);
  if (ref === null) throw new Error(`no stream has the name ${stream}`);
  return `${opaque('hold', ref)}.${stop}`;
};

const onEach = (
  scopes: readonly AssistanceScope[],
  commandFor: (scope: AssistanceScope) => HoldCommand,
): readonly Consequence[] =>
  scopes.map((scope) => ({ stream: { kind: 'hold', id: holdId(scope) }, command: commandFor(scope) }));

const REASON = { measure: 'misuse-measure', precaution: 'precautionary-suspension' } as const;

interface Stopped {
  readonly scopes: readonly AssistanceScope[];
  readonly donor?: string;
  readonly until?: string;
}

const places =
  (stop: HoldFor) =>
  (data: Stopped, event: RecordedEvent, context: PolicyContext): readonly Consequence[] =>
    onEach(data.scopes, (scope) => ({
      type: 'PlaceHold',
      data: {
        scope,
        hold: nameOf(stop, event, context),
        basis: 'misuse',
        reason: REASON[stop],
        ...pick(data, 'until', 'donor'),
      },
    }));

const releases =
  (stop: HoldFor, reason: string) =>
  ({ scopes }: Stopped, event: RecordedEvent, context: PolicyContext): readonly Consequence[] =>
    onEach(scopes, () => ({ type: 'ReleaseHold', data: { hold: nameOf(stop, event, context), reason } }));

const released = releases('measure', 'assistance-terminated');

/**
 * R18, R19: a measure and a precautionary suspension stop what they name: a hold is placed on each
 * scope, renewed with the suspension, and released with it.
 */
export const misuseHolds = eventPolicy<MisuseCaseEvent>(
  {
    name: 'misuse-holds',
    kind: 'misuse-case',
    day: 'cause',
    about: 'a suspension or termination for misuse puts each of its scopes on hold, until assistance resumes',
  },
  {
    PrecautionarySuspensionOrdered: places('precaution'),
    // A hold in force gets the later last day; without one, as after a downtime, it is placed.
    PrecautionarySuspensionRenewed: places('precaution'),
    PrecautionarySuspensionLapsed: (data, event, context) => releases('precaution', data.reason)(data, event, context),
    AssistanceSuspended: places('measure'),
    AssistanceResumed: (data, event, context) => releases('measure', data.reason)(data, event, context),
    AssistanceTerminated: ({ released: scopes = [], ...data }, event, context) => [
      ...places('measure')(data, event, context),
      ...released({ scopes }, event, context),
    ],
  },
);
