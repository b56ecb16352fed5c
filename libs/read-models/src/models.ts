import type { AnyProjection } from '@entente/kernel';
import { columnsOf } from './columns.js';
import { cases } from './cases.js';
import { consignments } from './consignments.js';
import { consultations } from './consultations.js';
import { disbursements } from './disbursements.js';
import { donorPortfolio } from './donor-portfolio.js';
import type { RowsView } from './from.js';
import { funding } from './funding.js';
import { journal } from './journal.js';
import { milestones } from './milestones.js';
import { misuseRegister } from './misuse-register.js';
import { outdatedDecisions } from './outdated-decisions.js';
import { programmes } from './programmes.js';
import { recipientPipeline } from './recipient-pipeline.js';

/** Every model. */
export const MODELS = [
  programmes,
  milestones,
  funding,
  disbursements,
  cases,
  consignments,
  misuseRegister,
  journal,
  consultations,
] as unknown as readonly AnyProjection[];

/** Every view over them. */
export const VIEWS: readonly RowsView[] = [donorPortfolio, recipientPipeline, outdatedDecisions];

const ofModel = ({ name, entity }: AnyProjection): readonly [string, Readonly<Record<string, string>>] => [
  name,
  Object.fromEntries([...columnsOf(entity)].map(([column, { meaning }]) => [column, meaning])),
];

/** The meaning of each column with its unit: by model or view, then by column. */
export const MEANINGS: Readonly<Record<string, Readonly<Record<string, string>>>> = Object.fromEntries([
  ...MODELS.map(ofModel),
  ...VIEWS.map(({ name, meanings }) => [name, meanings] as const),
]);
