import type { AnsweredQuestion } from '@entente/kernel';

type Audience = AnsweredQuestion['audience'];

/** The questions of each audience in their order, each with the table and query that answer it. */
const ASKED: Readonly<Record<Audience, readonly (readonly [question: string, table: string, query: string])[]>> = {
  Donors: [
    ['How much was pledged, committed, obligated, disbursed and spent, by programme?', 'donor-portfolio', ''],
    ['How much of which period and fund is left, and until when is it available?', 'funding', 'sort=available_until'],
    ['Which money expires if it is not obligated, and when?', 'expiring-funds', 'sort=available_until'],
    ['How much was disbursed, and when did it happen?', 'movements', 'stage=disbursed&sort=-occurred_on'],
    ['Where was a stage of money ahead of the one before it?', 'balances', 'implausible.contains=early'],
    ['Which planned disbursements are overdue?', 'disbursements', 'overdue=true&sort=due'],
    ['Which money left one account and has not reached the other?', 'reallocations', 'in_transit.min=1'],
    ['Which share of promises was kept, and for what cause were the others late?', 'lateness', ''],
    ['Which consignments are overdue?', 'consignments', 'overdue=true&sort=due'],
    ['What of each line is delivered, on the way and not yet scheduled?', 'deliverables', 'sort=due'],
    [
      'Which requests, reports and disputes wait for a donor, and since when?',
      'recipient-pipeline',
      'waits_for=donor&asked_on.min=2000-01-01&sort=asked_on',
    ],
    ['Which milestones come next?', 'milestones', 'status=planned&sort=due'],
    ['What is due next, and who does it?', 'due-dates', 'status=open&status=overdue&sort=due'],
    ['What is overdue?', 'due-dates', 'overdue=true&sort=due'],
    ['How many checks of end use were in time, by count and by value?', 'end-use-compliance', ''],
    ['Which checks of end use are overdue, and who holds the items?', 'end-use-checks', 'overdue=true&sort=due'],
    ['How did missed checks develop from month to month?', 'overdue-by-month', 'sort=month'],
    ['Where is each serial, and who holds it?', 'items', ''],
    ['Who holds how much of what is not monitored by serials?', 'goods-by-holder', ''],
    ['Which losses wait for their verification?', 'loss-reports', 'status=open&sort=verify_by'],
    ['How much was lost of what is not monitored by serials?', 'goods-loss-reports', 'sort=-lost_on'],
    [
      'Which retransfers, changes of end use and disposals wait for consent?',
      'third-party-transfers',
      'status=requested',
    ],
    ['Were answers to vetting requests in time?', 'vetting-cases', 'sort=due'],
    ['Which share of vettings was decided in time?', 'vetting-timeliness', ''],
    ['What did a training cost, and what each person?', 'training-costs', ''],
    ['Which misuse cases are open, and what is due next?', 'misuse-register', 'closed_on=&sort=next_due'],
    ['Which money came back after misuse?', 'recoveries', ''],
    ['What is on hold, since when and on what basis?', 'on-hold', ''],
    ['Who is deployed where?', 'deployments', 'status=deployed'],
    ['Who was not accounted for after an alert?', 'alert-accounting', 'unaccounted.min=1'],
    ['Which agreements end next?', 'agreements', 'status=in-force&sort=last_day'],
    ['Which reports does a law ask for, and until when?', 'statutory-reports', 'submitted_on=&sort=due'],
  ],
  Recipients: [
    ['What is coming, how much and when, and whose answer is missing?', 'recipient-pipeline', 'sort=due'],
    ['What have I to confirm, to dispute, to report or to answer?', 'recipient-tasks', 'sort=due'],
    ['Which of my goods were received, and when?', 'deliveries', 'sort=-occurred_on'],
    ['Which quantities were wrong, and what was answered?', 'discrepancy-reports', 'sort=-reported_on'],
    ['At what stage is my request?', 'cases', 'sort=-requested_on'],
    ['Which conditions of use hold, in plain words?', 'conditions-in-force', ''],
    ['Which units are barred, why, and what are the steps back?', 'barred', ''],
    ['When is the next check of my items?', 'items', 'status=held&sort=check_by'],
    ['Which stores are certified, and until when?', 'storage-sites', 'sort=certified_until'],
    ['Who was trained, by unit and sex?', 'training-by-unit', ''],
    ['Which trainings come next?', 'training', 'status=planned&sort=starts'],
  ],
  Auditors: [
    ['Who recorded what, for whom and when?', 'journal', 'sort=-recorded_at'],
    ['What was recorded late?', 'journal', 'recorded_late=true&sort=-recorded_at'],
    ['Which decisions rested on outdated knowledge?', 'outdated-decisions', ''],
    ['Which facts are disputed by those whom they concern?', 'recorded-facts', 'status=disputed'],
    ['Through whose hands did a serial go?', 'chain-of-custody', 'sort=happened_on'],
    ['Which serials were received twice?', 'serials-received-twice', ''],
    ['What did checks of end use find that is not explained?', 'check-discrepancies', 'status=open'],
    ['Which suspensions for misuse are not in force?', 'suspensions', 'hold=not%20in%20force%20yet'],
    ['How did misuse develop, by unit, item type and country?', 'misuse-trends', 'sort=month'],
    ['Which waivers and exceptions set rules aside?', 'exceptions', 'sort=first_day'],
    ['Which limits did an agreement change, from when and why?', 'parameters', 'sort=-valid_from'],
    ['Which organisations take part, and which are suspended?', 'stakeholders', 'sort=status'],
    ['Who acts for whom?', 'mandates', 'ended_on='],
  ],
};

/** Every question with the table that answers it, in the order of each audience. */
export const QUESTIONS: readonly (AnsweredQuestion & { readonly table: string })[] = Object.entries(ASKED).flatMap(
  ([audience, asked]) =>
    asked.map(([question, table, query]) => ({ audience: audience as Audience, question, table, query })),
);

/** The questions that a table answers. */
export const answersOf = (name: string): readonly AnsweredQuestion[] =>
  QUESTIONS.filter(({ table }) => table === name).map(({ audience, question, query }) => ({
    audience,
    question,
    query,
  }));
