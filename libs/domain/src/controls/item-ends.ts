import type {
  ConsignmentEvent,
  ItemEvent,
  ThirdPartyTransferCarriedOut,
  ThirdPartyTransferEvent,
} from '@entente/contracts';
import { type RecordedEvent, actsFor, addDays, idOf } from '@entente/kernel';
import { type Breach, type Control, type ControlRun, breach, dayOf, handlersBy } from './control.js';
import { Items } from './items.js';
import { DeferredChecks } from './known-later.js';
import { LastDays } from './last-days.js';
import { TERM_KINDS, Terms } from './terms.js';

/** The name of a loss of goods, in any consignment. */
const nameOf = ({ stream, data }: RecordedEvent<ConsignmentEvent & { readonly data: { readonly loss: string } }>) =>
  `${stream} ${data.loss}`;

/** R12: a loss was verified by its reporter, or without a report. */
export const lossesUnverified: Control = {
  name: 'losses-unverified',
  rule: 'R12',
  about: 'the verification of a loss by the organisation that reported it, or of a loss without a report',
  kinds: ['item', 'consignment'],
  start() {
    const reporters = new Map<string, string>();
    const reported = (event: RecordedEvent, name = event.id): undefined =>
      void reporters.set(name, actsFor(event.metadata.actor));
    const verified = (event: RecordedEvent, name: string): readonly Breach[] => {
      const by = actsFor(event.metadata.actor);
      const reportedBy = reporters.get(name) ?? null;
      if (reportedBy !== null && reportedBy !== by) return [];
      return breach(event, 'another organisation than the reporter verifies the loss', { by, reportedBy });
    };
    return handlersBy<ItemEvent | ConsignmentEvent>({
      ItemReportedLost: (event) => reported(event),
      ItemReportedDestroyed: (event) => reported(event),
      ItemReportedExpended: (event) => reported(event),
      LossReportVerified: (event) => verified(event, event.data.report),
      GoodsLossReported: (event) => reported(event, nameOf(event)),
      GoodsLossVerified: (event) => verified(event, nameOf(event)),
    });
  },
};

/** Begins a duty with the last day that an event states, or that of the framework, if earlier. */
type BeginLossDuty = (event: RecordedEvent<LossEvent>, stated: string, name?: string) => undefined;
type LossEvent = ItemEvent | ConsignmentEvent;

/** Reads duties about losses: each has the days that the framework sets, from its recording on. */
function readingLosses(
  requirement: string,
  changes: (open: LastDays, begin: BeginLossDuty) => Parameters<typeof handlersBy<LossEvent>>[0],
): ControlRun {
  const terms = new Terms();
  const items = new Items();
  const open = new LastDays(requirement);
  const programmes = new Map<string, string | undefined>();
  const schedules = handlersBy<ConsignmentEvent>({
    DeliveryScheduled: ({ stream, data }) => void programmes.set(stream, data.programme),
  });
  const begin: BeginLossDuty = (event, stated, name = event.stream) => {
    const programme = items.of(event.stream)?.programme ?? programmes.get(event.stream);
    const latest = addDays(event.metadata.recordedAt, terms.parameter('lossReportDays', programme));
    return open.begin(name, event, stated < latest ? stated : latest);
  };
  const read = handlersBy<LossEvent>(changes(open, begin));
  return Object.assign(
    (event: RecordedEvent) => {
      terms.read(event);
      items.read(event);
      schedules(event);
      return read(event);
    },
    { atEnd: open.atEnd },
  );
}

