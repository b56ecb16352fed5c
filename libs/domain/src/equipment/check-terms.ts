import type { CheckType } from '@entente/contracts';
import type { ConsultedStreams, DecisionContext, StreamRef } from '@entente/kernel';
import { frameworkOf, frameworkStreamsOf } from '../framework/framework-facts.js';
import { parameterOf } from '../framework/parameters.js';
import { itemTypeFacts, itemTypeId } from './item-facts.js';

/** Items of one type, and the programme whose framework sets their days. */
interface MonitoredItems {
  readonly donor: string;
  /** The donor's word for their type. */
  readonly item: string;
  readonly programme?: string | undefined;
}

/** The programme of the items, and in the second round its framework. */
export const programmeStreams = (of: string | undefined, known: ConsultedStreams): readonly StreamRef[] =>
  of === undefined ? [] : [{ kind: 'programme', id: of }, ...frameworkStreamsOf(of, known)];

/** The stream of the type of the items. */
export const typeStream = ({ donor, item }: Pick<MonitoredItems, 'donor' | 'item'>): StreamRef => ({
  kind: itemTypeFacts.kind,
  id: itemTypeId(donor, item),
});

/** The streams on which the days of checks rest. */
export const termStreams = (of: MonitoredItems, known: ConsultedStreams): readonly StreamRef[] => [
  typeStream(of),
  ...programmeStreams(of.programme, known),
];

/**
 * R10, R11: the days from a receipt to the first check (`firstDays`), or from each check to the
 * next (`everyDays`). The type's own days come first, then those of the programme's framework, then
 * the defaults. A routine check is never rarer than the framework asks.
 */
export function checkDays(
  type: CheckType,
  which: 'firstDays' | 'everyDays',
  { donor, item, programme }: MonitoredItems,
  { known }: Pick<DecisionContext, 'known'>,
  framework = frameworkOf(programme, known),
): number {
  const own = known.of(itemTypeFacts, itemTypeId(donor, item))?.interval?.[which];
  if (type === 'routine')
    return Math.min(own ?? Number.MAX_SAFE_INTEGER, parameterOf(framework, 'routineCheckEveryDays'));
  return own ?? parameterOf(framework, which === 'firstDays' ? 'enhancedFirstCheckDays' : 'enhancedCheckEveryDays');
}

/** R12: days from the report of a loss to the last day of its verification. */
export const lossReportDays = (
  { programme }: Pick<MonitoredItems, 'programme'>,
  { known }: Pick<DecisionContext, 'known'>,
): number => parameterOf(frameworkOf(programme, known), 'lossReportDays');
