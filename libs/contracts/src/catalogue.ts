import { type AnyDecider, authorised } from '@entente/kernel';
import { assistanceCaseContract } from './assistance-case.js';
import { consignmentContract } from './consignment.js';
import { countrySituationContract } from './country-situation.js';
import { deploymentContract } from './deployment.js';
import { endUseCheckContract } from './end-use-check.js';
import { fundingAccountContract } from './funding-account.js';
import { holdContract } from './hold.js';
import { legalFrameworkContract } from './legal-framework.js';
import { itemContract } from './item.js';
import { itemTypeContract } from './item-type.js';
import { misuseCaseContract } from './misuse-case.js';
import { programmeContract } from './programme.js';
import { stakeholderContract } from './stakeholder.js';
import { storageSiteContract } from './storage-site.js';
import { securityUnitContract, vettedPersonContract } from './security-unit.js';
import { trainingActivityContract } from './training-activity.js';
import { vettingCaseContract } from './vetting-case.js';
import { technologyReleaseContract } from './technology-release.js';
import { thirdPartyTransferContract } from './third-party-transfer.js';
import type { CommandContract, CommandOf, EventContract, EventOf, KindContract, RelationOf } from './contract.js';

/** Every kind of stream: the compiler holds the list of their rules to this one. */
const KINDS = [
  stakeholderContract,
  programmeContract,
  fundingAccountContract,
  assistanceCaseContract,
  consignmentContract,
  misuseCaseContract,
  holdContract,
  legalFrameworkContract,
  countrySituationContract,
  deploymentContract,
  endUseCheckContract,
  itemContract,
  itemTypeContract,
  securityUnitContract,
  storageSiteContract,
  vettedPersonContract,
  vettingCaseContract,
  technologyReleaseContract,
  thirdPartyTransferContract,
  trainingActivityContract,
] as const satisfies readonly KindContract[];

/** The kinds of stream by name. Each needs rules where they are registered. */
export type KindName = (typeof KINDS)[number]['kind'];

type Contracts = { readonly [Of in (typeof KINDS)[number] as Of['kind']]: Of };

/** The commands of a kind. */
export type CommandsOf<Kind extends KindName> = CommandOf<Contracts[Kind]>;

/** The events of a kind. */
export type EventsOf<Kind extends KindName> = EventOf<Contracts[Kind]>;

/** The relations in which commands of a kind may be sent. */
export type RelationsOf<Kind extends KindName> = RelationOf<Contracts[Kind]>;

/** Every kind of stream, with its commands and events. */
export const CATALOGUE: readonly KindContract[] = KINDS;

/** A decider that checks each command's sender against the catalogue before it decides. */
export function registered(decider: AnyDecider): AnyDecider {
  const commands = CATALOGUE.find(({ kind }) => kind === decider.kind)?.commands;
  if (commands === undefined) throw new Error(`the catalogue has no streams of the kind ${decider.kind}`);
  return authorised(decider, commands);
}

/** A command of the catalogue, with its type. */
export interface CataloguedCommand extends CommandContract {
  readonly type: string;
}

/** Every command by its route: each request asks for one. */
const BY_ROUTE: ReadonlyMap<string, CataloguedCommand> = new Map(
  CATALOGUE.flatMap(({ kind, commands }) =>
    Object.entries(commands).map(([type, command]) => [`${kind}/${command.path}`, { type, ...command }] as const),
  ),
);

/** The command of a route; undefined if there is none. */
export const commandAt = (kind: string, path: string): CataloguedCommand | undefined => BY_ROUTE.get(`${kind}/${path}`);

/** The command of a kind by its type; undefined if there is none. */
export function commandOf(kind: string, type: string): CataloguedCommand | undefined {
  const commands = CATALOGUE.find((contract) => contract.kind === kind)?.commands ?? {};
  const found = Object.entries(commands).find(([name]) => name === type);
  return found === undefined ? undefined : { type, ...found[1] };
}

/** An event type of a kind; undefined if there is none. */
export const eventOf = (kind: string, type: string): EventContract | undefined => {
  const events: Readonly<Record<string, EventContract>> | undefined = CATALOGUE.find(
    (contract) => contract.kind === kind,
  )?.events;
  return events !== undefined && Object.hasOwn(events, type) ? events[type] : undefined;
};
