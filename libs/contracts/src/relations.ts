/**
 * The relations to a stream in which a command may be sent, with their descriptions for documents.
 * An organisation has them itself, or by another that acts on its behalf. The operator of the
 * deployment may act for any sender, unless a rule excludes it.
 */
export const RELATIONS = {
  anybody: 'anybody',
  operator: 'the operator of the deployment',
  organisation: 'the organisation itself, and no other on its behalf',
  'mandate-party': 'the organisation itself, or the one that its mandate names',
  system: 'the system, when a due date has passed',
  donor: 'the donor',
  recipient: 'the recipient',
  party: 'the donor or the recipient',
  participant: 'the participant itself',
  'concurring-party': 'the party whose authority concurs',
  approver: 'the lead nation, or the donor if the programme has none',
  implementer: 'an implementer, registered as one',
  deliverer: 'the donor, or an implementer other than the recipient, registered as one',
  reporter: 'the reporter',
  intake: 'the donor, a monitor, an investigator, each registered in that role, or the operator',
  inquiry: 'the donor, or the investigator assigned',
  investigator: 'the investigator assigned',
  verifier: 'a monitor or an investigator',
  respondent: 'the recipient or the accused',
  'hold-authority':
    'the donor of the programme or case in scope; of another scope a donor, a vetter or a mediator, registered in that role',
  registrar: 'a donor or a vetter, or the recipient whose it is, registered in that role',
  vetter: 'a vetter, registered as one',
  'hold-owner': 'the organisation that placed the hold',
  checker: 'the donor, or a monitor, registered as one, that does not hold the items',
  'site-owner': 'the recipient that holds the store, registered as one',
  certifier: 'a donor or a monitor, registered in that role, other than the owner of the store',
  holder: 'the organisation that holds the item or the goods',
  monitor: 'a monitor, registered as one, that does not hold the item or the goods',
  concerned: 'the organisation that the recorded fact concerns',
  'fact-recorder': 'the organisation that recorded the fact, or the donor',
} as const;

/** One of {@link RELATIONS}. */
export type Relation = keyof typeof RELATIONS;
