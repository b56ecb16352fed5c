import type { AssistanceScope, ConsignmentCommand } from '@entente/contracts';
import { type DataOf, type DecisionContext, type Refusal, type StreamRef, refuse } from '@entente/kernel';
import { type LegalFramework, barsUnits, setAside } from '../framework/framework-facts.js';
import { notCleared, securityUnitFacts, unitScope } from '../vetting/clearance-facts.js';

/** The unit that receives a shipment, and whether it may. */

type Shipment = DataOf<ConsignmentCommand, 'ShipConsignment'>;

/** R5, R7: a shipment is for the unit that it names, else for the one that was planned. */
export const forPlannedUnit = (data: Shipment, { unit }: Pick<Shipment, 'unit'>): Shipment =>
  data.unit !== undefined || unit === undefined ? data : { ...data, unit };

/** R5: a unit that is planned for was registered; that it is cleared is asked when it ships. */
export const plannedUnitUnknown = ({ unit }: Pick<Shipment, 'unit'>, { known }: DecisionContext): Refusal | null =>
  unit === undefined || known.of(securityUnitFacts, unit) !== null
    ? null
    : refuse('unit-not-found', 'the unit named has been registered', 'R5', { unit });

/** The scope of the unit that a shipment names. */
export const receivingScope = ({ unit }: Pick<Shipment, 'unit'>): readonly AssistanceScope[] =>
  unit === undefined ? [] : [unitScope(unit)];

/** The stream of the unit that a shipment names. */
export const receivingStreams = ({ unit }: Pick<Shipment, 'unit'>): readonly StreamRef[] =>
  unit === undefined ? [] : [{ kind: securityUnitFacts.kind, id: unit }];

/** R8: a missing clearance bars unless R5 is set aside, and a refusal unless R5 or R8 is. */
export function unlessWaived(
  barred: Refusal | null,
  framework: LegalFramework | null | undefined,
  on: string,
  scopes: readonly AssistanceScope[],
): Refusal | null {
  const rule = barred?.rule === 'R8' ? 'R8' : 'R5';
  return (setAside(framework, 'R5', on, scopes) ?? setAside(framework, rule, on, scopes)) ? null : barred;
}

/** R5, R7, R8: why a unit receives nothing on a day, unless a waiver sets that aside. */
export const unitNotCleared = (
  { unit, on }: Required<Pick<Shipment, 'unit' | 'on'>>,
  framework: LegalFramework | null | undefined,
  scopes: readonly AssistanceScope[],
  { known }: Pick<DecisionContext, 'known'>,
): Refusal | null => unlessWaived(notCleared(known.of(securityUnitFacts, unit), on, { unit }), framework, on, scopes);

/**
 * R5, 22 USC 2378d(a): a unit that is named is cleared on the day of shipment. R6, 22 USC
 * 2378d(c)(1): if none is known, the recipient has agreed by then to bar units that are not
 * cleared; without a framework (`undefined`) there is no agreement to look at. A waiver or an
 * exception sets each rule aside.
 */
export function unitBarred(
  { unit, on }: Shipment,
  framework: LegalFramework | null | undefined,
  scopes: readonly AssistanceScope[],
  context: DecisionContext,
): Refusal | null {
  if (unit !== undefined) return unitNotCleared({ unit, on }, framework, scopes, context);
  if (framework === undefined || setAside(framework, 'R6', on, scopes) !== null) return null;
  if (barsUnits(framework, on)) return null;
  const requirement = 'the shipment names its unit, or the recipient has agreed to bar units that are not cleared';
  return refuse('units-not-barred', requirement, 'R6', { day: on, from: framework?.unitsBarred.at(-1)?.from ?? null });
}
