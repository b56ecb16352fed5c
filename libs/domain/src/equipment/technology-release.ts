import type { TechnologyReleaseCommand, TechnologyReleaseEvent, TechnologyReleaseRelation } from '@entente/contracts';
import { type Refusal, actsFor, authoriseBy, bySystem, decideBy, evolveBy, pick, refuse } from '@entente/kernel';
import { inOrder } from '../fact-order.js';
import type { DeciderOf } from '../decider-of.js';
import { factDay, inTheFuture, notOverYet, overBefore } from '../days.js';
import { namedCaseHeld } from '../delivery/assistance-execution.js';
import { assistanceNotFound, assistanceStreams, withProgramme } from '../delivery/named-assistance.js';
import { notRegistered, partyStreams } from '../parties/registration.js';
import { programmeStopped } from '../planning/programme-stopped.js';
import { holdStreams, onHold, scopesOf } from '../safeguards/holds.js';
import { only } from './senders.js';

interface TechnologyRelease {
  readonly donor: string;
  readonly recipient: string;
  readonly programme?: string;
  readonly case?: string;
  readonly status: 'requested' | 'approved' | 'denied' | 'revoked' | 'expired' | 'withdrawn';
  /** The terms of the approval; null without it. */
  readonly approval: { readonly on: string; readonly until: string; readonly marking: string } | null;
}

const status = (is: TechnologyRelease['status']) => () => ({ status: is });

const evolve = evolveBy<TechnologyRelease, TechnologyReleaseEvent>()(
  'TechnologyReleaseRequested',
  (data) => ({
    ...pick(data, 'donor', 'recipient', 'programme', 'case'),
    status: 'requested',
    approval: null,
  }),
  {
    TechnologyReleaseApproved: ({ until, marking }, _, { metadata }) => ({
      status: 'approved',
      approval: { on: factDay(metadata), until, marking },
    }),
    TechnologyReleaseDenied: status('denied'),
    TechnicalDataTransferred: () => ({}),
    TechnologyReleaseRevoked: status('revoked'),
    TechnologyReleaseExpired: status('expired'),
    ReleaseRequestWithdrawn: status('withdrawn'),
  },
);

const notIn =
  (...among: readonly TechnologyRelease['status'][]) =>
  (_: unknown, state: TechnologyRelease): Refusal | null =>
    among.includes(state.status)
      ? null
      : refuse('wrong-release-status', `the release is ${among.join(' or ')}`, null, { status: state.status });

const decide = decideBy<TechnologyRelease, TechnologyReleaseCommand, TechnologyReleaseEvent>()(
  'RequestTechnologyRelease',
  (data, context) => {
    const recipient = actsFor(context.actor);
    if (data.donor === recipient) return refuse('donor-is-recipient', 'donor and recipient are two organisations');
    return (
      assistanceNotFound(data, context) ??
      notRegistered(
        [
          [data.donor, 'donor'],
          [recipient, 'recipient'],
        ],
        context,
      ) ?? [{ type: 'TechnologyReleaseRequested', data: { ...withProgramme(data, context.known), recipient } }]
    );
  },
  () => null,
  {
    ApproveTechnologyRelease: {
      unless: (data, state, context) => notIn('requested')(data, state) ?? overBefore(data.until, context),
      then: 'TechnologyReleaseApproved',
    },
    DenyTechnologyRelease: { unless: notIn('requested'), then: 'TechnologyReleaseDenied' },
    TransferTechnicalData: {
      unless: (data, state, context) => {
        // That its last day passed may be recorded before what happened by then.
        const barred = notIn('approved', 'expired')(data, state) ?? inTheFuture(data.on, context);
        const { on = '', until = '', marking = '' } = state.approval ?? {};
        if (barred !== null) return barred;
        if (data.on < on || data.on > until)
          return refuse('outside-approval', 'the day is within those of the approval', null, { from: on, until });
        if (data.marking !== marking)
          return refuse('other-marking', 'the data have the marking that was approved', null, { marking });
        return (
          programmeStopped(state.programme, context, data.on) ??
          namedCaseHeld(state.case, context) ??
          onHold(scopesOf(state), state.donor, context)
        );
      },
      then: 'TechnicalDataTransferred',
    },
    RevokeTechnologyRelease: { unless: notIn('approved'), then: 'TechnologyReleaseRevoked' },
    RecordExpiredRelease: {
      unless: ({ until }, state, context) => {
        const last = state.approval?.until ?? null;
        return (
          notIn('approved')({ until }, state) ??
          (until !== last
            ? refuse('other-last-day', 'the day is the last day of the approval', null, { until: last })
            : notOverYet(until, context, null, 'until'))
        );
      },
      then: 'TechnologyReleaseExpired',
    },
    WithdrawReleaseRequest: { unless: notIn('requested'), then: 'ReleaseRequestWithdrawn' },
  },
);

/** The rules of a release of technical data: R19, R29, R30. */
export const technologyRelease: DeciderOf<'technology-release', TechnologyRelease> = inOrder(
  {
    ApproveTechnologyRelease: ['TechnologyReleaseRequested'],
    DenyTechnologyRelease: ['TechnologyReleaseRequested'],
  },
  {
    kind: 'technology-release',
    initial: null,
    ids: 'prefixed',
    opens: 'RequestTechnologyRelease',
    evolve,
    consults: (command, state, _, sender) => {
      if (command.type === 'TransferTechnicalData')
        return state === null ? [] : [...assistanceStreams(state), ...holdStreams(scopesOf(state))];
      if (command.type !== 'RequestTechnologyRelease') return [];
      return [
        ...assistanceStreams(command.data),
        ...partyStreams([
          [command.data.donor, null],
          [actsFor(sender), null],
        ]),
      ];
    },
    authorise: authoriseBy<TechnologyReleaseCommand, TechnologyRelease | null, TechnologyReleaseRelation>({
      recipient: only('not-the-recipient', 'the recipient does this', (state) => state?.recipient ?? null),
      donor: only('not-the-donor', 'the donor, or another on its behalf, does this', (state) => state?.donor ?? null),
      system: bySystem,
    }),
    decide,
  },
);
