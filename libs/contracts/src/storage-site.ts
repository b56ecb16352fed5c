import { code, day, eventId, optional, organisation } from './fields.js';
import { type CommandOf, type EventOf, type RelationOf, command, contract, event, fact } from './contract.js';

const reason = (example: string) => code('the code of the reason', example);
const on = (what: string, example: string) => day(`the day of ${what}`, example);
const until = (example: string) => day('the last day of the certificate', example);

export class RegisterStorageSite {
  @code('the code of the place', 'north-depot') readonly place!: string;
  @code('the code of what may be stored there', 'arms-and-night-vision') readonly category!: string;
  @optional() @code("the area of the owner's country, as country situations name it", 'north') readonly area?: string;
}

/** The owner is the sender: the decision adds it. */
export class StorageSiteRegistered extends RegisterStorageSite {
  @organisation('the organisation that holds the store', 'estmark') readonly owner!: string;
}

/** A registration was wrong, or without the area: each field here replaces one of it. */
export class CorrectStorageSite {
  @eventId('the event that was wrong') readonly corrects!: string;
  @reason('area-left-out') readonly reason!: string;
  @optional() @code('the code of the place', 'north-depot') readonly place?: string;
  @optional() @code('the code of what may be stored there', 'arms') readonly category?: string;
  @optional() @code("the area of the owner's country, as country situations name it", 'north') readonly area?: string;
}

export class CertifyStorage {
  @on('the inspection', '2026-04-20') readonly on!: string;
  @until('2036-12-31') readonly until!: string;
  @code('the code of the standard that the store meets', 'physical-security-level-2') readonly standard!: string;
}

/** A certificate was entered wrongly: each field here replaces the certificate's. */
export class CorrectCertificate {
  @eventId('the event that was wrong') readonly corrects!: string;
  @reason('wrong-last-day') readonly reason!: string;
  @optional() @on('the inspection', '2026-04-21') readonly on?: string;
  @optional() @until('2036-11-30') readonly until?: string;
}

export class DecertifyStorage {
  @on('the decision', '2026-05-02') readonly on!: string;
  @reason('fence-broken') readonly reason!: string;
}

export class CertificateExpired {
  @until('2036-12-31') readonly until!: string;
}

export class CloseStorageSite {
  @reason('store-moved') readonly reason!: string;
}

/** A store of a recipient. Items of designated types are received only in a certified one. */
export const storageSiteContract = contract({
  kind: 'storage-site',
  about: 'a store, and until when it is certified to hold items that are monitored by their serials',
  commands: {
    RegisterStorageSite: command('register', RegisterStorageSite, 'site-owner', 'Register a store'),
    CorrectStorageSite: command('correct', CorrectStorageSite, 'site-owner', 'Correct the registration of a store', {
      corrects: '5f0c1c52-1f0f-5a3e-9c55-0f2a54a3a9b1',
      reason: 'area-left-out',
      area: 'north',
    }),
    CertifyStorage: command('certify', CertifyStorage, 'certifier', 'Certify a store until a last day'),
    CorrectCertificate: command('correct-certificate', CorrectCertificate, 'certifier', 'Correct the days'),
    DecertifyStorage: command('decertify', DecertifyStorage, 'certifier', 'End a certificate before its last day'),
    RecordExpiredCertificate: command(
      'record-expired',
      CertificateExpired,
      'system',
      'Record that a certificate ended with its last day',
    ),
    CloseStorageSite: command('close', CloseStorageSite, 'site-owner', 'End the use of a store'),
  },
  events: {
    StorageSiteRegistered: event(StorageSiteRegistered, 'A store was registered', { opens: 'the store' }),
    StorageSiteCorrected: fact(CorrectStorageSite, 'The registration of the store was corrected'),
    StorageCertified: event(CertifyStorage, 'The store was certified', { opens: 'the certificate' }),
    CertificateCorrected: fact(CorrectCertificate, 'The days of the certificate were corrected'),
    StorageDecertified: event(DecertifyStorage, 'The certificate was ended before its last day', {
      closes: ['StorageCertified'],
    }),
    CertificateExpired: event(CertificateExpired, 'The certificate ended with its last day', {
      closes: ['StorageCertified'],
    }),
    StorageSiteClosed: event(CloseStorageSite, 'The store is no longer used', { closes: ['StorageSiteRegistered'] }),
  },
});

export type StorageSiteCommand = CommandOf<typeof storageSiteContract>;
export type StorageSiteEvent = EventOf<typeof storageSiteContract>;
export type StorageSiteRelation = RelationOf<typeof storageSiteContract>;
