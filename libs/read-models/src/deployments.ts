import type { DeploymentEvent, RelocationCorrected } from '@entente/contracts';
import { type Projection, type RecordedEvent, isNewest } from '@entente/kernel';
import { count, day, dayOrNull, daysLate, oneOf, overdue, persons, text, textOrNull } from './columns.js';
import { itemsBy } from './items-by.js';
import { originOf, revisionKey, rowBy, unchanged } from './row-by.js';

/** Personnel who were sent to an area: who is where. */
export class DeploymentRow {
  @text("the deployment's id") deployment!: string;
  @oneOf(['deployed', 'returned']) status!: string;
  @text('the code of their role') role!: string;
  @count('women, in persons') women!: number;
  @count('men, in persons') men!: number;
  @count('women and men, in persons') personnel!: number;
  @persons("a reference to each person in the sender's own register, never a name") persons!: readonly string[];
  @text('the country') country!: string;
  @text('the area in which they are, or were before they returned') area!: string;
  @day('the day from which they are in that area') in_area_from!: string;
  @text('the donor whose personnel they are') donor!: string;
  @text('the recipient') recipient!: string;
  @textOrNull('the programme that they work for') programme!: string | null;
  @textOrNull('the case that they work for') assistance_case!: string | null;
  @day('the first day') deployed_on!: string;
  @day('the planned day of return') planned_return!: string;
  @dayOrNull('the day of the return') returned_on!: string | null;
  @count('how often they moved to another area') relocations!: number;
  @count('incidents to them') incidents!: number;
}

/** A stay after the correction of its area or its first day. */
const corrected = (
  stay: Pick<DeploymentRow, 'area' | 'in_area_from'>,
  area = stay.area,
  in_area_from = stay.in_area_from,
) => ({ area, in_area_from });

const RETURN = { due: 'planned_return', done: 'returned_on' };

export const deployments: Projection<DeploymentEvent, DeploymentRow> = {
  name: 'deployments',
  topic: 'Situations and personnel',
  version: 5,
  kinds: ['deployment'],
  about: 'personnel sent to a country: how many women and men, in which area, from when and until when',
  totals: { counts: 'deployments', by: ['status', 'country'], sums: ['women', 'men', 'personnel'] },
  daily: {
    return_overdue: overdue('whether the planned day of return is over, and they have not returned', RETURN),
    days_late: daysLate('days from the planned day of return to the return, or to the day of the answer', RETURN),
  },
  ...rowBy<DeploymentRow, DeploymentEvent>(DeploymentRow)(
    'PersonnelDeployed',
    ({ role, women, men, persons, country, area, donor, recipient, programme, from, ...data }, { id }) => ({
      deployment: id,
      status: 'deployed',
      role,
      women,
      men,
      persons,
      country,
      area,
      in_area_from: from,
      donor,
      recipient,
      programme,
      assistance_case: data.case,
      deployed_on: from,
      planned_return: data.plannedReturn,
    }),
    {
      PersonnelAccountedFor: unchanged,
      PersonnelIncidentReported: (_, { incidents }) => ({ incidents: incidents + 1 }),
      PersonnelIncidentCorrected: unchanged,
      PersonnelRelocated: ({ area, on: in_area_from }, row) => ({
        area,
        in_area_from,
        relocations: row.relocations + 1,
      }),
      DeploymentExtended: ({ plannedReturn: planned_return }) => ({ planned_return }),
      PersonnelReturned: ({ on: returned_on }) => ({ status: 'returned', returned_on }),
      ReturnBecameOverdue: unchanged,
      DeploymentCorrected: ({ role, women, men, persons, from, area }, row) => ({
        role: role ?? row.role,
        women: women ?? row.women,
        men: men ?? row.men,
        persons: persons ?? row.persons,
        deployed_on: from ?? row.deployed_on,
        ...(row.relocations === 0 ? corrected(row, area, from) : {}),
      }),
      ReturnCorrected: ({ on: returned_on }) => ({ returned_on }),
      RelocationCorrected: ({ stay, on, area }, row) => (stay === row.relocations + 1 ? corrected(row, area, on) : {}),
    },
    ({ women, men }) => ({ personnel: women + men }),
  ),
};

/** A stay of the personnel of a deployment in an area. The next stay or the return ends it. */
export class PersonnelStayRow {
  @text('the deployment') deployment!: string;
  @count('the number of the stay in the deployment, from 1') stay!: number;
  @text('the country') country!: string;
  @text('the area of the country') area!: string;
  @day('the day from which they were there, corrections included') in_area_from!: string;
  @text('the donor whose personnel they are') donor!: string;
  @text('the recipient') recipient!: string;
}

