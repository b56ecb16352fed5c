import type { AssistanceCaseEvent, AssistanceScope, ConsignmentEvent, LegalFrameworkEvent } from '@entente/contracts';
import { type RecordedEvent, addDays, idOf } from '@entente/kernel';
import { type Control, type ControlRun, breach, dayOf, handlersBy } from './control.js';
import { DeferredChecks } from './known-later.js';
import { TERM_KINDS, Terms } from './terms.js';

/** What is known of a case. */
interface CaseCourse {
  accepted: boolean;
  implemented: boolean;
  /** The initial deposit, in minor units; null before an offer. */
  asked: number | null;
  /** What was received of it, by event, as corrected. */
  readonly deposits: Map<string, { amount: number }>;
  readonly reported: boolean;
}

function start(): ControlRun {
  const deferred = new DeferredChecks();
  const cases = new Map<string, CaseCourse>();
  const caseOfConsignment = new Map<string, string>();
  const read = handlersBy<AssistanceCaseEvent | ConsignmentEvent>({
    AssistanceRequested: (event) =>
      void cases.set(idOf(event), {
        accepted: false,
        implemented: false,
        asked: null,
        deposits: new Map(),
        reported: event.data.basis === 'reported',
      }),
    OfferPrepared: (event) => {
      const course = cases.get(idOf(event));
      if (course !== undefined) course.asked = event.data.initialDeposit;
    },
    OfferAccepted: (event) => {
      const course = cases.get(idOf(event));
      if (course !== undefined) course.accepted = true;
    },
    InitialDepositReceived: (event) => {
      cases.get(idOf(event))?.deposits.set(event.id, { amount: event.data.amount });
    },
    InitialDepositCorrected: (event) => {
      const deposit = cases.get(idOf(event))?.deposits.get(event.data.corrects);
      if (deposit !== undefined) deposit.amount += event.data.difference;
    },
    CaseImplemented: (event) => {
      const course = cases.get(idOf(event));
      if (course === undefined) return [];
      course.implemented = true;
      const { accepted, asked, reported } = course;
      if (reported || event.data.emergency !== undefined) return [];
      const received = [...course.deposits.values()];
      return deferred.judge(() => {
        const missing = received.reduce((left, { amount }) => left - amount, asked ?? 0);
        return accepted && missing <= 0
          ? []
          : breach(event, 'the offer was accepted and the initial deposit received, or there is an emergency', {
              accepted,
              missing,
            });
      });
    },
    DeliveryScheduled: (event) => void caseOfConsignment.set(idOf(event), event.data.case),
    ConsignmentShipped: (event) => {
      const of = caseOfConsignment.get(idOf(event)) ?? '';
      const course = cases.get(of);
      if (course === undefined || course.implemented || course.reported) return [];
      return breach(event, 'the case is being executed', { case: of });
    },
  });
  return deferred.run(read);
}

/** The days on which a waiver or an exception sets the rule aside, and where. */
interface SetAside {
  readonly from: string;
  readonly until: string;
  readonly scope: AssistanceScope | undefined;
  ended: string | null;
}

/** An offer that waits for the legislature's notice. */
interface NotifiedOffer {
  /** The days of its notice; 0 if it needs none. */
  readonly days: number;
  notifiedOn: string | null;
}

/** R16: an offer was made before the legislature's notice of it had run out. */
export const offeredEarly: Control = {
  name: 'offered-early',
  rule: 'R16',
  about: "an offer that was made without the legislature's notice that its value asks for, or before that had run out",
  kinds: ['assistance-case', ...TERM_KINDS],
  start() {
    const terms = new Terms();
    const programmes = new Map<string, string | undefined>();
    const offers = new Map<string, NotifiedOffer>();
    /** By framework and name, the waivers and exceptions that set the rule aside. */
    const aside = new Map<string, Map<string, SetAside>>();
    const setsAside = (
      event: RecordedEvent<Extract<LegalFrameworkEvent, { type: 'WaiverGranted' | 'ExceptionInvoked' }>>,
    ): undefined => {
      const { name, rules, from, until, scope } = event.data;
      if (!rules.includes('R16')) return;
      const of = aside.get(idOf(event)) ?? new Map<string, SetAside>();
      aside.set(idOf(event), of.set(name, { from, until, scope, ended: null }));
    };
    const isSetAside = (programme: string | undefined, day: string): boolean =>
      [...(aside.get(terms.frameworkOf(programme) ?? '')?.values() ?? [])].some(
        ({ from, until, scope, ended }) =>
          from <= day &&
          day <= until &&
          (ended === null || day < ended) &&
          (scope === undefined || (scope.kind === 'programme' && scope.id === programme)),
      );
    const read = handlersBy<AssistanceCaseEvent | LegalFrameworkEvent>({
      WaiverGranted: setsAside,
      ExceptionInvoked: setsAside,
      WaiverEnded: (event) => {
        const of = aside.get(idOf(event))?.get(event.data.name);
        if (of !== undefined) of.ended = event.data.on;
      },
      AssistanceRequested: (event) =>
        void (event.data.basis === 'reported' || programmes.set(idOf(event), event.data.programme)),
      OfferPrepared: (event) => {
        if (!programmes.has(idOf(event))) return;
        const programme = programmes.get(idOf(event));
        const { value, noticeDays = 0 } = event.data;
        const asked =
          terms.frameworkOf(programme) !== undefined &&
          value >= terms.parameter('offerNoticeValue', programme) &&
          !isSetAside(programme, dayOf(event))
            ? terms.parameter('offerNoticeDays', programme)
            : 0;
        offers.set(idOf(event), { days: Math.max(noticeDays, asked), notifiedOn: null });
      },
      LegislatureNotifiedOfOffer: (event) => {
        const offer = offers.get(idOf(event));
        if (offer !== undefined) offer.notifiedOn = event.data.on;
      },
      OfferMade: (event) => {
        const { days, notifiedOn } = offers.get(idOf(event)) ?? { days: 0, notifiedOn: null };
        const from = notifiedOn === null ? null : addDays(notifiedOn, days);
        return days === 0 || (from !== null && from <= dayOf(event))
          ? []
          : breach(event, "the legislature's notice of the offer has run out", { noticeDays: days, from });
      },
    });
    return (event) => {
      terms.read(event);
      return read(event);
    };
  },
};

/** R16: execution comes after acceptance and the initial deposit, and shipment after that. */
export const executedEarly: Control = {
  name: 'executed-early',
  rule: 'R16',
  about:
    'a case implemented before its acceptance or deposit without an emergency, or a shipment under a case before it',
  kinds: ['assistance-case', 'consignment'],
  start,
};
