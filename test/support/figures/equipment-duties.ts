import type {
  ItemEvent,
  ItemTypeEvent,
  StorageSiteEvent,
  TechnologyReleaseEvent,
  ThirdPartyTransferEvent,
} from '@entente/contracts';
import type { Event, RecordedEvent } from '@entente/kernel';
import { type Turn, duty, onceKnown } from './duty.js';
import { type Figures, type Of, last, occurredOn, recordedOn, streamsOf } from './log.js';

/** The turns of a duty of a stream, by what its events say of it. */
const turnsOf = <E extends Event>(
  events: readonly RecordedEvent<E>[],
  due: (event: RecordedEvent<E>) => string | undefined,
  ends: Partial<Record<E['type'], 'done' | 'passed' | 'withdrawn'>>,
  overdue: (event: RecordedEvent<E>) => boolean,
  setOn: (event: RecordedEvent<E>) => string = occurredOn,
): readonly Turn[] =>
  events.flatMap((event): readonly Turn[] => {
    const day = due(event);
    if (day !== undefined) return [{ is: 'due', due: day, on: setOn(event) }];
    if (overdue(event)) return [{ is: 'overdue' }];
    const end = ends[event.type as E['type']];
    return end === undefined ? [] : [{ is: end, on: occurredOn(event) }];
  });
const field = (event: RecordedEvent, name: string): string | undefined =>
  (event.data as Readonly<Record<string, string | undefined>>)[name];

const reviews: Figures = (log, { day }) =>
  streamsOf<ItemTypeEvent>(log, 'item-type').flatMap((events) => {
    const { stream, data } = last(events, 'ItemTypeRegistered') as Of<ItemTypeEvent, 'ItemTypeRegistered'>;
    const turns = turnsOf<ItemTypeEvent>(
      events,
      (event) => field(event, 'reviewBy'),
      { DesignationRemoved: 'withdrawn' },
      ({ type }) => type === 'DesignationReviewBecameOverdue',
    );
    return duty({ stream, duty: 'designation-review', waitsFor: 'donor', item: '', donor: data.donor }, turns, day);
  });

const certificates: Figures = (log, { day }) =>
  streamsOf<StorageSiteEvent>(log, 'storage-site').flatMap((events) => {
    const { stream, data } = last(events, 'StorageSiteRegistered') as Of<StorageSiteEvent, 'StorageSiteRegistered'>;
    const turns = turnsOf<StorageSiteEvent>(
      events,
      (event) => (event.type === 'CertificateExpired' ? undefined : field(event, 'until')),
      { StorageDecertified: 'withdrawn', CertificateExpired: 'passed', StorageSiteClosed: 'withdrawn' },
      () => false,
    );
    return duty({ stream, duty: 'certificate-end', waitsFor: 'owner', item: '', recipient: data.owner }, turns, day);
  });

