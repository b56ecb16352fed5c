import type { ViewOptions } from '@entente/kernel';
import { AS_KNOWN_NOW, type From, type Query, type RowsView } from './from.js';
import { EnrolmentRow, TrainingRow } from './training.js';
import { amount, amountSum, decimal, integer, integerSum, text } from './view-columns.js';

/** A figure of the report of a training, which is made with its end: by a day, none before. */
const reported = (column: string): string => `CASE WHEN t.status IN ('completed', 'terminated') THEN t.${column} END`;

/** A cost for each person, in whole minor units; numbers with a fraction cannot overflow. */
const perPerson = (cost: string, persons: string): string => {
  const both = (column: string): string =>
    `SUM(CASE WHEN ${cost} IS NOT NULL AND ${persons} > 0 THEN 1.0 * ${column} END)`;
  return `CAST(ROUND(${both(cost)} / NULLIF(${both(persons)}, 0)) AS BIGINT)`;
};

const COSTS: Readonly<Record<string, string>> = {
  donor: 'donor',
  recipient: 'recipient',
  programme: 'programme',
  purpose: 'purpose',
  currency: 'currency',
};

const PERSONS = {
  planned: 't.planned',
  enrolled: 't.enrolled',
  completed: reported('completed'),
  women: reported('completed_women'),
  men: reported('completed_men'),
  not_stated: reported('completed_not_stated'),
  trained: reported('trained'),
} as const;

function costs(from: From, { sums }: ViewOptions): Query {
  const query = from(TrainingRow, 't').select([]).where(`t.status <> 'cancelled'`);
  for (const [name, column] of Object.entries(COSTS)) query.addSelect(`t.${column}`, name).addGroupBy(`t.${column}`);
  query
    .addSelect('COUNT(*)', 'trainings')
    .addSelect(`SUM(CASE WHEN t.status = 'completed' THEN 1 ELSE 0 END)`, 'trainings_completed')
    .addSelect(`SUM(CASE WHEN t.status = 'terminated' THEN 1 ELSE 0 END)`, 'trainings_terminated');
  for (const [name, column] of Object.entries(PERSONS))
    query.addSelect(sums.orZero(sums.sum(`COALESCE(${column}, 0)`)), name);
  const whole = `NULLIF(SUM(1.0 * ${PERSONS.completed}), 0)`;
  return query
    .addSelect(`ROUND(100.0 * SUM(1.0 * ${PERSONS.women}) / ${whole}, 1)`, 'women_percent')
    .addSelect(sums.sum('t.planned_cost'), 'planned_cost')
    .addSelect(sums.sum(reported('actual_cost')), 'actual_cost')
    .addSelect(perPerson(reported('actual_cost'), PERSONS.completed), 'cost_per_person');
}

/** What training cost, and for how many women and men. */
export const trainingCosts: RowsView = {
  name: 'training-costs',
  topic: 'Vetting and training',
  version: 3,
  about: 'per donor, recipient, programme, purpose and currency: trainings, persons by sex, cost, and cost per person',
  key: Object.keys(COSTS),
  columns: {
    donor: text("the donor's id"),
    recipient: text('the recipient'),
    programme: text('the programme that the trainings belong to, if any'),
    purpose: text('the code of their purpose'),
    trainings: integer(
      'trainings that were not cancelled; with occurred-by, of those planned by then, what was cancelled later counts',
    ),
    trainings_completed: integer('of those, completed; with occurred-by, by that day'),
    trainings_terminated: integer('of those, ended early; with occurred-by, by that day'),
    planned: integerSum('persons that were to be trained'),
    enrolled: integerSum(`persons that are enrolled, or were when their training ended${AS_KNOWN_NOW}`),
    completed: integerSum('persons that completed their training; with occurred-by, by that day'),
    women: integerSum('of those, women'),
    men: integerSum('of those, men'),
    not_stated: integerSum('of those, persons whose sex is not stated'),
    trained: integerSum('persons that took part in trainings which ended early; with occurred-by, by that day'),
    women_percent: decimal('women, percent of the persons that completed their training; null without such a person'),
    currency: text('the ISO 4217 code of the currency of the costs'),
    planned_cost: amountSum('what they were to cost, in minor units'),
    actual_cost: amountSum(
      'what they cost, in minor units; null if no cost was reported; with occurred-by, of trainings that ended by that day',
    ),
    cost_per_person: amount(
      'of the trainings of which a cost and persons who completed it were reported, that cost for each such person, rounded to whole minor units; null without any',
    ),
  },
  totals: {
    counts: 'rows of donor, recipient, programme, purpose and currency',
    by: ['currency'],
    sums: [...Object.keys(PERSONS), 'planned_cost', 'actual_cost'],
  },
  occurredBy: { training: 'planned_on' },
  movedBy: { training: COSTS },
  query: costs,
};

const PLACES = { nominated: null, enrolled: 'enrolled', halted: 'halted', refused: 'refused', ended: 'ended' } as const;

