import type { CountrySituationEvent } from '@entente/contracts';
import { type Projection, isNewest } from '@entente/kernel';
import { count, day, dayOrNull, flag, oneOf, overdue, text, textOrNull } from './columns.js';
import { itemsBy } from './items-by.js';
import { rowBy, unchanged } from './row-by.js';

/** The situation in a country or an area, as one donor sees it. */
class CountrySituationRow {
  @text("the situation's id") situation!: string;
  @text('the country') country!: string;
  @textOrNull('the area of the country; the whole country if there is none') area!: string | null;
  @text('the donor that follows it') donor!: string;
  @textOrNull('the programme, if it concerns only one') programme!: string | null;
  @oneOf(['stable', 'unstable', 'closed']) status!: string;
  @text(
    "the newest level of risk, in the donor's own scale: that of the latest day, of one day the one recorded later; that of the opening until it is assessed",
  )
  level!: string;
  @day('the day as of which the newest level was assessed') assessed_on!: string;
  @count('how often its risk was assessed since the opening') assessments!: number;
  @textOrNull('the name of the instability declared last') instability!: string | null;
  @textOrNull('the code of the reason for the instability declared last') reason!: string | null;
  @dayOrNull('the day from which the area was unstable by that declaration') unstable_from!: string | null;
  @dayOrNull('the day from which it was stable again after that') stable_from!: string | null;
  @count('how often it was declared unstable') instabilities!: number;
  @flag("whether that declaration asked for a hold on the donor's assistance") hold!: boolean;
  @text('normal, or remote: how checks are made, by the newest change', ['normal', 'remote']) monitoring!: string;
  @dayOrNull('the day of that change: the latest, of one day the one recorded later') monitoring_from!: string | null;
  @textOrNull('the continuity plan that applies') plan!: string | null;
  @dayOrNull('the day from which that applies') plan_from!: string | null;
  @count('the tasks of that plan that are not completed') open_tasks!: number;
  @count('the alerts to personnel that are in force') alerts!: number;
}

export const countrySituations: Projection<CountrySituationEvent, CountrySituationRow> = {
  name: 'country-situations',
  topic: 'Situations and personnel',
  version: 4,
  kinds: ['country-situation'],
  about: 'the situation in a country or an area: its risk, instability, monitoring mode and continuity plan',
  totals: { counts: 'situations', by: ['status', 'monitoring'], sums: [] },
  ...rowBy<CountrySituationRow, CountrySituationEvent>(CountrySituationRow)(
    'CountrySituationOpened',
    ({ country, area, donor, programme, level }, { id: situation, day: assessed_on }) => ({
      situation,
      country,
      area,
      donor,
      programme,
      status: 'stable',
      level,
      assessed_on,
      monitoring: 'normal',
    }),
    {
      // The opening states a level without the day of an assessment.
      CountryRiskAssessed: ({ level, on }, { assessments, assessed_on }) => ({
        assessments: assessments + 1,
        ...(assessments === 0 || isNewest(on, assessed_on) ? { level, assessed_on: on } : {}),
      }),
      InstabilityDeclared: ({ instability, on, reason, hold }, row) => ({
        status: 'unstable',
        instability,
        reason,
        unstable_from: on,
        stable_from: null,
        instabilities: row.instabilities + 1,
        hold,
      }),
      StabilityRestored: ({ on: stable_from }) => ({ status: 'stable', stable_from }),
      MonitoringModeChanged: ({ mode: monitoring, on: monitoring_from }, row) =>
        isNewest(monitoring_from, row.monitoring_from) ? { monitoring, monitoring_from } : {},
      PersonnelAlertIssued: (_, { alerts }) => ({ alerts: alerts + 1 }),
      PersonnelAlertEnded: (_, { alerts }) => ({ alerts: alerts - 1 }),
      ContinuityPlanActivated: ({ plan, on: plan_from, tasks }) => ({ plan, plan_from, open_tasks: tasks.length }),
      ContinuityTaskCompleted: (_, { open_tasks }) => ({ open_tasks: open_tasks - 1 }),
      ContinuityPlanEnded: () => ({ plan: null, plan_from: null, open_tasks: 0 }),
      SituationDutyBecameOverdue: unchanged,
      // An earlier instability is not in the row any more.
      SituationDayCorrected: ({ fact, item, on }, { instability, plan }) => {
        if (fact === 'plan') return plan === null ? {} : { plan_from: on };
        if (item !== instability) return {};
        return fact === 'instability' ? { unstable_from: on } : fact === 'restoration' ? { stable_from: on } : {};
      },
      CountrySituationClosed: () => ({ status: 'closed' }),
    },
  ),
};

/** An alert to the personnel in an area. */
export class AlertRow {
  @text('the situation in which it was issued') situation!: string;
  @text("the alert's name in the situation") alert!: string;
  @text('the country') country!: string;
  @textOrNull('the area of the country; the whole country if there is none') area!: string | null;
  @text('the donor that issued it') donor!: string;
  @oneOf(['in force', 'ended']) status!: string;
  @text('the code of what personnel are asked to do') instruction!: string;
  @text('the code of the reason') reason!: string;
  @day('the day of the alert') issued_on!: string;
  @day('the last day on which personnel in the area are accounted for') account_by!: string;
  @dayOrNull('the day from which it did not apply any more') ended_on!: string | null;
}

export const alerts: Projection<CountrySituationEvent, AlertRow> = {
  name: 'alerts',
  topic: 'Situations and personnel',
  version: 1,
  kinds: ['country-situation'],
  about: 'an alert to the personnel in an area, from its issue to its end',
  totals: { counts: 'alerts', by: ['status'], sums: [] },
  daily: {
    account_by_over: overdue('whether the day by which personnel are accounted for is over, and it is in force', {
      due: 'account_by',
      done: 'ended_on',
    }),
  },
  ...itemsBy<AlertRow, CountrySituationEvent>(AlertRow)(
    'CountrySituationOpened',
    ({ country, area, donor }, { id: situation }) => ({ situation, country, area, donor, status: 'in force' }),
    {
      PersonnelAlertIssued: {
        begins: true,
        keys: ({ alert }) => alert,
        change: ({ alert, on: issued_on, instruction, reason, accountBy: account_by }) => ({
          alert,
          instruction,
          reason,
          issued_on,
          account_by,
        }),
      },
      PersonnelAlertEnded: {
        keys: ({ alert }) => alert,
        change: ({ on: ended_on }) => ({ status: 'ended', ended_on }),
      },
      SituationDayCorrected: {
        keys: ({ fact, item }) => (fact.startsWith('alert') ? item : []),
        change: ({ fact, on }) => (fact === 'alert' ? { issued_on: on } : { ended_on: on }),
      },
    },
  ),
};
