import { AlertRow } from './country-situations.js';
import { daysLate, overdue } from './columns.js';
import { DeploymentRow, PersonnelAccountRow, PersonnelStayRow } from './deployments.js';
import type { From, Query, RowsView } from './from.js';
import { day, integer, text } from './view-columns.js';

const OF_ALERT = ['situation', 'alert', 'country', 'area', 'issued_on', 'account_by', 'ended_on'] as const;

/** In the country or area of an alert while it applied; also who has left the area since. */
const CONCERNED = `(d.returned_on IS NULL OR d.returned_on >= a.issued_on)
  AND (a.ended_on IS NULL OR d.deployed_on < a.ended_on)
  AND (a.area IS NULL OR t.deployment IS NOT NULL)`;

/** The deployments that had a stay in the area of an alert while it applied, each once. */
function stayed(from: From): Query {
  const stays = from(PersonnelStayRow, 's')
    .select('s.deployment', 'deployment')
    .addSelect('s.area', 'area')
    .addSelect('s.in_area_from', 'came_on')
    .addSelect('LEAD(s.in_area_from) OVER (PARTITION BY s.deployment ORDER BY s.stay)', 'left_on');
  return from(AlertRow, 'o')
    .innerJoin(
      `(${stays.getQuery()})`,
      'y',
      `y.area = o.area AND (o.ended_on IS NULL OR y.came_on < o.ended_on)
        AND (y.left_on IS NULL OR y.left_on >= o.issued_on)`,
    )
    .setParameters(stays.getParameters())
    .select('o.situation', 'situation')
    .addSelect('o.alert', 'alert')
    .addSelect('y.deployment', 'deployment')
    .distinct(true);
}

/** The personnel may be more or fewer, by a correction, than those of the account. */
const UNACCOUNTED = `CASE WHEN COALESCE(k.safe, 0) > d.personnel THEN 0 ELSE d.personnel - COALESCE(k.safe, 0) END`;

const STATUS = `CASE WHEN k.accounted_on IS NULL THEN 'not accounted for'
  WHEN k.missing > 0 THEN 'some missing'
  WHEN k.safe < d.personnel THEN 'some not accounted for'
  ELSE 'all safe' END`;

function query(from: From): Query {
  const deployments = from(DeploymentRow, 'w').select('w.deployment', 'deployment');
  for (const column of ['country', 'area', 'deployed_on', 'returned_on', 'personnel'])
    deployments.addSelect(`w.${column}`, column);
  for (const column of ['donor', 'recipient', 'programme']) deployments.addSelect(`w.${column}`, column);
  const accounts = from(PersonnelAccountRow, 'p').select('p.deployment', 'deployment');
  for (const column of ['situation', 'alert', 'accounted_on', 'safe', 'missing'])
    accounts.addSelect(`p.${column}`, column);
  const exposed = stayed(from);
  const rows = from(AlertRow, 'a')
    .innerJoin(`(${deployments.getQuery()})`, 'd', 'd.country = a.country')
    .leftJoin(
      `(${exposed.getQuery()})`,
      't',
      't.deployment = d.deployment AND t.situation = a.situation AND t.alert = a.alert',
    )
    .leftJoin(
      `(${accounts.getQuery()})`,
      'k',
      'k.deployment = d.deployment AND k.situation = a.situation AND k.alert = a.alert',
    )
    .where(CONCERNED)
    .setParameters({ ...deployments.getParameters(), ...exposed.getParameters(), ...accounts.getParameters() })
    .select('d.deployment', 'deployment');
  for (const column of OF_ALERT) rows.addSelect(`a.${column}`, column);
  for (const column of ['donor', 'recipient', 'programme', 'personnel']) rows.addSelect(`d.${column}`, column);
  return rows
    .addSelect('d.area', 'area_now')
    .addSelect(STATUS, 'status')
    .addSelect('k.accounted_on', 'accounted_on')
    .addSelect('COALESCE(k.accounted_on, a.ended_on)', 'waited_until')
    .addSelect('k.safe', 'safe')
    .addSelect(UNACCOUNTED, 'unaccounted');
}

const DUE = { due: 'account_by', done: 'waited_until' };

const STATUSES = ['not accounted for', 'some missing', 'some not accounted for', 'all safe'];

/** Who is not accounted for after an alert. */
export const alertAccounting: RowsView = {
  name: 'alert-accounting',
  topic: 'Situations and personnel',
  version: 4,
  about: 'a deployment in the area of an alert: whether its personnel were accounted for, and how many were not',
  key: ['situation', 'alert', 'deployment'],
  columns: {
    status: text(
      'not accounted for, some missing, some not accounted for (the account has fewer persons than the deployment), or all safe',
      STATUSES,
    ),
    alert: text("the alert's name in its situation"),
    country: text('the country'),
    area: text('the area of the alert; the whole country if there is none'),
    deployment: text('a deployment in that area while the alert applied, or until it left the area after the alert'),
    area_now: text('the area in which its personnel are now, or were before they returned'),
    personnel: integer('women and men, in persons; totals add them for each alert'),
    safe: integer('known to be safe by the newest account, in persons; null without one'),
    unaccounted: integer('not known to be safe, in persons'),
    issued_on: day('the day of the alert'),
    account_by: day('the last day on which they are accounted for'),
    accounted_on: day(
      'the day of the newest account: that of the latest day, of one day the one recorded later; null without one',
    ),
    ended_on: day('the day from which the alert did not apply any more'),
    waited_until: day(
      'the day of the newest account, or else of the end of the alert: from then on none is due; null while one is',
    ),
    donor: text('the donor'),
    recipient: text('the recipient'),
    programme: text('the programme that they work for, if there is one'),
    situation: text('the situation in which the alert was issued'),
  },
  daily: {
    overdue: overdue('whether the last day is over, the alert applies, and there is no account', DUE),
    days_late: daysLate(
      'days from the last day to the newest account, or else to the end of the alert, negative if early; without both, to the day of the answer',
      DUE,
    ),
  },
  totals: { counts: 'deployments and alerts', by: ['status', 'overdue'], sums: ['personnel', 'unaccounted'] },
  movedBy: {
    alerts: { situation: 'situation', alert: 'alert' },
    deployments: { deployment: 'deployment' },
    'personnel-stays': { deployment: 'deployment' },
    'personnel-accounts': { situation: 'situation', alert: 'alert', deployment: 'deployment' },
  },
  query,
};