/** R12: no monitor answered a report of a loss in the days that its framework sets. */
export const lossesUnanswered: Control = {
  name: 'losses-unanswered',
  rule: 'R12',
  about: 'the report of a loss that was neither verified nor rejected by the last day that its framework allows',
  kinds: ['item', 'consignment', ...TERM_KINDS],
  start: () =>
    readingLosses('the report is verified or rejected by its last day', (open, begin) => {
      const reported = (event: RecordedEvent<ItemEvent & { readonly data: { readonly verifyBy: string } }>) =>
        begin(event, event.data.verifyBy);
      const answered = (event: RecordedEvent): readonly Breach[] => open.done(event.stream, event, dayOf(event));
      return {
        ItemReportedLost: reported,
        ItemReportedDestroyed: reported,
        ItemReportedExpended: reported,
        LossReportVerified: answered,
        LossReportRejected: answered,
        ItemRecovered: answered,
        LossReportWithdrawn: (event) => void open.forget(event.stream),
        UnauthorisedTransferDetected: (event) => open.ended(event.stream, event, dayOf(event)),
        UnauthorisedTransferWithdrawn: (event) =>
          event.data.verifyBy === undefined ? undefined : begin(event, event.data.verifyBy),
        ItemStepBecameOverdue: (event) =>
          event.data.step === 'verification' ? open.passed(event.stream, event) : undefined,
        GoodsLossReported: (event) => begin(event, event.data.verifyBy, nameOf(event)),
        GoodsLossVerified: (event) => open.done(nameOf(event), event, dayOf(event)),
        GoodsLossRejected: (event) => open.done(nameOf(event), event, dayOf(event)),
        GoodsLossWithdrawn: (event) => void open.forget(nameOf(event)),
        GoodsLossBecameOverdue: (event) => open.passed(nameOf(event), event),
      };
    }),
};

/** R12: the holder of an item that a check did not see did not report its loss in its days. */
export const lossesUnreported: Control = {
  name: 'losses-unreported',
  rule: 'R12',
  about: 'an item that a check did not see, whose loss was not reported by the last day that its framework allows',
  kinds: ['item', ...TERM_KINDS],
  start: () =>
    readingLosses('the loss of what a check did not see is reported by its last day', (open, begin) => {
      const reported = (event: RecordedEvent): readonly Breach[] => open.done(event.stream, event, dayOf(event));
      const ended = (event: RecordedEvent<ItemEvent & { readonly data: { readonly on: string } }>) =>
        open.ended(event.stream, event, event.data.on);
      return {
        ItemNotSeen: (event) =>
          open.dueOf(event.stream) === undefined ? begin(event, event.data.reportBy) : undefined,
        ItemReportedLost: reported,
        ItemReportedDestroyed: reported,
        ItemReportedExpended: reported,
        ItemSeenAgain: ended,
        ItemDisposed: ended,
        ItemReturned: ended,
        UnauthorisedTransferDetected: ended,
        ItemReceiptWithdrawn: (event) => open.ended(event.stream, event, dayOf(event)),
        ItemStepBecameOverdue: (event) => (event.data.step === 'report' ? open.passed(event.stream, event) : undefined),
      };
    }),
};

/** R13: a transfer was carried out, or an item moved or disposed of, without consent in force. */
export const transfersWithoutConsent: Control = {
  name: 'transfers-without-consent',
  rule: 'R13',
  about: 'a retransfer, change of end use or disposal on a day on which no consent of the donor was in force',
  kinds: ['third-party-transfer', 'item'],
  start() {
    const consents = new Map<string, { readonly from: string; readonly until: string; ended: string | null }>();
    const isConsented = (transfer: string, on: string): boolean => {
      const consent = consents.get(transfer);
      if (consent === undefined || on < consent.from || on > consent.until) return false;
      return consent.ended === null || on < consent.ended;
    };
    const deferred = new DeferredChecks();
    const judge = (event: RecordedEvent, transfer: string, { on, ...facts }: { readonly on: string }) =>
      deferred.judge((at) =>
        isConsented(transfer, at(on))
          ? []
          : breach(event, 'the consent of the donor was in force on that day', { ...facts, on }),
      );
    const read = handlersBy<ItemEvent | ThirdPartyTransferEvent>({
      ThirdPartyTransferConsented: (event) =>
        void consents.set(idOf(event), { from: dayOf(event), until: event.data.until, ended: null }),
      TransferConsentWithdrawn: (event) => {
        const consent = consents.get(idOf(event));
        if (consent !== undefined) consent.ended = dayOf(event);
      },
      ThirdPartyTransferCarriedOut: (event) => judge(event, idOf(event), { on: event.data.on }),
      ItemTransferred: (event) => judge(event, event.data.transfer, event.data),
      ItemDisposed: (event) => judge(event, event.data.transfer, event.data),
    });
    return deferred.run(read);
  },
};

