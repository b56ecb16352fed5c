import type {
  ItemEvent,
  ItemTypeEvent,
  StorageSiteEvent,
  TechnologyReleaseEvent,
  ThirdPartyTransferEvent,
} from '@entente/contracts';
import type { RecordedEvent } from '@entente/kernel';
import {
  type Figures,
  type Of,
  daysBetween,
  distinct,
  idOf,
  last,
  occurredOn,
  only,
  since,
  streamsOf,
  newestOf,
  sum,
} from './log.js';
import { recordedFactRows } from './recorded-facts.js';
import { right } from './situations.js';

type Items = readonly RecordedEvent<ItemEvent>[];

/** The last value of a field in these events; null if none has it. */
function lastOf(events: readonly { readonly data: unknown }[], field: string): string | null {
  const values = events.flatMap(({ data }) => (data as Readonly<Record<string, string | undefined>>)[field] ?? []);
  return values.at(-1) ?? null;
}
const senderOf = ({ metadata: { actor } }: Pick<RecordedEvent, 'metadata'>): string => actor.for ?? actor.organisation;

// ---- Types and stores ----

const types: Figures = (log, { day }) =>
  streamsOf<ItemTypeEvent>(log, 'item-type').map((events) => {
    const [opening] = only(events, 'ItemTypeRegistered') as [Of<ItemTypeEvent, 'ItemTypeRegistered'>];
    const named = only(events, 'ItemTypeRegistered', 'ItemTypeCorrected');
    const given = last(events, 'EnhancedDesignationGiven');
    const later = given === undefined ? [] : since(events, given);
    const designated = given !== undefined && last(later, 'DesignationRemoved') === undefined;
    const reviews = only(later, 'DesignationReviewed');
    const interval = last(events, 'CheckIntervalSet')?.data;
    const reviewBy = designated ? (reviews.at(-1)?.data.reviewBy ?? given.data.reviewBy) : null;
    return {
      item_type: idOf(opening.stream),
      donor: opening.data.donor,
      name: lastOf(named, 'name'),
      unit: lastOf(named, 'unit'),
      category: lastOf(named, 'category'),
      designated,
      designated_on: given === undefined ? null : occurredOn(given),
      reason: lastOf(only(events, 'EnhancedDesignationGiven', 'DesignationRemoved'), 'reason'),
      review_by: reviewBy,
      reviews: reviews.length,
      first_check_days: interval?.firstDays ?? 90,
      check_every_days: interval?.everyDays ?? 365,
      retired: last(events, 'ItemTypeRetired') !== undefined,
      registered_on: occurredOn(opening),
      review_overdue: reviewBy !== null && day > reviewBy,
    };
  });

const SITE_STATUS: Readonly<Partial<Record<StorageSiteEvent['type'], string>>> = {
  StorageSiteRegistered: 'registered',
  StorageCertified: 'certified',
  StorageDecertified: 'decertified',
  CertificateExpired: 'expired',
  StorageSiteClosed: 'closed',
};

const sites: Figures = (log, { day }) =>
  streamsOf<StorageSiteEvent>(log, 'storage-site').map((events) => {
    const [opening] = only(events, 'StorageSiteRegistered') as [Of<StorageSiteEvent, 'StorageSiteRegistered'>];
    const stated = only(events, 'StorageSiteRegistered', 'StorageSiteCorrected');
    const certified = last(events, 'StorageCertified');
    const days = only(events, 'StorageCertified', 'CertificateCorrected');
    const statuses = events.flatMap((event) => {
      const hasAnotherEnd = event.type === 'CertificateCorrected' && event.data.until !== undefined;
      return hasAnotherEnd ? 'certified' : (SITE_STATUS[event.type] ?? []);
    });
    const status = statuses.at(-1) ?? '';
    const ended = only(
      certified === undefined ? events : since(events, certified),
      'StorageDecertified',
      'StorageSiteClosed',
    );
    const until = lastOf(days, 'until');
    return {
      site: idOf(opening.stream),
      owner: opening.data.owner,
      place: lastOf(stated, 'place'),
      category: lastOf(stated, 'category'),
      area: lastOf(stated, 'area'),
      status,
      inspected_on: lastOf(days, 'on'),
      certified_until: until,
      standard: certified?.data.standard ?? null,
      certified_by: certified === undefined ? null : senderOf(certified),
      certificates: only(events, 'StorageCertified').length,
      end_reason: ended.at(-1)?.data.reason ?? null,
      registered_on: occurredOn(opening),
      certificate_over: until !== null && ['registered', 'certified'].includes(status) && day > until,
    };
  });

