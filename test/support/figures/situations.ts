import type { CountrySituationEvent, DeploymentEvent } from '@entente/contracts';
import type { RecordedEvent } from '@entente/kernel';
import {
  type FigureRow,
  type Figures,
  type Of,
  daysBetween,
  daysLate,
  distinct,
  idOf,
  last,
  newestOf,
  only,
  since,
  streamsOf,
} from './log.js';

type Situation = readonly RecordedEvent<CountrySituationEvent>[];
type Deployed = readonly RecordedEvent<DeploymentEvent>[];

/** The newest right value of a field of an event: that of its last correction, or its own. */
export const right = <Field extends string>(
  events: readonly { readonly type: string; readonly data: unknown }[],
  event: { readonly id: string; readonly data: Readonly<Record<Field, string>> },
  field: Field,
): string =>
  events
    .map(({ data }) => data as { readonly corrects?: string } & { readonly [Name in Field]?: string })
    .findLast((one) => one.corrects === event.id && one[field] !== undefined)?.[field] ?? event.data[field];

/** The newest right day of an event. */
export const rightDay = (
  events: readonly { readonly type: string; readonly data: unknown }[],
  event: { readonly id: string; readonly data: { readonly on: string } },
): string => right(events, event, 'on');

const opening = (events: Situation) =>
  (last(events, 'CountrySituationOpened') as Of<CountrySituationEvent, 'CountrySituationOpened'>).data;

function situation(events: Situation): FigureRow {
  const { country, area = null, donor, programme = null, level } = opening(events);
  const assessed = newestOf(only(events, 'CountryRiskAssessed'));
  const declared = last(events, 'InstabilityDeclared');
  const restored = last(since(events, declared), 'StabilityRestored');
  const mode = newestOf(only(events, 'MonitoringModeChanged'));
  const activated = last(events, 'ContinuityPlanActivated');
  const plan = last(since(events, activated), 'ContinuityPlanEnded') === undefined ? activated : undefined;
  const done = plan === undefined ? 0 : only(since(events, plan), 'ContinuityTaskCompleted').length;
  const unstable = declared !== undefined && restored === undefined;
  return {
    situation: idOf((events[0] as Situation[number]).stream),
    country,
    area,
    donor,
    programme,
    status: last(events, 'CountrySituationClosed') !== undefined ? 'closed' : unstable ? 'unstable' : 'stable',
    level: assessed?.data.level ?? level,
    assessed_on: assessed?.data.on ?? (events[0] as Situation[number]).metadata.occurredAt.slice(0, 10),
    assessments: only(events, 'CountryRiskAssessed').length,
    instability: declared?.data.instability ?? null,
    reason: declared?.data.reason ?? null,
    unstable_from: declared === undefined ? null : rightDay(events, declared),
    stable_from: declared === undefined || restored === undefined ? null : rightDay(events, restored),
    instabilities: only(events, 'InstabilityDeclared').length,
    hold: declared?.data.hold ?? false,
    monitoring: mode?.data.mode ?? 'normal',
    monitoring_from: mode?.data.on ?? null,
    plan: plan?.data.plan ?? null,
    plan_from: plan === undefined ? null : rightDay(events, plan),
    open_tasks: plan === undefined ? 0 : plan.data.tasks.length - done,
    alerts: only(events, 'PersonnelAlertIssued').length - only(events, 'PersonnelAlertEnded').length,
  };
}

const situations: Figures = (log) => streamsOf<CountrySituationEvent>(log, 'country-situation').map(situation);

const alerts: Figures = (log, { day }) =>
  streamsOf<CountrySituationEvent>(log, 'country-situation').flatMap((events) =>
    only(events, 'PersonnelAlertIssued').map((issued) => {
      const { country, area = null, donor } = opening(events);
      const { alert, instruction, reason, accountBy } = issued.data;
      const end = only(events, 'PersonnelAlertEnded').find(({ data }) => data.alert === alert);
      return {
        situation: idOf(issued.stream),
        alert,
        country,
        area,
        donor,
        status: end === undefined ? 'in force' : 'ended',
        instruction,
        reason,
        issued_on: rightDay(events, issued),
        account_by: accountBy,
        ended_on: end === undefined ? null : rightDay(events, end),
        account_by_over: end === undefined && day > accountBy,
      };
    }),
  );

