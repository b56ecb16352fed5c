import type { AnyProjection, View } from '@entente/kernel';
import { accounts } from './accounts.js';
import { type ColumnMeaning, columnsOf } from './columns.js';
import { chainOfCustody } from './chain-of-custody.js';
import { checkDelinquency, endUseCompliance, overdueByMonth } from './end-use-compliance.js';
import { checkDiscrepancies, checkResults, endUseChecks } from './end-use-checks.js';
import { alertAccounting } from './alert-accounting.js';
import { alerts, countrySituations } from './country-situations.js';
import { deployments, personnelAccounts, personnelIncidents, personnelStays } from './deployments.js';
import { agreements, conditions } from './agreements.js';
import { incidentTypes, parameters } from './framework-terms.js';
import { exceptions, statutoryReports } from './statutory-reports.js';
import { balances } from './balances.js';
import { barred } from './barred.js';
import { caseLines } from './case-lines.js';
import { cases } from './cases.js';
import { conditionsInForce } from './conditions-in-force.js';
import { consignedItems } from './consigned-items.js';
import { consignmentLines } from './consignment-lines.js';
import { consignments } from './consignments.js';
import { consultations } from './consultations.js';
import { deliverables } from './deliverables.js';
import { deliveries } from './deliveries.js';
import { deliveryFacts } from './delivery-facts.js';
import { disbursements } from './disbursements.js';
import { discrepancies } from './discrepancies.js';
import { dueDates } from './due-dates.js';
import { donorPortfolio } from './donor-portfolio.js';
import { expiringFunds } from './expiring-funds.js';
import type { From, Query, RowsView } from './from.js';
import { funding } from './funding.js';
import { goodsHeld } from './goods-held.js';
import { goodsLosses } from './goods-losses.js';
import { holds } from './holds.js';
import { discrepancyReports, goodsByHolder, goodsLossReports } from './items-of-lines.js';
import { itemTypes } from './item-types.js';
import { custody, items, lossReports } from './items.js';
import { journal } from './journal.js';
import { lateness } from './lateness.js';
import { milestones } from './milestones.js';
import { misuseSuspensions, suspensionOrders } from './misuse-suspensions.js';
import { suspensions } from './suspensions.js';
import { misuseRegister } from './misuse-register.js';
import { misuseScopes } from './misuse-scopes.js';
import { misuseTrends } from './misuse-trends.js';
import { movements } from './movements.js';
import { onHold } from './on-hold.js';
import { outdatedDecisions } from './outdated-decisions.js';
import { programmes } from './programmes.js';
import { answersOf } from './questions.js';
import { recipientPipeline } from './recipient-pipeline.js';
import { recipientTasks } from './recipient-tasks.js';
import { reallocations } from './reallocations.js';
import { receivedSerials } from './received-serials.js';
import { recordedFacts } from './recorded-facts.js';
import { recoveries } from './recoveries.js';
import { serialsReceivedTwice } from './serials-received-twice.js';
import { storageSites } from './storage-sites.js';
import { technologyReleases } from './technology-releases.js';
import { thirdPartyTransfers } from './third-party-transfers.js';
import { focalPoints, mandates, stakeholders } from './stakeholders.js';
import { enrolments, training } from './training.js';
import { tranches } from './tranches.js';
import { trainingByUnit, trainingCosts } from './training-figures.js';
import { trainingSessions } from './training-sessions.js';
import { units, vettedPersons } from './units.js';
import { remediationSteps, vettingCases } from './vetting-cases.js';
import { vettingTimeliness } from './vetting-timeliness.js';

const PROJECTIONS = [
  stakeholders,
  mandates,
  focalPoints,
  programmes,
  milestones,
  accounts,
  funding,
  movements,
  tranches,
  cases,
  caseLines,
  deliveryFacts,
  consignments,
  consignmentLines,
  receivedSerials,
  goodsHeld,
  goodsLosses,
  discrepancies,
  misuseRegister,
  misuseScopes,
  misuseSuspensions,
  suspensionOrders,
  holds,
  countrySituations,
  alerts,
  deployments,
  personnelStays,
  personnelAccounts,
  personnelIncidents,
  endUseChecks,
  checkResults,
  checkDiscrepancies,
  itemTypes,
  storageSites,
  items,
  custody,
  lossReports,
  units,
  vettedPersons,
  vettingCases,
  remediationSteps,
  thirdPartyTransfers,
  technologyReleases,
  training,
  enrolments,
  trainingSessions,
  agreements,
  conditions,
  exceptions,
  statutoryReports,
  parameters,
  incidentTypes,
  dueDates,
  recordedFacts,
  recoveries,
  journal,
  consultations,
] as unknown as readonly AnyProjection[];

/** The meanings, formats and codes that columns were declared with. */
function described(columns: readonly (readonly [string, ColumnMeaning])[]) {
  return {
    meanings: Object.fromEntries(columns.map(([name, { meaning }]) => [name, meaning])),
    formats: Object.fromEntries(columns.flatMap(([name, { format }]) => (format === null ? [] : [[name, format]]))),
    codes: Object.fromEntries(columns.flatMap(([name, { codes }]) => (codes === null ? [] : [[name, codes]]))),
  };
}

/** Every model. */
export const MODELS: readonly AnyProjection[] = PROJECTIONS.map((model) => ({
  ...model,
  answers: answersOf(model.name),
  ...described([...columnsOf(model.entity)]),
}));

/** A view's column has the format of the column of the same name in the models that it reads. */
function viewOf(view: RowsView): View<From, Query> {
  const read = MODELS.filter(({ name }) => name in view.movedBy).map(({ formats = {} }) => formats);
  const columns = Object.entries(view.columns);
  return {
    ...view,
    answers: answersOf(view.name),
    ...described(
      columns.map(([name, column]) => [name, { ...column, format: read.find((of) => name in of)?.[name] ?? null }]),
    ),
    columns: Object.fromEntries(columns.map(([name, { type }]) => [name, type])),
  };
}

/** Every view over them. */
export const VIEWS: readonly View<From, Query>[] = [
  donorPortfolio,
  balances,
  expiringFunds,
  disbursements,
  reallocations,
  recipientPipeline,
  deliverables,
  consignedItems,
  deliveries,
  discrepancyReports,
  goodsByHolder,
  goodsLossReports,
  serialsReceivedTwice,
  onHold,
  suspensions,
  alertAccounting,
  endUseCompliance,
  checkDelinquency,
  overdueByMonth,
  chainOfCustody,
  barred,
  vettingTimeliness,
  misuseTrends,
  trainingCosts,
  trainingByUnit,
  lateness,
  conditionsInForce,
  recipientTasks,
  outdatedDecisions,
].map(viewOf);
