import type {
  CertifyStorage,
  CorrectCertificate,
  StorageSiteCommand,
  StorageSiteEvent,
  StorageSiteRelation,
} from '@entente/contracts';
import {
  type DecisionContext,
  type Refusal,
  actsFor,
  authoriseBy,
  bySystem,
  decideBy,
  evolveBy,
  pick,
  put,
  refuse,
} from '@entente/kernel';
import type { DeciderOf } from '../decider-of.js';
import { inTheFuture, notOverYet } from '../days.js';
import { correcting } from '../corrections.js';
import { type Certificate, type StorageSite, presentOf, storageSiteFacts } from './item-facts.js';
import { registeredSender, senderStreams } from './senders.js';

/** The days that a correction replaces. */
const daysIn = (data: Pick<CorrectCertificate, 'on' | 'until'>): Partial<Certificate> => pick(data, 'on', 'until');

const evolve = evolveBy<StorageSite, StorageSiteEvent>()(
  'StorageSiteRegistered',
  (data) => ({
    ...pick(data, 'owner', 'area'),
    certificates: {},
    present: null,
    expired: null,
    closed: false,
    correctable: new Map(),
  }),
  {
    StorageSiteCorrected: (data) => pick(data, 'area'),
    StorageCertified: ({ on, until }, { certificates }, { id }) => ({
      certificates: put(certificates, id, { on, until, endedOn: null }),
      present: id,
      expired: null,
    }),
    // With another last day it is in force until that has passed too.
    CertificateCorrected: ({ corrects, ...right }, { certificates }) => {
      const was = certificates[corrects];
      if (was === undefined) return {};
      const corrected = put(certificates, corrects, { ...was, ...daysIn(right) });
      return { certificates: corrected, ...(right.until === undefined ? {} : { present: corrects, expired: null }) };
    },
    StorageDecertified: ({ on }, { certificates, present }) => {
      const was = certificates[present ?? ''];
      const ended = was === undefined ? certificates : put(certificates, present ?? '', { ...was, endedOn: on });
      return { certificates: ended, present: null };
    },
    CertificateExpired: (_, { present }) => ({ present: null, expired: present }),
    StorageSiteClosed: () => ({ present: null, closed: true }),
  },
);

const endsBefore = ({ on, until }: Pick<CertifyStorage, 'on' | 'until'>): Refusal | null =>
  until < on ? refuse('ends-before-start', 'the last day is not before the inspection', null, { on, until }) : null;
const notCertified = (_: object, { present }: StorageSite): Refusal | null =>
  present === null ? refuse('not-certified', 'the store is certified', 'R9') : null;

const decide = decideBy<StorageSite, StorageSiteCommand, StorageSiteEvent>()(
  'RegisterStorageSite',
  (data, { actor }) => [{ type: 'StorageSiteRegistered', data: { ...data, owner: actsFor(actor) } }],
  (_, { closed }) => (closed ? refuse('store-closed', 'the store is in use') : null),
  {
    CorrectStorageSite: { then: 'StorageSiteCorrected' },
    CertifyStorage: {
      unless: (data, state, context) => {
        const { until = '' } = presentOf(state) ?? {};
        const later = data.until > until;
        return (
          inTheFuture(data.on, context) ??
          endsBefore(data) ??
          (later ? null : refuse('not-later', 'the new last day is later than the present one', 'R9', { until }))
        );
      },
      then: 'StorageCertified',
    },
    CorrectCertificate: {
      unless: (data, state, context) => {
        const certificate = state.certificates[data.corrects];
        if (certificate === undefined || (state.present ?? state.expired) !== data.corrects)
          return refuse(
            'certificate-replaced',
            'the certificate is the newest one, and was not ended by a decision',
            'R26',
          );
        const { on, until } = { ...certificate, ...daysIn(data) };
        return inTheFuture(on, context) ?? endsBefore({ on, until });
      },
      then: 'CertificateCorrected',
    },
    DecertifyStorage: {
      unless: (data, state, context) => inTheFuture(data.on, context) ?? notCertified(data, state),
      then: 'StorageDecertified',
    },
    RecordExpiredCertificate: {
      unless: (data, state, context) => {
        const until = presentOf(state)?.until ?? null;
        return (
          notCertified(data, state) ??
          (until !== data.until
            ? refuse('other-last-day', 'the day is the last day of the certificate', null, { until })
            : notOverYet(until, context, null, 'until'))
        );
      },
      then: 'CertificateExpired',
    },
    // It may still have items: each knows its store, and no store all of its items, whose number
    // has no bound. The control `closed-stores` finds them.
    CloseStorageSite: { then: 'StorageSiteClosed' },
  },
);

/** R9: a donor or a monitor inspects the store of another organisation. */
function notACertifier(state: StorageSite | null, context: DecisionContext): Refusal | null {
  const { actor } = context;
  if (actsFor(actor) === state?.owner)
    return refuse('certifies-its-own', 'another organisation than the owner certifies the store', 'R9');
  if (actor.role === 'donor' || actor.role === 'monitor') return registeredSender(actor.role, context);
  return refuse('not-a-certifier', 'a donor or a monitor certifies the store', 'R9');
}

/** The rules of a store: R9, R26, R29. */
export const storageSite: DeciderOf<'storage-site', StorageSite> = correcting({
  ...storageSiteFacts,
  ids: 'prefixed',
  opens: 'RegisterStorageSite',
  evolve,
  consults: (_, __, ___, sender) => senderStreams(sender, 'donor', 'monitor', 'recipient'),
  authorise: authoriseBy<StorageSiteCommand, StorageSite | null, StorageSiteRelation>({
    'site-owner': (state, context) =>
      context.actor.role !== 'recipient' || (state !== null && state.owner !== actsFor(context.actor))
        ? refuse('not-the-owner', 'the recipient that holds the store does this', null, { owner: state?.owner ?? null })
        : registeredSender('recipient', context),
    certifier: notACertifier,
    system: bySystem,
  }),
  decide,
});