export const personnelStays: Projection<DeploymentEvent, PersonnelStayRow> = {
  name: 'personnel-stays',
  topic: 'Situations and personnel',
  version: 4,
  kinds: ['deployment'],
  about: 'a stay of the personnel of a deployment in an area, in order: where they were when',
  entity: PersonnelStayRow,
  totals: { counts: 'stays', by: ['country'], sums: [] },
  head: true,
  // A correction concerns the stay that the opening event, or the move, began.
  touches: (event: RecordedEvent<DeploymentEvent>) =>
    event.type === 'PersonnelDeployed' || event.type === 'PersonnelRelocated'
      ? ['', revisionKey(event)]
      : event.type === 'DeploymentCorrected'
        ? ['', revisionKey({ revision: 0 })]
        : event.type === 'RelocationCorrected'
          ? ['', revisionKey(event.data)]
          : [],
  evolve(row, event, _, head) {
    switch (event.type) {
      case 'PersonnelDeployed': {
        const { country, area, from: in_area_from, donor, recipient } = event.data;
        return { deployment: originOf(event).id, stay: 1, country, area, in_area_from, donor, recipient };
      }
      case 'PersonnelRelocated': {
        const { area, on: in_area_from } = event.data;
        return head === null ? null : { ...head, stay: head.stay + 1, area, in_area_from };
      }
      case 'DeploymentCorrected':
        return row?.stay === 1 ? { ...row, ...corrected(row, event.data.area, event.data.from) } : row;
      case 'RelocationCorrected':
        return row?.stay === event.data.stay ? { ...row, ...corrected(row, event.data.area, event.data.on) } : row;
      default:
        return row;
    }
  },
};

/** What is known of the personnel of a deployment after an alert. */
export class PersonnelAccountRow {
  @text('the deployment') deployment!: string;
  @text('the situation in which the alert was issued') situation!: string;
  @text("the alert's name in the situation") alert!: string;
  @day('the day of the newest account: that of the latest day, of one day the one recorded later')
  accounted_on!: string;
  @count('known to be safe, in persons') safe!: number;
  @count('not reached, in persons') missing!: number;
  @persons('the references of those not reached') missing_persons!: readonly string[];
}

export const personnelAccounts: Projection<DeploymentEvent, PersonnelAccountRow> = {
  name: 'personnel-accounts',
  topic: 'Situations and personnel',
  version: 3,
  kinds: ['deployment'],
  about: 'the newest account of the personnel of a deployment after an alert: who is safe, who was not reached',
  entity: PersonnelAccountRow,
  totals: { counts: 'accounts', by: [], sums: ['safe', 'missing'] },
  touches: (event: RecordedEvent<DeploymentEvent>) =>
    event.type === 'PersonnelAccountedFor' ? [`${event.data.situation}/${event.data.alert}`] : [],
  evolve(row, event) {
    if (event.type !== 'PersonnelAccountedFor') return row;
    const { situation, alert, on: accounted_on, safe, missing: missing_persons } = event.data;
    if (!isNewest(accounted_on, row?.accounted_on ?? null)) return row;
    const missing = missing_persons.length;
    return { deployment: originOf(event).id, situation, alert, accounted_on, safe, missing, missing_persons };
  },
};

/** An incident to personnel. */
class PersonnelIncidentRow {
  @text('the deployment') deployment!: string;
  @text("the incident's name in the deployment") incident!: string;
  @text('the country') country!: string;
  @text('the area in which they were when it was reported, corrections included') area!: string;
  @text('the donor whose personnel they are') donor!: string;
  @text('the recipient') recipient!: string;
  @textOrNull('the programme that they work for') programme!: string | null;
  @text('the code of what happened') type!: string;
  @oneOf(['minor', 'serious', 'critical', 'fatal']) severity!: string;
  @day('the day of the incident') happened_on!: string;
  @count('hurt, in persons') hurt!: number;
  @count('evacuated, in persons') evacuated!: number;
  @count('how often the report was corrected') corrections!: number;
}

type AreaCorrected = Pick<RelocationCorrected, 'area' | 'present' | 'incidents'>;

/** The right area of what was reported there, and of what is reported there later. */
const areaCorrected = {
  keys: ({ present = false, incidents = [] }: AreaCorrected) => [...(present ? [''] : []), ...incidents],
  change: ({ area }: AreaCorrected) => (area === undefined ? {} : { area }),
} as const;

export const personnelIncidents: Projection<DeploymentEvent, PersonnelIncidentRow> = {
  name: 'personnel-incidents',
  topic: 'Situations and personnel',
  version: 2,
  kinds: ['deployment'],
  about: 'an incident to deployed personnel: what happened, how severe it was, how many were hurt or evacuated',
  totals: { counts: 'incidents', by: ['severity', 'country'], sums: ['hurt', 'evacuated'] },
  ...itemsBy<PersonnelIncidentRow, DeploymentEvent>(PersonnelIncidentRow)(
    'PersonnelDeployed',
    ({ country, area, donor, recipient, programme }, { id: deployment }) => ({
      deployment,
      country,
      area,
      donor,
      recipient,
      programme,
    }),
    {
      PersonnelRelocated: { keys: () => '', change: ({ area }) => ({ area }) },
      DeploymentCorrected: areaCorrected,
      RelocationCorrected: areaCorrected,
      PersonnelIncidentReported: {
        begins: true,
        keys: ({ incident }) => incident,
        change: ({ on: happened_on, ...reported }) => ({ ...reported, happened_on }),
      },
      PersonnelIncidentCorrected: {
        keys: ({ incident }) => incident,
        change: ({ on, severity, hurt, evacuated }, row) => ({
          happened_on: on ?? row.happened_on,
          severity: severity ?? row.severity,
          hurt: hurt ?? row.hurt,
          evacuated: evacuated ?? row.evacuated,
          corrections: row.corrections + 1,
        }),
      },
    },
  ),
};
