import type { AnyProjection } from '@entente/kernel';
import { columnsOf } from './columns.js';
import { caseLines } from './case-lines.js';
import { cases } from './cases.js';
import { consignedItems } from './consigned-items.js';
import { consignmentLines } from './consignment-lines.js';
import { consignments } from './consignments.js';
import { consultations } from './consultations.js';
import { deliverables } from './deliverables.js';
import { deliveries } from './deliveries.js';
import { deliveryFacts } from './delivery-facts.js';
import { disbursements } from './disbursements.js';
import { discrepancies } from './discrepancies.js';
import { donorPortfolio } from './donor-portfolio.js';
import type { RowsView } from './from.js';
import { funding } from './funding.js';
import { journal } from './journal.js';
import { milestones } from './milestones.js';
import { misuseRegister } from './misuse-register.js';
import { movements } from './movements.js';
import { outdatedDecisions } from './outdated-decisions.js';
import { programmes } from './programmes.js';
import { recipientPipeline } from './recipient-pipeline.js';
import { recoveries } from './recoveries.js';
import { focalPoints, mandates, stakeholders } from './stakeholders.js';

const PROJECTIONS = [
  stakeholders,
  mandates,
  focalPoints,
  programmes,
  milestones,
  funding,
  movements,
  disbursements,
  cases,
  caseLines,
  deliveryFacts,
  consignments,
  consignmentLines,
  discrepancies,
  misuseRegister,
  recoveries,
  journal,
  consultations,
] as unknown as readonly AnyProjection[];

/** Every model, with the meanings that its columns were declared with. */
export const MODELS: readonly AnyProjection[] = PROJECTIONS.map((model) => ({
  ...model,
  meanings: Object.fromEntries([...columnsOf(model.entity)].map(([column, { meaning }]) => [column, meaning])),
}));

/** Every view over them. */
export const VIEWS: readonly RowsView[] = [
  donorPortfolio,
  recipientPipeline,
  deliverables,
  consignedItems,
  deliveries,
  outdatedDecisions,
];
