import type { StorageSiteEvent } from '@entente/contracts';
import { type Projection, actsFor } from '@entente/kernel';
import { count, day, dayOrNull, overdue, text, textOrNull } from './columns.js';
import { rowBy } from './row-by.js';

const STATUSES = ['registered', 'certified', 'decertified', 'expired', 'closed'];

/** A store of a recipient. */
export class StorageSiteRow {
  @text('the store, by its id') site!: string;
  @text('the organisation that holds it') owner!: string;
  @text('the code of the place') place!: string;
  @text('the code of what may be stored there') category!: string;
  @textOrNull("the area of the owner's country, if it was stated") area!: string | null;
  @text('registered, certified, decertified, expired (recorded as such) or closed', STATUSES) status!: string;
  @dayOrNull('the day of the inspection for the newest certificate') inspected_on!: string | null;
  @dayOrNull('the last day of the newest certificate') certified_until!: string | null;
  @textOrNull('the code of the standard of the newest certificate') standard!: string | null;
  @textOrNull('the organisation that gave the newest certificate') certified_by!: string | null;
  @count('how often it was certified') certificates!: number;
  @textOrNull('the code of the reason for which the certificate or the use of the store was ended') end_reason!:
    string | null;
  @day('the day on which it was registered') registered_on!: string;
}

export const storageSites: Projection<StorageSiteEvent, StorageSiteRow> = {
  name: 'storage-sites',
  topic: 'Equipment and end use',
  version: 4,
  kinds: ['storage-site'],
  about: 'a store: until when it is certified to hold items that are monitored by their serials, and by whom',
  totals: { counts: 'stores', by: ['status'], sums: [] },
  daily: {
    certificate_over: overdue('whether the last day of its certificate is over, and this was not recorded', {
      due: 'certified_until',
      closed: { status: ['decertified', 'expired', 'closed'] },
    }),
  },
  ...rowBy<StorageSiteRow, StorageSiteEvent>(StorageSiteRow)(
    'StorageSiteRegistered',
    ({ owner, place, category, area }, { id: site, day: registered_on }) => ({
      site,
      owner,
      place,
      category,
      area,
      status: 'registered',
      registered_on,
    }),
    {
      StorageSiteCorrected: ({ place, category, area }, row) => ({
        place: place ?? row.place,
        category: category ?? row.category,
        area: area ?? row.area,
      }),
      StorageCertified: ({ on, until, standard }, { certificates }, { event }) => ({
        status: 'certified',
        inspected_on: on,
        certified_until: until,
        standard,
        certified_by: actsFor(event.metadata.actor),
        certificates: certificates + 1,
        end_reason: null,
      }),
      CertificateCorrected: ({ on, until }, row) => ({
        inspected_on: on ?? row.inspected_on,
        certified_until: until ?? row.certified_until,
        status: until === undefined ? row.status : 'certified',
      }),
      StorageDecertified: ({ reason }) => ({ status: 'decertified', end_reason: reason }),
      CertificateExpired: () => ({ status: 'expired' }),
      StorageSiteClosed: ({ reason }) => ({ status: 'closed', end_reason: reason }),
    },
  ),
};
