import type { AssistanceScope, LegalFrameworkEvent } from '@entente/contracts';
import { type Projection, addDays } from '@entente/kernel';
import { OWN_OR_REPORTED, SCOPE_KINDS } from './codes.js';
import { count, day, dayOrNull, daysLeft, flag, json, oneOf, overdue, text, textOrNull } from './columns.js';
import { itemsBy } from './items-by.js';
import { BASIS } from './plausibility.js';
import { type Stated, rowBy, unchanged } from './row-by.js';

/** An agreement with its assurances. */
export class AgreementRow {
  @text("the agreement's id") agreement!: string;
  @text('the title of the agreement') title!: string;
  @text('the code of the instrument') instrument!: string;
  @text("the donor's id") donor!: string;
  @text("the recipient's id") recipient!: string;
  @text(BASIS, OWN_OR_REPORTED) basis!: string;
  @oneOf(['drafted', 'in-force', 'expired', 'terminated']) status!: string;
  @textOrNull('the code of the reason for its termination') reason!: string | null;
  @json('the parties that signed it') signed_by!: readonly string[];
  @dayOrNull('its first day in force') in_force_from!: string | null;
  @dayOrNull('its last day in force, as amended and corrected') last_day!: string | null;
  @dayOrNull('the day from which it is terminated, or the first day after its last one, if that was recorded')
  ended_on!: string | null;
  @flag('whether it was recorded that its last day is near') expiry_near!: boolean;
  @count('amendments') amendments!: number;
  @json('the assurances given and not withdrawn: use, no-transfer, security, observation')
  assurances!: readonly string[];
  @count('how many of the four assurances are not given') assurances_missing!: number;
  @dayOrNull('the day from which the recipient bars units that are not cleared; null if it does not')
  units_barred_from!: string | null;
}

const FOUR = 4;

export const agreements: Projection<LegalFrameworkEvent, AgreementRow> = {
  name: 'agreements',
  topic: 'Agreements',
  version: 3,
  kinds: ['legal-framework'],
  about: 'an agreement of a donor and a recipient: whether it is in force, until when, and the assurances given',
  totals: { counts: 'agreements', by: ['status'], sums: [] },
  daily: {
    days_left: daysLeft(
      'days from the day of the answer to its last day, below zero after that; null if it is not in force, or has ended',
      { due: 'last_day', done: 'ended_on' },
    ),
    last_day_over: overdue('whether its last day is over and its end was not recorded: it counts as ended', {
      due: 'last_day',
      done: 'ended_on',
    }),
  },
  ...rowBy<AgreementRow, LegalFrameworkEvent>(AgreementRow)(
    'AgreementDrafted',
    ({ title, instrument, donor, recipient, basis = 'own' }, { id }) => ({
      agreement: id,
      title,
      instrument,
      donor,
      recipient,
      basis,
      status: 'drafted',
      signed_by: [],
      assurances: [],
    }),
    {
      AgreementSigned: ({ party }, { signed_by }) => ({ signed_by: [...signed_by, party].sort() }),
      AgreementEnteredIntoForce: ({ on, until }) => ({ status: 'in-force', in_force_from: on, last_day: until }),
      AgreementAmended: ({ until }, { amendments, ...row }) => ({
        amendments: amendments + 1,
        last_day: until ?? row.last_day,
        expiry_near: until === undefined && row.expiry_near,
      }),
      AgreementCorrected: ({ on, until }, row) => ({
        in_force_from: on ?? row.in_force_from,
        ...(until === undefined
          ? {}
          : {
              last_day: until,
              expiry_near: false,
              ...(row.status === 'expired' ? { status: 'in-force', ended_on: null } : {}),
            }),
      }),
      AgreementExpiryApproached: () => ({ expiry_near: true }),
      AgreementExpired: ({ until }) => ({ status: 'expired', ended_on: addDays(until, 1) }),
      AgreementTerminated: ({ on, reason }) => ({ status: 'terminated', ended_on: on, reason }),
      UseConditionAttached: unchanged,
      UseConditionLifted: unchanged,
      RestrictionImposed: unchanged,
      RestrictionLifted: unchanged,
      EndUseAssuranceGiven: ({ assurance }, { assurances }) => ({ assurances: [...assurances, assurance].sort() }),
      EndUseAssuranceWithdrawn: ({ assurance }, { assurances }) => ({
        assurances: assurances.filter((one) => one !== assurance),
      }),
      ListedUnitsBarred: ({ on }) => ({ units_barred_from: on }),
      ListedUnitsBarWithdrawn: () => ({ units_barred_from: null }),
      WaiverGranted: unchanged,
      ExceptionInvoked: unchanged,
      WaiverEnded: unchanged,
      StatutoryReportSubmitted: unchanged,
      StatutoryReportBecameOverdue: unchanged,
      FrameworkDayCorrected: unchanged,
      ParameterSet: unchanged,
      IncidentTypeDefined: unchanged,
    },
    ({ assurances }) => ({ assurances_missing: FOUR - assurances.length }),
  ),
};