// ---- Items ----

/** The events since the serial was registered last. */
const present = (events: Items): Items => {
  const opening = last(events, 'SerialRegistered') as Of<ItemEvent, 'SerialRegistered'>;
  return [opening, ...since(events, opening)];
};

const ITEM_STATUS: Readonly<Partial<Record<ItemEvent['type'], string>>> = {
  SerialRegistered: 'registered',
  RegistrationWithdrawn: 'withdrawn',
  ItemReceived: 'held',
  ItemReceiptWithdrawn: 'registered',
  ItemReportedLost: 'reported',
  ItemReportedDestroyed: 'reported',
  ItemReportedExpended: 'reported',
  LossReportRejected: 'held',
  LossReportWithdrawn: 'held',
  ItemRecovered: 'held',
  ItemReturned: 'returned',
  ItemDisposed: 'disposed',
  UnauthorisedTransferDetected: 'diverted',
};
const statusOf = (events: Items): string =>
  events
    .flatMap((event) =>
      event.type === 'LossReportVerified' || event.type === 'UnauthorisedTransferWithdrawn'
        ? event.data.as
        : (ITEM_STATUS[event.type] ?? []),
    )
    .at(-1) ?? '';

/** The types of the events after which no store holds the item, and no check is due. */
const EMPTIES = ['ItemReceiptWithdrawn', 'LossReportVerified', 'ItemReturned', 'ItemDisposed'] as const;

/** What happened since the item was last nowhere. */
const somewhere = (events: Items): Items => since(events, last(events, ...EMPTIES));

/** The events without the detections that were withdrawn. */
const withoutMistakes = (events: Items): Items => {
  const taken = only(events, 'UnauthorisedTransferWithdrawn').map(({ data }) => data.corrects);
  return events.filter(({ id }) => !taken.includes(id));
};

/** What happened since no store held the item last: also what was found elsewhere is in none. */
const inStore = (events: Items): Items => {
  const stood = withoutMistakes(events);
  return since(stood, last(stood, ...EMPTIES, 'UnauthorisedTransferDetected'));
};

const holderOf = (events: Items): string => {
  const opening = last(events, 'SerialRegistered') as Of<ItemEvent, 'SerialRegistered'>;
  const came = last(events, 'SerialRegistered', 'ItemReceived', 'ItemReceiptWithdrawn', 'ItemReturned');
  if (came?.type !== 'ItemReceived') return opening.data.donor;
  return last(since(events, came), 'ItemTransferred')?.data.to ?? came.data.holder;
};

/** Where the item is, if a store holds it: with a new holder only what that one stated. */
const siteOf = (events: Items): string | null => {
  const here = inStore(events);
  const handed = only(here, 'ItemTransferred').findLast(({ data }) => data.to !== data.from);
  const withHolder = handed === undefined ? here : [handed, ...since(here, handed)];
  const stated = only(
    withHolder,
    'ItemReceived',
    'ItemReceiptCorrected',
    'ItemMoved',
    'ItemRecovered',
    'ItemTransferred',
  );
  // A move that was recorded late places nothing.
  const inTime = stated.filter(({ data }) => !('newerOn' in data) || data.newerOn === undefined);
  const placed = inTime.some(({ type }) => type !== 'ItemReceiptCorrected');
  return placed ? lastOf(inTime, 'site') : null;
};

/** The receipt, if it was not taken back. */
function receiptOf(events: Items): Of<ItemEvent, 'ItemReceived'> | undefined {
  const receipt = last(events, 'ItemReceived');
  return receipt === undefined || last(since(events, receipt), 'ItemReceiptWithdrawn') !== undefined
    ? undefined
    : receipt;
}

/** The events without the checks of an item that were recorded after a newer one. */
function withoutOlderChecks(events: Items): Items {
  let newest = '';
  return events.filter((event) => {
    if (event.type === 'ItemReceived') newest = '';
    if (event.type === 'ItemCheckCorrected') newest = event.data.checkedOn ?? '';
    if (event.type !== 'ItemChecked') return true;
    if (event.data.on < newest) return false;
    newest = event.data.on;
    return true;
  });
}

