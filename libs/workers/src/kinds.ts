import { type KindName, eventOf, registered } from '@entente/contracts';
import {
  assistanceCase,
  consignment,
  countrySituation,
  deployment,
  endUseCheck,
  fundingAccount,
  hold,
  legalFramework,
  misuseCase,
  programme,
  securityUnit,
  stakeholder,
  item,
  itemType,
  storageSite,
  trainingActivity,
  vettedPerson,
  vettingCase,
  technologyRelease,
  thirdPartyTransfer,
} from '@entente/domain';
import type { Kinds } from '@entente/engine';
import type { AnyDecider } from '@entente/kernel';

/** The rules of each kind of the catalogue. If a kind has no rules, the code does not compile. */
const RULES = {
  stakeholder,
  programme,
  'funding-account': fundingAccount,
  'assistance-case': assistanceCase,
  consignment,
  'misuse-case': misuseCase,
  hold,
  'legal-framework': legalFramework,
  'country-situation': countrySituation,
  deployment,
  'end-use-check': endUseCheck,
  'item-type': itemType,
  'storage-site': storageSite,
  item,
  'security-unit': securityUnit,
  'vetted-person': vettedPerson,
  'vetting-case': vettingCase,
  'third-party-transfer': thirdPartyTransfer,
  'technology-release': technologyRelease,
  'training-activity': trainingActivity,
} satisfies { readonly [Kind in KindName]: { readonly kind: Kind } };
const DECIDERS = Object.values(RULES).map((decider) => registered(decider as unknown as AnyDecider));

/** The rules of every kind of stream, and the versions of their events. */
export const kinds: Kinds = {
  decider: (kind) => DECIDERS.find((decider) => decider.kind === kind),
  version: (kind, type) => {
    const event = eventOf(kind, type);
    if (event === undefined) throw new Error(`${kind} has no event ${type} in the catalogue`);
    return event.version;
  },
};
