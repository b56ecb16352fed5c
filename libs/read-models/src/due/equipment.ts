import type {
  ItemEvent,
  ItemTypeEvent,
  StorageSiteEvent,
  TechnologyReleaseEvent,
  ThirdPartyTransferEvent,
} from '@entente/contracts';
import { due, doneOnceKnown, dueOnceKnown, dutiesOf, overdueNow, partiesOf, passed, withdrawn } from './changes.js';

/** What is due of a type of items. */
export const itemTypeDuties = dutiesOf<ItemTypeEvent>()(
  { 'designation-review': ['donor', 'the next review of a designated type of items'] },
  { type: 'ItemTypeRegistered', of: ({ donor }) => ({ donor }) },
  {
    EnhancedDesignationGiven: ({ reviewBy }) => [due('designation-review', reviewBy)],
    DesignationReviewed: ({ reviewBy }) => [due('designation-review', reviewBy)],
    DesignationRemoved: () => [withdrawn('designation-review')],
    DesignationReviewBecameOverdue: () => [overdueNow('designation-review')],
  },
);

/** What is due of a store. */
export const storageSiteDuties = dutiesOf<StorageSiteEvent>()(
  { 'certificate-end': ['owner', 'the end of the certificate of a store'] },
  { type: 'StorageSiteRegistered', of: ({ owner }) => ({ recipient: owner }) },
  {
    StorageCertified: ({ until }) => [due('certificate-end', until)],
    CertificateCorrected: ({ until }) => (until === undefined ? [] : [due('certificate-end', until)]),
    StorageDecertified: () => [withdrawn('certificate-end')],
    CertificateExpired: () => [passed('certificate-end')],
  },
  {},
  ['StorageSiteClosed'],
);

const reported = ({ verifyBy }: { readonly verifyBy: string }) =>
  [dueOnceKnown('loss-verification', verifyBy), doneOnceKnown('loss-report')] as const;
/** The duties by the steps of which it is recorded that the last day passed. */
const STEPS = { verification: 'loss-verification', notice: 'transfer-notice', report: 'loss-report' } as const;

/** What is due of an item, besides its checks. */
export const itemDuties = dutiesOf<ItemEvent>()(
  {
    'loss-report': ['recipient', 'the report of the loss of an item that a check did not see'],
    'loss-verification': ['monitor', 'the verification of a reported loss'],
    'transfer-notice': ['donor', "the legislature's notice of an unauthorised transfer"],
  },
  { type: 'SerialRegistered', of: partiesOf },
  {
    ItemNotSeen: ({ reportBy, holder }) => [
      dueOnceKnown('loss-report', reportBy),
      { duty: 'loss-report', about: { recipient: holder } },
    ],
    ItemSeenAgain: ({ on }) => [withdrawn('loss-report', '', on)],
    ItemReceiptWithdrawn: () => [withdrawn('loss-report')],
    ItemDisposed: ({ on }) => [withdrawn('loss-report', '', on)],
    ItemReturned: ({ on }) => [withdrawn('loss-report', '', on)],
    ItemReportedLost: reported,
    ItemReportedDestroyed: reported,
    ItemReportedExpended: reported,
    LossReportVerified: () => [doneOnceKnown('loss-verification')],
    LossReportRejected: () => [doneOnceKnown('loss-verification')],
    LossReportWithdrawn: () => [withdrawn('loss-verification')],
    UnauthorisedTransferDetected: ({ notifyBy, report }) => [
      ...(report === undefined ? [] : [withdrawn('loss-verification')]),
      withdrawn('loss-report'),
      dueOnceKnown('transfer-notice', notifyBy),
    ],
    UnauthorisedTransferWithdrawn: ({ verifyBy }) => [
      withdrawn('transfer-notice'),
      ...(verifyBy === undefined ? [] : [dueOnceKnown('loss-verification', verifyBy)]),
    ],
    LegislatureNotifiedOfTransfer: ({ on }) => [doneOnceKnown('transfer-notice', on)],
    ItemStepBecameOverdue: ({ step }) => [overdueNow(STEPS[step])],
  },
);

/** What is due of a retransfer, change of end use or disposal. */
export const thirdPartyTransferDuties = dutiesOf<ThirdPartyTransferEvent>()(
  { 'consent-end': ['owner', 'the end of the consent to a transfer that was not carried out'] },
  {
    type: 'ThirdPartyTransferRequested',
    of: ({ holder: recipient, ...data }) => partiesOf({ ...data, recipient }),
  },
  {
    ThirdPartyTransferConsented: ({ until }) => [due('consent-end', until)],
    TransferConsentWithdrawn: () => [withdrawn('consent-end')],
    TransferConsentLapsed: () => [passed('consent-end')],
    // It may have been recorded as lapsed before.
    ThirdPartyTransferCarriedOut: ({ on }) => [
      { duty: 'consent-end', reopens: true },
      withdrawn('consent-end', '', on),
    ],
  },
  {},
  ['ThirdPartyTransferWithdrawn'],
);

/** What is due of a release of technical data. */
export const technologyReleaseDuties = dutiesOf<TechnologyReleaseEvent>()(
  { 'release-end': ['owner', 'the end of the approval of a release of technical data'] },
  { type: 'TechnologyReleaseRequested', of: partiesOf },
  {
    TechnologyReleaseApproved: ({ until }) => [due('release-end', until)],
    TechnologyReleaseRevoked: () => [withdrawn('release-end')],
    TechnologyReleaseExpired: () => [passed('release-end')],
  },
);