function checkByOf(events: Items, checked: boolean): string | null {
  const scheduled = only(
    somewhere(events),
    'ItemReceived',
    'ItemReceiptCorrected',
    'ItemChecked',
    'ItemCheckCorrected',
    'ItemCheckNoted',
    'ItemRecovered',
  ).filter(({ type, data }) => type !== 'ItemCheckNoted' || data.checkBy !== undefined);
  const begun = scheduled.findIndex(({ type }) => ['ItemReceived', 'ItemChecked', 'ItemRecovered'].includes(type));
  // A corrected receipt moves the first check, not a later one.
  const counts = scheduled.filter(
    ({ type }, n) => n >= begun && begun >= 0 && (type !== 'ItemReceiptCorrected' || !checked),
  );
  return counts.at(-1)?.data.checkBy ?? null;
}

const DETECTIONS = ['UnauthorisedTransferDetected', 'UnauthorisedTransferCorrected'] as const;

const aboutItem = (opening: Of<ItemEvent, 'SerialRegistered'>) => ({
  item: idOf(opening.stream),
  donor: opening.data.donor,
  recipient: opening.data.recipient,
  item_type: `${opening.data.donor}.${opening.data.item}`,
  serial: opening.data.serial,
});

const items: Figures = (log, { day }) =>
  streamsOf<ItemEvent>(log, 'item').map((all) => {
    const events = present(all);
    const opening = last(events, 'SerialRegistered') as Of<ItemEvent, 'SerialRegistered'>;
    const { programme = null, case: of = null, consignment = null, line = null } = opening.data;
    const receipt = receiptOf(events);
    const received = receipt === undefined ? [] : [receipt, ...only(since(events, receipt), 'ItemReceiptCorrected')];
    const checked =
      receipt === undefined
        ? undefined
        : last(since(withoutOlderChecks(events), receipt), 'ItemChecked', 'ItemCheckCorrected');
    const checkedOn = (checked?.type === 'ItemChecked' ? checked.data.on : checked?.data.checkedOn) ?? null;
    const inspected = newestOf(only(events, 'ServiceabilityReported'))?.data;
    const checkBy = checkByOf(withoutOlderChecks(events), checkedOn !== null);
    return {
      ...aboutItem(opening),
      programme,
      assistance_case: of,
      consignment,
      line,
      status: statusOf(events),
      holder: holderOf(events),
      site: siteOf(events),
      found_at: statusOf(events) === 'diverted' ? lastOf(only(events, ...DETECTIONS), 'place') : null,
      received_on: lastOf(received, 'on'),
      last_checked_on: checkedOn,
      check_by: checkBy,
      end_use_check: last(events, 'ItemCheckNoted')?.data.check ?? null,
      serviceability: inspected?.serviceability ?? null,
      serviceability_on: inspected?.on ?? null,
      registered_on: occurredOn(opening),
      check_overdue: checkBy !== null && day > checkBy,
    };
  });

const STEP_WORDS: Readonly<Record<string, string>> = {
  SerialRegistered: 'registered',
  RegistrationWithdrawn: 'withdrawn',
  LossReportVerified: 'loss-verified',
  LossReportRejected: 'loss-rejected',
  LossReportCorrected: 'loss-corrected',
  LossReportWithdrawn: 'loss-withdrawn',
  ServiceabilityReported: 'serviceability',
  UnauthorisedTransferDetected: 'diverted',
  UnauthorisedTransferCorrected: 'diversion-corrected',
  UnauthorisedTransferWithdrawn: 'diversion-withdrawn',
  LegislatureNotifiedOfTransfer: 'legislature-notified',
  ItemStepBecameOverdue: 'overdue',
};
/** `ItemReportedLost` is `reported-lost`. */
const wordOf = (type: string): string =>
  STEP_WORDS[type] ??
  type
    .slice('Item'.length)
    .replace(/(?<=.)[A-Z]/g, (letter) => `-${letter}`)
    .toLowerCase();

const DETAILS = ['reason', 'cause', 'method', 'place', 'serviceability', 'authority', 'step', 'transfer'];

const custodySteps = (log: readonly RecordedEvent[]) =>
  streamsOf<ItemEvent>(log, 'item').flatMap((all) =>
    all.flatMap((event, n) => {
      if (event.type === 'ItemCheckNoted') return [];
      const events = present(all.slice(0, n + 1));
      const earlier = n === 0 ? [] : present(all.slice(0, n));
      const opening = last(events, 'SerialRegistered') as Of<ItemEvent, 'SerialRegistered'>;
      const data = event.data as unknown as Readonly<Record<string, string | undefined>>;
      return {
        ...aboutItem(opening),
        step: event.revision,
        happened: wordOf(event.type),
        happened_on: data['on'] ?? occurredOn(event),
        holder: holderOf(events),
        site: siteOf(events),
        holder_before: earlier.length === 0 ? null : holderOf(earlier),
        site_before: earlier.length === 0 ? null : siteOf(earlier),
        detail: DETAILS.flatMap((field) => data[field] ?? [])[0] ?? null,
        recorded_by: senderOf(event),
      };
    }),
  );

