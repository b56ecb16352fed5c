import type { Kinds } from '@entente/engine';
import { COMMAND_NOTED, type AnyDecider, type Event, type RecordedEvent, parseStream } from '@entente/kernel';
import { assistanceCases } from './assistance-case.js';
import { consignments } from './consignment.js';
import { countrySituations, deployments, endUseChecks } from './situations.js';
import { itemTypes, items, storageSites, technologyReleases, thirdPartyTransfers } from './equipment.js';
import { fundingAccounts } from './funding-account.js';
import { holds } from './hold.js';
import { legalFrameworks } from './legal-framework.js';
import type { Invariants, Sentences } from './invariant.js';
import { misuseCases } from './misuse-case.js';
import { programmes } from './programme.js';
import { stakeholders } from './stakeholder.js';
import { trainings } from './training-activity.js';
import { clearances, vettingCases } from './vetting.js';

/** Every kind of stream, and what its rules promise. */
const INVARIANTS: Readonly<Record<string, unknown>> = {
  stakeholder: stakeholders,
  programme: programmes,
  'funding-account': fundingAccounts,
  'assistance-case': assistanceCases,
  consignment: consignments,
  'misuse-case': misuseCases,
  hold: holds,
  'legal-framework': legalFrameworks,
  'country-situation': countrySituations,
  deployment: deployments,
  'end-use-check': endUseChecks,
  'item-type': itemTypes,
  'storage-site': storageSites,
  item: items,
  'security-unit': clearances('UnitRegistered'),
  'vetted-person': clearances('PersonRegistered'),
  'vetting-case': vettingCases,
  'third-party-transfer': thirdPartyTransfers,
  'technology-release': technologyReleases,
  'training-activity': trainings,
};

function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value))
    for (const inner of Object.values(Object.freeze(value))) frozen(inner);
  return value;
}

function assertSentences({ stream, revision, type }: RecordedEvent, sentences: Sentences): void {
  const broken = Object.keys(sentences).filter((sentence) => sentences[sentence] === false);
  if (broken.length > 0) throw new Error(`${type}, ${stream} at ${revision}: it must be that ${broken.join('; ')}`);
}

const opened = (was: unknown, type: string, { opens, opensAgain }: Invariants<unknown, Event>): boolean =>
  was === null ? type === opens : type !== opens || opensAgain === true;

/** The rules of a stream and what they promise. Throws where either is missing. */
function rulesOf(kinds: Kinds, stream: string): [AnyDecider, Invariants<unknown, Event>] {
  const kind = parseStream(stream)?.kind ?? '';
  const decider = kinds.decider(kind);
  const promised = INVARIANTS[kind];
  if (decider === undefined || promised === undefined) throw new Error(`no rules for ${kind}, or nothing they promise`);
  return [decider, promised as Invariants<unknown, Event>];
}

/**
 * Folds every stream of a whole log event by event, each event frozen, so that no fold changes what
 * is recorded; and holds each state against what the rules of its kind promise. Throws, in a
 * sentence, if something is not so.
 */
export function checkInvariants(kinds: Kinds, log: readonly RecordedEvent[]): void {
  /** By stream, its state so far, which its fold owns. */
  const states = new Map<string, unknown>();
  for (const [at, event] of log.entries()) {
    const { stream, type, metadata } = event;
    if (type === COMMAND_NOTED) continue;
    const [decider, promised] = rulesOf(kinds, stream);
    const was = states.get(stream) ?? null;
    assertSentences(event, { 'a stream begins with its opening, once': opened(was, type, promised) });
    const state: unknown = decider.evolve(was, frozen(event));
    states.set(stream, state);
    const next = log[at + 1];
    const more = next?.stream === stream && next.metadata.commandId === metadata.commandId;
    if (!more) assertSentences(event, promised.holds(state));
  }
}