/** The items of a transfer that are named by their serials alone. */
const serialsOf = ({ donor, goods = [] }: Partial<ThirdPartyTransferCarriedOut>): readonly string[] =>
  goods.flatMap(({ item, serials = [], consignment }) =>
    consignment === undefined ? serials.map((serial) => `${donor}.${item}.${serial}`) : [],
  );

/**
 * R13: two transfers that were carried out before the first had moved its goods took more than
 * their holder had.
 */
export const transfersOverdrawn: Control = {
  name: 'transfers-overdrawn',
  rule: 'R13',
  about: 'a transfer or disposal of an item, or of a quantity of goods, that its holder had transferred before',
  kinds: ['third-party-transfer', 'item', 'consignment'],
  start() {
    const names = new Map<string, string>();
    /** Who has each monitored item: null after its disposal, 'unknown' after it was found. */
    const holders = new Map<string, string | null>();
    const isFound = ({ stream }: RecordedEvent): undefined => {
      const name = names.get(stream);
      if (name !== undefined) holders.set(name, 'unknown');
    };
    return handlersBy<ItemEvent | ThirdPartyTransferEvent | ConsignmentEvent>({
      SerialRegistered: (event) => {
        const { donor, item, serial, recipient } = event.data;
        names.set(event.stream, `${donor}.${item}.${serial}`);
        holders.set(`${donor}.${item}.${serial}`, recipient);
      },
      ItemRecovered: (event) => isFound(event),
      UnauthorisedTransferDetected: (event) => isFound(event),
      ThirdPartyTransferCarriedOut: (event) => {
        const { kind, holder, to } = event.data;
        const known = serialsOf(event.data).filter((name) => holders.has(name));
        const found = known.flatMap((name): readonly Breach[] => {
          const by = holders.get(name) ?? null;
          if (by === holder || by === 'unknown') return [];
          return breach(event, 'the holder has not transferred the item before', { item: name, holder: by });
        });
        for (const name of known) holders.set(name, kind === 'disposal' ? null : to);
        return found;
      },
      ReceivedGoodsTransferred: (event) => {
        const { item, from, quantity, left } = event.data;
        return left >= 0 ? [] : breach(event, 'the holder has that quantity', { item, from, quantity, left });
      },
    });
  },
};

/** R14: the legislature was not notified of an unauthorised transfer at once. */
export const noticesMissed: Control = {
  name: 'notices-missed',
  rule: 'R14',
  about: "the legislature's notice of an unauthorised transfer that is missing after the day of the detection, or late",
  kinds: ['item'],
  start() {
    const open = new LastDays('the legislature is notified on the day of the detection');
    const read = handlersBy<ItemEvent>({
      UnauthorisedTransferDetected: (event) => {
        const { notifyBy } = event.data;
        const detected = event.metadata.recordedAt.slice(0, 10);
        return open.begin(event.stream, event, notifyBy < detected ? notifyBy : detected);
      },
      UnauthorisedTransferWithdrawn: (event) => void open.forget(event.stream),
      LegislatureNotifiedOfTransfer: (event) => open.done(event.stream, event, event.data.on),
      ItemStepBecameOverdue: (event) => (event.data.step === 'notice' ? open.passed(event.stream, event) : undefined),
    });
    return Object.assign((event: RecordedEvent) => read(event), { atEnd: open.atEnd });
  },
};