const itemSteps: Figures = (log, { day }) =>
  streamsOf<ItemEvent>(log, 'item').flatMap((events) => {
    const { stream } = events[0] as RecordedEvent<ItemEvent>;
    const about = (name: string) => {
      const given = events.findLast((event) => field(event, name) !== undefined);
      const before = events.slice(0, given === undefined ? 0 : events.indexOf(given) + 1);
      const first = before.find((event) => field(event, name) !== undefined);
      const opened = first === undefined ? [] : before.slice(0, before.indexOf(first));
      const registered = last(opened, 'SerialRegistered');
      if (registered === undefined) return { stream, item: '' };
      const { donor, recipient, programme = null, case: of = null } = registered.data;
      return { stream, item: '', donor, recipient, programme, assistance_case: of };
    };
    const verification = turnsOf<ItemEvent>(
      events.filter(({ type, data }) => type !== 'UnauthorisedTransferDetected' || data.report !== undefined),
      (event) => field(event, 'verifyBy'),
      {
        LossReportVerified: 'done',
        LossReportRejected: 'done',
        LossReportWithdrawn: 'withdrawn',
        UnauthorisedTransferDetected: 'withdrawn',
      },
      ({ type, data }) => type === 'ItemStepBecameOverdue' && data.step === 'verification',
      recordedOn,
    );
    const notice = events.flatMap((event): readonly Turn[] => {
      if (event.type === 'UnauthorisedTransferDetected')
        return [{ is: 'due', due: event.data.notifyBy, on: recordedOn(event) }];
      if (event.type === 'LegislatureNotifiedOfTransfer') return [{ is: 'done', on: event.data.on }];
      if (event.type === 'UnauthorisedTransferWithdrawn') return [{ is: 'withdrawn', on: occurredOn(event) }];
      return event.type === 'ItemStepBecameOverdue' && event.data.step === 'notice' ? [{ is: 'overdue' }] : [];
    });
    const loss = events.flatMap((event): readonly Turn[] => {
      switch (event.type) {
        case 'ItemNotSeen':
          return [{ is: 'due', due: event.data.reportBy, on: recordedOn(event) }];
        case 'ItemReportedLost':
        case 'ItemReportedDestroyed':
        case 'ItemReportedExpended':
          return [{ is: 'done', on: occurredOn(event) }];
        case 'ItemSeenAgain':
        case 'ItemDisposed':
        case 'ItemReturned':
          return [{ is: 'withdrawn', on: event.data.on }];
        case 'ItemReceiptWithdrawn':
        case 'UnauthorisedTransferDetected':
          return [{ is: 'withdrawn', on: occurredOn(event) }];
        case 'ItemStepBecameOverdue':
          return event.data.step === 'report' ? [{ is: 'overdue' }] : [];
        default:
          return [];
      }
    });
    const holder = last(events, 'ItemNotSeen')?.data.holder ?? null;
    return [
      ...duty(
        { ...about('reportBy'), recipient: holder, duty: 'loss-report', waitsFor: 'recipient' },
        onceKnown(loss),
        day,
      ),
      ...duty({ ...about('verifyBy'), duty: 'loss-verification', waitsFor: 'monitor' }, onceKnown(verification), day),
      ...duty({ ...about('notifyBy'), duty: 'transfer-notice', waitsFor: 'donor' }, onceKnown(notice), day),
    ];
  });

const consents: Figures = (log, { day }) =>
  streamsOf<ThirdPartyTransferEvent>(log, 'third-party-transfer').flatMap((events) => {
    const { stream, data } = events[0] as Of<ThirdPartyTransferEvent, 'ThirdPartyTransferRequested'>;
    const { donor, holder: recipient, programme = null, case: of = null } = data;
    const turns = events.flatMap((event): readonly Turn[] => {
      const on = occurredOn(event);
      if (event.type === 'ThirdPartyTransferConsented') return [{ is: 'due', due: event.data.until, on }];
      // What was done before it is recorded later at times.
      const used = last(events, 'ThirdPartyTransferCarriedOut') !== undefined;
      if (event.type === 'TransferConsentLapsed') return used ? [] : [{ is: 'passed', on }];
      if (event.type === 'ThirdPartyTransferCarriedOut') return [{ is: 'withdrawn', on: event.data.on }];
      return /Withdrawn$/.test(event.type) ? [{ is: 'withdrawn', on }] : [];
    });
    const about = { donor, recipient, programme, assistance_case: of };
    return duty({ stream, duty: 'consent-end', waitsFor: 'owner', item: '', ...about }, turns, day);
  });

const approvals: Figures = (log, { day }) =>
  streamsOf<TechnologyReleaseEvent>(log, 'technology-release').flatMap((events) => {
    const { stream, data } = events[0] as Of<TechnologyReleaseEvent, 'TechnologyReleaseRequested'>;
    const { donor, recipient, programme = null, case: of = null } = data;
    const turns = turnsOf<TechnologyReleaseEvent>(
      events,
      (event) => (event.type === 'TechnologyReleaseApproved' ? event.data.until : undefined),
      { TechnologyReleaseRevoked: 'withdrawn', TechnologyReleaseExpired: 'passed' },
      () => false,
    );
    const about = { donor, recipient, programme, assistance_case: of };
    return duty({ stream, duty: 'release-end', waitsFor: 'owner', item: '', ...about }, turns, day);
  });

/** What is due of types of items, stores and items. */
export const EQUIPMENT_DUTIES: readonly Figures[] = [reviews, certificates, itemSteps, consents, approvals];