// ---- Personnel ----

const deployedAs = (events: Deployed) =>
  (last(events, 'PersonnelDeployed') as Of<DeploymentEvent, 'PersonnelDeployed'>).data;

/** A field as it was corrected last. */
function stated<Field extends 'role' | 'women' | 'men' | 'persons' | 'from' | 'area'>(events: Deployed, field: Field) {
  const given = only(events, 'PersonnelDeployed', 'DeploymentCorrected').map(({ data }) => data[field]);
  return given.findLast((value) => value !== undefined) as ReturnType<typeof deployedAs>[Field];
}

function deployed(events: Deployed, day: string) {
  const { country, donor, recipient, programme = null, case: assistance_case = null } = deployedAs(events);
  const moves = only(events, 'PersonnelRelocated');
  const moved = moves.at(-1);
  const end = last(events, 'PersonnelReturned');
  const returned = end === undefined ? null : rightDay(events, end);
  const planned = (last(events, 'PersonnelDeployed', 'DeploymentExtended') as { data: { plannedReturn: string } }).data
    .plannedReturn;
  return {
    deployment: idOf((events[0] as Deployed[number]).stream),
    status: end === undefined ? 'deployed' : 'returned',
    role: stated(events, 'role'),
    women: stated(events, 'women'),
    men: stated(events, 'men'),
    personnel: stated(events, 'women') + stated(events, 'men'),
    persons: stated(events, 'persons'),
    country,
    area: moved === undefined ? stated(events, 'area') : right(events, moved, 'area'),
    in_area_from: moved === undefined ? stated(events, 'from') : rightDay(events, moved),
    donor,
    recipient,
    programme,
    assistance_case,
    deployed_on: stated(events, 'from'),
    planned_return: planned,
    returned_on: returned,
    relocations: moves.length,
    incidents: only(events, 'PersonnelIncidentReported').length,
    return_overdue: returned === null && day > planned,
    days_late: daysLate(planned, returned, true, day),
  };
}

const allDeployed = (log: readonly RecordedEvent[], day: string) =>
  streamsOf<DeploymentEvent>(log, 'deployment').map((events) => deployed(events, day));

/** The areas in which the personnel of each deployment were, one after another. */
const stays = (log: readonly RecordedEvent[]) =>
  streamsOf<DeploymentEvent>(log, 'deployment').flatMap((events) => {
    const { country, donor, recipient } = deployedAs(events);
    const first = { area: stated(events, 'area'), on: stated(events, 'from') };
    const moves = only(events, 'PersonnelRelocated').map((one) => ({
      area: right(events, one, 'area'),
      on: rightDay(events, one),
    }));
    return [first, ...moves].map((stay, index) => ({
      deployment: idOf((events[0] as Deployed[number]).stream),
      stay: index + 1,
      country,
      area: stay.area,
      in_area_from: stay.on,
      donor,
      recipient,
    }));
  });

const accounts = (log: readonly RecordedEvent[]) =>
  streamsOf<DeploymentEvent>(log, 'deployment').flatMap((events) => {
    const all = only(events, 'PersonnelAccountedFor');
    return distinct(all.map(({ data }) => `${data.situation}/${data.alert}`)).map((key) => {
      const of = all.filter(({ data }) => `${data.situation}/${data.alert}` === key);
      const newest = newestOf(of) as (typeof all)[number];
      const { situation, alert, on, safe, missing } = newest.data;
      const deployment = idOf(newest.stream);
      return {
        deployment,
        situation,
        alert,
        accounted_on: on,
        safe,
        missing: missing.length,
        missing_persons: missing,
      };
    });
  });