/** What is known of trained persons. */
const KNOWN = ['competent', 'found_in_post', 'found_moved', 'found_left', 'found_unknown'];

/** The persons of each unit in each training. */
function places(from: From): Query {
  const query = from(EnrolmentRow, 'e').select('e.training', 'training').addSelect('e.unit', 'unit');
  query.groupBy('e.training').addGroupBy('e.unit');
  for (const [name, status] of Object.entries(PLACES))
    query.addSelect(
      `SUM(${status === null ? '1' : `CASE WHEN e.status = '${status}' THEN 1 ELSE 0 END`} * e.persons)`,
      name,
    );
  for (const name of KNOWN) query.addSelect(`SUM(e.${name})`, name);
  return query;
}

/** The trainings in which one unit alone is enrolled. */
const alone = (from: From): Query =>
  from(EnrolmentRow, 'n')
    .select('n.training', 'training')
    .where(`n.status = 'enrolled'`)
    .groupBy('n.training')
    .having(`COUNT(DISTINCT COALESCE(n.unit, '')) = 1`);

const UNITS = { donor: 't.donor', recipient: 't.recipient', unit: 'p.unit', currency: 't.currency' };

function byUnit(from: From, { sums }: ViewOptions): Query {
  const persons = places(from);
  const single = alone(from);
  const own = (column: string): string => `CASE WHEN a.training IS NOT NULL AND p.enrolled > 0 THEN ${column} END`;
  const query = from(TrainingRow, 't')
    .innerJoin(`(${persons.getQuery()})`, 'p', 'p.training = t.training')
    .leftJoin(`(${single.getQuery()})`, 'a', 'a.training = t.training')
    .setParameters({ ...persons.getParameters(), ...single.getParameters() })
    .select([]);
  for (const [name, column] of Object.entries(UNITS)) query.addSelect(column, name).addGroupBy(column);
  query.addSelect('COUNT(*)', 'trainings');
  for (const name of [...Object.keys(PLACES), ...KNOWN]) query.addSelect(sums.sum(`CAST(p.${name} AS BIGINT)`), name);
  for (const name of ['completed', 'women', 'men', 'not_stated'] as const)
    query.addSelect(sums.sum(own(PERSONS[name])), name);
  return query
    .addSelect(sums.sum(own(reported('actual_cost'))), 'cost')
    .addSelect(perPerson(own(reported('actual_cost')), own(PERSONS.completed)), 'cost_per_person');
}

const ALONE = 'of trainings in which this unit alone is enrolled';

/** Which units were trained. */
export const trainingByUnit: RowsView = {
  name: 'training-by-unit',
  topic: 'Vetting and training',
  version: 3,
  about:
    'per donor, recipient, unit and currency: its persons in trainings, by sex and with cost if it was alone there',
  key: Object.keys(UNITS),
  columns: {
    recipient: text('the recipient'),
    unit: text('the unit; null of persons whose unit is not known'),
    trainings: integer('trainings for which persons of it were nominated'),
    nominated: integerSum('its persons that were nominated'),
    enrolled: integerSum('of those, enrolled now'),
    halted: integerSum('of those, halted now'),
    refused: integerSum('of those, refused now'),
    ended: integerSum('of those, in trainings that ended early'),
    competent: integerSum('its persons that have the competence that was assessed last; null if none was assessed'),
    found_in_post: integerSum('its persons that are in post, as the newest inquiries found'),
    found_moved: integerSum('its persons that have moved'),
    found_left: integerSum('its persons that have left'),
    found_unknown: integerSum('its persons of whom it is not known where they are'),
    completed: integerSum(
      `persons that completed their training, ${ALONE}; null without one. Reports are of a whole training`,
    ),
    women: integerSum('of those, women'),
    men: integerSum('of those, men'),
    not_stated: integerSum('of those, persons whose sex is not stated'),
    currency: text('the ISO 4217 code of the currency of the costs'),
    cost: amountSum(`the cost in minor units, ${ALONE}; null if none was reported`),
    cost_per_person: amount(
      `the cost for each person who completed it, ${ALONE}, rounded to whole minor units; null without such a person`,
    ),
    donor: text("the donor's id"),
  },
  totals: {
    counts: 'rows of donor, recipient, unit and currency',
    by: ['currency'],
    sums: [
      'nominated',
      'enrolled',
      'halted',
      'refused',
      'ended',
      ...KNOWN,
      'completed',
      'women',
      'men',
      'not_stated',
      'cost',
    ],
  },
  movedBy: {
    training: { donor: 'donor', recipient: 'recipient', currency: 'currency' },
    enrolments: { donor: 'donor', recipient: 'recipient' },
  },
  madeOf: ({ donor, recipient, currency }) => ({
    training: { donor, recipient, currency },
    // Whether another unit is enrolled counts, too.
    enrolments: { donor, recipient },
  }),
  query: byUnit,
};
