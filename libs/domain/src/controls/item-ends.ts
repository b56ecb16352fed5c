import type { ItemEvent, ThirdPartyTransferEvent } from '@entente/contracts';
import { type RecordedEvent, actsFor } from '@entente/kernel';
import { type Control, breach, dayOf, idOf, readingBy } from './control.js';

/** R12: a loss was verified by its reporter, or after the last day for it. */
export const lossesUnverified: Control = {
  name: 'losses-unverified',
  rule: 'R12',
  about: 'the verification of a loss by the organisation that reported it, or after the last day for it',
  kinds: ['item'],
  start() {
    const reports = new Map<string, { readonly by: string; readonly verifyBy: string }>();
    const reported = (event: RecordedEvent<ItemEvent & { readonly data: { readonly verifyBy: string } }>): void =>
      void reports.set(event.id, { by: actsFor(event.metadata.actor), verifyBy: event.data.verifyBy });
    return readingBy<ItemEvent>({
      ItemReportedLost: (event) => void reported(event),
      ItemReportedDestroyed: (event) => void reported(event),
      ItemReportedExpended: (event) => void reported(event),
      LossReportVerified: (event) => {
        const report = reports.get(event.data.report);
        const by = actsFor(event.metadata.actor);
        if (report !== undefined && report.by !== by && dayOf(event) <= report.verifyBy) return [];
        return breach(event, 'another organisation than the reporter verifies the loss by the last day for it', {
          by,
          reportedBy: report?.by ?? null,
          verifyBy: report?.verifyBy ?? null,
        });
      },
    });
  },
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
    const NEEDED = 'the consent of the donor was in force on that day';
    return readingBy<ItemEvent | ThirdPartyTransferEvent>({
      ThirdPartyTransferConsented: (event) =>
        void consents.set(idOf(event), { from: dayOf(event), until: event.data.until, ended: null }),
      TransferConsentWithdrawn: (event) => {
        const consent = consents.get(idOf(event));
        if (consent !== undefined) consent.ended = dayOf(event);
      },
      ThirdPartyTransferCarriedOut: (event) =>
        isConsented(idOf(event), event.data.on) ? [] : breach(event, NEEDED, { on: event.data.on }),
      ItemTransferred: (event) =>
        isConsented(event.data.transfer, event.data.on) ? [] : breach(event, NEEDED, { ...event.data }),
      ItemDisposed: (event) =>
        isConsented(event.data.transfer, event.data.on) ? [] : breach(event, NEEDED, { ...event.data }),
    });
  },
};

/** R14: the notice of an unauthorised transfer came after its last day. */
export const noticesMissed: Control = {
  name: 'notices-missed',
  rule: 'R14',
  about: "the legislature's notice of an unauthorised transfer after the day on which it was due",
  kinds: ['item'],
  start() {
    const due = new Map<string, string>();
    const NEEDED = 'the legislature is notified on the day of the detection';
    return readingBy<ItemEvent>({
      UnauthorisedTransferDetected: (event) => void due.set(idOf(event), event.data.notifyBy),
      LegislatureNotifiedOfTransfer: (event) => {
        const notifyBy = due.get(idOf(event)) ?? '';
        due.delete(idOf(event));
        return event.data.on <= notifyBy ? [] : breach(event, NEEDED, { on: event.data.on, notifyBy });
      },
    });
  },
};