/** Steps that leave an item where it was. */
const STAYS = [
  'reported-lost',
  'reported-destroyed',
  'reported-expended',
  'loss-rejected',
  'loss-corrected',
  'loss-withdrawn',
  'diversion-corrected',
  'serviceability',
  'checked',
  'check-corrected',
  'not-seen',
  'seen-again',
  'legislature-notified',
  'overdue',
];

const chain: Figures = (log, asked) => {
  const places = new Map(sites(log, asked).map(({ site, place }) => [site, place]));
  const placeOf = (site: string | null) => (site === null ? null : (places.get(site) ?? null));
  const ids = new Map(log.map(({ stream, revision, id }) => [`${stream} ${revision}`, id]));
  return custodySteps(log)
    .filter(({ happened, ...of }) => {
      if (STAYS.includes(happened)) return false;
      // A correction or withdrawal of a receipt, and a move, may change nothing.
      const settles = ['moved', 'receipt-corrected', 'receipt-withdrawn', 'diversion-withdrawn'].includes(happened);
      return !settles || of.site !== of.site_before || of.holder !== of.holder_before;
    })
    .map(({ holder, site, holder_before: fromHolder, site_before: fromSite, ...step }) => ({
      ...step,
      from_holder: fromHolder,
      from_site: fromSite,
      from_place: placeOf(fromSite),
      to_holder: holder,
      to_site: site,
      to_place: step.happened === 'diverted' ? step.detail : placeOf(site),
      by_event: ids.get(`item/${step.item} ${step.step}`) ?? null,
    }));
};

const REPORTS = ['ItemReportedLost', 'ItemReportedDestroyed', 'ItemReportedExpended'] as const;

const LOSS_ENDS: Readonly<Record<string, string>> = {
  LossReportWithdrawn: 'withdrawn',
  UnauthorisedTransferDetected: 'found-elsewhere',
};

const losses: Figures = (log, { day }) =>
  streamsOf<ItemEvent>(log, 'item').flatMap((events) =>
    only(events, ...REPORTS).map((report) => {
      const before = present(events.slice(0, events.indexOf(report) + 1));
      const end = only(
        withoutMistakes(events),
        'LossReportVerified',
        'LossReportRejected',
        'LossReportWithdrawn',
        'UnauthorisedTransferDetected',
      ).find(({ data }) => ('corrects' in data ? data.corrects : data.report) === report.id);
      const decided = end?.type === 'LossReportVerified' || end?.type === 'LossReportRejected' ? end : undefined;
      const opening = last(before, 'SerialRegistered') as Of<ItemEvent, 'SerialRegistered'>;
      const { verifyBy } = report.data;
      return {
        ...aboutItem(opening),
        holder: last(before, 'ItemTransferred')?.data.to ?? aboutItem(opening).recipient,
        reported_as: wordOf(report.type).slice('reported-'.length),
        lost_on: right(events, report, 'on'),
        cause: right(events, report, 'cause'),
        reported_on: occurredOn(report),
        verify_by: verifyBy,
        status:
          end === undefined
            ? 'open'
            : decided === undefined
              ? (LOSS_ENDS[end.type] ?? '')
              : decided.type === 'LossReportVerified'
                ? 'verified'
                : 'rejected',
        decided_on: end === undefined ? null : occurredOn(end),
        decided_by: decided === undefined ? null : senderOf(decided),
        outcome:
          end?.type === 'LossReportVerified'
            ? end.data.method
            : end?.type === 'LossReportRejected' || end?.type === 'LossReportWithdrawn'
              ? end.data.reason
              : null,
        days: decided === undefined ? null : daysBetween(occurredOn(report), occurredOn(decided)),
        overdue: end === undefined && day > verifyBy,
      };
    }),
  );

// ---- Consent and release ----

const TRANSFER_STATUS: Readonly<Partial<Record<ThirdPartyTransferEvent['type'], string>>> = {
  ThirdPartyTransferRequested: 'requested',
  ThirdPartyTransferConsented: 'consented',
  ThirdPartyTransferRefused: 'refused',
  TransferConsentWithdrawn: 'consent-withdrawn',
  TransferConsentLapsed: 'lapsed',
  ThirdPartyTransferCarriedOut: 'carried-out',
  ThirdPartyTransferWithdrawn: 'withdrawn',
};