/** A condition of use, or a restriction. */
export class ConditionRow {
  @text("the agreement's id") agreement!: string;
  @text("the donor's id") donor!: string;
  @text("the recipient's id") recipient!: string;
  @oneOf(['use-condition', 'restriction']) type!: string;
  @text('its name in the agreement') name!: string;
  @text('what is to be done, or is not allowed, in plain words') statement!: string;
  @textOrNull('of a restriction: the code of the law or decision behind it') basis!: string | null;
  @textOrNull('what it concerns: a unit, an item-type, a case, a programme or a country; null if all', SCOPE_KINDS)
  scope_kind!: string | null;
  @textOrNull('the id of what it concerns') scope!: string | null;
  @text('attached (in force while its agreement is: conditions-in-force has those) or lifted', ['attached', 'lifted'])
  status!: string;
  @day('the day on which it was attached or imposed last') attached_on!: string;
  @dayOrNull('the day on which it was lifted') lifted_on!: string | null;
  @textOrNull('the code of the reason for which it was lifted') reason!: string | null;
}

const attached =
  (type: string) =>
  (
    {
      statement,
      basis,
      scope,
    }: { readonly statement: string; readonly basis?: string; readonly scope?: AssistanceScope },
    _: ConditionRow,
    key: string,
    { day: on }: { readonly day: string },
  ): Stated<ConditionRow> => ({
    type,
    name: key.slice(key.indexOf('/') + 1),
    statement,
    basis,
    scope_kind: scope?.kind,
    scope: scope?.id,
    status: 'attached',
    attached_on: on,
    lifted_on: null,
    reason: null,
  });
const lifted = (
  { reason }: { readonly reason: string },
  _: ConditionRow,
  __: string,
  { day: on }: { readonly day: string },
): Partial<ConditionRow> => ({ status: 'lifted', lifted_on: on, reason });

export const conditions: Projection<LegalFrameworkEvent, ConditionRow> = {
  name: 'conditions',
  topic: 'Agreements',
  version: 2,
  kinds: ['legal-framework'],
  about: 'a condition of use or a restriction under an agreement, in plain words, and whether it was lifted',
  totals: { counts: 'conditions and restrictions', by: ['status', 'type'], sums: [] },
  ...itemsBy<ConditionRow, LegalFrameworkEvent>(ConditionRow)(
    'AgreementDrafted',
    ({ donor, recipient }, { id: agreement }) => ({ agreement, donor, recipient }),
    {
      UseConditionAttached: {
        begins: true,
        keys: ({ condition }) => `use-condition/${condition}`,
        change: attached('use-condition'),
      },
      UseConditionLifted: { keys: ({ condition }) => `use-condition/${condition}`, change: lifted },
      RestrictionImposed: {
        begins: true,
        keys: ({ restriction }) => `restriction/${restriction}`,
        change: attached('restriction'),
      },
      RestrictionLifted: { keys: ({ restriction }) => `restriction/${restriction}`, change: lifted },
    },
  ),
};