const incidents: Figures = (log) =>
  streamsOf<DeploymentEvent>(log, 'deployment').flatMap((events) =>
    only(events, 'PersonnelIncidentReported').map((reported) => {
      const { country, donor, recipient, programme = null } = deployedAs(events);
      const moved = last(events.slice(0, events.indexOf(reported)), 'PersonnelRelocated');
      const corrections = only(events, 'PersonnelIncidentCorrected').filter(
        ({ data }) => data.corrects === reported.id,
      );
      const now = corrections.reduce(
        ({ on, severity, hurt, evacuated }, { data }) => ({
          on: data.on ?? on,
          severity: data.severity ?? severity,
          hurt: data.hurt ?? hurt,
          evacuated: data.evacuated ?? evacuated,
        }),
        reported.data as Pick<typeof reported.data, 'on' | 'severity' | 'hurt' | 'evacuated'>,
      );
      return {
        deployment: idOf(reported.stream),
        incident: reported.data.incident,
        country,
        area: moved === undefined ? stated(events, 'area') : right(events, moved, 'area'),
        donor,
        recipient,
        programme,
        type: reported.data.type,
        severity: now.severity,
        happened_on: now.on,
        hurt: now.hurt,
        evacuated: now.evacuated,
        corrections: corrections.length,
      };
    }),
  );

/** Whether a deployment was in the area of an alert while it applied, or left it since. */
function concerned(
  one: ReturnType<typeof deployed>,
  all: ReturnType<typeof stays>,
  alert: { country: string; area: string | null; issued_on: string; ended_on: string | null },
): boolean {
  const { area, issued_on: from, ended_on: to } = alert;
  const applied = (day: string): boolean => to === null || day < to;
  if (one.country !== alert.country || !applied(one.deployed_on)) return false;
  if (one.returned_on !== null && daysBetween(from, one.returned_on) < 0) return false;
  if (area === null) return true;
  // Where they were when the day of the alert began, and where they came on that day or later.
  const own = all.filter(({ deployment }) => deployment === one.deployment);
  const before = own.findLast(({ in_area_from }) => in_area_from < from);
  const after = own.filter(({ in_area_from }) => in_area_from >= from && applied(in_area_from));
  return [before, ...after].some((stay) => stay?.area === area);
}

function accountStatus(account: { safe: number; missing: number } | undefined, personnel: number): string {
  if (account === undefined) return 'not accounted for';
  if (account.missing > 0) return 'some missing';
  return account.safe < personnel ? 'some not accounted for' : 'all safe';
}

const accounting: Figures = (log, { day, occurredBy }) => {
  const known = accounts(log);
  const moves = stays(log);
  return alerts(log, { day, occurredBy }).flatMap((alert) => {
    const of = alert as unknown as { situation: string; alert: string; account_by: string } & Parameters<
      typeof concerned
    >[2];
    return allDeployed(log, day)
      .filter((one) => concerned(one, moves, of))
      .map((one) => {
        const account = known.find(
          (row) => row.deployment === one.deployment && row.situation === of.situation && row.alert === of.alert,
        );
        const on = account?.accounted_on ?? null;
        return {
          status: accountStatus(account, one.personnel),
          alert: of.alert,
          country: of.country,
          area: of.area,
          deployment: one.deployment,
          area_now: one.area,
          personnel: one.personnel,
          safe: account?.safe ?? null,
          unaccounted: Math.max(0, one.personnel - (account?.safe ?? 0)),
          issued_on: of.issued_on,
          account_by: of.account_by,
          accounted_on: on,
          ended_on: of.ended_on,
          waited_until: on ?? of.ended_on,
          donor: one.donor,
          recipient: one.recipient,
          programme: one.programme,
          situation: of.situation,
          overdue: (on ?? of.ended_on) === null && day > of.account_by,
          days_late: daysLate(of.account_by, on ?? of.ended_on, true, day),
        };
      });
  });
};

export const SITUATIONS: Readonly<Record<string, Figures>> = {
  'country-situations': situations,
  alerts,
  deployments: (log, { day }) => allDeployed(log, day),
  'personnel-stays': stays,
  'personnel-accounts': accounts,
  'personnel-incidents': incidents,
  'alert-accounting': accounting,
};