const transfers: Figures = (log, { day }) =>
  streamsOf<ThirdPartyTransferEvent>(log, 'third-party-transfer').map((events) => {
    const confirmations = recordedFactRows(events);
    const [opening] = only(events, 'ThirdPartyTransferRequested') as [
      Of<ThirdPartyTransferEvent, 'ThirdPartyTransferRequested'>,
    ];
    const { kind, donor, holder, programme = null, case: of = null, goods, reason } = opening.data;
    const stated = only(events, 'ThirdPartyTransferRequested', 'TransferRequestCorrected');
    const consent = last(events, 'ThirdPartyTransferConsented');
    const decided = last(events, 'ThirdPartyTransferConsented', 'ThirdPartyTransferRefused');
    const done = last(events, 'ThirdPartyTransferCarriedOut')?.data;
    const ends = ['ThirdPartyTransferRefused', 'TransferConsentWithdrawn', 'ThirdPartyTransferWithdrawn'] as const;
    const status = events.flatMap(({ type }) => TRANSFER_STATUS[type] ?? []).at(-1) ?? '';
    return {
      transfer: idOf(opening.stream),
      transfer_kind: kind,
      donor,
      holder,
      new_holder: lastOf(stated, 'to'),
      new_end_use: lastOf(stated, 'endUse'),
      programme,
      assistance_case: of,
      goods: distinct(goods.map(({ item }) => item)),
      item_names: distinct(goods.map(({ item }) => item)).join(),
      quantity: goods.every(({ item }) => item === goods[0]?.item) ? sum(goods.map(({ quantity }) => quantity)) : null,
      serials: goods.flatMap(({ serials = [] }) => serials).length,
      reason,
      status,
      requested_on: occurredOn(opening),
      decided_on: decided === undefined ? null : occurredOn(decided),
      consent_until: consent?.data.until ?? null,
      conditions: consent?.data.conditions ?? [],
      end_reason: last(events, ...ends)?.data.reason ?? null,
      carried_out_on: done?.on ?? null,
      informed: done?.informed ?? [],
      confirmation: (confirmations.find((row) => row['stream'] === opening.stream)?.['status'] ?? null) as
        string | null,
      consent_over: status === 'consented' && consent !== undefined && day > consent.data.until,
    };
  });

const RELEASE_STATUS: Readonly<Partial<Record<TechnologyReleaseEvent['type'], string>>> = {
  TechnologyReleaseRequested: 'requested',
  TechnologyReleaseApproved: 'approved',
  TechnologyReleaseDenied: 'denied',
  TechnologyReleaseRevoked: 'revoked',
  TechnologyReleaseExpired: 'expired',
  ReleaseRequestWithdrawn: 'withdrawn',
};

const releases: Figures = (log, { day }) =>
  streamsOf<TechnologyReleaseEvent>(log, 'technology-release').map((events) => {
    const [opening] = only(events, 'TechnologyReleaseRequested') as [
      Of<TechnologyReleaseEvent, 'TechnologyReleaseRequested'>,
    ];
    const { donor, recipient, technology, purpose, programme = null, case: of = null } = opening.data;
    const approval = last(events, 'TechnologyReleaseApproved')?.data;
    const decided = last(events, 'TechnologyReleaseApproved', 'TechnologyReleaseDenied');
    const sent = only(events, 'TechnicalDataTransferred');
    const status = events.flatMap(({ type }) => RELEASE_STATUS[type] ?? []).at(-1) ?? '';
    const ends = ['TechnologyReleaseDenied', 'TechnologyReleaseRevoked', 'ReleaseRequestWithdrawn'] as const;
    return {
      technology_release: idOf(opening.stream),
      donor,
      recipient,
      technology,
      purpose,
      programme,
      assistance_case: of,
      status,
      requested_on: occurredOn(opening),
      decided_on: decided === undefined ? null : occurredOn(decided),
      authority: approval?.authority ?? null,
      marking: approval?.marking ?? null,
      conditions: approval?.conditions ?? [],
      last_day: approval?.until ?? null,
      transfers: sent.length,
      transferred_on: newestOf(sent)?.data.on ?? null,
      end_reason: last(events, ...ends)?.data.reason ?? null,
      last_day_over: status === 'approved' && approval !== undefined && day > approval.until,
    };
  });

export const EQUIPMENT: Readonly<Record<string, Figures>> = {
  'item-types': types,
  'storage-sites': sites,
  items,
  custody: custodySteps,
  'chain-of-custody': chain,
  'loss-reports': losses,
  'third-party-transfers': transfers,
  'technology-releases': releases,
};
