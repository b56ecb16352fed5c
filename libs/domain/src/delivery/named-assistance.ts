import { type ConsultedStreams, type DecisionContext, type Refusal, type StreamRef, refuse } from '@entente/kernel';
import { programmeFacts } from '../framework/framework-facts.js';
import { assistanceCaseFacts } from './facts.js';

/** The programme and the case that a command names, if any. */
interface NamedAssistance {
  readonly programme?: string | undefined;
  readonly case?: string | undefined;
}

/** The streams of the programme and the case that a command names. */
export const assistanceStreams = ({ programme, case: of }: NamedAssistance): readonly StreamRef[] => [
  ...(programme === undefined ? [] : [{ kind: programmeFacts.kind, id: programme }]),
  ...(of === undefined ? [] : [{ kind: assistanceCaseFacts.kind, id: of }]),
];

/**
 * The programme that a command names, or else that of the case that it names: in the second round
 * of `consults`, after the first has named the case.
 */
const programmeNamed = ({ programme, case: of }: NamedAssistance, known: ConsultedStreams): string | undefined =>
  programme ??
  (of !== undefined && known.has(assistanceCaseFacts, of) ? known.of(assistanceCaseFacts, of)?.programme : undefined);

/** What an opening event records of it: the programme of the case, too, by which the rules go. */
export function withProgramme<Data extends NamedAssistance>(data: Data, known: ConsultedStreams): Data {
  const programme = programmeNamed(data, known);
  return programme === undefined ? data : { ...data, programme };
}

/** Refuses a programme or a case that is named and was never begun. */
export function assistanceNotFound(
  { programme, case: of }: NamedAssistance,
  { known }: Pick<DecisionContext, 'known'>,
): Refusal | null {
  if (programme !== undefined && known.of(programmeFacts, programme) === null)
    return refuse('programme-not-found', 'the programme named has been proposed', null, { programme });
  return of === undefined || known.of(assistanceCaseFacts, of) !== null
    ? null
    : refuse('case-not-found', 'the case named has been requested', null, { case: of });
}
